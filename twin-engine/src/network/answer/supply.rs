//! Answers about supply: what a break in every line would take, pressures in water mains, and what capacity is left.

use analysis::network::answers::{Answer, Network};
use analysis::network::capacity::{
    Capacity, CapacityError, Place as Spot, buildings_left, capacity_overlay, coverage_overlay, elements_overlay,
    parcels_left, way_overlay, worst_elements,
};
use analysis::network::found::critical_overlay;
use analysis::network::hydraulics::{
    Asked as Pressed, Burst, Demand, Given, HydraulicsError, Which, fire_overlay, park_plant, pressure_overlay,
};
use analysis::rules::RuleTables;
use analysis::words::Words;
use chrono::NaiveDate;
use spatial_db::model::FeatureKind;

use super::super::forms::{Press, Site};
use super::super::joints::Joint;
use super::super::question::LeftOf;
use super::{Answered, Asked, Found, List, Refused, Stage, Table, with_lengths};

impl Asked {
    /// What a break in every line would take.
    pub(super) fn critical(&self, network: &Network<'_>, joint: &Joint, everywhere: bool) -> Option<Found> {
        let service = joint.service(self.park(), &self.there, &RuleTables::in_force().topology);
        let (Answer { sheet, told }, overlay) = network.criticality(service, everywhere, |with, worth| {
            critical_overlay(with, worth, Words::default(), self.day(), Vec::new())
        });
        self.stage(Stage::Telling)?;
        let mut overlay = with_lengths(self.park(), overlay);
        (overlay.title, overlay.notes) = (sheet.title.clone(), sheet.notes.clone());
        Some(self.found(overlay, vec![Table::new(List::Titled, sheet)], told))
    }

    /// Pressures, or fire flow, of the water network.
    pub(super) fn pressures(
        &self,
        network: &Network<'_>,
        joint: &Joint,
        press: &Press,
        driven: bool,
    ) -> Option<Answered> {
        let mut found = match self.pressed(network, press, driven) {
            Err(HydraulicsError::Stopped) => return None,
            Err(error) => return Some(Err(Refused::Pressures(error))),
            Ok(found) => found,
        };
        // What is to be closed for it stands beside the pressures, with its numbers on the map.
        if let Press::Closed { at } = press {
            let service = joint.service(self.park(), &self.there, &RuleTables::in_force().topology);
            match self.broken(network, service, at) {
                Ok(isolated) => {
                    found.tables.extend(isolated.tables.into_iter().filter(|table| table.list == List::Steps));
                    found.close = isolated.close;
                    found.told["isolation"] = isolated.told;
                }
                Err(error) => return Some(Err(Refused::Network(error))),
            }
        }
        Some(Ok(found))
    }

    fn pressed(&self, network: &Network<'_>, press: &Press, driven: bool) -> Result<Found, HydraulicsError> {
        let in_force = RuleTables::in_force();
        let rules = &in_force.hydraulics;
        let which = match press {
            Press::AsIs => Which::Pressure,
            Press::Closed { at } => Which::Close(vec![at.clone()]),
            Press::Burst { at, hole_mm } => Which::Burst(Burst { at: at.clone(), hole_mm: *hole_mm }),
            Press::Fire { residual_m } => Which::Fire { at: Vec::new(), residual_m: *residual_m },
        };
        let demand = if driven { rules.by_pressure(None) } else { Demand::AsModelled };
        // Valves that a person told of stand so in the network already.
        let asked = Pressed { which, demand, at_s: 0, closed: Vec::new() };
        let (plant, assumed) = park_plant(network, rules, &in_force.capacity, &Given::default())?;
        let wake = self.wake.as_ref();
        let goes_on = |done, all| self.watch.at_part((done, all), wake);
        let answer = plant.answer_while(Some(network), &asked, rules, &assumed, &goes_on)?;
        self.stage(Stage::Telling).ok_or(HydraulicsError::Stopped)?;
        let (sheet, park, day) = (answer.sheet, self.park(), self.day());
        let notes = sheet.notes.clone();
        let mut overlay = if let Press::Fire { residual_m } = press {
            let residual_m = residual_m.unwrap_or(rules.figure.residual_m.value);
            fire_overlay(park, &plant, (&answer.fire, residual_m), rules, day, notes)
        } else {
            let last = answer.after.as_ref().unwrap_or(&answer.before);
            let before = answer.after.as_ref().map(|_| &answer.before);
            with_lengths(park, pressure_overlay(park, &plant, before, last, rules, day, notes))
        };
        overlay.title = sheet.title.clone();
        Ok(self.found(overlay, vec![Table::new(List::Titled, sheet)], answer.told))
    }

