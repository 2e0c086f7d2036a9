//! What a scenario changes, edit by edit, on a copy of the park.

use geo::{Area, BooleanOps, BoundingRect, Coord, Intersects, MultiPolygon};
use serde::{Deserialize, Serialize};
use spatial_db::model::{Building, FeatureId, FeatureKind, Parcel, ParkSnapshot, Presence, Provenance};

use super::error::{EditError, ScenarioError};
use super::knit::knitted;
use super::massing::{Existing, Limits, MassingError, largest_mass};
use super::split::split;
use crate::land::rule_floors;
use crate::rules::RuleSet;
use crate::siting::{obstacles_on_record, taken_words};

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Cuts a parcel along a line through it. Pieces get the parcel's key with /1, /2 …, the largest first.
    SplitParcel {
        /// Key of the parcel.
        parcel: String,
        /// Places of the line in the park's CRS, m; its ends lie on the boundary or outside.
        line: Vec<(f64, f64)>,
    },
    /// Makes one parcel of adjacent ones; use, holder and class are those of the first.
    MergeParcels {
        /// Keys of the parcels.
        parcels: Vec<String>,
        /// Key of the new parcel.
        key: String,
    },
    /// Gives a parcel another use.
    ChangeUse {
        /// Key of the parcel.
        parcel: String,
        /// Scheme of the code.
        scheme: String,
        /// Land-use class code.
        code: String,
        /// Use in words.
        land_use: Option<String>,
        /// Two-digit industry code of its project.
        industry: Option<String>,
    },
    /// Puts the building mass with the most floor area on a parcel that its limits allow.
    PlaceBuilding {
        /// Key of the parcel.
        parcel: String,
        /// Key of the new building.
        key: String,
        /// Limits.
        limits: Limits,
        /// Use in words.
        use_text: Option<String>,
    },
    /// Takes a building away, and the tenancies in it.
    RemoveBuilding {
        /// Key of the building.
        building: String,
    },
}

/// The park while edits are made to it. What an edit makes has an id below zero and the layer `scenario`.
pub(super) struct Draft<'a> {
    pub(super) park: ParkSnapshot,
    rules: &'a RuleSet,
    last_id: i64,
}

/// Layer of everything that a scenario makes or changes.
pub const LAYER: &str = "scenario";

/// True of a feature that a scenario made.
pub fn is_scenario(id: FeatureId) -> bool {
    id.id < 0
}

impl<'a> Draft<'a> {
    pub(super) fn new(base: &ParkSnapshot, rules: &'a RuleSet, below: i64) -> Self {
        let ids = base.parcels.iter().map(|p| p.id.id).chain(base.buildings.iter().map(|b| b.id.id));
        let last_id = ids.chain(base.contracts.iter().map(|c| c.id.id)).min().unwrap_or(0).min(below);
        Self { park: base.clone(), rules, last_id }
    }

    /// Makes edit number `number`, counted from 1. After an error the draft is of no use.
    pub(super) fn make(&mut self, number: usize, edit: &Edit) -> Result<(), ScenarioError> {
        let made = match edit {
            Edit::SplitParcel { parcel, line } => self.split(number, parcel, line),
            Edit::MergeParcels { parcels, key } => self.merge(number, parcels, key),
            Edit::ChangeUse { parcel, scheme, code, land_use, industry } => self.parcel(parcel).map(|at| {
                let parcel = &mut self.park.parcels[at];
                parcel.land_use_scheme = Some(scheme.as_str().into());
                parcel.land_use_code = Some(code.as_str().into());
                parcel.land_use = land_use.as_deref().map(Into::into);
                parcel.industry_code = industry.as_deref().map(Into::into);
                self.mark_parcel(number, at);
            }),
            Edit::PlaceBuilding { parcel, key, limits, use_text } => {
                self.place(number, parcel, key, limits, use_text.as_deref())
            }
            Edit::RemoveBuilding { building } => self.remove(building),
        };
        made.map_err(|source| ScenarioError::Edit { number, source })
    }

