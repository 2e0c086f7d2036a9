//! Places of assembly: when the danger comes to one, and who came to it.

use spatial_db::model::ParkSnapshot;

use super::course::Course;
use super::log::Happening;
use super::outcome::Gathering;
use super::report::{DrillChapter, clock, heads, unknown};
use crate::emergency::evacuation::{Assembly, PlaceUse};
use crate::words;
use crate::words::{Words, phrase};

impl Course<'_> {
    /// Notes which places of assembly lie inside the danger for the first time, by the hazard at each and whether nobody is to be there.
    pub(super) fn look_at_places(&mut self, air: &[(f64, bool)]) {
        for (place, (_, inside)) in air.iter().enumerate() {
            if *inside && self.gathered_in_danger[place].is_none() {
                self.gathered_in_danger[place] = Some(self.now);
                let at = &self.walkers.places()[place];
                let key = at.name.clone().or_else(|| {
                    let resources = &self.cache.snapshot().resources;
                    resources.iter().find(|one| one.id == at.resource).map(|one| one.provenance.key.clone())
                });
                let text = words!(
                    "drill-assembly-reached",
                    "the place of assembly {place} lies inside the danger",
                    place = key.unwrap_or_default()
                );
                self.say("assembly_reached", Happening::People, text);
            }
        }
    }
}

/// The places of assembly with who came there and when they first lay inside the danger. `lacks_height` tells of a place that a flood may be
/// at unseen.
pub(super) fn gatherings<'p>(
    park: &ParkSnapshot,
    used: impl Iterator<Item = ((&'p Assembly, &'p PlaceUse), Option<f64>)>,
    lacks_height: impl Fn([f64; 2]) -> bool,
) -> Vec<Gathering> {
    let gathering = |((place, used), reached_s): ((&Assembly, &PlaceUse), Option<f64>)| Gathering {
        key: park
            .resources
            .iter()
            .find(|one| one.id == place.resource)
            .map_or_else(String::new, |one| one.provenance.key.clone()),
        name: place.name.clone(),
        capacity: place.capacity,
        arrived: used.arrived,
        over: used.over,
        reached_s,
        without_height: reached_s.is_none() && lacks_height(place.position_m),
    };
    used.map(gathering).collect()
}

/// The chapter of the places of assembly.
pub(super) fn gathering_chapter(found: &[Gathering]) -> DrillChapter {
    let rows = found.iter().map(|one| {
        let cells = vec![
            Words::from(one.name.as_deref().unwrap_or(&one.key)),
            one.capacity.map_or_else(unknown, |persons| persons.to_string().into()),
            Words::from(one.arrived.to_string()),
            if one.without_height {
                phrase("drill-ground-unknown", "ground height unknown").into()
            } else {
                clock(one.reached_s)
            },
        ];
        (one.reached_s.is_some() || one.without_height, cells)
    });
    DrillChapter {
        name: "assembly",
        title: phrase("drill-assembly", "Places of assembly").into(),
        heads: heads([
            phrase("drill-head-facility", "Name"),
            phrase("drill-head-capacity", "Persons"),
            phrase("drill-head-came", "Came there"),
            phrase("drill-head-danger", "Inside the danger from"),
        ]),
        rows: rows.collect(),
    }
}
