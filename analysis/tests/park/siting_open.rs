//! Siting where records leave something open: what is not known is neither met nor missed.

use std::sync::Arc;

use analysis::rules::RuleSet;
use analysis::scenario::Limits;
use analysis::siting::{
    Candidate, Finding, Free, Ground, How, IfUnknown, KeptAway, LaidPart, Match, Need, NoSupplies, Offers,
    SitingTables, Standing, Step, Supplies, Supply, Thing, Utility, Verdict, Want, remaining,
};
use geo::{Area, Contains, MultiPolygon, Point, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{
    EmergencyResource, Enterprise, FeatureId, FeatureKind, NetworkClass, NetworkEdge, ParkSnapshot, Project,
    ResourceKind, Surface, SurfaceKind, Tenancy,
};

use crate::by_hand::{block, building, edge, keyed, parcel};
use crate::evaluation::day;
use crate::siting::{asked, hazard, limits, must, park, pitch, road, tenancy, wish};

/// Verdict and figures of the first need on the first parcel.
fn first(park: ParkSnapshot, want: Want) -> (Verdict, f64, f64) {
    asked(park, &pitch(vec![must(want)], 1), &NoSupplies, |matched| {
        let measure = matched.explain(matched.find(&["P1"]).unwrap())[0].measure;
        (matched.verdict(matched.find(&["P1"]).unwrap(), 0), measure.low, measure.high)
    })
}

#[test]
fn what_nobody_recorded_is_not_away_and_what_is_recorded_is_known_by_any_name() {
    let away = |word: &str| Want::Away { what: Thing::Hazard { substance: word.into() }, at_least_m: 1000.0 };
    for said in ["chlorine", "液氯", "氯", "7782-50-5"] {
        let mut park = park();
        park.hazards[0] = hazard(1, [150.0, 50.0], Some(said));
        for word in ["chlorine", "液氯", "氯", "7782-50-5"] {
            assert_eq!(first(park.clone(), away(word)), (Verdict::Gap, 50.0, 50.0), "{word} in {said}");
        }
        assert_eq!(first(park, away("ammonia")).0, Verdict::Fit, "{said}");
    }
    // Of a tank without a name nobody knows whether it is this; one far away is no matter.
    let mut unnamed = park();
    unnamed.hazards = vec![hazard(1, [150.0, 50.0], None)];
    assert_eq!(first(unnamed.clone(), away("chlorine")), (Verdict::Unknown, 50.0, f64::INFINITY));
    unnamed.hazards = vec![hazard(1, [5000.0, 50.0], None)];
    assert_eq!(first(unnamed, away("chlorine")).0, Verdict::Fit);
    // Gates are on record, hydrants and stations are not: that none is near is not known.
    for what in [Thing::Hydrant, Thing::FireStation, Thing::Hospital] {
        assert_eq!(first(park(), Want::Near { what: what.clone(), at_most_m: 10.0 }).0, Verdict::Unknown, "{what:?}");
        assert_eq!(first(park(), Want::Away { what, at_least_m: 10.0 }).0, Verdict::Unknown);
    }
}

#[test]
fn other_roads_say_nothing_of_railways_nor_other_ground_of_water() {
    let away = |what: Thing| Want::Away { what, at_least_m: 100.0 };
    let rail = |class: &str, south_m: f64| {
        let mut park = park();
        park.roads.push(road(2, &[(-50.0, -south_m), (800.0, -south_m)], Some(class), None));
        first(park, away(Thing::Rail))
    };
    assert!(!park().roads.is_empty());
    assert_eq!(first(park(), away(Thing::Rail)).0, Verdict::Unknown, "nobody recorded railways");
    for class in ["rail", "Railway siding", "铁路专用线"] {
        assert_eq!(rail(class, 500.0).0, Verdict::Fit);
        assert_eq!(rail(class, 50.0), (Verdict::Gap, 50.0, 50.0));
    }
    let ground = |kinds: &[(SurfaceKind, f64)]| {
        let mut park = park();
        let of = |(at, (kind, south_m)): (usize, &(SurfaceKind, f64))| Surface {
            id: FeatureId::new(FeatureKind::Surface, at as i64 + 1),
            provenance: keyed(&format!("S{at}")),
            area: block(0.0, -south_m - 10.0, 100.0, 10.0),
            kind: *kind,
            name: None,
        };
        park.surfaces = kinds.iter().enumerate().map(of).collect();
        first(park, away(Thing::OpenWater))
    };
    let grass = (SurfaceKind::Grass, 20.0);
    assert_eq!(ground(&[grass]).0, Verdict::Unknown, "nobody recorded water");
    assert_eq!(ground(&[grass, (SurfaceKind::Water, 500.0)]).0, Verdict::Fit);
    assert_eq!(ground(&[grass, (SurfaceKind::Water, 50.0)]), (Verdict::Gap, 50.0, 50.0));
}

#[test]
fn a_drain_without_a_kind_may_be_a_sewer_and_a_moved_line_is_never_known() {
    let access = |to| Want::Access { to, at_most_m: 50.0 };
    let drain = |subtype: Option<&str>, at: f64| {
        let mut one = edge(1, vec![[0.0, at, 1.0], [200.0, at, 1.0]], Some(300.0));
        one.class = NetworkClass::Drainage;
        one.subtype = subtype.map(str::to_owned);
        one
    };
    let with = |edges: Vec<NetworkEdge>| ParkSnapshot { edges, ..park() };
    let sewer = |subtype| first(with(vec![drain(subtype, -5.0)]), access(Utility::Sewage));
    assert_eq!(sewer(Some("WS")), (Verdict::Fit, 5.0, 5.0));
    assert_eq!(sewer(Some("YS")).0, Verdict::Gap);
    assert_eq!(sewer(None), (Verdict::Unknown, 5.0, f64::INFINITY));
    assert_eq!(sewer(Some("PS")).0, Verdict::Unknown);
    // A sewer farther off is one in any case.
    let both = with(vec![drain(None, -5.0), drain(Some("WS"), -30.0)]);
    assert_eq!(first(both, access(Utility::Sewage)), (Verdict::Fit, 5.0, 30.0));

    // As a package gives it away: to the corners of squares of 25 m.
    let mut moved = edge(1, vec![[0.0, -25.0, f64::NAN], [200.0, -25.0, f64::NAN]], None);
    (moved.provenance.key, moved.provenance.layer) = ("network_edge-1".into(), "network_edge".into());
    let (verdict, low, high) = first(with(vec![moved.clone()]), access(Utility::Water));
    assert_eq!((verdict, low), (Verdict::Fit, 0.0));
    assert!((high - 25.0 - 12.5_f64.hypot(12.5)).abs() < 1e-9, "{high}");
    let near = first(with(vec![moved.clone()]), Want::Access { to: Utility::Water, at_most_m: 30.0 });
    assert_eq!(near.0, Verdict::Unknown, "it may be nearer or farther");
    moved.path = vec![[0.0, -500.0, f64::NAN], [200.0, -500.0, f64::NAN]];
    assert_eq!(
        first(with(vec![moved]), access(Utility::Water)).0,
        Verdict::Unknown,
        "a short line is not drawn at all"
    );
}

#[test]
fn a_let_that_begins_later_is_a_let_and_one_of_unknown_floor_leaves_what_nobody_knows() {
    let offers = |lets: Vec<Tenancy>, more: Vec<Need>| {
        let mut park = park();
        park.buildings[0].floor_area_m2 = Some(8_000.0);
        park.tenancies = lets;
        let needs = [vec![must(Want::Floor { at_least_m2: 1_000.0 })], more].concat();
        let mut pitch = pitch(needs, 1);
        pitch.offers = Offers::Buildings;
        asked(park, &pitch, &NoSupplies, |matched| {
            let of = |(at, one): (usize, &Candidate)| (one.floor_m2, one.free, matched.verdict(at as u32, 0));
            matched.candidates.iter().enumerate().map(of).collect::<Vec<_>>()
        })
    };
    let now = Free::From(day("2026-06-30"));
    let running = || tenancy(1, "E1", Some(5_000.0), ["2020-01-01", ""]);
    assert_eq!(offers(vec![running()], vec![]), [((3_000.0, 3_000.0), now, Verdict::Fit)]);
    // The rest is let from 2028 on: it is no more to be had for good, but for a year it is.
    let later = || tenancy(2, "E2", Some(2_950.0), ["2028-01-01", ""]);
    assert!(offers(vec![running(), later()], vec![]).is_empty());
    let term = |at_least_years| vec![wish(Want::Term { at_least_years }, 1.0)];
    assert_eq!(offers(vec![running(), later()], term(1.0)), [((3_000.0, 3_000.0), now, Verdict::Fit)]);
    assert!(offers(vec![running(), later()], term(2.0)).is_empty());
    // One that follows another takes its place, no more.
    let ends = tenancy(1, "E1", Some(5_000.0), ["2020-01-01", "2027-01-01"]);
    let follows = tenancy(2, "E2", Some(5_000.0), ["2027-01-01", ""]);
    assert_eq!(offers(vec![ends, follows], vec![]), [((3_000.0, 3_000.0), now, Verdict::Fit)]);
    // What the second takes nobody knows: up to what the first leaves.
    let unsaid = tenancy(2, "E2", None, ["2021-01-01", ""]);
    assert_eq!(offers(vec![running(), unsaid], vec![]), [((0.0, 3_000.0), now, Verdict::Unknown)]);
}

#[test]
fn an_enterprise_counts_wherever_it_is_and_one_of_unknown_trade_may() {
    let near = Want::Neighbours { industries: vec!["26".into()], within_m: 120.0, at_least: 1 };
    let enterprise = |id: i64, industry: Option<&str>| Enterprise {
        id: FeatureId::new(FeatureKind::Enterprise, id),
        provenance: keyed(&format!("E{id}")),
        name: format!("Works {id}"),
        industry_code: industry.map(str::to_owned),
        state: None,
    };
    let uses = |id: i64, parcel: &str| Tenancy {
        building_key: None,
        parcel_key: Some(parcel.into()),
        ..tenancy(id, "E1", None, ["2020-01-01", ""])
    };
    // On the fourth parcel, far from the first, and on the second beside it.
    let mut park = park();
    park.enterprises.push(enterprise(1, Some("C2614")));
    park.tenancies = vec![uses(1, "P4"), uses(2, "P2")];
    assert_eq!(first(park.clone(), near.clone()), (Verdict::Fit, 1.0, 1.0));
    park.tenancies = vec![uses(1, "P4")];
    assert_eq!(first(park.clone(), near.clone()), (Verdict::Gap, 0.0, 0.0));
    // Far off for certain, and somewhere else besides of which no parcel is on record; or near for certain already.
    park.tenancies = vec![uses(1, "P4"), uses(2, "P99")];
    assert_eq!(first(park.clone(), near.clone()), (Verdict::Unknown, 0.0, 1.0));
    park.tenancies = vec![uses(1, "P2"), uses(2, "P99")];
    assert_eq!(first(park.clone(), near.clone()), (Verdict::Fit, 1.0, 1.0));
    park.tenancies = vec![uses(1, "P4")];
    // Somebody is beside it of whom nobody knows what they do, or nobody knows where they are.
    park.enterprises.push(enterprise(2, None));
    park.tenancies.push(Tenancy { enterprise_key: "E2".into(), ..uses(2, "P2") });
    assert_eq!(first(park.clone(), near.clone()), (Verdict::Unknown, 0.0, 1.0));
    park.tenancies.pop();
    assert_eq!(first(park, near).0, Verdict::Unknown);
}

#[test]
fn a_price_counts_in_its_own_currency_only_and_a_rent_is_none() {
    let want = Want::Price { at_most_per_m2: 500.0, currency: "CNY".into() };
    let priced = |field: &str, currency: Option<&str>| {
        let mut park = park();
        park.parcels[0].provenance.attributes.insert(field.into(), 400.0.into());
        park.parcels[0].currency = currency.map(str::to_owned);
        first(park, want.clone()).0
    };
    assert_eq!(priced("挂牌单价", Some("CNY")), Verdict::Fit);
    assert_eq!(priced("挂牌单价", Some("USD")), Verdict::Unknown);
    assert_eq!(priced("挂牌单价", None), Verdict::Unknown, "400 of what?");
    assert_eq!(priced("租金_元/m2", Some("CNY")), Verdict::Unknown, "a rent is no price");

    // Of a building the currency stands beside the price.
    let floors = |currency: Option<&str>| {
        let mut park = park();
        let building = &mut park.buildings[0];
        (building.state, building.floor_area_m2) = (Some("vacant".into()), Some(1_000.0));
        building.provenance.attributes.insert("price_per_m2".into(), 400.0.into());
        if let Some(currency) = currency {
            building.provenance.attributes.insert("currency".into(), currency.into());
        }
        let mut pitch = pitch(vec![must(want.clone())], 1);
        pitch.offers = Offers::Buildings;
        asked(park, &pitch, &NoSupplies, |matched| matched.verdict(0, 0))
    };
    assert_eq!(
        [floors(Some("CNY")), floors(Some("USD")), floors(None)],
        [Verdict::Fit, Verdict::Unknown, Verdict::Unknown]
    );
}

#[test]
fn a_hall_that_was_not_tried_is_not_known_to_fit() {
    // More land than is tried, all alike, and a building elsewhere: where none is on record, no land is known to be vacant.
    let mut park = park();
    park.buildings = vec![building(1, block(0.0, 500.0, 90.0, 90.0))];
    park.parcels = (0..230).map(|at| parcel(at + 1, block(at as f64 * 60.0, 0.0, 50.0, 50.0))).collect();
    let hall = Want::Hall { length_m: 20.0, width_m: 10.0, height_m: 8.0, yard_m: 0.0 };
    let mut pitch = pitch(vec![Need { want: hall, how: How::Must, unknown: IfUnknown::Allowed }], 1);
    pitch.limits = Some(limits(2.0));
    asked(park, &pitch, &NoSupplies, |matched| {
        let count = |wanted: Standing| {
            (0..matched.candidates.len() as u32).filter(|at| matched.standing(*at).0 == wanted).count()
        };
        assert_eq!((count(Standing::Fits), count(Standing::Open), count(Standing::Unproven)), (200, 0, 30));
        let last = matched.rank(&matched.weights())[229];
        let because = matched.explain(last.candidate).remove(0).because;
        assert_eq!(because.key(), Some("pitch-missing-behind"), "two hundred come before it in any case");
    });
}

#[test]
fn what_other_weights_bring_to_the_head_is_tried_then() {
    // A gate at one end of more land than is tried, a fire station at the other.
    let mut park = park();
    park.buildings = vec![building(1, block(0.0, 500.0, 90.0, 90.0))];
    park.parcels = (0..230).map(|at| parcel(at + 1, block(at as f64 * 60.0, 0.0, 50.0, 50.0))).collect();
    let thing = |id, kind, x| EmergencyResource::bare(id, keyed(&format!("X{id}")), kind, [x, -20.0]);
    park.resources = vec![thing(1, ResourceKind::Gate, 0.0), thing(2, ResourceKind::FireStation, 229.0 * 60.0)];
    let hall = Want::Hall { length_m: 20.0, width_m: 10.0, height_m: 8.0, yard_m: 0.0 };
    let near = |what, at_most_m| Want::Near { what, at_most_m };
    let mut pitch =
        pitch(vec![must(hall), wish(near(Thing::Gate, 9_000.0), 10.0), wish(near(Thing::FireStation, 21.0), 0.1)], 1);
    pitch.limits = Some(limits(2.0));
    let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
    let cache = Cache::build(Arc::new(park));
    let ground = Ground::of(&cache, &rules, &tables, day("2026-06-30"));
    let mut matched = Match::of(&ground, &pitch, &NoSupplies).unwrap();
    let last = matched.find(&["P230"]).unwrap();
    assert_eq!(matched.standing(last).0, Standing::Unproven);
    assert!(matched.is_untried(last, 0) && matched.untried() == 30);
    let moved = [0.0, 0.1, 10.0];
    assert!(matched.weigh(&moved), "it may be the best now");
    let best = matched.rank(&moved)[0];
    assert_eq!((best.candidate, best.standing, matched.untried()), (last, Standing::Fits, 0));
    assert!(!matched.weigh(&moved), "what is known is not tried again");
}

#[test]
fn sites_are_tried_until_those_that_are_listed_are_known() {
    // More angles than are listed, none of which takes the hall though all are large and wide enough for it, then land that does.
    let mut park = park();
    park.buildings = vec![building(1, block(0.0, 500.0, 90.0, 90.0))];
    let angle = |x: f64| {
        let (side, leg) = (x + 50.0, x + 24.0);
        let ring = vec![(x, 0.0), (side, 0.0), (side, 24.0), (leg, 24.0), (leg, 50.0), (x, 50.0), (x, 0.0)];
        MultiPolygon(vec![Polygon::new(ring.into(), Vec::new())])
    };
    let land = |at: i64| {
        let x = at as f64 * 60.0;
        if at < 220 { angle(x) } else { block(x, 0.0, 50.0, 50.0) }
    };
    park.parcels = (0..260).map(|at| parcel(at + 1, land(at))).collect();
    let hall = Want::Hall { length_m: 40.0, width_m: 22.0, height_m: 8.0, yard_m: 0.0 };
    let mut pitch = pitch(vec![must(hall)], 1);
    pitch.limits = Some(limits(2.0));
    asked(park, &pitch, &NoSupplies, |matched| {
        let count = |wanted: Standing| {
            (0..matched.candidates.len() as u32).filter(|at| matched.standing(*at).0 == wanted).count()
        };
        assert_eq!((count(Standing::Fits), count(Standing::Fails), count(Standing::Unproven)), (40, 220, 0));
    });
}

#[test]
fn a_brief_does_not_tell_that_somebody_else_is_in_talks() {
    let mut park = park();
    park.projects.push(Project {
        id: FeatureId::new(FeatureKind::Project, 1),
        provenance: keyed("J1"),
        name: Some("A works of somebody else".into()),
        contract_key: None,
        parcel_key: Some("P1".into()),
        enterprise_key: None,
        planned_approval: None,
        planned_permit: None,
        planned_start: None,
        planned_completion: None,
        planned_production: None,
        planned_investment: None,
        currency: None,
        note: None,
    });
    let pitch = pitch(vec![must(Want::Free { by: day("2027-06-01") })], 1);
    asked(park, &pitch, &NoSupplies, |matched| {
        let land = matched.find(&["P1"]).unwrap();
        let (office, told) = (matched.explain(land).remove(0), matched.brief(land).needs.remove(0));
        assert_eq!((office.verdict, told.verdict), (Verdict::Unknown, Verdict::Unknown));
        assert!(office.because.contains("project"), "{}", office.because);
        assert_eq!(told.because, "not settled yet: ask");
    });
}

#[test]
fn a_verdict_tells_the_site_how_it_stands_how_many_needs_are_met_and_which_wishes_are_missed() {
    let verdict = |needs: Vec<Need>| {
        asked(park(), &pitch(needs, 1), &NoSupplies, |matched| matched.brief(matched.find(&["P1"]).unwrap()).verdict())
    };
    let land = |at_least_m2| Want::Land { at_least_m2 };
    let told = verdict(vec![must(land(5_000.0)), wish(Want::Near { what: Thing::Gate, at_most_m: 100.0 }, 1.0)]);
    assert_eq!(told, "P1: fits; 2 of 2 needs met");
    assert_eq!(told.key(), Some("pitch-verdict"));
    // A hydrant is on no record: that is neither met nor missed. The tank is 500 m away; the land has a hectare.
    let told = verdict(vec![
        must(land(5_000.0)),
        wish(Want::Near { what: Thing::Hydrant, at_most_m: 100.0 }, 1.0),
        wish(Want::Away { what: Thing::Hazard { substance: "chlorine".into() }, at_least_m: 1_000.0 }, 3.0),
        wish(land(20_000.0), 2.0),
    ]);
    assert_eq!(
        told,
        "P1: fits; 1 of 4 needs met; wishes missed: away from chlorine on record; land; wishes not known: near a working hydrant"
    );
    assert_eq!(told.key(), Some("pitch-verdict-open"));
    // What of its musts it misses is said once, by why.
    let told = verdict(vec![must(land(20_000.0)), wish(Want::Near { what: Thing::Gate, at_most_m: 100.0 }, 1.0)]);
    assert_eq!(told, "P1: does not fit; missed: land; 1 of 2 needs met");
}

/// Half a megawatt more is promised than there is.
struct Overpromised;

impl Supplies for Overpromised {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        let remaining = remaining(day("2026-06-30"), -0.5, &[]);
        Supply { remaining, unknown: None, ..NoSupplies.at(parcel, utility) }
    }
}