    fn parcel(&self, key: &str) -> Result<usize, EditError> {
        let found = self.park.parcels.iter().position(|parcel| parcel.provenance.key == key);
        found.ok_or_else(|| EditError::NoParcel { key: key.to_owned() })
    }

    fn free_parcel_key(&self, key: &str, but: &[usize]) -> Result<(), EditError> {
        let taken = self.park.parcels.iter().enumerate().any(|(i, p)| p.provenance.key == key && !but.contains(&i));
        if taken || key.is_empty() { Err(EditError::KeyTaken { key: key.to_owned() }) } else { Ok(()) }
    }

    fn new_id(&mut self, kind: FeatureKind) -> FeatureId {
        self.last_id -= 1;
        FeatureId::new(kind, self.last_id)
    }

    fn mark_parcel(&mut self, number: usize, at: usize) {
        let id = self.new_id(FeatureKind::Parcel);
        let parcel = &mut self.park.parcels[at];
        parcel.id = id;
        parcel.provenance = marked(&parcel.provenance.key, number);
    }

    fn split(&mut self, number: usize, key: &str, line: &[(f64, f64)]) -> Result<(), EditError> {
        let at = self.parcel(key)?;
        let line: Vec<Coord<f64>> = line.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect();
        checked_line(&line)?;
        let whole = self.park.parcels[at].clone();
        let mut pieces: Vec<MultiPolygon<f64>> =
            whole.boundary.iter().flat_map(|part| split(part, &line)).map(|piece| MultiPolygon(vec![piece])).collect();
        if pieces.len() <= whole.boundary.0.len() {
            return Err(EditError::NotCut { key: key.to_owned() });
        }
        pieces.sort_by(|a, b| b.unsigned_area().total_cmp(&a.unsigned_area()));
        let area = whole.boundary.unsigned_area();
        self.park.parcels.remove(at);
        let mut new_keys = Vec::new();
        for (i, boundary) in pieces.into_iter().enumerate() {
            let new_key = format!("{key}/{}", i + 1);
            self.free_parcel_key(&new_key, &[])?;
            let share = boundary.unsigned_area() / area;
            let parcel = Parcel {
                id: self.new_id(FeatureKind::Parcel),
                provenance: marked(&new_key, number),
                boundary,
                number: whole.number.as_ref().map(|number| format!("{number}/{}", i + 1)),
                ..unrecorded(&whole)
            };
            self.park.parcels.insert(at + i, parcel);
            new_keys.push((new_key, share));
        }
        self.divide_contracts(number, key, &new_keys);
        self.move_uses(&[key], &new_keys[0].0);
        Ok(())
    }

    /// A contract over a parcel becomes one over each piece, its sums by share of area; so do its events.
    fn divide_contracts(&mut self, number: usize, key: &str, pieces: &[(String, f64)]) {
        let (mine, others) = self.park.contracts.drain(..).partition::<Vec<_>, _>(|c| c.parcel_key == key);
        self.park.contracts = others;
        for contract in mine {
            let events: Vec<_> =
                self.park.events.iter().filter(|e| e.contract_key == contract.provenance.key).cloned().collect();
            self.park.events.retain(|e| e.contract_key != contract.provenance.key);
            // A project goes with the largest piece.
            for project in &mut self.park.projects {
                if project.contract_key.as_deref() == Some(contract.provenance.key.as_str()) {
                    project.contract_key = Some(format!("{}/1", contract.provenance.key));
                }
            }
            for (i, (piece, share)) in pieces.iter().enumerate() {
                let new_key = format!("{}/{}", contract.provenance.key, i + 1);
                let part = |whole: Option<f64>| whole.map(|whole| whole * share);
                let id = self.new_id(FeatureKind::LandContract);
                self.park.contracts.push(spatial_db::model::LandContract {
                    id,
                    provenance: marked(&new_key, number),
                    parcel_key: piece.clone(),
                    land_price: part(contract.land_price),
                    total_investment: part(contract.total_investment),
                    area_due_m2: part(contract.area_due_m2),
                    ..contract.clone()
                });
                for event in &events {
                    let id = self.new_id(FeatureKind::LandEvent);
                    self.park.events.push(spatial_db::model::LandEvent {
                        id,
                        provenance: marked(&format!("{}/{}", event.provenance.key, i + 1), number),
                        contract_key: new_key.clone(),
                        developed_area_m2: part(event.developed_area_m2),
                        invested: part(event.invested),
                        ..event.clone()
                    });
                }
            }
        }
    }

