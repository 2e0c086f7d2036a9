//! Network rows: elevations for edges and nodes, and the sites that edges find their nodes by.
//!
//! The arithmetic is left to `elevation`.

use std::collections::HashMap;

use geo::{Coord, Geometry, LineString};
use spatial_db::model::TerrainGrid;
use spatial_db::schema::{Record, Shape, Table, Value};

use super::elevation::{self, EdgeHeights, EdgeSources, End, Found, NodeSite};
use super::shape::Fitted;
use super::{Cell, Named, Shared, Trouble, Unfit};
use crate::issue::Severity;
use crate::manifest::{NetworkSpec, ZSource};
use crate::reader::Batch;

/// A [`NetworkSpec`] against the fields of an open layer.
#[derive(Debug, Default)]
pub(crate) struct NetworkPlan {
    elevation: Option<Cell>,
    ends: [EndCells; 2],
    spec: NetworkSpec,
    z_factor: f64,
}

#[derive(Debug, Default)]
struct EndCells {
    elevation: Option<Cell>,
    depth: Option<Cell>,
}

/// A network row whose key and values are known.
#[derive(Clone, Copy)]
pub(crate) struct NetworkRow<'b> {
    pub(crate) batch: &'b Batch,
    pub(crate) row: usize,
    pub(crate) key: &'b str,
    pub(crate) values: &'b [Value],
    pub(crate) table: &'static Table,
}

/// Whether the first vertex is nearer to the last node than to the first.
fn runs_backwards(line: &LineString<f64>, nodes: [Option<NodeSite>; 2]) -> bool {
    let [Some(from), Some(to)] = nodes else { return false };
    let apart = |a: Coord<f64>, b: Coord<f64>| (a.x - b.x).hypot(a.y - b.y);
    let (first, last) = (line.0[0], line.0[line.0.len() - 1]);
    apart(first, to.at) + apart(last, from.at) + 1e-6 < apart(first, from.at) + apart(last, to.at)
}

fn number(values: &[Value], table: &Table, column: &str) -> Option<f64> {
    match values.get(table.column_index(column)?)? {
        Value::Real(value) => Some(*value),
        Value::Integer(value) => Some(*value as f64),
        _ => None,
    }
}

fn text<'a>(values: &'a [Value], table: &Table, column: &str) -> Option<&'a str> {
    match values.get(table.column_index(column)?)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

impl NetworkPlan {
    /// Binds a spec to fields; `Err` is the field that is missing.
    pub(crate) fn bind(spec: &NetworkSpec, z_factor: f64, fields: &[String]) -> Result<Self, String> {
        let cell = |spec: &Option<crate::manifest::CellSpec>| spec.as_ref().map(|s| Cell::bind(s, fields)).transpose();
        Ok(Self {
            elevation: cell(&spec.elevation)?,
            ends: [
                EndCells { elevation: cell(&spec.start_elevation)?, depth: cell(&spec.start_depth)? },
                EndCells { elevation: cell(&spec.end_elevation)?, depth: cell(&spec.end_depth)? },
            ],
            spec: spec.clone(),
            z_factor,
        })
    }

    /// A number that may be missing; one that is no number is an issue and missing.
    fn read(cell: Option<&Cell>, batch: &Batch, row: usize, unfit: &mut Vec<Unfit>) -> Option<f64> {
        match cell.map(|cell| cell.number(batch, row)) {
            Some(Ok(value)) => value,
            Some(Err(problem)) => {
                unfit.push(problem);
                None
            }
            None => None,
        }
    }

    /// The shape of an edge, elevations included.
    pub(crate) fn edge(
        &self,
        at: &NetworkRow<'_>,
        fitted: Fitted,
        named: &Named,
        shared: &mut Shared,
        unfit: &mut Vec<Unfit>,
    ) -> Result<Shape, Trouble> {
        let NetworkRow { batch, row, key, values, table } = *at;
        let source_row = batch.rows[row];
        let Geometry::LineString(mut line) = fitted.xy else {
            return Err(Trouble {
                code: "geometry.wrong_type",
                reason: "it is not a line".to_owned(),
                fix: "check the layer's role".to_owned(),
            });
        };
        let mut heights: Vec<f64> = fitted.z.iter().map(|z| z * self.z_factor).collect();
        let keys = [text(values, table, "from_key"), text(values, table, "to_key")];
        let nodes = keys.map(|key| key.and_then(|key| shared.sites.get(key).copied()));
        if runs_backwards(&line, nodes) {
            line.0.reverse();
            heights.reverse();
            let reason = "the line was drawn from its last node to its first; it has been turned round".to_owned();
            let fix = "nothing, or turn it round in the source".to_owned();
            shared.issues.push(named.issue("edge.reversed", Severity::Note, Some(source_row), Some(key), reason, fix));
        }
        for (key_of_node, site) in keys.iter().zip(nodes) {
            if let (Some(node), None) = (key_of_node, site) {
                let reason = format!("there is no node {node:?}");
                let fix = "check the point table and the key prefix of its layer".to_owned();
                let issue =
                    named.issue("edge.unknown_node", Severity::Warning, Some(source_row), Some(key), reason, fix);
                shared.issues.push(issue);
            }
        }
        let mut end = |index: usize| End {
            elevation: Self::read(self.ends[index].elevation.as_ref(), batch, row, unfit),
            depth: Self::read(self.ends[index].depth.as_ref(), batch, row, unfit),
        };
        let ends = [end(0), end(1)];
        let height_mm = number(values, table, "height_mm").or_else(|| number(values, table, "diameter_mm"));
        let sources = EdgeSources {
            geometry: &heights,
            ends,
            nodes,
            ground: shared.ground.as_ref(),
            order: &self.spec.z_from,
            reference: self.spec.reference,
            height_m: height_mm.map(|mm| mm / 1000.0),
            assumed_depth_m: self.spec.assumed_depth_m,
        };
        let EdgeHeights { z, found, moved_m } = elevation::edge_heights(&line, &sources);
        let flat = line.0.iter().all(|c| (c.x - line.0[0].x).hypot(c.y - line.0[0].y) < 1e-9);
        if flat && z.iter().all(|height| !height.is_finite() || (height - z[0]).abs() < 1e-9) {
            return Err(Trouble {
                code: "edge.zero_length",
                reason: "both ends are the same place".to_owned(),
                fix: "draw its course, or remove it".to_owned(),
            });
        }
        for (node, height) in keys.iter().zip([z[0], z[z.len() - 1]]) {
            if let Some(site) = node.and_then(|node| shared.sites.get_mut(node)) {
                site.lowest_edge = site.lowest_edge.min(height);
            }
        }
        if moved_m > 0.0 {
            let reason = format!(
                "its recorded elevation lies above the terrain; its recorded depth was counted from the terrain, {moved_m:.2} m lower"
            );
            let fix = "check which of the terrain and the recorded ground elevation is right there".to_owned();
            let row = Some(source_row);
            shared.issues.push(named.issue("edge.above_terrain", Severity::Warning, row, Some(key), reason, fix));
        }
        if let Some((code, severity, reason, fix)) = self.say(found) {
            let issue = named.issue(code, severity, Some(source_row), Some(key), reason, fix.to_owned());
            shared.issues.push(issue);
        }
        Ok(Shape { xy: Geometry::LineString(line), z })
    }

