//! What a person chooses before pressures and capacities are asked for.

use analysis::network::capacity::{Resource, resource_words};
use analysis::rules::RuleTables;
use analysis::words::Words;
use chrono::NaiveDate;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, ParkSnapshot};

use super::question::{LeftOf, Picks, Place, Question, apart};
use crate::attribute;

/// Diameter of a hole in a main at first, mm.
const HOLE_MM: f64 = 80.0;

/// What is asked of pressures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Press {
    /// As they are.
    AsIs,
    /// With a break closed off.
    Closed {
        /// Where it broke, by key.
        at: String,
    },
    /// With a hole in a main.
    Burst {
        /// Where, by key.
        at: String,
        /// Diameter of the hole, mm; the whole bore where none is told.
        hole_mm: Option<f64>,
    },
    /// What each hydrant gives alone.
    Fire {
        /// Pressure that has to be left at it, m of water; the table's where none is told.
        residual_m: Option<f64>,
    },
}

/// Kinds of questions about pressures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PressKind {
    /// As they are.
    #[default]
    AsIs,
    /// With a break closed off.
    Closed,
    /// With a hole in a main.
    Burst,
    /// Fire flow at each hydrant.
    Fire,
}

impl PressKind {
    /// All of them, in the order of the panel.
    pub(crate) const ALL: [Self; 4] = [Self::AsIs, Self::Closed, Self::Burst, Self::Fire];

    /// True where a place has to be picked.
    pub(crate) fn is_of_a_place(self) -> bool {
        matches!(self, Self::Closed | Self::Burst)
    }
}

/// What is chosen of pressures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PressForm {
    /// Which question.
    pub kind: PressKind,
    /// The whole bore is open, not a hole of this diameter.
    pub whole_bore: bool,
    /// Diameter of the hole, mm.
    pub hole_mm: f64,
    /// Pressure that a hydrant has to keep, m of water.
    pub residual_m: f64,
    /// Demand answers to pressure.
    pub driven: bool,
}

/// Pressure that the table has a hydrant keep, m of water.
fn residual_m() -> f64 {
    RuleTables::in_force().hydraulics.figure.residual_m.value
}

impl Default for PressForm {
    fn default() -> Self {
        Self { kind: PressKind::default(), whole_bore: true, hole_mm: HOLE_MM, residual_m: residual_m(), driven: false }
    }
}

impl PressForm {
    /// The question; `None` while a place is missing. Only water mains have pressures here.
    pub(crate) fn question(&self, picks: &Picks) -> Option<Question> {
        let place = picks.from.as_ref().filter(|place| place.class == NetworkClass::Water);
        let press = match self.kind {
            PressKind::AsIs => Press::AsIs,
            PressKind::Closed => Press::Closed { at: place?.key.clone() },
            PressKind::Burst => {
                Press::Burst { at: in_model(place?), hole_mm: (!self.whole_bore).then_some(self.hole_mm) }
            }
            // That of the table is asked for as such: the answer cites it.
            PressKind::Fire => Press::Fire { residual_m: Some(self.residual_m).filter(|m| *m != residual_m()) },
        };
        // Fire flow is rated against the demand that is asked for: that rule leaves no choice.
        Some(Question::Pressure { press, driven: self.driven && self.kind != PressKind::Fire })
    }
}

/// The key of a place in the model of pressures, which tells a line and a point of one key apart but knows no layers.
fn in_model(place: &Place) -> String {
    match place.key.split_once(':') {
        Some((kind, _)) if place.key != place.shown => format!("{kind}:{}", place.shown),
        _ => place.key.clone(),
    }
}

/// A parcel, building or point whose capacity is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// Its key, as it is asked for.
    pub key: String,
    /// Its number or key, as it is shown.
    pub shown: String,
    /// The feature, in the state of the park in which it was picked.
    pub id: FeatureId,
}

impl Site {
    /// The parcel, building or point of the resource's network with this id; `None` for anything else.
    pub(crate) fn of(park: &ParkSnapshot, id: FeatureId, class: NetworkClass) -> Option<Self> {
        let row = attribute::row_of(park, id)?;
        let (key, shown) = match id.kind {
            FeatureKind::Parcel => {
                let parcel = &park.parcels[row];
                let key = &parcel.provenance.key;
                (key.clone(), parcel.number.clone().unwrap_or_else(|| key.clone()))
            }
            FeatureKind::Building => {
                let building = &park.buildings[row];
                let key = &building.provenance.key;
                (key.clone(), building.name.clone().unwrap_or_else(|| key.clone()))
            }
            FeatureKind::NetworkNode if park.nodes[row].class == class => {
                let node = &park.nodes[row].provenance;
                (apart(park, "point", class, node), node.key.clone())
            }
            _ => return None,
        };
        Some(Self { key, shown, id })
    }
}

/// Of what capacity is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LeftKind {
    /// Every parcel.
    #[default]
    Parcels,
    /// One place.
    At,
    /// Every line and point.
    Elements,
    /// Every building.
    Buildings,
}

impl LeftKind {
    /// All of them, in the order of the panel.
    pub(crate) const ALL: [Self; 4] = [Self::Parcels, Self::At, Self::Elements, Self::Buildings];
}

