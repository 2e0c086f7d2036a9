//! Siting on parks made by hand: what fits, what is missed, what is not known, and what never may change that.

use std::collections::BTreeMap;
use std::sync::Arc;

use analysis::rules::RuleSet;
use analysis::scenario::Limits;
use analysis::siting::{
    Candidate, Commitment, Free, Ground, How, IfUnknown, Match, Need, NoSupplies, Offers, PitchFile, Relaxation, Side,
    SitingTables, Standing, Supplies, Supply, Thing, Utility, Verdict, Want, remaining,
};
use chrono::NaiveDate;
use geo::{LineString, MultiLineString, Point};
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{EmergencyResource, HazardSource, LandContract, ParkSnapshot, ResourceKind, RoadEdge, Tenancy};

use crate::by_hand::{block, building, edge, empty, keyed, parcel};
use crate::evaluation::day;

const BANK: &str = "Land bank of the town";

/// Two neighbours of 1 and 1.2 ha, one of 1.5 ha apart, one that is built on; all of the land bank.
pub(crate) fn land_of_the_bank() -> ParkSnapshot {
    let mut park = empty();
    park.park.as_of = Some(day("2026-06-30"));
    park.parcels = vec![
        parcel(1, block(0.0, 0.0, 100.0, 100.0)),
        parcel(2, block(100.0, 0.0, 120.0, 100.0)),
        parcel(3, block(400.0, 0.0, 150.0, 100.0)),
        parcel(4, block(600.0, 0.0, 100.0, 100.0)),
    ];
    for one in &mut park.parcels {
        one.holder = Some(BANK.into());
    }
    park.buildings.push(building(1, block(600.0, 0.0, 90.0, 90.0)));
    park
}

/// That land with its zoning, a road along its south, a gate, a tank of chlorine.
pub(crate) fn park() -> ParkSnapshot {
    let mut park = land_of_the_bank();
    for one in &mut park.parcels {
        one.land_use_scheme = Some("planning-2023".into());
        one.land_use_code = Some("100102".into());
    }
    park.roads.push(road(1, &[(-50.0, -8.0), (800.0, -8.0)], Some("local"), Some(9.0)));
    park.resources.push(resource(1, ResourceKind::Gate, [0.0, -20.0]));
    park.hazards.push(hazard(1, [600.0, 50.0], Some("chlorine")));
    park
}

pub(crate) fn road(id: i64, line: &[(f64, f64)], class: Option<&str>, width_m: Option<f64>) -> RoadEdge {
    RoadEdge {
        class: class.map(str::to_owned),
        width_m,
        ..RoadEdge::bare(id, keyed(&format!("R{id}")), MultiLineString(vec![LineString::from(line.to_vec())]))
    }
}

fn resource(id: i64, kind: ResourceKind, position: [f64; 2]) -> EmergencyResource {
    EmergencyResource::bare(id, keyed(&format!("X{id}")), kind, position)
}

pub(crate) fn hazard(id: i64, at: [f64; 2], substance: Option<&str>) -> HazardSource {
    HazardSource {
        name: Some("Tank of a tenant".into()),
        substance: substance.map(str::to_owned),
        ..HazardSource::bare(id, keyed(&format!("H{id}")), Point::new(at[0], at[1]).into())
    }
}

pub(crate) fn must(want: Want) -> Need {
    Need { want, how: How::Must, unknown: IfUnknown::Refused }
}

pub(crate) fn wish(want: Want, weight: f64) -> Need {
    Need { want, how: How::Wish(weight), unknown: IfUnknown::Allowed }
}

pub(crate) fn pitch(needs: Vec<Need>, join: u32) -> PitchFile {
    let mut pitch = PitchFile::new("test", needs).unwrap();
    pitch.join = join;
    pitch
}

/// Limits that leave what the setback leaves, for storeys of ten metres.
pub(crate) fn limits(setback_m: f64) -> Limits {
    Limits { setback_m, spacing_m: 0.0, far: None, coverage: None, height_m: 20.0, storey_height_m: 10.0 }
}

/// Asks a park, and hands the answer to a look at it.
pub(crate) fn asked<T>(
    park: ParkSnapshot,
    pitch: &PitchFile,
    supplies: &dyn Supplies,
    look: impl FnOnce(&Match<'_, '_>) -> T,
) -> T {
    let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
    let as_of = park.park.as_of.unwrap();
    let cache = Cache::build(Arc::new(park));
    let ground = Ground::of(&cache, &rules, &tables, as_of);
    look(&Match::of(&ground, pitch, supplies).unwrap())
}