#[test]
fn by_how_much_power_is_promised_too_often_stays_in_the_office() {
    let pitch = pitch(vec![must(Want::Power { at_least_mw: 3.0, by: day("2027-06-01") })], 1);
    asked(park(), &pitch, &Overpromised, |matched| {
        let site = matched.find(&["P1"]).unwrap();
        let told = |finding: &Finding| {
            (
                finding.verdict,
                finding.has.to_string(),
                finding.gap.as_ref().map(ToString::to_string).unwrap_or_default(),
            )
        };
        let of = |has: &str, gap: &str| (Verdict::Gap, has.to_owned(), gap.to_owned());
        assert_eq!(told(&matched.explain(site)[0]), of("-0.5 MW", "3.5 MW short"));
        let brief = matched.brief(site);
        assert_eq!(told(&brief.needs[0]), of("0 MW", "3 MW short"));
        let power = brief.connections.iter().find(|one| one.utility == Utility::Power).unwrap();
        let steps: Vec<(f64, f64)> = power.supply.remaining.iter().map(|step| (step.low, step.high)).collect();
        assert_eq!(steps, [(0.0, 0.0)]);
    });
}

/// No more than five megawatts are left: how much less nobody knows.
struct UpToFive;

impl Supplies for UpToFive {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        let remaining = vec![Step { from: day("2026-06-30"), low: f64::NEG_INFINITY, high: 5.0 }];
        let unknown = Some("the load of T7 is not on record".into());
        Supply { remaining, unknown, bottleneck: Some("bottleneck T7".into()), ..NoSupplies.at(parcel, utility) }
    }
}

