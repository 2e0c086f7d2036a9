//! What is left as reports with what they rest on, for the command and the window alike.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::sheets::{days_sheet, way_sheet};
use super::{
    Capacity, CapacityError, Commitment, Element, LeftFor, Missing, Place, Reached, Remaining, buildings_sheet,
    elements_sheet, parcels_sheet,
};
use crate::network::answers::Answer;
use crate::sheet::Sheet;

impl Capacity<'_> {
    /// Every parcel, of the [`parcels_left`](super::parcels_left).
    pub fn parcels(&self, answers: &[LeftFor], by: NaiveDate) -> Answer {
        let sheet = parcels_sheet(self, answers, by);
        let of = |word: &'static str| answers.iter().filter(move |(_, answer)| answer.known.as_str() == word);
        let count = |word| of(word).count();
        let for_the_way = |word| {
            let is_way = |one: &Missing| matches!(one, Missing::Route(_));
            of(word).filter(|(_, answer)| answer.known.missing().iter().all(is_way)).count()
        };
        let counts = json!({
            "known": count("known"), "at_most": count("at_most"), "unknown": count("unknown"),
            // Of those: where all is on record but which way it comes.
            "at_most_for_the_way": for_the_way("at_most"), "unknown_for_the_way": for_the_way("unknown"),
        });
        Answer { sheet, told: json!({ "unit": self.resource.unit, "by": by, "counts": counts }) }
    }

    /// Every building, of the [`buildings_left`](super::buildings_left); with `ducts`, of another resource of the same network, what is
    /// left of that as well.
    pub fn buildings(&self, answers: &[LeftFor], ducts: Option<&Capacity<'_>>, by: NaiveDate) -> Answer {
        let sheet = buildings_sheet(self, answers, ducts, by);
        let connected = answers.iter().filter(|(_, answer)| answer.reached == Reached::Connection).count();
        let counts = json!({ "connected": connected, "unknown": answers.len() - connected });
        Answer { sheet, told: json!({ "unit": self.resource.unit, "by": by, "counts": counts }) }
    }

    /// Every line and point that limits somebody, of the [`worst_elements`](super::worst_elements).
    pub fn lines_and_points(&self, elements: &[Element], by: NaiveDate) -> Answer {
        Answer { sheet: elements_sheet(self, elements, by), told: json!({ "unit": self.resource.unit, "by": by }) }
    }

    /// One place: its way part by part, what is left as days go by as a report of its own, and the answer itself.
    ///
    /// # Errors
    /// [`CapacityError`].
    pub fn place(&self, place: Place<'_>, by: NaiveDate) -> Result<(Answer, Sheet, Remaining), CapacityError> {
        let answer = self.remaining(place, by)?;
        let steps = self.over_time(place, by)?;
        let mut told = told(&answer);
        told["over_time"] = steps
            .iter()
            .map(|step| {
                let key = step.bottleneck().map(|element| element.key.as_str());
                json!({ "from": step.by, "remaining": step.value, "known": step.known.as_str(), "bottleneck": key })
            })
            .collect();
        Ok((Answer { sheet: way_sheet(self, &answer), told }, days_sheet(self, &steps), answer))
    }
}

fn told(answer: &Remaining) -> Value {
    let parts = |element: &Element| {
        json!({
            "key": element.key,
            "rated": element.rated.as_ref().map(|rated| rated.value),
            "connected": element.connected.as_ref().map(|load| load.value),
            "loads_unknown": element.loads_unknown,
            "committed": (!element.on_loop).then_some(element.committed),
            "remaining": element.remains(),
            "on_loop": element.on_loop,
        })
    };
    let promised = |one: &Commitment| json!({ "source": one.source, "parcel": one.parcel, "date": one.date, "amount": one.amount });
    json!({
        "resource": answer.resource,
        "unit": answer.unit,
        "by": answer.by,
        "remaining": answer.value,
        "known": answer.known.as_str(),
        "missing": answer.known.missing().iter().map(|one| one.words().to_string()).collect::<Vec<_>>(),
        "bottleneck": answer.bottleneck().map(parts),
        "committed": answer.committed.iter().map(promised).collect::<Vec<_>>(),
        "way": answer.path.iter().map(parts).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use spatial_db::model::{NetworkClass, Presence};

    use super::super::tests::{TODAY, day, ring};
    use super::super::{CapacityRules, parcels_left, worst_elements};
    use super::*;
    use crate::network::Settings;
    use crate::network::answers::Network;
    use crate::network::isolation::ValveState;

    #[test]
    fn states_that_are_told_with_the_question_part_the_ways_and_every_answer_says_so() {
        let park = ring();
        let (settings, rules) = (Settings::shipped(), CapacityRules::shipped());
        let there = Presence::on(&park, day(TODAY));
        let asked = |told: &[(&str, ValveState)]| {
            let told: HashMap<String, ValveState> =
                told.iter().map(|(key, state)| ((*key).to_owned(), *state)).collect();
            let network = Network::of(&park, &there, NetworkClass::Power, &settings, told).unwrap();
            let capacity = Capacity::on(&network, &rules, rules.known("power").unwrap());
            let left = capacity.remaining(Place::Parcel("p1"), day(TODAY)).unwrap();
            let told = |answer: Answer| {
                let notes = answer.sheet.notes.into_iter();
                notes.filter(|note| note.key() == Some("note-told-states")).map(|note| note.to_string()).collect()
            };
            let of_place = capacity.place(Place::Parcel("p1"), day(TODAY)).unwrap().0;
            let (parcels, lines) = (parcels_left(&capacity, day(TODAY)), worst_elements(&capacity, day(TODAY)));
            let all = [capacity.parcels(&parcels, day(TODAY)), capacity.lines_and_points(&lines, day(TODAY)), of_place];
            let said: Vec<Vec<String>> = all.into_iter().map(told).collect();
            ((left.value, left.known.as_str()), (capacity.shut, capacity.unseen), said)
        };
        let (left, counts, said) = asked(&[]);
        assert_eq!(
            (left, counts),
            ((Some(100.0), "at_most"), (0, 2)),
            "which way it comes over the ring nothing tells"
        );
        assert!(said.iter().all(Vec::is_empty));
        // Off at b every way is the only one; what the record says is counted apart.
        let (left, counts, said) = asked(&[("b", ValveState::Closed)]);
        assert_eq!((left, counts), ((Some(100.0), "known"), (0, 1)));
        for said in said {
            assert_eq!(said, ["as told with the question, not as on record: b off"]);
        }
    }
}