/// Standing by the parcels of each candidate.
fn standings(matched: &Match<'_, '_>) -> BTreeMap<Vec<u32>, Standing> {
    let of = |(at, one): (usize, &Candidate)| (one.parcels.clone(), matched.standing(at as u32).0);
    matched.candidates.iter().enumerate().map(of).collect()
}

#[test]
fn parcels_are_joined_with_their_neighbours_only_and_what_they_have_is_measured() {
    let pitch = pitch(
        vec![
            must(Want::Land { at_least_m2: 20_000.0 }),
            must(Want::Away { what: Thing::Hazard { substance: "chlorine".into() }, at_least_m: 100.0 }),
            must(Want::Road { classes: vec!["local".into()], at_most_m: 20.0, width_m: Some(7.0) }),
            wish(Want::Near { what: Thing::Gate, at_most_m: 100.0 }, 1.0),
        ],
        2,
    );
    asked(park(), &pitch, &NoSupplies, |matched| {
        let found = standings(matched);
        // The fourth is built on; the third has no neighbour.
        assert_eq!(found.keys().cloned().collect::<Vec<_>>(), [vec![0], vec![0, 1], vec![1], vec![2]]);
        assert_eq!(found[&vec![0, 1]], Standing::Fits);
        assert_eq!([found[&vec![0]], found[&vec![1]], found[&vec![2]]], [Standing::Fails; 3]);
        let best = matched.rank(&matched.weights())[0];
        assert_eq!((best.standing, best.missed), (Standing::Fits, 0));
        let findings = matched.explain(best.candidate);
        assert_eq!(findings[0].measure.low, 22_000.0);
        assert!((findings[1].measure.low - 380.0).abs() < 1e-9, "from the eastern edge to the tank");
        assert!((findings[2].measure.high - 8.0).abs() < 1e-9);
        assert!(findings.iter().all(|one| one.verdict == Verdict::Fit && one.date == Some(day("2026-06-30"))));
        assert_eq!(findings[2].source, "by hand, row 1");
        // Ranked without the park it is the same.
        for weights in [matched.weights(), vec![0.0; 4]] {
            assert_eq!(matched.ranking().rank(&weights), matched.rank(&weights));
        }
        // The hectare apart lacks half of the land, and is too near to the tank.
        let third = matched.find(&["P3"]).unwrap();
        assert_eq!(matched.standing(third), (Standing::Fails, 2));
        assert_eq!(matched.explain(third)[0].gap.as_ref().unwrap(), &"5\u{202f}000 m² short");
    });
}

#[test]
fn nothing_fits_and_the_smallest_change_is_named() {
    let pitch = pitch(
        vec![
            must(Want::Land { at_least_m2: 16_000.0 }),
            must(Want::Away { what: Thing::Hazard { substance: String::new() }, at_least_m: 40.0 }),
        ],
        1,
    );
    asked(park(), &pitch, &NoSupplies, |matched| {
        assert!(!matched.any());
        let relaxations = matched.relaxations();
        assert_eq!(relaxations.len(), 1);
        assert_eq!(relaxations[0].want, Some(Want::Land { at_least_m2: 15_000.0 }));
        assert_eq!(matched.candidates[relaxations[0].candidate as usize].parcels, [2]);
        assert!(matched.relaxation_words(&relaxations[0]).contains("instead of"));
    });
    // With the change made, the site is there.
    let relaxed = PitchFile::new("relaxed", vec![must(Want::Land { at_least_m2: 15_000.0 })]).unwrap();
    asked(park(), &relaxed, &NoSupplies, |matched| assert!(matched.any()));
}

