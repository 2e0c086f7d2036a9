//! What the networks have left, as siting asks for it: at the connection point of a parcel, over time, with the bottleneck.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use chrono::NaiveDate;
use spatial_db::model::{ParkSnapshot, Presence};

use super::fibre::{Fibre, Routes};
use super::supply::{NoSupplies, Step, Supplies, Supply, Utility};
use crate::network::Settings;
use crate::network::capacity::{Capacity, CapacityRules, Known, Missing, Place, Reached, Remaining};
use crate::words;
use crate::words::Words;

/// Power is on record as apparent power, kVA, and asked for in MW: a plant draws at least this share of it as real power. A
/// `ParkTwin` default; contracts ask for 0.9 or more.
pub const LEAST_POWER_FACTOR: f64 = 0.9;

/// The capacities of a park's networks, and the fibre routes of its telecom lines.
#[derive(Debug)]
pub struct NetworkSupplies<'p> {
    park: &'p ParkSnapshot,
    there: &'p Presence,
    settings: Settings,
    rules: &'p CapacityRules,
    /// Made where it is asked for first; `None` where no telecom lines are on record as surveyed.
    fibre: OnceLock<Option<Fibre>>,
    /// By parcel, made where they are asked for first: a parcel stands in many joined sites.
    routes: Vec<OnceLock<Routes>>,
    of: Vec<(Utility, Capacity<'p>)>,
    until: NaiveDate,
    /// By key of the project: the enterprise that carries it out.
    whose: HashMap<&'p str, &'p str>,
}

impl<'p> NetworkSupplies<'p> {
    /// Capacities by the records of a day, with commitments up to `until`. A resource that the table does not have stays
    /// unknown.
    pub fn of(
        park: &'p ParkSnapshot,
        there: &'p Presence,
        settings: &Settings,
        rules: &'p CapacityRules,
        until: NaiveDate,
    ) -> Self {
        let resources = [
            (Utility::Power, "power"),
            (Utility::Gas, "gas"),
            (Utility::Water, "water"),
            (Utility::Sewage, "sewage"),
            (Utility::Heat, "heat"),
        ];
        let of = resources
            .into_iter()
            .filter_map(|(utility, name)| Some((utility, Capacity::of(park, there, settings, rules, name).ok()?)));
        let contracts = park.contracts.iter();
        let holders: HashMap<&str, &str> = contracts
            .filter_map(|contract| Some((contract.provenance.key.as_str(), contract.enterprise_key.as_deref()?)))
            .collect();
        let whose = park.projects.iter().filter_map(|project| {
            let by_contract = || holders.get(project.contract_key.as_deref()?).copied();
            Some((project.provenance.key.as_str(), project.enterprise_key.as_deref().or_else(by_contract)?))
        });
        let settings = settings.clone();
        let (of, whose) = (of.collect(), whose.collect());
        let routes = vec![OnceLock::new(); park.parcels.len()];
        Self { park, there, settings, rules, fibre: OnceLock::new(), routes, of, until, whose }
    }

    /// Routes to an exchange that have no stretch in common; the day tells nothing else, since no plan of telecom lines is on record.
    fn fibre_at(&self, parcel: usize) -> Supply {
        let nobody = NoSupplies.at(parcel, Utility::Telecom);
        let fibre = self.fibre.get_or_init(|| Fibre::of(self.park, self.there, &self.settings, self.rules));
        let Some(fibre) = fibre else { return nobody };
        let routes = self.routes[parcel].get_or_init(|| fibre.routes(&self.park.parcels[parcel].boundary));
        let remaining = routes.steps(self.there.on);
        Supply {
            whose: vec![Vec::new(); remaining.len()],
            remaining,
            bottleneck: Some(routes_words()),
            unknown: (!routes.missing.is_empty()).then(|| crate::land::joined(routes.missing.clone())),
            source: words!("pitch-source-telecom", "telecom lines and holes of ducts on record"),
            date: Some(self.there.on),
            ..nobody
        }
    }

    fn answers(&self, parcel: usize, utility: Utility) -> Option<Vec<Remaining>> {
        let (_, capacity) = self.of.iter().find(|(of, _)| *of == utility)?;
        let key = self.park.parcels[parcel].provenance.key.as_str();
        capacity.over_time(Place::Parcel(key), self.until).ok().filter(|answers| !answers.is_empty())
    }