/// What is chosen of capacities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeftForm {
    /// Name of the resource in the table.
    pub resource: String,
    /// Of what.
    pub kind: LeftKind,
    /// The place, where it is one.
    pub site: Option<Site>,
    /// The day up to which commitments count, as it is typed.
    pub by: String,
}

impl Default for LeftForm {
    fn default() -> Self {
        let first = resources().first().map(|resource| resource.name.clone()).unwrap_or_default();
        Self { resource: first, kind: LeftKind::default(), site: None, by: String::new() }
    }
}

impl LeftForm {
    /// The day up to which commitments count: the day that is looked at where none is typed.
    ///
    /// # Errors
    /// Where what is typed is no day.
    pub(crate) fn day(&self) -> Result<Option<NaiveDate>, chrono::ParseError> {
        let typed = self.by.trim();
        if typed.is_empty() { Ok(None) } else { typed.parse().map(Some) }
    }

    /// The network that carries the resource.
    pub(crate) fn class(&self) -> Option<NetworkClass> {
        RuleTables::in_force().capacity.resource(&self.resource).map(|resource| resource.class)
    }

    /// The question; `None` while a place or a day is missing.
    pub(crate) fn question(&self) -> Option<Question> {
        let by = self.day().ok()?;
        let of = match self.kind {
            LeftKind::Parcels => LeftOf::Parcels,
            LeftKind::Buildings => LeftOf::Buildings,
            LeftKind::Elements => LeftOf::Elements,
            LeftKind::At => LeftOf::At(self.site.clone()?),
        };
        Some(Question::Left { class: self.class()?, resource: self.resource.clone(), of, by })
    }
}

/// Resources that capacity can be asked of.
pub(crate) fn resources() -> &'static [Resource] {
    &RuleTables::in_force().capacity.resources
}

/// The name of a resource.
pub(crate) fn named(resource: &str) -> Words {
    resource_words(resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn pressures_are_asked_of_water_alone_and_fire_flow_against_the_demand_that_is_asked_for() {
        let mut form = PressForm { driven: true, ..PressForm::default() };
        let nothing = Picks::default();
        assert_eq!(form.question(&nothing), Some(Question::Pressure { press: Press::AsIs, driven: true }));
        form.kind = PressKind::Burst;
        assert_eq!(form.question(&nothing), None, "no place is picked");
        let picked = |class| {
            let id = FeatureId::new(FeatureKind::NetworkEdge, 1);
            let from = Place { class, key: "m".into(), shown: "m".into(), id };
            Picks { from: Some(from), to: None }
        };
        assert_eq!(form.question(&picked(NetworkClass::Gas)), None);
        let water = picked(NetworkClass::Water);
        let burst =
            |hole_mm| Some(Question::Pressure { press: Press::Burst { at: "m".into(), hole_mm }, driven: true });
        assert_eq!(form.question(&water), burst(None));
        (form.whole_bore, form.hole_mm) = (false, 50.0);
        assert_eq!(form.question(&water), burst(Some(50.0)));
        // Of a line and a point of one key the model knows which, by kind alone.
        let mut same = water.clone();
        same.from.as_mut().unwrap().key = "line:mains:m".into();
        let told = form.question(&same);
        assert!(matches!(told, Some(Question::Pressure { press: Press::Burst { at, .. }, .. }) if at == "line:m"));
        form.kind = PressKind::Fire;
        let fire = |residual_m| Some(Question::Pressure { press: Press::Fire { residual_m }, driven: false });
        assert_eq!(form.question(&water), fire(None), "the table's, and cited as such");
        form.residual_m = 20.0;
        assert_eq!(form.question(&water), fire(Some(20.0)));
    }

    #[test]
    fn capacity_is_asked_to_a_day_that_is_one_and_at_a_place_that_is_picked() {
        let mut form = LeftForm { resource: "power".into(), ..LeftForm::default() };
        let asked = |of, by| Some(Question::Left { class: NetworkClass::Power, resource: "power".into(), of, by });
        assert_eq!(form.question(), asked(LeftOf::Parcels, None));
        form.by = " 2028-12-31 ".into();
        assert_eq!(form.question(), asked(LeftOf::Parcels, NaiveDate::from_ymd_opt(2028, 12, 31)));
        form.by = "next year".into();
        assert_eq!((form.question(), form.day().is_err()), (None, true), "nothing is asked of a day that is none");
        (form.by, form.kind) = (String::new(), LeftKind::At);
        assert_eq!(form.question(), None);
        let park = fixture::tiny().snapshot;
        let site = Site::of(&park, park.parcels[0].id, NetworkClass::Power).unwrap();
        assert_eq!(site.key, park.parcels[0].provenance.key);
        form.site = Some(site.clone());
        assert_eq!(form.question(), asked(LeftOf::At(site), None));
        // A line is no place to ask of, and a point only in the network that carries the resource.
        assert_eq!(Site::of(&park, park.edges[0].id, park.edges[0].class), None);
        let node = &park.nodes[0];
        let other = NetworkClass::ALL.into_iter().find(|class| *class != node.class).unwrap();
        assert!(Site::of(&park, node.id, node.class).is_some() && Site::of(&park, node.id, other).is_none());
        form.resource = "nothing".into();
        assert_eq!(form.question(), None);
    }
}