#[test]
fn what_is_left_up_to_a_bound_is_told_as_that() {
    let told = |at_least_mw: f64| {
        let pitch = pitch(vec![must(Want::Power { at_least_mw, by: day("2027-06-01") })], 1);
        asked(park(), &pitch, &UpToFive, |matched| {
            let site = matched.find(&["P1"]).unwrap();
            let (office, told) = (matched.explain(site).remove(0), matched.brief(site).needs.remove(0));
            (office.verdict, office.because.to_string(), told.because.to_string())
        })
    };
    let most = "what others have and were promised leaves no more than so much at the connection".to_owned();
    assert_eq!(told(4.0), (Verdict::Unknown, "the load of T7 is not on record".to_owned(), most.clone()));
    // It is missed for what is on record, not for want of a record.
    assert_eq!(told(6.0), (Verdict::Gap, "bottleneck T7".to_owned(), most));
}

/// One fibre route from each parcel.
struct OneRoute;

impl Supplies for OneRoute {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        let remaining = remaining(day("2026-06-30"), 1.0, &[]);
        Supply { remaining, unknown: None, ..NoSupplies.at(parcel, utility) }
    }
}

#[test]
fn routes_of_joined_parcels_may_be_apart() {
    let pitch = pitch(vec![must(Want::Telecom { at_least_routes: 2, by: day("2027-06-01") })], 2);
    asked(park(), &pitch, &OneRoute, |matched| {
        let of = |names: &[&str]| {
            let site = matched.find(names).unwrap();
            let (office, brief) = (matched.explain(site).remove(0), matched.brief(site));
            let telecom = brief.connections.iter().find(|one| one.utility == Utility::Telecom).unwrap();
            let step = telecom.supply.remaining[0];
            (office.verdict, office.has.to_string(), brief.needs[0].because.key(), (step.low, step.high))
        };
        let key = Some("pitch-routes-there");
        assert_eq!(of(&["P1"]), (Verdict::Gap, "1".to_owned(), key, (1.0, 1.0)));
        // Those of both may share a stretch, or not.
        assert_eq!(of(&["P1", "P2"]), (Verdict::Unknown, "1 to 2".to_owned(), key, (1.0, f64::INFINITY)));
    });
}