    /// Keys of the enterprises whose promises begin on the day of an answer at what limits it then. A project without an enterprise,
    /// by its contract neither, is nobody's.
    fn begins(&self, answer: &Remaining) -> Vec<String> {
        let today = answer.committed.iter().filter(|one| one.date == Some(answer.by));
        let whose: BTreeSet<&str> = today.filter_map(|one| self.whose.get(one.source.as_str()).copied()).collect();
        whose.into_iter().map(str::to_owned).collect()
    }
}

impl Supplies for NetworkSupplies<'_> {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        if utility == Utility::Telecom {
            return self.fibre_at(parcel);
        }
        let nobody = NoSupplies.at(parcel, utility);
        let Some(answers) = self.answers(parcel, utility) else { return nobody };
        let first = &answers[0];
        // What stays is of all later days: what is missing on one of them is missing.
        let missing = answers.iter().map(|answer| answer.known.missing()).find(|missing| !missing.is_empty());
        let missing = missing.unwrap_or_default();
        let unknown = (!missing.is_empty()).then(|| crate::land::joined(missing.iter().map(Missing::words).collect()));
        let told = answers.iter().any(|answer| answer.value.is_some());
        let bottleneck = first.bottleneck();
        Supply {
            utility,
            point: bottleneck.map(|element| Words::from(element.key.as_str())),
            distance_m: match first.reached {
                Reached::Connection => Some(0.0),
                Reached::Line(distance) => Some(distance),
                Reached::Nothing => None,
            },
            bottleneck: bottleneck
                .map(|element| words!("pitch-bottleneck", "bottleneck {key}", key = element.key.as_str())),
            remaining: if told { answers.iter().map(|answer| step(utility, answer)).collect() } else { Vec::new() },
            whose: if told { answers.iter().map(|answer| self.begins(answer)).collect() } else { Vec::new() },
            unknown: if told { unknown } else { unknown.or(nobody.unknown) },
            source: words!("pitch-source-capacity", "ratings, loads and commitments on record"),
            date: Some(first.as_of),
        }
    }
}

/// On what the number of fibre routes rests.
pub(super) fn routes_words() -> Words {
    words!("pitch-routes-there", "routes to an exchange over the lines on record that have no stretch in common")
}