    /// What capacity is left, past what is shut on record or told to be.
    pub(super) fn left(
        &self,
        network: &Network<'_>,
        resource: &str,
        of: &LeftOf,
        by: Option<NaiveDate>,
    ) -> Option<Answered> {
        let by = by.unwrap_or_else(|| self.day());
        let rules = &RuleTables::in_force().capacity;
        let resource = match rules.known(resource) {
            Ok(resource) => resource,
            Err(error) => return Some(Err(Refused::Capacity(error))),
        };
        let capacity = Capacity::on(network, rules, resource);
        self.stage(Stage::Telling)?;
        Some(match of {
            LeftOf::Parcels => {
                let answers = parcels_left(&capacity, by);
                let Answer { sheet, told } = capacity.parcels(&answers, by);
                let overlay = capacity_overlay(&capacity, &answers, by);
                Ok(self.found(overlay, vec![Table::new(List::Titled, sheet)], told))
            }
            LeftOf::Buildings => {
                let ducts = rules.beside(resource).map(|ducts| Capacity::on(network, rules, ducts));
                let answers = buildings_left(&capacity, by);
                let Answer { sheet, told } = capacity.buildings(&answers, ducts.as_ref(), by);
                let overlay = coverage_overlay(&capacity, &answers, by);
                Ok(self.found(overlay, vec![Table::new(List::Titled, sheet)], told))
            }
            LeftOf::Elements => {
                let elements = worst_elements(&capacity, by);
                let Answer { sheet, told } = capacity.lines_and_points(&elements, by);
                let overlay = with_lengths(self.park(), elements_overlay(&capacity, &elements, by));
                let ids = elements.iter().map(|element| element.feature).collect();
                Ok(self.found(overlay, vec![Table { list: List::Titled, sheet, ids }], told))
            }
            LeftOf::At(site) => self.left_at(&capacity, site, by).map_err(Refused::Capacity),
        })
    }