#[test]
fn a_brief_says_whether_a_lane_goes_round_the_hall() {
    let told = |park: ParkSnapshot, length_m: f64, width_m: f64, setback_m: f64| {
        let hall = Want::Hall { length_m, width_m, height_m: 8.0, yard_m: 0.0 };
        let mut pitch = pitch(vec![must(hall)], 1);
        pitch.limits = Some(limits(setback_m));
        asked(park, &pitch, &NoSupplies, |matched| {
            let brief = matched.brief(matched.find(&["P1"]).unwrap());
            brief.facts.iter().find(|fact| fact.title.key() == Some("pitch-fact-lane")).unwrap().value.to_string()
        })
    };
    // The land is a square of 100 m.
    let narrow = told(park(), 95.0, 95.0, 2.0);
    assert!(narrow.starts_with("2.") && narrow.ends_with("no lane of 4.0 m goes round on the land"), "{narrow}");
    let wide = told(park(), 60.0, 30.0, 8.0);
    assert!(wide.ends_with("free on every side: a lane of 4.0 m goes round"), "{wide}");
    // The boundary is 40 m off, a hut on the land nearer, however far that is.
    let mut hut = building(2, block(3.0, 46.0, 4.0, 4.0));
    (hut.storeys, hut.storey_height_m) = (Some(1.0), Some(4.0));
    let mut built = park();
    built.buildings.push(hut);
    let beside = told(built, 18.0, 18.0, 40.0);
    let free_m: f64 = beside.split(' ').next().unwrap().parse().unwrap();
    assert!((32.9..=35.1).contains(&free_m), "{beside}");
}

/// Ten megawatts, of which six are promised until the end of 2027.
struct UntilThen;

impl Supplies for UntilThen {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        let promised = [Commitment { from: day("2024-01-01"), to: Some(day("2028-01-01")), amount: 6.0 }];
        Supply { remaining: remaining(day("2026-06-30"), 10.0, &promised), ..NoSupplies.at(parcel, utility) }
    }
}

#[test]
fn a_site_that_comes_free_when_promises_to_others_end_is_named_with_the_day() {
    let relaxed = |at_least_mw: f64| {
        let pitch = pitch(vec![must(Want::Power { at_least_mw, by: day("2027-06-01") })], 1);
        asked(park(), &pitch, &UntilThen, |matched| {
            let told = |one: &Relaxation| (one.day, matched.relaxation_words(one).to_string());
            matched.relaxations().iter().map(told).collect::<Vec<_>>()
        })
    };
    let eight = relaxed(8.0);
    assert_eq!(eight.len(), 2, "less of it, or later: {eight:?}");
    let later = eight.iter().find(|one| one.0.is_some()).unwrap();
    assert!(later.0 == Some(day("2028-01-01")) && later.1.contains("8 MW from 2028-01-01 on"), "{later:?}");
    assert!(relaxed(11.0).iter().all(|one| one.0.is_none()), "it is never left");
}

#[test]
fn who_holds_land_decides_whether_it_is_to_be_had() {
    let mut park = park();
    park.parcels[1].holder = Some("Works Ltd".into());
    park.parcels[2].holder = None;
    let pitch = pitch(vec![must(Want::Free { by: day("2026-12-31") })], 1);
    let contract = LandContract { signed: Some(day("2024-01-01")), ..LandContract::bare(1, keyed("C1"), "P1") };
    asked(park.clone(), &pitch, &NoSupplies, |matched| {
        let found = standings(matched);
        assert_eq!(found[&vec![0]], Standing::Fits);
        assert_eq!(found[&vec![1]], Standing::Fails);
        assert_eq!(found[&vec![2]], Standing::Unproven, "nobody knows who holds it");
        let held = matched.find(&["P2"]).unwrap();
        assert!(!matched.explain(held)[0].because.contains("Works"), "a holder's name is the office's own");
    });
    park.contracts.push(contract);
    asked(park, &pitch, &NoSupplies, |matched| assert_eq!(standings(matched)[&vec![0]], Standing::Fails));
}

/// A tenancy in the first building, from a day until another, for good if that is empty.
pub(crate) fn tenancy(id: i64, enterprise: &str, floor_area_m2: Option<f64>, [from, to]: [&str; 2]) -> Tenancy {
    Tenancy {
        building_key: Some("B1".into()),
        floor_area_m2,
        valid_from: Some(day(from)),
        valid_to: (!to.is_empty()).then(|| day(to)),
        ..Tenancy::bare(id, keyed(&format!("T{id}")), enterprise)
    }
}