/// What is left from the day of an answer on, in the utility's unit. Where a load is not on record there is no more than that, and
/// nobody knows how much less.
fn step(utility: Utility, answer: &Remaining) -> Step {
    let (least, most) = if utility == Utility::Power { (LEAST_POWER_FACTOR / 1e3, 1e-3) } else { (1.0, 1.0) };
    let (low, high) = match (answer.value, &answer.known) {
        (Some(value), Known::Known) => (f64::min(value * least, value * most), f64::max(value * least, value * most)),
        (Some(value), Known::AtMost(_)) => (f64::NEG_INFINITY, f64::max(value * least, value * most)),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    Step { from: answer.by, low, high }
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Polygon};
    use serde_json::{Value, json};
    use spatial_db::model::{
        FeatureId, FeatureKind, LandContract, NetworkClass, NodeKind, Parcel, Project, Provenance,
    };

    use super::*;
    use crate::network::by_hand::{empty, keyed_edge, node};

    fn keyed(key: &str, attributes: &Value) -> Provenance {
        let attributes = attributes.as_object().unwrap().clone();
        Provenance { key: key.into(), layer: "by hand".into(), source_row: 1, attributes: attributes.into() }
    }

    /// A substation of 1000 kVA, a cable, a parcel at its end, and three projects that will draw on it.
    fn park() -> ParkSnapshot {
        let mut park = empty();
        let mut source = node("s", NodeKind::Source, [0.0, 0.0, 1.0]);
        source.provenance.attributes = json!({ "RatedCap_kVA": 1000 }).as_object().unwrap().clone().into();
        park.nodes = vec![source, node("a", NodeKind::Switch, [100.0, 0.0, 1.0])];
        park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Power);
        let mut cable = keyed_edge(1, Some("s"), Some("a"), vec![[0.0, 0.0, 1.0], [100.0, 0.0, 1.0]]);
        cable.class = NetworkClass::Power;
        cable.provenance.attributes = json!({ "rated_mva": 0.8 }).as_object().unwrap().clone().into();
        park.edges = vec![cable];
        let ring = vec![(60.0, 5.0), (140.0, 5.0), (140.0, 90.0), (60.0, 90.0), (60.0, 5.0)];
        let land = MultiPolygon(vec![Polygon::new(ring.into(), Vec::new())]);
        park.parcels = vec![Parcel::bare(1, keyed("p1", &json!({})), land)];
        park.contracts = vec![LandContract {
            enterprise_key: Some("E1".into()),
            ..LandContract::bare(1, keyed("C1", &json!({})), "p1")
        }];
        let project = |number: i64, enterprise: Option<&str>, contract: Option<&str>, day: &str| Project {
            id: FeatureId::new(FeatureKind::Project, number),
            provenance: keyed(&format!("x{number}"), &json!({ "用电_kVA": 50.0 })),
            name: None,
            contract_key: contract.map(str::to_owned),
            parcel_key: Some("p1".into()),
            enterprise_key: enterprise.map(str::to_owned),
            planned_approval: None,
            planned_permit: None,
            planned_start: None,
            planned_completion: None,
            planned_production: day.parse().ok(),
            planned_investment: None,
            currency: None,
            note: None,
        };
        park.projects = vec![
            project(1, Some("E1"), None, "2027-03-01"),
            // By its contract the same one's.
            project(2, None, Some("C1"), "2027-09-01"),
            project(3, None, None, "2028-03-01"),
            project(4, Some("E2"), None, "2028-09-01"),
            project(5, Some("E3"), None, "2028-09-01"),
        ];
        park
    }

    #[test]
    fn whose_a_promise_is_comes_from_the_project_or_its_contract() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let steps = |park: &ParkSnapshot| {
            let (settings, rules) = (Settings::shipped(), CapacityRules::shipped());
            let there = Presence::on(park, day("2026-06-30"));
            let supplies = NetworkSupplies::of(park, &there, &settings, &rules, day("2036-06-30"));
            let supply = supplies.at(0, Utility::Power);
            (supply.whose.clone(), supply.told(day("2026-06-30")))
        };
        let (whose, told) = steps(&park());
        assert_eq!(whose, [vec![], vec!["E1"], vec!["E1"], vec![], vec!["E2", "E3"]]);
        // E1 alone does not show before the others have come in: 800 kVA, then 550.
        let shown: Vec<(String, f64)> = told.iter().map(|step| (step.from.to_string(), step.high)).collect();
        assert_eq!(shown, [("2026-06-30".to_owned(), 0.8), ("2027-01-01".to_owned(), 0.55)]);
        // Without the other two all of it is E1's.
        let mut ones = park();
        ones.projects.truncate(3);
        assert_eq!(steps(&ones).1.len(), 1);
    }

    #[test]
    fn a_ring_that_feeds_from_both_sides_turns_no_site_down() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut park = park();
        let (settings, rules) = (Settings::shipped(), CapacityRules::shipped());
        let lasting = |park: &ParkSnapshot| {
            let there = Presence::on(park, day("2026-06-30"));
            let supplies = NetworkSupplies::of(park, &there, &settings, &rules, day("2036-06-30"));
            let supply = supplies.at(0, Utility::Power);
            (supply.lasting(day("2026-06-30")).1, supply.unknown.is_some())
        };
        // 800 − 250 kVA by the one cable.
        assert_eq!(lasting(&park), (0.55, false));
        let mut other = node("t", NodeKind::Source, [200.0, 0.0, 1.0]);
        other.class = NetworkClass::Power;
        other.provenance.attributes = park.nodes[0].provenance.attributes.clone();
        park.nodes.push(other);
        let mut cable = keyed_edge(2, Some("a"), Some("t"), vec![[100.0, 0.0, 1.0], [200.0, 0.0, 1.0]]);
        cable.class = NetworkClass::Power;
        cable.provenance.attributes = park.edges[0].provenance.attributes.clone();
        park.edges.push(cable);
        assert_eq!(lasting(&park), (f64::INFINITY, true));
    }
}
