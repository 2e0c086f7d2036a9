//! What a site can be near to or away from: what of the records is one for certain, what may be one, and whether the park keeps
//! such records at all.

use spatial_db::model::{HazardSource, ResourceKind, RoadEdge, Surface, SurfaceKind};

use super::ground::Ground;
use super::shapes::{Outline, Shapes};
use super::want::Thing;
use crate::emergency::hazard::{HazardRules, Substance};
use crate::emergency::security::is_rail;

/// All things of a kind.
#[derive(Debug)]
pub(super) struct Things {
    /// Those that are one.
    pub(super) good: Shapes,
    /// Those of which the record does not tell.
    pub(super) open: Shapes,
    /// Whether the park keeps records of the kind: where it has none, a distance says nothing. Other ground cover says nothing of
    /// water, nor other roads of railways.
    pub(super) kept: bool,
}

impl Ground<'_> {
    /// All things of a kind.
    pub(super) fn things(&self, thing: &Thing) -> Things {
        match thing {
            Thing::Gate => self.resources(ResourceKind::Gate, false),
            Thing::FireStation => self.resources(ResourceKind::FireStation, false),
            Thing::Hospital => self.resources(ResourceKind::Hospital, false),
            Thing::Hydrant => self.resources(ResourceKind::Hydrant, true),
            Thing::Hazard { substance } => self.hazards(substance),
            Thing::OpenWater => {
                let of = self.park.surfaces.iter().enumerate().filter(|(_, one)| one.kind == SurfaceKind::Water);
                let good = Shapes::of(of.map(|(at, one)| (at, Outline::of_area(&one.area))));
                Things { kept: !good.is_empty(), good, open: Shapes::of([]) }
            }
            Thing::Rail => {
                let roads = |is: fn(Option<&str>) -> bool| {
                    let of = self.park.roads.iter().enumerate().filter(move |(_, one)| is(one.class.as_deref()));
                    of.map(|(at, one)| (at, Outline::of_lines(&one.line)))
                };
                let cover = self.park.surfaces.iter().enumerate().filter(|(_, one)| one.kind == SurfaceKind::Rail);
                let cover = cover.map(|(at, one)| (self.park.roads.len() + at, Outline::of_area(&one.area)));
                let good = Shapes::of(roads(|class| class.is_some_and(is_rail)).chain(cover));
                Things { kept: !good.is_empty(), good, open: Shapes::of(roads(|class| class.is_none())) }
            }
        }
    }

    /// Resources of a kind. Where there are others only, nobody recorded this kind: none on record is not none.
    fn resources(&self, kind: ResourceKind, works: bool) -> Things {
        let broken = |state: &Option<String>| state.as_deref().is_some_and(|state| self.tables.is_broken(state));
        let of = self.park.resources.iter().enumerate().filter(|(_, one)| one.kind == kind);
        let of = of.filter(|(_, one)| !(works && broken(&one.state)));
        let place = |at: [f64; 2]| Outline::of_place(geo::Coord { x: at[0], y: at[1] });
        Things {
            good: Shapes::of(of.map(|(at, one)| (at, place(one.position)))),
            open: Shapes::of([]),
            kept: self.park.resources.iter().any(|one| one.kind == kind),
        }
    }

    /// Hazard sources with a substance, by any of its names or its CAS number; all of them if none is asked for.
    fn hazards(&self, substance: &str) -> Things {
        let (mut good, mut open) = (Vec::new(), Vec::new());
        let asked = (!substance.trim().is_empty()).then(|| Asked::of(substance));
        for (at, hazard) in self.park.hazards.iter().enumerate() {
            match asked.as_ref().map_or(Some(true), |asked| asked.is_in(hazard)) {
                Some(true) => good.push((at, Outline::of(&hazard.shape))),
                None => open.push((at, Outline::of(&hazard.shape))),
                Some(false) => {}
            }
        }
        Things { good: Shapes::of(good), open: Shapes::of(open), kept: !self.park.hazards.is_empty() }
    }
}

/// A railway on record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Railway<'p> {
    /// A track.
    Track(&'p RoadEdge),
    /// Ground cover.
    Cover(&'p Surface),
}

impl<'a> Ground<'a> {
    /// A railway by its place among [`Ground::things`]: tracks are counted with the roads, ground cover after them.
    pub(super) fn railway(&self, at: usize) -> Railway<'a> {
        let park = self.park;
        match at.checked_sub(park.roads.len()) {
            None => Railway::Track(&park.roads[at]),
            Some(at) => Railway::Cover(&park.surfaces[at]),
        }
    }
}