    fn left_at(&self, capacity: &Capacity<'_>, site: &Site, by: NaiveDate) -> Result<Found, CapacityError> {
        let spot = match site.id.kind {
            FeatureKind::Parcel => Spot::Parcel(&site.key),
            FeatureKind::Building => Spot::Building(&site.key),
            _ => Spot::Node(&site.key),
        };
        let (Answer { sheet, told }, days, answer) = capacity.place(spot, by)?;
        let overlay = way_overlay(capacity, &answer, Some(site.id), sheet.notes.clone());
        let ids = answer.path.iter().map(|element| element.feature).collect();
        let tables = vec![Table { list: List::Way, sheet, ids }, Table::new(List::Days, days)];
        Ok(self.found(with_lengths(self.park(), overlay), tables, told))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use analysis::sheet::Value;
    use serde_json::json;
    use spatial_db::model::{NetworkClass, ParkSnapshot};

    use super::super::tests::{asked, piped};
    use super::*;
    use crate::TwinInput;
    use crate::network::joints::Joints;
    use crate::network::question::{Question, Told};

    /// The piped park with a head at its source and a load at its connection.
    fn supplied(change: impl FnOnce(&mut ParkSnapshot)) -> TwinInput {
        let mut input = piped();
        let mut park = (*input.snapshot).clone();
        for (key, value) in [("s", json!({ "head_m": 90.0 })), ("c", json!({ "ConnLoad_m3d": 86.4 }))] {
            let node = park.nodes.iter_mut().find(|node| node.provenance.key == key).unwrap();
            node.provenance.attributes = value.as_object().unwrap().clone().into();
        }
        change(&mut park);
        input.snapshot = Arc::new(park);
        input
    }

    fn answered(input: &TwinInput, question: Question, told: Told) -> Answered {
        asked(input, question, told).answer(&Joints::default()).unwrap()
    }

    fn pressed(input: &TwinInput, press: Press) -> Answered {
        answered(input, Question::Pressure { press, driven: false }, Told::new())
    }

    fn cell(found: &Found, key: &str, column: &str) -> Value {
        let sheet = &found.tables[0].sheet;
        let at = |name: &str| sheet.columns.iter().position(|column| column.name == name).unwrap();
        let row = sheet.rows.iter().find(|row| row.cells[0] == Value::Text(key.into())).unwrap();
        row.cells[at(column)].clone()
    }

    #[test]
    fn every_line_is_told_with_what_a_break_there_takes() {
        let input = piped();
        let critical = |everywhere| {
            let question = Question::Critical { class: NetworkClass::Water, everywhere };
            answered(&input, question, Told::new()).unwrap()
        };
        let found = critical(false);
        let lines = input.snapshot.edges.iter().filter(|edge| edge.class == NetworkClass::Water).count();
        assert_eq!((found.tables[0].sheet.rows.len(), found.overlay.verdicts.len()), (lines, lines));
        assert!(found.overlay.classes.iter().all(|class| class.measure.is_some()), "with their lengths");
        assert_eq!(found.overlay.name, crate::network::NAME);
        // Between its valves the network has three segments; with one at both ends of every line it has more.
        let segments = |found: &Found| found.told["segments"].as_u64().unwrap();
        assert!(segments(&critical(true)) > segments(&found));
    }

    #[test]
    fn pressures_before_and_after_and_what_a_person_told_of_a_valve() {
        let input = supplied(|_| ());
        let as_is = pressed(&input, Press::AsIs).unwrap();
        assert_eq!((as_is.told["after"].is_null(), as_is.tables.len()), (true, 1));
        let closed = pressed(&input, Press::Closed { at: "v2c4".into() }).unwrap();
        let dry = |found: &Found, state: &str| {
            let keys = found.told[state]["without_supply"].as_array().unwrap().clone();
            ["h", "c", "d"].map(|key| keys.contains(&json!(key)))
        };
        assert_eq!(dry(&closed, "after"), [false, true, true]);
        // What is to be closed for it, with its number on the map.
        assert_eq!(closed.tables.iter().map(|table| table.list).collect::<Vec<_>>(), [List::Titled, List::Steps]);
        assert_eq!(closed.close.iter().map(|valve| valve.key.as_str()).collect::<Vec<_>>(), ["v2"]);
        assert_eq!(closed.told["isolation"]["close"], json!(["v2"]));
        assert!(matches!(cell(&closed, "h", "pressure_after_m"), Value::Number(_)));
        assert_eq!(cell(&closed, "c", "pressure_after_m"), Value::Unknown, "no pressure is told where none is");
        assert!(closed.overlay.verdicts.len() > 2 && closed.overlay.title != as_is.overlay.title);
        let burst = pressed(&input, Press::Burst { at: "hv23".into(), hole_mm: Some(20.0) }).unwrap();
        assert!(burst.told["after"]["burst_l_s"][0].as_f64().unwrap() > 0.0);
        // A valve that is told to be closed stands closed here too.
        let told = Told::from([("v2".to_owned(), analysis::network::isolation::ValveState::Closed)]);
        let question = Question::Pressure { press: Press::AsIs, driven: false };
        let shut = answered(&input, question, told).unwrap();
        assert_eq!(dry(&shut, "before"), [false, true, true]);
    }

    #[test]
    fn fire_flow_is_that_of_every_hydrant_and_ends_when_it_is_given_up() {
        let input = supplied(|_| ());
        let fire = pressed(&input, Press::Fire { residual_m: None }).unwrap();
        assert_eq!((fire.tables[0].sheet.rows.len(), fire.overlay.marks.len()), (1, 1));
        assert!(matches!(cell(&fire, "h", "available_l_s"), Value::Number(flow) if flow > 0.0));
        let question = Question::Pressure { press: Press::Fire { residual_m: None }, driven: false };
        let asked = asked(&input, question, Told::new());
        asked.answer(&Joints::default()).unwrap().unwrap();
        assert_eq!(asked.watch.parts(), None, "no parts of the last stage");
        assert!(asked.watch.at_part((3, 9), None));
        assert_eq!(asked.watch.parts(), Some((3, 9)));
        asked.watch.stop();
        assert!(!asked.watch.at_part((4, 9), None));
        assert_eq!(asked.answer(&Joints::default()), None);
    }

    #[test]
    fn without_a_head_there_are_no_pressures_and_it_is_said_why() {
        assert!(matches!(
            pressed(&piped(), Press::AsIs),
            Err(Refused::Pressures(HydraulicsError::NoHead { named })) if named.contains('s')
        ));
        let nowhere = pressed(&supplied(|_| ()), Press::Closed { at: "nowhere".into() });
        assert!(matches!(nowhere, Err(Refused::Pressures(HydraulicsError::NoSuchPlace { key })) if key == "nowhere"));
    }

    #[test]
    fn what_is_left_is_told_of_parcels_lines_and_one_place_with_features_to_click() {
        let input = supplied(|park| {
            let source = park.nodes.iter_mut().find(|node| node.provenance.key == "s").unwrap();
            source.provenance.attributes = json!({ "RatedCap_m3d": 1000 }).as_object().unwrap().clone().into();
        });
        let park = Arc::clone(&input.snapshot);
        let left = |of: LeftOf, by: Option<&str>| {
            let by = by.map(|day| day.parse().unwrap());
            let question = Question::Left { class: NetworkClass::Water, resource: "water".into(), of, by };
            answered(&input, question, Told::new())
        };
        let parcels = left(LeftOf::Parcels, None).unwrap();
        let there = spatial_db::model::Presence::on(&park, "2024-06-30".parse().unwrap());
        assert_eq!(parcels.tables[0].sheet.rows.len(), there.parcels.iter().filter(|there| **there).count());
        assert_eq!((parcels.overlay.target, &parcels.told["by"]), (FeatureKind::Parcel, &json!("2024-06-30")));
        let later = left(LeftOf::Parcels, Some("2030-01-01")).unwrap();
        assert_eq!(later.told["by"], "2030-01-01");
        let buildings = left(LeftOf::Buildings, None).unwrap();
        assert_eq!(buildings.overlay.target, FeatureKind::Building);
        // Points and lines stand in one table: each row leads to its own feature.
        let elements = left(LeftOf::Elements, None).unwrap();
        let table = &elements.tables[0];
        let source = park.nodes.iter().find(|node| node.provenance.key == "s").unwrap().id;
        assert_eq!(table.ids.len(), table.sheet.rows.len());
        let row = table.sheet.rows.iter().position(|row| row.cells[0] == Value::Text("s".into())).unwrap();
        assert_eq!((table.ids[row], table.sheet.rows[row].slot), (source, None));
        // One place: its way, and the days on which it changes.
        let connection = park.nodes.iter().find(|node| node.provenance.key == "c").unwrap();
        let site = Site { key: "c".into(), shown: "c".into(), id: connection.id };
        let at = left(LeftOf::At(site), None).unwrap();
        assert_eq!(at.tables.iter().map(|table| table.list).collect::<Vec<_>>(), [List::Way, List::Days]);
        assert_eq!(at.tables[0].ids.last(), Some(&source), "the way ends at the source");
        assert!(at.told["over_time"].as_array().is_some_and(|days| days.len() == 1));
        let gone = Site { key: "gone".into(), shown: "gone".into(), id: park.parcels[0].id };
        assert!(matches!(left(LeftOf::At(gone), None), Err(Refused::Capacity(CapacityError::NoSuchParcel { .. }))));
    }

    #[test]
    fn what_is_told_of_valves_reaches_capacity_and_is_said() {
        use analysis::network::isolation::ValveState;

        let input = supplied(|park| {
            let source = park.nodes.iter_mut().find(|node| node.provenance.key == "s").unwrap();
            source.provenance.attributes = json!({ "RatedCap_m3d": 1000 }).as_object().unwrap().clone().into();
        });
        let connection = input.snapshot.nodes.iter().find(|node| node.provenance.key == "c").unwrap().id;
        let left = |told: Told| {
            let of = LeftOf::At(Site { key: "c".into(), shown: "c".into(), id: connection });
            let question = Question::Left { class: NetworkClass::Water, resource: "water".into(), of, by: None };
            let found = answered(&input, question, told).unwrap();
            let said = found.tables[0].sheet.notes.iter().any(|note| note.key() == Some("note-told-states"));
            (found.told["way"].as_array().unwrap().is_empty(), said, found.overlay.notes == found.tables[0].sheet.notes)
        };
        assert_eq!(left(Told::new()), (false, false, true));
        // No way leads past the valve between it and the source.
        assert_eq!(left(Told::from([("v2".to_owned(), ValveState::Closed)])), (true, true, true));
    }
}
