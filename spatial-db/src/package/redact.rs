//! What of a park may be given away: a list of what is shown, so that whatever nobody thought of stays at home.
//!
//! Tables that are not in the list stay empty, columns that are not in it are unknown, keys and places of survey are made anew.
//! Networks are drawn coarsely: where a main runs in the street, not where to dig for it.

use chrono::NaiveDate;

use crate::model::{Attributes, FeatureKind, NetworkEdge, ParkSnapshot, Presence, Provenance, ResourceKind};

/// What is shown of a kind of feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The kind.
    pub kind: FeatureKind,
    /// Columns by their names in the schema.
    pub columns: &'static [&'static str],
    /// Whether the source's own key is shown; without, features are numbered.
    pub key: bool,
}

/// What may be given away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whitelist {
    /// Kinds and columns.
    pub shown: &'static [Shown],
    /// Kinds of resources.
    pub resources: &'static [ResourceKind],
    /// Lines of networks are drawn to the corners of squares of this size, m.
    pub coarse_m: f64,
    /// The day that it is given for: what is not there then stays at home. The park's own if `None`.
    pub as_of: Option<NaiveDate>,
}

/// Empties the columns of a row that are not in a list.
macro_rules! blank {
    ($columns:expr, $rows:expr, $($field:ident),+) => {
        for one in &mut $rows {
            $(if !$columns.contains(&stringify!($field)) {
                one.$field = None;
            })+
        }
    };
}

impl Whitelist {
    /// What a prospect may see: land and its planned use, the shape of buildings, roads, ground cover, gates and what helps, and
    /// roughly where mains run. No holders, enterprises, tenancies, figures, contracts, projects, hazards, cameras, hydrants,
    /// issues, imagery, valves or chambers.
    pub const PROSPECT: Self = Self {
        shown: &[
            Shown {
                kind: FeatureKind::Parcel,
                columns: &["number", "address", "land_use_code", "land_use_scheme", "land_use", "recorded_area_m2"],
                key: true,
            },
            Shown {
                kind: FeatureKind::Building,
                columns: &["storeys", "storey_height_m", "height_m", "base_elevation_m"],
                key: false,
            },
            Shown { kind: FeatureKind::RoadEdge, columns: &["name", "class", "width_m"], key: false },
            Shown { kind: FeatureKind::Surface, columns: &["kind"], key: false },
            Shown { kind: FeatureKind::EmergencyResource, columns: &["kind", "name"], key: false },
            Shown { kind: FeatureKind::NetworkEdge, columns: &["class"], key: false },
        ],
        resources: &[ResourceKind::Gate, ResourceKind::FireStation, ResourceKind::Hospital],
        coarse_m: 25.0,
        as_of: None,
    };

