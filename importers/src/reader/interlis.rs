//! INTERLIS 1: areas are put together from the tables of lines that hold their boundaries.
//!
//! A transfer file keeps polygons apart from their rows (INTERLIS 1 reference manual, 1998, on SURFACE and AREA): a
//! table `Liegenschaft_Geometrie` holds the boundary lines of the table `Liegenschaft`. Lines of a SURFACE name their
//! row; lines of an AREA are shared by neighbours, and a row tells its area by a point inside. With the compiled model
//! (`.imd`) beside the file GDAL knows which is which; without it the rows themselves give it away.

use std::collections::{BTreeMap, HashSet};

use gdal::Dataset;
use gdal::vector::{Geometry, LayerAccess};

use super::ogr;
use super::open::{self, Opening, Source, unreadable};
use super::protocol::ReadFailure;
use super::shapefile::sibling;
use super::standin::StandIn;

/// A table as the driver gives it without a model: texts, and a line for rows of a line table.
struct Table {
    name: String,
    fields: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    texts: Vec<Option<String>>,
    geometry: Option<Geometry>,
}

/// Opens a transfer file.
pub(super) fn open(opening: &Opening<'_>) -> Result<Source, ReadFailure> {
    if let Some(model) = sibling(opening.path, "imd") {
        let name = format!("{},{}", opening.path.display(), model.display());
        return opening.named(&name, &[]).map(Source::plain);
    }
    let mut tables = tables(&opening.with(&[])?).map_err(|error| unreadable(&error))?;
    let mut notes = Vec::new();
    for index in 0..tables.len() {
        if let Some(lines) = boundary_of(&tables, index)
            && let Ok([table, lines]) = tables.get_disjoint_mut([index, lines])
        {
            assemble(table, &lines.rows, &mut notes);
        }
    }
    let mut stand_in = StandIn::new()?;
    for table in tables {
        stand_in.layer(&table.name, None, &table.fields, |out| {
            table.rows.into_iter().try_for_each(|row| out.row(&row.texts, row.geometry))
        })?;
    }
    let (path, folder) = stand_in.finish()?;
    Ok(Source { notes, scratch: Some(folder), ..Source::plain(open::stand_in(&path)?) })
}

fn tables(dataset: &Dataset) -> gdal::errors::Result<Vec<Table>> {
    let mut tables = Vec::new();
    for mut layer in dataset.layers() {
        let fields: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
        let mut rows = Vec::new();
        for feature in layer.features() {
            let texts = (0..fields.len())
                .map(|index| Ok(feature.field_as_string(index)?.filter(|text| !text.is_empty())))
                .collect::<gdal::errors::Result<_>>()?;
            rows.push(Row { texts, geometry: feature.geometry().filter(|geometry| !geometry.is_empty()).cloned() });
        }
        tables.push(Table { name: layer.name(), fields, rows });
    }
    Ok(tables)
}

/// The table of lines that bounds the rows of a table: named like it with an attribute's name behind.
fn boundary_of(tables: &[Table], index: usize) -> Option<usize> {
    let table = &tables[index];
    let is_boundary = |other: &&(usize, &Table)| {
        let (_, other) = other;
        let named = other.name.strip_prefix(&table.name).is_some_and(|rest| rest.starts_with('_') && rest.len() > 1);
        named && !other.rows.is_empty() && other.rows.iter().all(|row| row.geometry.is_some())
    };
    let rows_are_bare = !table.rows.is_empty() && table.rows.iter().all(|row| row.geometry.is_none());
    let found = tables.iter().enumerate().collect::<Vec<_>>();
    found.iter().find(is_boundary).filter(|_| rows_are_bare).map(|(index, _)| *index)
}

/// Gives a table's rows their areas.
fn assemble(table: &mut Table, lines: &[Row], notes: &mut Vec<String>) {
    let ids: HashSet<&str> = table.rows.iter().filter_map(|row| row.texts.first()?.as_deref()).collect();
    let named: Option<Vec<&str>> = lines.iter().map(|line| line.texts.get(1)?.as_deref()).collect();
    let by_name = named.filter(|named| named.iter().all(|id| ids.contains(id)));
    let points = centre_fields(table, lines);
    match (by_name, points) {
        // A row of a SURFACE has no point of its own; a line that names a row is the stronger sign where both fit.
        (Some(named), None) => surfaces(table, lines, &named),
        (_, Some((x, y))) => areas(table, lines, x, y, notes),
        (None, None) => notes.push(format!(
            "{}: its boundary lines name no row and no row has a point inside, so its rows have no areas",
            table.name
        )),
    }
}