#[test]
fn empty_floors_are_offered_now_and_let_ones_when_they_end() {
    let mut park = park();
    park.buildings[0].floor_area_m2 = Some(8_000.0);
    park.buildings[0].storey_height_m = Some(9.6);
    park.buildings[0].state = Some("in use".into());
    let mut empty_hall = building(2, block(700.0, 200.0, 50.0, 50.0));
    (empty_hall.state, empty_hall.storeys) = (Some("vacant".into()), Some(1.0));
    empty_hall.provenance.attributes.insert("净高".into(), 9.2.into());
    park.buildings.push(empty_hall);
    park.tenancies.push(tenancy(1, "E1", Some(5_000.0), ["2020-01-01", "2027-03-01"]));
    let mut pitch = pitch(
        vec![
            must(Want::Floor { at_least_m2: 2_400.0 }),
            must(Want::ClearHeight { at_least_m: 9.0 }),
            must(Want::Free { by: day("2027-06-01") }),
        ],
        1,
    );
    pitch.offers = Offers::Buildings;
    asked(park, &pitch, &NoSupplies, |matched| {
        let offers: Vec<_> = matched.candidates.iter().map(|one| (one.building, one.floor_m2.0, one.free)).collect();
        let (now, later) = (Free::From(day("2026-06-30")), Free::From(day("2027-03-01")));
        assert_eq!(offers, [(Some(1), 2_500.0, now), (Some(0), 3_000.0, now), (Some(0), 8_000.0, later)]);
        let standing: Vec<Standing> = (0..3).map(|at| matched.standing(at).0).collect();
        // Of the storey of 9.6 m nobody knows how much the beams take.
        assert_eq!(standing, [Standing::Fits, Standing::Unproven, Standing::Unproven]);
    });
}

/// The same building cannot be floors of six metres for one need and a hall of twenty-two for another.
#[test]
fn clear_height_on_land_is_that_of_what_is_asked_for() {
    let found = |needs: Vec<Need>, height_m: f64, storey_height_m: f64| {
        let mut pitch = pitch(needs, 1);
        pitch.limits = Some(Limits { height_m, storey_height_m, ..limits(0.0) });
        asked(park(), &pitch, &NoSupplies, |matched| {
            let at = matched.find(&["P1"]).unwrap();
            let finding = &matched.explain(at)[0];
            (finding.measure.low, finding.measure.high, finding.verdict)
        })
    };
    let clear = |at_least_m: f64| must(Want::ClearHeight { at_least_m });
    let floor = must(Want::Floor { at_least_m2: 1_000.0 });
    let hall = |height_m: f64| must(Want::Hall { length_m: 40.0, width_m: 30.0, height_m, yard_m: 0.0 });
    assert_eq!(found(vec![clear(9.0), floor.clone()], 24.0, 6.0), (4.0, 6.0, Verdict::Gap));
    assert_eq!(found(vec![clear(9.0), hall(9.0)], 24.0, 6.0), (7.0, 9.0, Verdict::Unknown));
    assert_eq!(found(vec![clear(9.0), hall(12.0), floor], 24.0, 6.0), (10.0, 12.0, Verdict::Fit));
    // A silo is as high as the limits let.
    assert_eq!(found(vec![clear(22.0)], 24.0, 6.0), (22.0, 24.0, Verdict::Fit));
}

/// A single feeder for all parcels.
struct Feeder {
    capacity: f64,
    promised: Vec<Commitment>,
}

impl Supplies for Feeder {
    fn at(&self, _: usize, utility: Utility) -> Supply {
        let remaining = remaining(day("2026-06-30"), self.capacity, &self.promised);
        Supply { remaining, unknown: None, ..NoSupplies.at(0, utility) }
    }
}

fn promised() -> impl Strategy<Value = Commitment> {
    let day = |days: i32| NaiveDate::from_num_days_from_ce_opt(739_800 + days).unwrap();
    (0_i32..2000, prop::option::of(1_i32..1500), 0.0_f64..4.0).prop_map(move |(from, length, amount)| Commitment {
        from: day(from),
        to: length.map(|length| day(from + length)),
        amount,
    })
}

