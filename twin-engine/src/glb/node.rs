//! What a file says in words: of each feature its name, key and attributes, of itself park, place, date and licence.

use analysis::overlay::Overlay;
use serde_json::{Map, Value, json};
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot};
use spatial_db::schema::Table;

use super::GltfReport;
use super::document::About;
use crate::attribute::{self, Cell, Column, KINDS, Layer, Source};
use crate::space::SceneOrigin;
use crate::text::Text;

/// Words of nodes.
pub(super) struct Nodes<'a> {
    park: &'a ParkSnapshot,
    overlay: Option<&'a Overlay>,
    words: &'static Text,
    columns: Vec<(FeatureKind, Vec<Column>)>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(park: &'a ParkSnapshot, overlay: Option<&'a Overlay>, words: &'static Text) -> Self {
        let columns = KINDS.into_iter().map(|kind| (kind, attribute::columns(park, kind, None))).collect();
        Self { park, overlay, words, columns }
    }

    /// Word of the table that a kind is in.
    pub(super) fn kind_word(kind: FeatureKind) -> String {
        Table::of(kind).map_or("feature", |table| table.name).to_owned()
    }

    /// What a feature is called that the overlay does not speak of: its kind, of networks its class too.
    pub(super) fn plain(&self, id: FeatureId, row: usize) -> String {
        let class = match id.kind {
            FeatureKind::NetworkEdge => self.park.edges.get(row).map(|edge| edge.class),
            FeatureKind::NetworkNode => self.park.nodes.get(row).map(|node| node.class),
            _ => None,
        };
        let kind = Self::kind_word(id.kind);
        class.map_or_else(|| kind.clone(), |class| format!("{kind} {}", class.as_str()))
    }

    /// Label of the overlay's class.
    pub(super) fn class_of(&self, id: FeatureId) -> Option<String> {
        let overlay = self.overlay?;
        let class = overlay.classes.get(overlay.verdicts.get(&id)?.class)?;
        Some(self.words.words(&class.label))
    }

    /// Name and everything known of the feature in `row`.
    pub(super) fn of(&self, id: FeatureId, row: usize) -> (String, Value) {
        let layer = Layer { park: self.park, kind: id.kind, overlay: None };
        let columns = self.columns.iter().find(|(kind, _)| *kind == id.kind).map_or(&[][..], |(_, columns)| columns);
        let mut attributes = Map::new();
        for column in columns {
            let value = match layer.cell(column, row) {
                Cell::Empty => continue,
                Cell::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => json!(number as i64),
                Cell::Number(number) => json!(number),
                Cell::Truth(truth) => json!(truth),
                cell @ (Cell::Text(_) | Cell::Date(_)) => json!(cell.to_string()),
            };
            let name = match column.source {
                Source::Key => continue,
                // The unit goes with the name, as in the schema's own.
                Source::Area => "area_m2",
                Source::Length => "length_m",
                _ => column.name.as_str(),
            };
            attributes.insert(name.to_owned(), value);
        }
        let key = attribute::key(self.park, id.kind, row).unwrap_or_default();
        let kind = Self::kind_word(id.kind);
        let named = ["name", "number"].iter().find_map(|column| attributes.get(*column)?.as_str().map(str::to_owned));
        let mut extras = json!({ "kind": kind, "key": key, "feature_id": id.id, "attributes": attributes });
        if let Some(overlay) = self.overlay
            && let Some(verdict) = overlay.verdicts.get(&id)
        {
            extras["overlay"] = json!({
                "name": overlay.name,
                "class": self.class_of(id),
                "value": verdict.value,
                "unit": self.words.words(&overlay.unit),
            });
        }
        let assumed = self.assumed(id, row);
        if !assumed.is_empty() {
            extras["assumed"] = json!(assumed);
        }
        (named.unwrap_or_else(|| format!("{kind} {key}")), extras)
    }

    /// Measures that are not on record and were drawn all the same.
    fn assumed(&self, id: FeatureId, row: usize) -> Vec<&'static str> {
        let mut assumed = Vec::new();
        match id.kind {
            FeatureKind::Building => {
                if let Some(building) = self.park.buildings.get(row)
                    && !building.drawn_height_m().1
                    && !self.park.building_surfaces.iter().any(|s| s.building_key == building.provenance.key)
                {
                    assumed.push("height");
                }
            }
            FeatureKind::NetworkEdge => {
                if let Some(edge) = self.park.edges.get(row) {
                    if edge.diameter_mm.is_none() && edge.width_mm.is_none() && edge.height_mm.is_none() {
                        assumed.push("diameter");
                    }
                    if edge.path.iter().any(|at| !at[2].is_finite()) {
                        assumed.push("elevation");
                    }
                }
            }
            FeatureKind::RoadEdge if self.park.roads.get(row).is_some_and(|road| road.width_m.is_none()) => {
                assumed.push("width");
            }
            _ => {}
        }
        assumed
    }

    /// What the file says of itself.
    pub(super) fn asset(&self, origin: &SceneOrigin, report: &GltfReport, side: Option<&str>) -> About {
        let park = &self.park.park;
        let crs = u16::try_from(park.srid).ok().and_then(crs_definitions::from_code);
        let crs_name = crs.and_then(|known| known.wkt.split('"').nth(1)).map(str::to_owned);
        let notice = if park.synthetic { "SYNTHETIC data: made up, not surveyed." } else { "Data as surveyed." };
        let credit = [park.synthetic.then_some("SYNTHETIC data"), park.attribution.as_deref(), park.licence.as_deref()];
        let overlay = self.overlay.map(|overlay| {
            json!({
                "name": overlay.name,
                "title": self.words.words(&overlay.title),
                "unit": self.words.words(&overlay.unit),
                "as_of": overlay.as_of.to_string(),
                "source": self.words.words(&overlay.source),
            })
        });
        let extras = json!({
            "park": park.slug,
            "name": park.name,
            "synthetic": park.synthetic,
            "notice": notice,
            "licence": park.licence,
            "attribution": park.attribution,
            "as_of": park.as_of.map(|day| day.to_string()),
            "crs": { "epsg": park.srid, "name": crs_name },
            "origin": { "easting_m": origin.x_m, "northing_m": origin.y_m, "elevation_m": origin.z_m },
            "axes": "metres; +X east, +Y up, -Z north; add the origin to come back to the CRS",
            "features": report.features,
            "overlay": overlay,
            "side": side,
        });
        About {
            scene: park.name.clone(),
            copyright: credit.into_iter().flatten().collect::<Vec<_>>().join("; "),
            extras,
        }
    }
}
