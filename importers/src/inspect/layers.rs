//! Layers: what a sample of their rows shows, where they lie, what they are.

use serde::Serialize;

use super::coordinates::{self, Columns};
use super::facts::{self, FieldFacts, GeometryCount, Sample};
use super::guess::Guess;
use super::meaning::{self, Meaning, Seen};
use super::offset::Places;
use super::place::{self, Coordinates, Known, PlaceGuess};
use super::{FileLook, units};
use crate::crs::Crs;
use crate::reader::{Expect, LayerRequest, Opened, RasterFacts, ReadError, Reader};

/// A layer of a file.
#[derive(Debug, Serialize)]
pub struct LayerLook {
    /// Its name in the file.
    pub name: String,
    /// Rows in all, where the file tells.
    pub rows: Option<u64>,
    /// Rows that were looked at.
    pub sampled: u64,
    /// Kinds of geometry in the sample.
    pub geometry: Vec<GeometryCount>,
    /// West, south, east, north, as written: of all rows where the file tells, else of the sample.
    pub extent: Option<[f64; 4]>,
    /// Where it lies; `None` for tables without coordinates.
    pub place: Option<PlaceGuess>,
    /// Its fields.
    pub fields: Vec<FieldFacts>,
    /// What it is, as the manifest writes it; `None` where nothing was recognised.
    pub role: Guess<Option<String>>,
    /// Units that look unusual.
    pub units: Vec<Guess<String>>,
    /// Fields with coordinates, for tables.
    #[serde(skip)]
    pub(super) columns: Option<Columns>,
    #[serde(skip)]
    pub(super) meaning: Option<Meaning>,
    #[serde(skip)]
    pub(super) sample: Sample,
    #[serde(skip)]
    pub(super) opened: Opened,
    #[serde(skip)]
    north_first: Option<bool>,
}

/// Looks at a layer.
pub(super) fn look(reader: &mut Reader, request: &LayerRequest, sample: u64) -> Result<LayerLook, ReadError> {
    let described = reader.describe(request, false)?;
    let mut request = LayerRequest { sample: Some(sample), ..request.clone() };
    request.expect = if described.has_geometry { Expect::Any } else { Expect::Nothing };
    let mut seen = Sample::default();
    let mut rows = reader.rows(&request)?;
    while let Some(batch) = rows.next()? {
        seen.add(&batch);
    }
    let opened = rows.opened.clone();
    drop(rows);
    let fields = seen.fields(&opened.fields);
    let geometry = seen.geometry_counts();
    let found = if geometry.is_empty() { coordinates::find(&fields) } else { None };
    // Geometry as text has to be read as such.
    if let (Some((Columns::Wkt(field), _)), None) = (&found, &request.wkt) {
        let request = LayerRequest { wkt: Some(fields[*field].name.clone()), ..request };
        let again = look(reader, &request, sample)?;
        return Ok(LayerLook { columns: found.map(|(columns, _)| columns), ..again });
    }
    let mut extent = described.extent.filter(|_| !geometry.is_empty()).or(seen.extent);
    if let Some((columns, _)) = &found {
        (seen.centres, extent) = coordinates::centres(columns, &fields);
    }
    let north_first = found.as_ref().and_then(|(_, first)| *first);
    Ok(LayerLook {
        name: described.layer.clone(),
        rows: described.count.or((seen.rows < sample).then_some(seen.rows)),
        sampled: seen.rows,
        geometry,
        extent,
        place: None,
        fields,
        role: Guess::new(None, 0.0, ""),
        units: Vec::new(),
        columns: found.map(|(columns, _)| columns),
        meaning: None,
        sample: seen,
        opened: described,
        north_first,
    })
}

/// Where a raster lies, if it says its system.
pub(super) fn raster_place(facts: &RasterFacts, extent: Option<[f64; 4]>) -> Option<PlaceGuess> {
    let coordinates = Coordinates {
        extent: extent?,
        centres: &[],
        fields: &[],
        words: std::collections::BTreeSet::new(),
        declared: facts.crs_wkt.as_deref(),
        told: None,
        north_first: None,
    };
    Some(place::guess(&coordinates, &[]))
}