#[test]
fn where_only_questions_stand_in_the_way_they_are_named() {
    // Nobody has on record who holds the third parcel, or what power is left; the others are too small.
    let mut park = park();
    park.parcels[2].holder = None;
    let needs = || {
        vec![
            must(Want::Land { at_least_m2: 14_000.0 }),
            must(Want::Power { at_least_mw: 4.0, by: day("2027-06-01") }),
            must(Want::Free { by: day("2026-12-31") }),
        ]
    };
    asked(park.clone(), &pitch(needs(), 1), &NoSupplies, |matched| {
        assert!(!matched.any() && matched.relaxations().is_empty());
        let found = matched.confirmations(3);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (matched.candidates[found[0].candidate as usize].parcels.as_slice(), &found[0].needs),
            (&[2][..], &vec![1, 2])
        );
        assert_eq!(
            matched.confirmation_words(&found[0]),
            "P3 would fit if this were confirmed: power from 2027-06-01: ≥ 4 MW; to be had: ≤ 2026-12-31"
        );
    });
    // Those with the fewest questions first, one site for each set of them.
    let mut small = needs();
    small[0] = must(Want::Land { at_least_m2: 9_000.0 });
    asked(park.clone(), &pitch(small, 1), &NoSupplies, |matched| {
        let found: Vec<Vec<usize>> = matched.confirmations(3).into_iter().map(|one| one.needs).collect();
        assert_eq!(found, [vec![1], vec![1, 2]]);
    });
    // A pitch without limits is for whoever wrote it to mend: nobody can confirm that a hall fits.
    let hall = Want::Hall { length_m: 20.0, width_m: 10.0, height_m: 8.0, yard_m: 0.0 };
    asked(park, &pitch(vec![must(hall)], 1), &NoSupplies, |matched| {
        assert_eq!(matched.standing(0).0, Standing::Unproven);
        assert!(matched.confirmations(3).is_empty());
    });
}