/// A substance that is asked for.
struct Asked {
    rules: HazardRules,
    word: String,
    /// CAS number, where the table of substances has it.
    cas: Option<String>,
}

impl Asked {
    fn of(word: &str) -> Self {
        let rules = HazardRules::shipped();
        let cas = rules.substance(word).ok().map(|substance| substance.cas.clone());
        Self { rules, word: word.trim().to_lowercase(), cas }
    }

    /// Whether a source holds it; `None` where the record does not tell.
    fn is_in(&self, hazard: &HazardSource) -> Option<bool> {
        let said: Vec<String> =
            [&hazard.substance, &hazard.cas].into_iter().flatten().map(|text| text.trim().to_lowercase()).collect();
        let named = hazard.name.as_deref().map(str::to_lowercase);
        let all = || said.iter().chain(&named).map(String::as_str);
        let known = |text: &str| self.rules.substance(text).ok();
        let Some(cas) = &self.cas else {
            if all().any(|text| text.contains(&self.word)) {
                return Some(true);
            }
            // The word may be another name of what the table knows, or of what stands there in another script.
            let may_be = |text: &str| known(text).is_some_and(|substance| mentions(substance, &self.word));
            let comparable = said.iter().any(|text| Script::of(text) == Script::of(&self.word));
            return (comparable && !said.iter().any(|text| may_be(text))).then_some(false);
        };
        if all().any(|text| known(text).is_some_and(|substance| substance.cas == *cas)) {
            return Some(true);
        }
        // Another substance for certain; or one of which nobody knows whether it is this.
        if said.iter().any(|text| known(text).is_some()) {
            return Some(false);
        }
        let asked = known(cas)?;
        (!said.is_empty() && !all().any(|text| mentions(asked, text))).then_some(false)
    }
}

/// Whether a text, in small letters, has one of a substance's names anywhere in it.
fn mentions(substance: &Substance, text: &str) -> bool {
    let mut names = std::iter::once(&substance.name).chain(&substance.aliases).chain(std::iter::once(&substance.cas));
    names.any(|name| text.contains(name.as_str()))
}

/// What a name is written in: names of one script can be compared.
#[derive(Debug, PartialEq)]
enum Script {
    /// A CAS number.
    Number,
    Latin,
    Other,
}

impl Script {
    fn of(text: &str) -> Self {
        if text.chars().all(|c| c.is_ascii_digit() || c == '-') {
            return Self::Number;
        }
        if text.is_ascii() { Self::Latin } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{FeatureId, FeatureKind, Provenance};

    use super::*;

    fn is_in(word: &str, substance: Option<&str>, cas: Option<&str>) -> Option<bool> {
        let hazard = HazardSource {
            id: FeatureId::new(FeatureKind::HazardSource, 1),
            provenance: Provenance::default(),
            shape: geo::Point::new(0.0, 0.0).into(),
            name: Some("Tank 3".to_owned()),
            kind: None,
            substance: substance.map(str::to_owned),
            cas: cas.map(str::to_owned),
            quantity_t: None,
            height_m: None,
            diameter_m: None,
        };
        Asked::of(word).is_in(&hazard)
    }

    #[test]
    fn a_substance_is_the_same_by_any_name_in_any_script() {
        let names = ["chlorine", "Chlorine", "氯", "液氯", "7782-50-5", "Cl2"];
        for asked in names {
            for said in names {
                assert_eq!(is_in(asked, Some(said), None), Some(true), "{asked} in {said}");
            }
            assert_eq!(is_in(asked, None, Some("7782-50-5")), Some(true), "{asked}");
            assert_eq!(is_in(asked, Some("液氨"), None), Some(false), "{asked}");
            assert_eq!(is_in(asked, Some("面粉"), None), Some(false), "{asked}");
            assert_eq!(is_in(asked, None, None), None, "nobody knows what is in the tank");
            assert_eq!(is_in(asked, Some("氯气"), None), None, "a name that the table does not have");
        }
    }

    #[test]
    fn what_the_table_does_not_have_is_compared_within_its_script() {
        assert_eq!(is_in("lithium", Some("Lithium cells"), None), Some(true));
        assert_eq!(is_in("lithium", Some("flour"), None), Some(false));
        assert_eq!(is_in("lithium", Some("锂电池"), None), None, "another script");
        assert_eq!(is_in("lithium", None, Some("7439-93-2")), None, "a number is no name");
        assert_eq!(is_in("氯气", Some("chlorine"), None), None);
        assert_eq!(is_in("氯气", Some("液氯"), None), None, "it may be another name of it");
    }
}
