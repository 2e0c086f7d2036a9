//! The model's structs as rows of the schema's tables: what `store::snapshot` reads, the other way round.

use geo::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon};

use super::value::Cell;
use crate::model::{BuildingSurface, FeatureKind, IdleCause, ParkSnapshot, Provenance};
use crate::schema::Shape;

/// A feature as a row.
pub(super) struct FeatureRow<'a> {
    pub(super) id: i64,
    pub(super) provenance: &'a Provenance,
    pub(super) shape: Option<Shape>,
    /// A field for each column of the table, in `schema::TABLES`' order.
    pub(super) cells: Vec<Cell<'a>>,
}

fn text(value: Option<&String>) -> Cell<'_> {
    value.map(String::as_str).into()
}

fn year<'a>(value: Option<i32>) -> Cell<'a> {
    value.map(i64::from).into()
}

fn planar(shape: impl Into<Geometry<f64>>) -> Shape {
    Shape::planar(shape.into())
}

/// How many features of a kind there are.
pub(super) fn count(park: &ParkSnapshot, kind: FeatureKind) -> usize {
    match kind {
        FeatureKind::Parcel => park.parcels.len(),
        FeatureKind::Building => park.buildings.len(),
        FeatureKind::Enterprise => park.enterprises.len(),
        FeatureKind::Tenancy => park.tenancies.len(),
        FeatureKind::EnterpriseYear => park.enterprise_years.len(),
        FeatureKind::LandContract => park.contracts.len(),
        FeatureKind::LandEvent => park.events.len(),
        FeatureKind::Project => park.projects.len(),
        FeatureKind::NetworkNode => park.nodes.len(),
        FeatureKind::NetworkEdge => park.edges.len(),
        FeatureKind::RoadEdge => park.roads.len(),
        FeatureKind::EmergencyResource => park.resources.len(),
        FeatureKind::HazardSource => park.hazards.len(),
        FeatureKind::Surface => park.surfaces.len(),
        FeatureKind::BuildingSurface => park.building_surfaces.len(),
        FeatureKind::TerrainTile | FeatureKind::ImageryTile => 0,
    }
}