    /// Tenancies and projects of parcels go to another.
    fn move_uses(&mut self, from: &[&str], to: &str) {
        for tenancy in &mut self.park.tenancies {
            if tenancy.parcel_key.as_deref().is_some_and(|key| from.contains(&key)) {
                tenancy.parcel_key = Some(to.to_owned());
            }
        }
        for project in &mut self.park.projects {
            if project.parcel_key.as_deref().is_some_and(|key| from.contains(&key)) {
                project.parcel_key = Some(to.to_owned());
            }
        }
    }

    fn merge(&mut self, number: usize, keys: &[String], key: &str) -> Result<(), EditError> {
        let mut slots = Vec::new();
        for old in keys {
            let at = self.parcel(old)?;
            if slots.contains(&at) {
                return Err(EditError::Twice { key: old.clone() });
            }
            slots.push(at);
        }
        if slots.len() < 2 {
            return Err(EditError::TooFew);
        }
        self.free_parcel_key(key, &slots)?;
        // Each joins what is merged so far, whichever of the rest touches it.
        let mut merged = self.park.parcels[slots[0]].boundary.clone();
        let mut rest: Vec<usize> = slots[1..].to_vec();
        while !rest.is_empty() {
            let parts = merged.0.len();
            let joined = rest.iter().enumerate().find_map(|(i, slot)| {
                let other = &self.park.parcels[*slot].boundary;
                let (mine, theirs) = knitted(&merged, other);
                let union = mine.union(&theirs);
                // One part fewer than both had: a stretch of boundary is shared, not a corner.
                (union.0.len() < parts + other.0.len()).then_some((i, union))
            });
            let Some((i, union)) = joined else {
                let key = |slot: usize| self.park.parcels[slot].provenance.key.clone();
                return Err(EditError::NotAdjacent { key: key(rest[0]), to: key(slots[0]) });
            };
            rest.remove(i);
            merged = union;
        }
        let first = self.park.parcels[slots[0]].clone();
        let sum = |of: fn(&Parcel) -> Option<f64>| -> Option<f64> {
            slots.iter().map(|slot| of(&self.park.parcels[*slot])).sum()
        };
        let parcel = Parcel {
            provenance: marked(key, number),
            boundary: merged,
            recorded_area_m2: sum(|p| p.recorded_area_m2),
            recorded_floor_area_m2: sum(|p| p.recorded_floor_area_m2),
            ..first
        };
        let parcel = Parcel { id: self.new_id(FeatureKind::Parcel), assessed_value: None, ..parcel };
        let place = slots.iter().copied().min().unwrap_or(0);
        let mut gone = slots.clone();
        gone.sort_unstable();
        for slot in gone.into_iter().rev() {
            self.park.parcels.remove(slot);
        }
        self.park.parcels.insert(place, parcel);
        for contract in &mut self.park.contracts {
            if keys.contains(&contract.parcel_key) {
                key.clone_into(&mut contract.parcel_key);
                contract.provenance.layer = LAYER.into();
            }
        }
        let old: Vec<&str> = keys.iter().map(String::as_str).collect();
        self.move_uses(&old, key);
        Ok(())
    }