#[test]
fn a_slip_in_a_pitch_is_told_where_it_decides() {
    let because = |want: Want| {
        asked(park(), &pitch(vec![must(want)], 1), &NoSupplies, |matched| {
            let finding = matched.explain(matched.find(&["P1"]).unwrap()).remove(0);
            (finding.verdict, finding.because.to_string(), finding.source.to_string())
        })
    };
    // Nothing is known of a day that is past, whatever the networks have.
    let (verdict, told, _) = because(Want::Power { at_least_mw: 1.0, by: day("2026-06-29") });
    assert_eq!(verdict, Verdict::Unknown);
    assert_eq!(told, "the day asked for is past: ask for one from the day looked at on");
    let (_, told, _) = because(Want::Power { at_least_mw: 1.0, by: day("2026-06-30") });
    assert!(told.contains("not on record"), "{told}");
    // A class that no road has: which there are, and no row of a parcel as its source.
    let road = |class: &str| Want::Road { classes: vec![class.into()], at_most_m: 50.0, width_m: None };
    let none = "no such road on record; classes on record: local".to_owned();
    assert_eq!(because(road("main")), (Verdict::Gap, none, String::new()));
    assert_eq!(because(road("local")).0, Verdict::Fit);
    // A tank of chlorine is none of what is misspelt, and the need is met: the slip is told.
    let away = |substance: &str| Want::Away { what: Thing::Hazard { substance: substance.into() }, at_least_m: 100.0 };
    let (verdict, told, _) = because(away("clorine"));
    assert_eq!(verdict, Verdict::Fit);
    assert_eq!(told, "none on record; clorine is not in the table of substances: is it spelt so?");
    for known in ["chlorine", "液氯", "ammonia", ""] {
        assert!(!because(away(known)).1.contains("spelt"), "{known}");
    }
}