/// Each row gets the polygon of the lines that name it.
fn surfaces(table: &mut Table, lines: &[Row], named: &[&str]) {
    let mut by_row: BTreeMap<&str, Vec<&Geometry>> = BTreeMap::new();
    for (line, id) in lines.iter().zip(named) {
        by_row.entry(id).or_default().extend(&line.geometry);
    }
    for row in &mut table.rows {
        let id = row.texts.first().and_then(Option::as_deref);
        let Some(lines) = id.and_then(|id| by_row.get(id)) else { continue };
        // The lines of a hole bound a face too; the area is the face around them.
        let reach = |polygon: &Geometry| {
            let e = polygon.envelope();
            (e.MaxX - e.MinX) * (e.MaxY - e.MinY)
        };
        row.geometry = ogr::faces(lines, false).into_iter().max_by(|a, b| reach(a).total_cmp(&reach(b)));
    }
}

/// Each row gets the polygon around its point.
fn areas(table: &mut Table, lines: &[Row], x: usize, y: usize, notes: &mut Vec<String>) {
    let lines: Vec<&Geometry> = lines.iter().filter_map(|line| line.geometry.as_ref()).collect();
    let (mut spare, mut without) = place_all(table, &ogr::faces(&lines, false), x, y);
    if without > 0 {
        // Where lines meet between their ends, they have to be cut there first.
        (spare, without) = place_all(table, &ogr::faces(&lines, true), x, y);
    }
    if spare > 0 || without > 0 {
        notes.push(format!(
            "{}: {spare} areas between its lines hold no row's point, {without} points lie in no area",
            table.name
        ));
    }
}

/// Gives each row the face around its point; how many faces are left over, and how many rows.
fn place_all(table: &mut Table, faces: &[Geometry], x: usize, y: usize) -> (usize, usize) {
    let boxes = index_of(faces);
    let mut taken = vec![false; faces.len()];
    let mut without = 0;
    for row in &mut table.rows {
        let Some([x, y]) = place(row, x, y) else { continue };
        let Ok(point) = Geometry::from_wkt(&format!("POINT ({x} {y})")) else { continue };
        let inside =
            boxes.locate_all_at_point(&[x, y]).map(|entry| entry.data).find(|index| faces[*index].contains(&point));
        row.geometry = inside.map(|index| faces[index].clone());
        match inside {
            Some(index) => taken[index] = true,
            None => without += 1,
        }
    }
    (taken.iter().filter(|taken| !**taken).count(), without)
}

type Boxes = rstar::RTree<rstar::primitives::GeomWithData<rstar::primitives::Rectangle<[f64; 2]>, usize>>;

fn index_of(polygons: &[Geometry]) -> Boxes {
    let entry = |(index, polygon): (usize, &Geometry)| {
        let e = polygon.envelope();
        let rectangle = rstar::primitives::Rectangle::from_corners([e.MinX, e.MinY], [e.MaxX, e.MaxY]);
        rstar::primitives::GeomWithData::new(rectangle, index)
    };
    Boxes::bulk_load(polygons.iter().enumerate().map(entry).collect())
}

fn place(row: &Row, x: usize, y: usize) -> Option<[f64; 2]> {
    let number = |index: usize| row.texts.get(index)?.as_deref()?.trim().parse().ok();
    Some([number(x)?, number(y)?])
}

/// Two neighbouring fields that hold a point within the lines' extent in every row.
fn centre_fields(table: &Table, lines: &[Row]) -> Option<(usize, usize)> {
    let mut extent = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for line in lines.iter().filter_map(|line| line.geometry.as_ref()) {
        let e = line.envelope();
        extent = [extent[0].min(e.MinX), extent[1].min(e.MinY), extent[2].max(e.MaxX), extent[3].max(e.MaxY)];
    }
    let within = |[x, y]: [f64; 2]| x >= extent[0] && x <= extent[2] && y >= extent[1] && y <= extent[3];
    (0..table.fields.len().saturating_sub(1)).map(|index| (index, index + 1)).find(|(x, y)| {
        table.rows.iter().all(|row| {
            let written = |index: usize| row.texts[index].as_deref().is_some_and(|text| text.contains('.'));
            written(*x) && written(*y) && place(row, *x, *y).is_some_and(within)
        })
    })
}
