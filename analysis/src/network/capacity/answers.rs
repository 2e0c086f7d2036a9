//! What is left as reports with what they rest on, for the command and the window alike.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::sheets::{days_sheet, way_sheet};
use super::{
    Capacity, CapacityError, Commitment, Element, Missing, Place, Reached, Remaining, buildings_sheet, elements_sheet,
    parcels_sheet,
};
use crate::network::answers::Answer;
use crate::sheet::Sheet;

impl Capacity<'_> {
    /// Every parcel.
    pub fn parcels(&self, by: NaiveDate) -> Answer {
        let (sheet, answers) = parcels_sheet(self, by);
        let count = |word: &str| answers.iter().filter(|answer| answer.known.as_str() == word).count();
        let for_the_way = |word: &str| {
            let of_this = answers.iter().filter(|answer| answer.known.as_str() == word);
            let is_way = |one: &Missing| matches!(one, Missing::Route(_));
            of_this.filter(|answer| answer.known.missing().iter().all(is_way)).count()
        };
        let counts = json!({
            "known": count("known"), "at_most": count("at_most"), "unknown": count("unknown"),
            // Of those: where all is on record but which way it comes.
            "at_most_for_the_way": for_the_way("at_most"), "unknown_for_the_way": for_the_way("unknown"),
        });
        Answer { sheet, told: json!({ "unit": self.resource.unit, "by": by, "counts": counts }) }
    }

    /// Every building; with `ducts`, of another resource of the same network, what is left of that as well.
    pub fn buildings(&self, ducts: Option<&Capacity<'_>>, by: NaiveDate) -> Answer {
        let (sheet, answers) = buildings_sheet(self, ducts, by);
        let connected = answers.iter().filter(|answer| answer.reached == Reached::Connection).count();
        let counts = json!({ "connected": connected, "unknown": answers.len() - connected });
        Answer { sheet, told: json!({ "unit": self.resource.unit, "by": by, "counts": counts }) }
    }

    /// Every line and point that limits somebody.
    pub fn lines_and_points(&self, by: NaiveDate) -> Answer {
        Answer { sheet: elements_sheet(self, by), told: json!({ "unit": self.resource.unit, "by": by }) }
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