/// A row of parcels with what is known of each.
fn parks() -> impl Strategy<Value = ParkSnapshot> {
    let one = (20.0_f64..200.0, 30.0_f64..200.0, any::<[bool; 4]>(), 0_usize..4);
    (
        prop::collection::vec(one, 2..8),
        prop::collection::vec((0.0_f64..900.0, -60.0_f64..300.0), 0..4),
        any::<[bool; 4]>(),
    )
        .prop_map(|(row, tanks, known)| {
            let mut park = empty();
            park.park.as_of = Some(day("2026-06-30"));
            let mut x = 0.0;
            for (at, (w, h, has, code)) in row.into_iter().enumerate() {
                let mut one = parcel(at as i64 + 1, block(x, 0.0, w, h));
                x += w + if has[3] { 0.0 } else { 12.0 };
                one.land_use_scheme = Some("planning-2023".into());
                one.land_use_code = has[0].then(|| ["100101", "100102", "1001", "0901"][code].into());
                one.holder = has[1].then(|| if has[2] { BANK } else { "Works" }.to_owned());
                park.parcels.push(one);
            }
            for (at, (x, y)) in tanks.iter().enumerate() {
                park.hazards.push(hazard(at as i64 + 1, [*x, *y], Some("chlorine")));
            }
            park.roads.push(road(1, &[(0.0, -6.0), (400.0, -6.0)], Some("local"), known[0].then_some(9.0)));
            park.roads.push(road(2, &[(300.0, -40.0), (900.0, -90.0)], known[1].then_some("arterial"), Some(20.0)));
            if known[2] {
                park.resources.push(resource(1, ResourceKind::Gate, [100.0, -20.0]));
            }
            if known[3] {
                park.edges.push(edge(1, vec![[0.0, -5.0, 1.0], [500.0, -5.0, 1.0]], Some(200.0)));
            }
            park
        })
}

fn needs() -> impl Strategy<Value = Vec<Need>> {
    let by = day("2027-06-01");
    let want = prop_oneof![
        (100.0_f64..60_000.0).prop_map(|at_least_m2| Want::Land { at_least_m2 }),
        (1.0_f64..400.0)
            .prop_map(|at_least_m| Want::Away { what: Thing::Hazard { substance: "chlorine".into() }, at_least_m }),
        (1.0_f64..600.0).prop_map(|at_most_m| Want::Near { what: Thing::Gate, at_most_m }),
        (1.0_f64..200.0).prop_map(|at_most_m| Want::Road {
            classes: vec!["local".into(), "arterial".into()],
            at_most_m,
            width_m: Some(7.0),
        }),
        (1.0_f64..200.0).prop_map(|at_most_m| Want::Access { to: Utility::Water, at_most_m }),
        (0.1_f64..12.0).prop_map(move |at_least_mw| Want::Power { at_least_mw, by }),
        Just(Want::Zoning { scheme: "planning-2023".into(), codes: vec!["1001".into()] }),
        Just(Want::Industry { code: "39".into() }),
        (0_i64..900).prop_map(|days| Want::Free { by: day("2026-01-01") + chrono::Days::new(days.unsigned_abs()) }),
    ];
    let how = prop_oneof![Just(How::Must), (0.1_f64..5.0).prop_map(How::Wish)];
    let unknown = prop_oneof![Just(IfUnknown::Refused), Just(IfUnknown::Allowed)];
    let need = (want, how, unknown).prop_map(|(want, how, unknown)| Need { want, how, unknown });
    prop::collection::vec(need, 1..6)
}

fn feeder(promised: Vec<Commitment>) -> Feeder {
    Feeder { capacity: 12.0, promised }
}

/// Verdicts, grades and scores by candidate.
type Seen = BTreeMap<Vec<u32>, (Standing, Vec<(Verdict, f32, f32)>, f32, f32)>;