    fn place(
        &mut self,
        number: usize,
        parcel: &str,
        key: &str,
        limits: &Limits,
        use_text: Option<&str>,
    ) -> Result<(), EditError> {
        let at = self.parcel(parcel)?;
        if key.is_empty() || self.park.buildings.iter().any(|building| building.provenance.key == key) {
            return Err(EditError::KeyTaken { key: key.to_owned() });
        }
        let boundary = self.park.parcels[at].boundary.clone();
        let obstacles = obstacles_on_record(&self.park, &boundary);
        let existing = Existing { blocked: obstacles.ground, ..self.existing(&boundary, limits.far.is_some())? };
        let tall = self.rules.figure("land", "tall_storey_m").value;
        let mass = largest_mass(&boundary, &existing, limits, tall).map_err(|why| match why {
            MassingError::NoRoom { .. } if !obstacles.taken.is_empty() => {
                EditError::MassingBeside { why, taken: Box::new(taken_words(&obstacles.taken, true)) }
            }
            _ => EditError::Massing(why),
        })?;
        let building = Building {
            use_text: use_text.map(Into::into),
            storeys: Some(f64::from(mass.storeys)),
            storey_height_m: Some(limits.storey_height_m),
            height_m: Some(mass.height_m),
            floor_area_m2: Some(mass.floor_area_m2),
            ..Building::bare(self.new_id(FeatureKind::Building).id, marked(key, number), mass.footprint)
        };
        self.park.buildings.push(building);
        Ok(())
    }

    /// What stands on a parcel now, without the ground that cannot be built on. Buildings that are gone by the day of the data do not
    /// stand. Floors count where a floor-area ratio does, at most: storeys of unknown height may count twice, so a mass beside them
    /// keeps to the ratio whatever they are.
    fn existing(&self, boundary: &MultiPolygon<f64>, with_floors: bool) -> Result<Existing, EditError> {
        let mut existing = Existing::default();
        let Some(bounds) = boundary.bounding_rect() else { return Ok(existing) };
        let there = self.park.park.as_of.map(|day| Presence::on(&self.park, day).buildings);
        for (i, building) in self.park.buildings.iter().enumerate() {
            if there.as_ref().is_some_and(|there| !there[i]) {
                continue;
            }
            if building.footprint.bounding_rect().is_none_or(|rect| !rect.intersects(&bounds)) {
                continue;
            }
            let part = boundary.intersection(&building.footprint);
            let (part_m2, footprint_m2) = (part.unsigned_area(), building.footprint.unsigned_area());
            if part_m2 <= 1e-6 {
                continue;
            }
            if with_floors {
                let most_m2 = rule_floors(building, footprint_m2, self.rules).most_m2;
                if !most_m2.is_finite() {
                    return Err(EditError::NoFloors { key: building.provenance.key.clone() });
                }
                existing.floor_m2 += most_m2 * part_m2 / footprint_m2;
            }
            existing.footprint_m2 += part_m2;
            existing.footprints = existing.footprints.union(&part);
        }
        Ok(existing)
    }

    fn remove(&mut self, key: &str) -> Result<(), EditError> {
        let at = self.park.buildings.iter().position(|building| building.provenance.key == key);
        let at = at.ok_or_else(|| EditError::NoBuilding { key: key.to_owned() })?;
        self.park.buildings.remove(at);
        self.park.building_surfaces.retain(|surface| surface.building_key != key);
        // Who was let floor in it is let none of what else stands there.
        self.park.tenancies.retain(|tenancy| tenancy.building_key.as_deref() != Some(key));
        Ok(())
    }
}

/// Where a feature of a scenario comes from: its edit.
fn marked(key: &str, number: usize) -> Provenance {
    Provenance { key: key.to_owned(), layer: LAYER.into(), source_row: number as i64, ..Provenance::default() }
}

/// The parcel without what the register says of its whole.
fn unrecorded(parcel: &Parcel) -> Parcel {
    Parcel { recorded_area_m2: None, recorded_floor_area_m2: None, assessed_value: None, ..parcel.clone() }
}

/// A line of at least two places that does not cross itself.
fn checked_line(line: &[Coord<f64>]) -> Result<(), EditError> {
    if line.len() < 2
        || line.iter().any(|at| !at.x.is_finite() || !at.y.is_finite())
        || line.windows(2).any(|p| p[0] == p[1])
    {
        return Err(EditError::NoLine);
    }
    for (i, a) in line.windows(2).enumerate() {
        for b in line.windows(2).skip(i + 2) {
            let [first, second] = [a, b].map(|pair| geo::Line::new(pair[0], pair[1]));
            if first.intersects(&second) {
                return Err(EditError::CrossesItself);
            }
        }
    }
    Ok(())
}