/// Finds where every layer lies: first those that say it, then the others beside them.
pub(super) fn place_all(files: &mut [FileLook], told: Option<&str>) {
    for round in 0..3 {
        let guesses: Vec<(usize, usize, PlaceGuess)> = {
            let known = known(files);
            let mut guesses = Vec::new();
            for (f, file) in files.iter().enumerate() {
                for (l, layer) in file.layers.iter().enumerate().filter(|(_, layer)| layer.place.is_none()) {
                    let says = layer.opened.crs_wkt.is_some();
                    let projected = says && !is_geographic(layer);
                    // Surveys in metres first, then degrees that say so, which may be shifted, then the silent ones.
                    let turn = match (file.reference, says, projected) {
                        (true, true, _) | (_, _, true) => 0,
                        (_, true, _) => 1,
                        _ => 2,
                    };
                    if turn == round
                        && let Some(extent) = layer.extent
                    {
                        guesses.push((f, l, place::guess(&coordinates(file, layer, extent, told), &known)));
                    }
                }
            }
            guesses
        };
        for (f, l, guess) in guesses {
            files[f].layers[l].place = Some(guess);
        }
    }
}

fn is_geographic(layer: &LayerLook) -> bool {
    layer.opened.crs_wkt.as_deref().and_then(|wkt| Crs::from_wkt(wkt).ok()).is_none_or(|crs| crs.is_geographic())
}

fn coordinates<'a>(
    file: &'a FileLook,
    layer: &'a LayerLook,
    extent: [f64; 4],
    told: Option<&'a str>,
) -> Coordinates<'a> {
    let mut words = facts::words_of(&layer.fields);
    words.insert(&layer.name);
    words.extend(file.file.file_name().and_then(|name| name.to_str()));
    Coordinates {
        extent,
        centres: &layer.sample.centres,
        fields: &layer.fields,
        words,
        declared: layer.opened.crs_wkt.as_deref(),
        told,
        north_first: layer.north_first,
    }
}

/// Layers whose place is known well enough to compare with.
fn known(files: &[FileLook]) -> Vec<Known<'_>> {
    let mut known = Vec::new();
    for file in files {
        let name = file.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for layer in &file.layers {
            let Some(place) = layer.place.as_ref().filter(|place| place.crs.confidence >= 0.9) else { continue };
            let Some((text, crs)) = place.crs.value.as_ref().and_then(|text| Some((text, Crs::from_text(text).ok()?)))
            else {
                // A system without a code: its WKT does as well.
                let Some(crs) = layer.opened.crs_wkt.as_deref().and_then(|wkt| Crs::from_wkt(wkt).ok()) else {
                    continue;
                };
                known.push(one(&name, file, layer, "", &crs, place));
                continue;
            };
            known.push(one(&name, file, layer, text, &crs, place));
        }
        if let Some(place) =
            file.raster.as_ref().and_then(|raster| raster.place.as_ref()).filter(|place| place.declared)
            && let Some(at) = place.middle
        {
            let crs = place.crs.value.clone().unwrap_or_default();
            known.push(Known { name, crs, places: Places { centres: vec![Some(at)], fields: &[] } });
        }
    }
    known
}

fn one<'a>(
    name: &str,
    file: &FileLook,
    layer: &'a LayerLook,
    crs_text: &str,
    crs: &Crs,
    place: &PlaceGuess,
) -> Known<'a> {
    let swap = place.axis_order.value == "north_first";
    let name = if file.layers.len() > 1 { format!("{name}:{}", layer.name) } else { name.to_owned() };
    let places = Places { centres: place::to_degrees(crs, swap, &layer.sample.centres), fields: &layer.fields };
    Known { name, crs: crs_text.to_owned(), places }
}

/// Guesses what every layer is.
pub(super) fn give_roles(files: &mut [FileLook]) {
    for file in files.iter_mut() {
        let stem = file.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = file
            .file
            .parent()
            .and_then(|folder| folder.file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        for layer in &mut file.layers {
            let columns = match &layer.columns {
                Some(Columns::Point(_)) => Some("point"),
                Some(Columns::Line(_)) => Some("line"),
                _ => None,
            };
            let on_layers = layer.fields.iter().find(|field| {
                field.distinct <= 30 && (field.name.eq_ignore_ascii_case("layer") || field.name == "图层")
            });
            let drawn_on: Vec<&str> =
                on_layers.map(|field| field.values.keys().map(String::as_str).collect()).unwrap_or_default();
            let meaning = meaning::guess(&Seen {
                driver: &file.driver,
                drawn_on: &drawn_on,
                layer: &layer.name,
                stem: &stem,
                folder: &folder,
                geometry: &layer.geometry,
                fields: &layer.fields,
                heights: layer.sample.with_height as f64 / layer.sampled.max(1) as f64,
                columns,
            });
            layer.role = Guess::new(
                meaning.role.value.map(|role| role.to_string()),
                meaning.role.confidence,
                meaning.role.reason.clone(),
            );
            layer.meaning = Some(meaning);
            layer.units = units::of_layer(layer);
        }
    }
}