fn seen(matched: &Match<'_, '_>) -> Seen {
    let places = matched.rank(&matched.weights());
    places
        .into_iter()
        .map(|place| {
            let of = |need: usize| {
                let (low, high) = matched.grade(place.candidate, need);
                (matched.verdict(place.candidate, need), low, high)
            };
            let needs = (0..matched.weights().len()).map(of).collect();
            let key = matched.candidates[place.candidate as usize].parcels.clone();
            (key, (place.standing, needs, place.score, place.best))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Asking for less never loses a site.
    #[test]
    fn relaxing_a_need_never_loses_a_site(
        park in parks(), needs in needs(), at in any::<prop::sample::Index>(), share in 0.01_f64..0.99, promised in prop::collection::vec(promised(), 0..3),
    ) {
        let at = at.index(needs.len());
        let feeder = feeder(promised);
        let before = asked(park.clone(), &pitch(needs.clone(), 3), &feeder, seen);
        let mut less = needs;
        let (figure, side) = less[at].want.figure();
        let moved = if side == Side::AtLeast { figure * (1.0 - share) } else { figure * (1.0 + share) };
        less[at].want = less[at].want.with_figure(moved);
        let after = asked(park.clone(), &pitch(less.clone(), 3), &feeder, seen);
        for (site, was) in &before {
            prop_assert!(after[site].0 <= was.0, "{:?}: {:?} became {:?}", site, was.0, after[site].0);
            prop_assert!(after[site].1[at].0 <= was.1[at].0);
        }
        // Nor does asking for it less firmly.
        less[at].unknown = IfUnknown::Allowed;
        let softer = asked(park.clone(), &pitch(less.clone(), 3), &feeder, seen);
        less[at].how = How::Wish(1.0);
        let wished = asked(park, &pitch(less, 3), &feeder, seen);
        for (site, was) in &after {
            prop_assert!(softer[site].0 <= was.0 && wished[site].0 <= softer[site].0);
        }
    }

    /// More load that is promised to others never makes a site better.
    #[test]
    fn more_committed_load_never_improves_a_site(
        park in parks(), needs in needs(), promises in prop::collection::vec(promised(), 0..3), more in promised(),
    ) {
        let pitch = pitch(needs, 2);
        let before = asked(park.clone(), &pitch, &feeder(promises.clone()), seen);
        let mut all = promises;
        all.push(more);
        let after = asked(park, &pitch, &feeder(all), seen);
        for (site, was) in &before {
            let is = &after[site];
            prop_assert!(is.0 >= was.0 && is.2 <= was.2 + 1e-6 && is.3 <= was.3 + 1e-6, "{:?}", site);
            for (now, then) in is.1.iter().zip(&was.1) {
                prop_assert!(now.0 >= then.0 && now.1 <= then.1 + 1e-6);
            }
        }
    }

    /// Knowing less never makes more certain: neither that something is met, nor that it is missed.
    #[test]
    fn what_is_no_longer_known_never_makes_more_certain(
        park in parks(), needs in needs(), lost in prop::collection::vec(any::<[bool; 2]>(), 8), roads in any::<[bool; 3]>(),
    ) {
        let pitch = pitch(needs, 2);
        let before = asked(park.clone(), &pitch, &feeder(Vec::new()), seen);
        let mut dim = park;
        for (parcel, lost) in dim.parcels.iter_mut().zip(&lost) {
            if lost[0] {
                parcel.land_use_code = None;
            }
            if lost[1] {
                parcel.holder = None;
            }
        }
        if roads[0] {
            dim.roads[0].width_m = None;
        }
        if roads[1] {
            dim.roads[1].class = None;
        }
        let after = if roads[2] {
            asked(dim, &pitch, &NoSupplies, seen)
        } else {
            asked(dim, &pitch, &feeder(Vec::new()), seen)
        };
        for (site, was) in &before {
            let is = &after[site];
            prop_assert!(is.0 != Standing::Fits || was.0 == Standing::Fits);
            prop_assert!(is.0 != Standing::Fails || was.0 == Standing::Fails);
            prop_assert!(is.2 <= was.2 + 1e-6 && is.3 >= was.3 - 1e-6);
            for (now, then) in is.1.iter().zip(&was.1) {
                prop_assert!(now.0 == then.0 || now.0 == Verdict::Unknown, "{:?} became {:?}", then.0, now.0);
                prop_assert!(now.1 <= then.1 + 1e-6 && now.2 >= then.2 - 1e-6);
            }
        }
    }

    /// A must that is missed is never made up for, whatever the weights; and weights alone never change where a site stands.
    #[test]
    fn wishes_never_hide_a_must(park in parks(), needs in needs(), weights in prop::collection::vec(0.0_f32..9.0, 6)) {
        asked(park, &pitch(needs, 3), &feeder(Vec::new()), |matched| {
            let places = matched.rank(&weights);
            prop_assert_eq!(places.len(), matched.candidates.len());
            for pair in places.windows(2) {
                let key = |at: usize| (pair[at].standing, pair[at].missed);
                prop_assert!(key(0) <= key(1));
                if key(0) == key(1) {
                    prop_assert!(pair[0].score >= pair[1].score - 1e-6);
                }
            }
            for place in places {
                prop_assert_eq!((place.standing, place.missed), matched.standing(place.candidate));
                let missed = matched.explain(place.candidate).iter().filter(|one| one.must && one.verdict == Verdict::Gap).count();
                prop_assert_eq!(missed, usize::from(place.missed));
            }
            Ok(())
        })?;
    }
}