/// The row of the feature at a position; `None` past the last.
pub(super) fn row(park: &ParkSnapshot, kind: FeatureKind, at: usize) -> Option<FeatureRow<'_>> {
    Some(match kind {
        FeatureKind::Parcel => {
            let f = park.parcels.get(at)?;
            FeatureRow {
                id: f.id.id,
                provenance: &f.provenance,
                shape: Some(planar(f.boundary.clone())),
                cells: vec![
                    text(f.number.as_ref()),
                    text(f.address.as_ref()),
                    text(f.holder.as_ref()),
                    f.land_use_code.as_deref().into(),
                    f.land_use_scheme.as_deref().into(),
                    f.land_use.as_deref().into(),
                    f.industry_code.as_deref().into(),
                    f.recorded_area_m2.into(),
                    f.recorded_floor_area_m2.into(),
                    f.assessed_value.into(),
                    text(f.currency.as_ref()),
                    f.valid_from.into(),
                    f.valid_to.into(),
                ],
            }
        }
        FeatureKind::Building => {
            let f = park.buildings.get(at)?;
            FeatureRow {
                id: f.id.id,
                provenance: &f.provenance,
                shape: Some(planar(f.footprint.clone())),
                cells: vec![
                    text(f.name.as_ref()),
                    text(f.address.as_ref()),
                    f.use_text.as_deref().into(),
                    f.storeys.into(),
                    f.storey_height_m.into(),
                    f.height_m.into(),
                    f.floor_area_m2.into(),
                    f.base_elevation_m.into(),
                    year(f.year_built),
                    text(f.state.as_ref()),
                    f.valid_from.into(),
                    f.valid_to.into(),
                ],
            }
        }
        FeatureKind::Enterprise => {
            let f = park.enterprises.get(at)?;
            let cells = vec![Cell::Text(&f.name), text(f.industry_code.as_ref()), text(f.state.as_ref())];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: None, cells }
        }
        FeatureKind::Tenancy => {
            let f = park.tenancies.get(at)?;
            let cells = vec![
                Cell::Text(&f.enterprise_key),
                text(f.building_key.as_ref()),
                text(f.parcel_key.as_ref()),
                f.floor_area_m2.into(),
                f.valid_from.into(),
                f.valid_to.into(),
            ];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: None, cells }
        }
        FeatureKind::EnterpriseYear => {
            let f = park.enterprise_years.get(at)?;
            let cells = vec![
                Cell::Text(&f.enterprise_key),
                Cell::Integer(f.year.into()),
                f.output.into(),
                f.tax.into(),
                f.fixed_assets.into(),
                f.employees.into(),
                text(f.currency.as_ref()),
            ];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: None, cells }
        }
        FeatureKind::LandContract => {
            let f = park.contracts.get(at)?;
            let cells = vec![
                Cell::Text(&f.parcel_key),
                text(f.enterprise_key.as_ref()),
                f.signed.into(),
                f.agreed_start.into(),
                f.agreed_completion.into(),
                f.land_price.into(),
                f.total_investment.into(),
                text(f.currency.as_ref()),
                f.area_due_m2.into(),
            ];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: None, cells }
        }
        FeatureKind::LandEvent => {
            let f = park.events.get(at)?;
            let cells = vec![
                Cell::Text(&f.contract_key),
                Cell::Text(f.kind.as_str()),
                Cell::Day(f.date),
                f.developed_area_m2.into(),
                f.invested.into(),
                text(f.note.as_ref()),
                f.cause.map(IdleCause::as_str).into(),
                f.until.into(),
            ];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: None, cells }
        }
        FeatureKind::Project => {
            let f = park.projects.get(at)?;
            let cells = vec![
                text(f.name.as_ref()),
                text(f.contract_key.as_ref()),
                text(f.parcel_key.as_ref()),
                text(f.enterprise_key.as_ref()),
                f.planned_approval.into(),
                f.planned_permit.into(),
                f.planned_start.into(),
                f.planned_completion.into(),
                f.planned_production.into(),
                f.planned_investment.into(),
                text(f.currency.as_ref()),
                text(f.note.as_ref()),
            ];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: None, cells }
        }
        FeatureKind::NetworkNode => {
            let f = park.nodes.get(at)?;
            let [x, y, z] = f.position;
            FeatureRow {
                id: f.id.id,
                provenance: &f.provenance,
                shape: Some(Shape { xy: Point::new(x, y).into(), z: vec![z] }),
                cells: vec![
                    Cell::Text(f.class.as_str()),
                    Cell::Text(f.kind.as_str()),
                    text(f.subtype.as_ref()),
                    f.ground_elevation_m.into(),
                    f.depth_m.into(),
                    text(f.material.as_ref()),
                    f.size_mm.into(),
                    f.valid_from.into(),
                    f.valid_to.into(),
                ],
            }
        }
        FeatureKind::NetworkEdge => {
            let f = park.edges.get(at)?;
            let path: LineString<f64> = f.path.iter().map(|[x, y, _]| (*x, *y)).collect();
            FeatureRow {
                id: f.id.id,
                provenance: &f.provenance,
                shape: Some(Shape { xy: path.into(), z: f.path.iter().map(|at| at[2]).collect() }),
                cells: vec![
                    Cell::Text(f.class.as_str()),
                    text(f.subtype.as_ref()),
                    text(f.from_key.as_ref()),
                    text(f.to_key.as_ref()),
                    f.diameter_mm.into(),
                    f.width_mm.into(),
                    f.height_mm.into(),
                    text(f.material.as_ref()),
                    text(f.pressure.as_ref()),
                    text(f.voltage.as_ref()),
                    year(f.year_laid),
                    text(f.survey_level.as_ref()),
                    f.valid_from.into(),
                    f.valid_to.into(),
                ],
            }
        }
        FeatureKind::RoadEdge => {
            let f = park.roads.get(at)?;
            let cells = vec![text(f.name.as_ref()), text(f.class.as_ref()), f.width_m.into()];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: Some(planar(f.line.clone())), cells }
        }
        FeatureKind::EmergencyResource => {
            let f = park.resources.get(at)?;
            let [x, y] = f.position;
            FeatureRow {
                id: f.id.id,
                provenance: &f.provenance,
                shape: Some(planar(Point::new(x, y))),
                cells: vec![
                    Cell::Text(f.kind.as_str()),
                    text(f.name.as_ref()),
                    text(f.state.as_ref()),
                    f.capacity.into(),
                    f.flow_l_s.into(),
                    f.bearing_deg.into(),
                    f.range_m.into(),
                ],
            }
        }
        FeatureKind::HazardSource => {
            let f = park.hazards.get(at)?;
            FeatureRow {
                id: f.id.id,
                provenance: &f.provenance,
                shape: Some(planar(f.shape.clone())),
                cells: vec![
                    text(f.name.as_ref()),
                    text(f.kind.as_ref()),
                    text(f.substance.as_ref()),
                    text(f.cas.as_ref()),
                    f.quantity_t.into(),
                    f.height_m.into(),
                    f.diameter_m.into(),
                ],
            }
        }
        FeatureKind::Surface => {
            let f = park.surfaces.get(at)?;
            let cells = vec![Cell::Text(f.kind.as_str()), text(f.name.as_ref())];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: Some(planar(f.area.clone())), cells }
        }
        FeatureKind::BuildingSurface => {
            let f = park.building_surfaces.get(at)?;
            let cells =
                vec![Cell::Text(&f.building_key), Cell::Text(f.kind.as_str()), text(f.lod.as_ref()), f.area_m2.into()];
            FeatureRow { id: f.id.id, provenance: &f.provenance, shape: Some(in_space(f)), cells }
        }
        FeatureKind::TerrainTile | FeatureKind::ImageryTile => return None,
    })
}

/// The polygons of a surface as flat ones with a height for each coordinate.
fn in_space(surface: &BuildingSurface) -> Shape {
    let ring =
        |ring: &Vec<[f64; 3]>| -> LineString<f64> { ring.iter().map(|[x, y, _]| Coord { x: *x, y: *y }).collect() };
    let planes = surface.polygons.iter().map(|rings| {
        let mut rings = rings.iter().map(ring);
        Polygon::new(rings.next().unwrap_or_else(|| LineString(Vec::new())), rings.collect())
    });
    Shape {
        xy: MultiPolygon(planes.collect()).into(),
        z: surface.polygons.iter().flatten().flatten().map(|at| at[2]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::sample::every_kind;
    use crate::schema::TABLES;

    #[test]
    fn every_row_has_a_field_for_each_column_and_the_geometry_of_its_table() {
        let park = every_kind();
        for table in TABLES {
            assert!(count(&park, table.kind) > 0, "{}", table.name);
            let row = row(&park, table.kind, 0).unwrap();
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.name);
            assert_eq!(row.shape.is_some(), table.geometry.is_some(), "{}", table.name);
        }
    }
}