    fn say(&self, found: Found) -> Option<(&'static str, Severity, String, &'static str)> {
        match found {
            Found::Recorded => None,
            Found::OneEnd => Some((
                "edge.one_elevation",
                Severity::Warning,
                "only one end has an elevation; the edge was taken as level".to_owned(),
                "record the other end's elevation or depth",
            )),
            Found::Assumed => Some((
                "edge.assumed_depth",
                Severity::Warning,
                format!(
                    "nothing tells how deep it lies; {} m below ground was assumed",
                    self.spec.assumed_depth_m.unwrap_or_default()
                ),
                "record elevations or depths",
            )),
            Found::Nowhere => Some((
                "edge.no_elevation",
                Severity::Warning,
                "nothing tells how deep it lies; it is kept without elevation".to_owned(),
                "record elevations or depths, import a terrain, or say `assumed_depth_m`",
            )),
        }
    }

    /// The shape of a node; remembers its site. An unknown elevation is NaN, for [`settle_nodes`] to find.
    pub(crate) fn node(
        &self,
        at: &NetworkRow<'_>,
        fitted: &Fitted,
        shared: &mut Shared,
        unfit: &mut Vec<Unfit>,
    ) -> Result<Shape, Trouble> {
        let NetworkRow { batch, row, key, values, table } = *at;
        let Geometry::Point(point) = fitted.xy else {
            return Err(Trouble {
                code: "geometry.wrong_type",
                reason: "it is not a point".to_owned(),
                fix: "check the layer's role".to_owned(),
            });
        };
        let recorded_ground = number(values, table, "ground_elevation_m");
        let terrain = shared.ground.as_ref().and_then(|grid| grid.height_at(point.x(), point.y()));
        let ground = recorded_ground.or(terrain);
        let elevation = Self::read(self.elevation.as_ref(), batch, row, unfit);
        let depth = number(values, table, "depth_m");
        let geometry: Vec<f64> = fitted.z.iter().map(|z| z * self.z_factor).collect();
        let told = self.spec.z_from.iter().find_map(|source| match source {
            ZSource::Geometry if !elevation::is_placeholder(&geometry) => Some(geometry[0]),
            ZSource::Elevation => elevation,
            ZSource::Depth => Some(ground? - depth?),
            _ => None,
        });
        let z = told.map_or(f64::NAN, |z| elevation::below_terrain(z, recorded_ground, terrain));
        let site = NodeSite { at: point.0, z, ground: recorded_ground, lowest_edge: f64::NAN };
        shared.sites.insert(key.to_owned(), site);
        Ok(Shape { xy: Geometry::Point(point), z: vec![z] })
    }
}

/// Gives nodes without an elevation that of the lowest edge that ends there, or of the assumed depth.
pub(crate) fn settle_nodes(
    records: &mut [Record],
    sites: &HashMap<String, NodeSite>,
    ground: Option<&TerrainGrid>,
    assumed_depth_m: Option<f64>,
    named: &Named,
    issues: &mut crate::issue::IssueLog,
) {
    for record in records {
        let Some(Shape { xy: Geometry::Point(point), z }) = &mut record.shape else { continue };
        let [z] = z.as_mut_slice() else { continue };
        if z.is_finite() {
            continue;
        }
        if let Some(site) = sites.get(&record.key).filter(|site| site.lowest_edge.is_finite()) {
            *z = site.lowest_edge;
            continue;
        }
        let ground = sites
            .get(&record.key)
            .and_then(|site| site.ground)
            .or_else(|| ground.and_then(|grid| grid.height_at(point.x(), point.y())));
        if let (Some(ground), Some(depth)) = (ground, assumed_depth_m) {
            *z = ground - depth;
            continue;
        }
        issues.push(named.issue(
            "node.no_elevation",
            Severity::Warning,
            Some(record.source_row),
            Some(&record.key),
            "nothing tells how deep it lies; it is kept without elevation".to_owned(),
            "record its elevation or depth, or import a terrain".to_owned(),
        ));
    }
}