#[test]
fn a_hall_beside_a_building_of_unknown_floor_is_open_for_want_of_that_floor() {
    // A hut of a storey count that nobody knows, too small to make the land a built one.
    let mut park = park();
    park.buildings.push(building(2, block(2.0, 2.0, 5.0, 5.0)));
    let hall = Want::Hall { length_m: 20.0, width_m: 10.0, height_m: 8.0, yard_m: 0.0 };
    let mut pitch = pitch(vec![must(hall)], 1);
    pitch.limits = Some(Limits { far: Some(1.0), ..limits(2.0) });
    asked(park, &pitch, &NoSupplies, |matched| {
        let land = matched.find(&["P1"]).unwrap();
        assert_eq!(matched.standing(land).0, Standing::Unproven);
        let finding = matched.explain(land).remove(0);
        assert_eq!(finding.because, "the floor area of a building is not on record");
        assert_eq!((finding.measure.low, finding.measure.high), (0.0, 1.0));
    });
}

#[test]
fn a_brief_tells_in_bands_how_far_neighbours_and_hazards_are_and_the_verdict_stays_exact() {
    let mut park = park();
    for (at, industry) in [(1, "C3913"), (2, "C2614")] {
        park.parcels[at].industry_code = Some(industry.into());
    }
    // 183.7 m east of the first parcel.
    park.hazards = vec![hazard(1, [283.7, 50.0], Some("chlorine"))];
    let away = |at_least_m| must(Want::Away { what: Thing::Hazard { substance: "chlorine".into() }, at_least_m });
    let pitch = pitch(vec![away(183.0), away(184.0)], 1);
    asked(park, &pitch, &NoSupplies, |matched| {
        let site = matched.find(&["P1"]).unwrap();
        assert!(matched.explain(site).iter().all(|one| (one.measure.low - 183.7).abs() < 1e-9), "the office knows");
        let brief = matched.brief(site);
        let of = |need: usize| brief.needs.iter().find(|one| one.need == need).unwrap();
        assert_eq!((of(0).verdict, of(1).verdict), (Verdict::Fit, Verdict::Gap));
        for finding in [of(0), of(1)] {
            assert_eq!((finding.measure.low, finding.measure.high), (100.0, 250.0));
            assert!(!finding.has.contains("18") && finding.gap.is_none(), "{}", finding.has);
        }
        // In the office's own window the ground within each distance is drawn.
        let laid = matched.laid_out(site);
        assert!(laid.fit.is_none() && laid.turning.is_none());
        let parts: Vec<LaidPart> = laid.kept_away.iter().map(KeptAway::part).collect();
        assert_eq!(parts, [LaidPart::KeptAway, LaidPart::TooNear]);
        for (one, radius_m) in laid.kept_away.iter().zip([183.0_f64, 184.0]) {
            let circle_m2 = std::f64::consts::PI * radius_m * radius_m;
            assert!((one.area.unsigned_area() / circle_m2 - 1.0).abs() < 0.01 && one.at_least_m == radius_m);
            assert!(one.area.contains(&Point::new(283.7, 50.0)));
        }
        let labels: Vec<String> = laid.classes().iter().map(|class| class.label.to_string()).collect();
        let from = "away from chlorine on record";
        assert_eq!(labels, [format!("{from}: distance to keep"), format!("{from}: distance to keep, not kept")]);
        let told: Vec<_> = brief.neighbours.iter().map(|one| (one.industry.as_str(), one.nearest_m)).collect();
        // Beside it, and 300 m away.
        assert_eq!(told, [("39", (0.0, 50.0)), ("26", (250.0, 500.0))]);
    });
}