    /// Columns that are shown of a kind; `None` where nothing is.
    pub(super) fn columns(&self, kind: FeatureKind) -> Option<&'static [&'static str]> {
        self.shown.iter().find(|shown| shown.kind == kind).map(|shown| shown.columns)
    }

    fn shows(&self, kind: FeatureKind) -> bool {
        self.columns(kind).is_some()
    }

    /// Where a row comes from, as far as it may be said.
    fn provenance(&self, kind: FeatureKind, table: &str, at: usize, was: &Provenance) -> Provenance {
        let key = self.shown.iter().any(|shown| shown.kind == kind && shown.key);
        Provenance {
            key: if key { was.key.clone() } else { format!("{table}-{}", at + 1) },
            layer: table.into(),
            source_row: at as i64 + 1,
            attributes: Attributes::default(),
        }
    }

    /// The park as it may be seen: what stands on the day, of the kinds in the list, with the columns in the list, and lines drawn
    /// coarsely. What is drawn for somebody is drawn from this.
    pub fn redacted(&self, park: &ParkSnapshot) -> ParkSnapshot {
        let day = self.as_of.or(park.park.as_of);
        let there = day.map(|day| Presence::on(park, day));
        let there = there.as_ref();
        let mut out = ParkSnapshot::empty(park.park.clone());
        out.park.as_of = day;
        out.given = true;
        // Surfaces of modelled buildings name them by their keys, which go: they go too, and footprints stand in for them.
        if self.shows(FeatureKind::Parcel) {
            out.parcels = standing(&park.parcels, there.map(|there| there.parcels.as_slice()));
        }
        if self.shows(FeatureKind::Building) {
            out.buildings = standing(&park.buildings, there.map(|there| there.buildings.as_slice()));
        }
        if self.shows(FeatureKind::RoadEdge) {
            out.roads.clone_from(&park.roads);
        }
        if self.shows(FeatureKind::Surface) {
            out.surfaces.clone_from(&park.surfaces);
        }
        if self.shows(FeatureKind::EmergencyResource) {
            out.resources = park.resources.iter().filter(|one| self.resources.contains(&one.kind)).cloned().collect();
        }
        if self.shows(FeatureKind::NetworkEdge) {
            out.edges = standing(&park.edges, there.map(|there| there.edges.as_slice()));
            for edge in &mut out.edges {
                edge.path = self.coarse(&edge.path);
            }
            out.edges.retain(|edge| edge.path.len() > 1);
        }
        macro_rules! anew {
            ($($kind:ident, $features:expr;)+) => {
                $(for (at, one) in $features.iter_mut().enumerate() {
                    one.id.id = at as i64 + 1;
                    one.provenance = self.provenance(FeatureKind::$kind, table(FeatureKind::$kind), at, &one.provenance);
                })+
            };
        }
        anew! {
            Parcel, out.parcels;
            Building, out.buildings;
            RoadEdge, out.roads;
            Surface, out.surfaces;
            EmergencyResource, out.resources;
            NetworkEdge, out.edges;
        }
        self.blank_columns(&mut out);
        out.terrain.clone_from(&park.terrain);
        out
    }

    /// Empties what is not in the list of columns. The writer holds to the list by itself; a picture does not.
    fn blank_columns(&self, out: &mut ParkSnapshot) {
        let columns = |kind| self.columns(kind).unwrap_or_default();
        let of = columns(FeatureKind::Parcel);
        blank!(of, out.parcels, number, address, holder, land_use_code, land_use_scheme, land_use, industry_code);
        blank!(of, out.parcels, recorded_area_m2, recorded_floor_area_m2, assessed_value, currency);
        blank!(of, out.parcels, valid_from, valid_to);
        let of = columns(FeatureKind::Building);
        blank!(of, out.buildings, name, address, use_text, storeys, storey_height_m, height_m, floor_area_m2);
        blank!(of, out.buildings, base_elevation_m, year_built, state, valid_from, valid_to);
        let of = columns(FeatureKind::RoadEdge);
        blank!(of, out.roads, name, class, width_m);
        let of = columns(FeatureKind::Surface);
        blank!(of, out.surfaces, name);
        let of = columns(FeatureKind::EmergencyResource);
        blank!(of, out.resources, name, state, capacity, flow_l_s, bearing_deg, range_m);
        let of = columns(FeatureKind::NetworkEdge);
        blank!(of, out.edges, subtype, from_key, to_key, diameter_mm, width_mm, height_mm, material, pressure);
        blank!(of, out.edges, voltage, year_laid, survey_level, valid_from, valid_to);
    }

    /// A line through the corners of squares, without a height.
    fn coarse(&self, path: &[[f64; 3]]) -> Vec<[f64; 3]> {
        let corner = |value: f64| (value / self.coarse_m).round() * self.coarse_m;
        let mut out: Vec<[f64; 3]> = path.iter().map(|[x, y, _]| [corner(*x), corner(*y), f64::NAN]).collect();
        out.dedup_by(|a, b| a[..2] == b[..2]);
        out
    }
}

/// How far a line may lie from where it was surveyed, m, where it was drawn coarsely for a package that is given away; `None` where
/// it is as surveyed. Lines shorter than a square are not in such a package at all.
pub fn moved_m(edge: &NetworkEdge) -> Option<f64> {
    let side = Whitelist::PROSPECT.coarse_m;
    let name = table(FeatureKind::NetworkEdge);
    let anew = edge.provenance.layer == name && edge.provenance.key.starts_with(name);
    let corner = |[x, y, z]: &[f64; 3]| x % side == 0.0 && y % side == 0.0 && z.is_nan();
    // A place moves by half the diagonal of a square at most, and a line by as much as its ends.
    (anew && edge.path.iter().all(corner)).then_some(side * std::f64::consts::FRAC_1_SQRT_2)
}

fn standing<T: Clone>(all: &[T], there: Option<&[bool]>) -> Vec<T> {
    match there {
        None => all.to_vec(),
        Some(there) => all.iter().zip(there).filter(|(_, there)| **there).map(|(one, _)| one.clone()).collect(),
    }
}

/// Name of a kind's table.
pub(super) fn table(kind: FeatureKind) -> &'static str {
    crate::schema::TABLES.iter().find(|table| table.kind == kind).map_or("feature", |table| table.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TABLES;

    #[test]
    fn every_column_in_the_list_is_one() {
        for shown in Whitelist::PROSPECT.shown {
            let table = TABLES.iter().find(|table| table.kind == shown.kind).unwrap();
            for column in shown.columns {
                assert!(table.columns.iter().any(|known| known.name == *column), "{}.{column}", table.name);
            }
            // What a row cannot be read without is shown.
            for needed in table.columns.iter().filter(|column| column.required) {
                assert!(shown.columns.contains(&needed.name), "{}.{}", table.name, needed.name);
            }
        }
        let hidden = |kind| Whitelist::PROSPECT.columns(kind).is_none();
        assert!([FeatureKind::Enterprise, FeatureKind::HazardSource, FeatureKind::NetworkNode].into_iter().all(hidden));
    }
}