#[test]
fn a_brief_tells_the_nearest_road_that_trucks_come_by() {
    // Nearer than the road of 9 m, 8 m away.
    for (at, class) in ["footpath", "Railway siding", "非机动车道", "Service"].into_iter().enumerate() {
        let mut park = park();
        park.roads.push(road(at as i64 + 2, &[(-50.0, -2.0), (800.0, -2.0)], Some(class), None));
        let brief = asked(park, &pitch(vec![must(Want::Land { at_least_m2: 1.0 })], 1), &NoSupplies, |matched| {
            matched.brief(matched.find(&["P1"]).unwrap())
        });
        let fact = brief.facts.iter().find(|fact| *fact.title == *"road").unwrap();
        assert_eq!(fact.value, "local; 9 m wide; 8 m away", "{class}");
    }
}

#[test]
fn an_answer_about_an_industry_says_that_its_table_is_from_memory_whatever_the_answer() {
    let verdicts = [("39", Verdict::Fit), ("26", Verdict::Gap), ("99", Verdict::Unknown)];
    for (code, verdict) in verdicts {
        asked(park(), &pitch(vec![must(Want::Industry { code: code.into() })], 1), &NoSupplies, |matched| {
            let site = matched.find(&["P1"]).unwrap();
            for finding in [matched.explain(site).remove(0), matched.brief(site).needs.remove(0)] {
                assert_eq!(finding.verdict, verdict, "{code}");
                let because = &finding.because;
                assert!(because.contains("from memory that nobody has checked"), "{code}: {because}");
                assert!(finding.source.contains("[memory]"), "{code}: {}", finding.source);
            }
        });
    }
}
