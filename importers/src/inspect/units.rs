//! Units that look unusual: feet in coordinates and heights, millimetres where metres are usual.

use super::columns::{self, Drawn};
use super::guess::Guess;
use super::layers::LayerLook;
use crate::crs::Crs;
use crate::reader::RasterFacts;

/// What speaks for other units than metres in a layer.
pub(super) fn of_layer(layer: &LayerLook) -> Vec<Guess<String>> {
    let mut found = Vec::new();
    let crs =
        layer.place.as_ref().and_then(|place| place.crs.value.as_deref()).and_then(|text| Crs::from_text(text).ok());
    if let Some(unit) = crs.as_ref().and_then(Crs::metres_per_unit).filter(|unit| (unit - 1.0).abs() > 1e-9) {
        let name = if (unit - 1200.0 / 3937.0).abs() < 1e-12 {
            "us-ft"
        } else if (unit - 0.3048).abs() < 1e-12 {
            "ft"
        } else {
            "other"
        };
        found.push(Guess::new(name.to_owned(), 0.98, format!("the coordinates are in units of {unit} m; they become metres by reprojection, heights and depths do not")));
        if layer.sample.with_height > 0 {
            found.push(Guess::new(
                name.to_owned(),
                0.6,
                "heights of a survey in feet are usually in feet: `z_unit` in the layer says so".to_owned(),
            ));
        }
    }
    if let Some([low, high]) = layer.sample.z_range
        && high > 9000.0
    {
        found.push(Guess::new(
            "mm".to_owned(),
            0.5,
            format!("heights from {low} to {high} are higher than any mountain in metres: millimetres or feet?"),
        ));
    }
    for table in ["building", "network_edge", "network_node", "parcel"] {
        if layer
            .meaning
            .as_ref()
            .and_then(|meaning| meaning.role.value)
            .and_then(|role| spatial_db::schema::Table::of(role.kind()))
            .is_none_or(|own| own.name != table)
        {
            continue;
        }
        for mapped in columns::map(table, &layer.fields, Drawn::default()) {
            if let Some(unit) = mapped.unit {
                found.push(Guess::new(
                    unit.to_owned(),
                    0.75,
                    format!("{}: {}", layer.fields[mapped.field].name, mapped.reason),
                ));
            }
        }
    }
    found
}

fn picture(confidence: f64, reason: &str) -> Guess<Option<String>> {
    Guess::new(Some("imagery".to_owned()), confidence, reason)
}

/// What a raster is: one band of heights is terrain, bands of colours are a picture.
pub(super) fn raster_role(facts: &RasterFacts) -> Guess<Option<String>> {
    match facts.bands.as_slice() {
        [band] if band.colour == "Palette" => {
            picture(0.5, "its colours stand in a palette: a picture, perhaps a scanned map")
        }
        [band] if band.kind == "Byte" => picture(0.6, "one band of bytes is a grey picture rather than heights"),
        [band] => match band.range {
            Some([low, high]) if low >= -500.0 && high <= 30_000.0 => Guess::new(
                Some("terrain".to_owned()),
                0.9,
                format!("one band of {} from {low:.1} to {high:.1}: heights", band.kind),
            ),
            Some([low, high]) => Guess::new(None, 0.7, format!("values from {low} to {high} are no heights")),
            None => Guess::new(None, 0.9, "it holds no value at all"),
        },
        [] => Guess::new(None, 0.9, "it has no band"),
        bands if bands.iter().any(|band| ["Byte", "UInt16", "Int16"].contains(&band.kind.as_str())) => {
            picture(0.9, &format!("{} bands are a picture, not heights", bands.len()))
        }
        bands => Guess::new(None, 0.7, format!("{} bands of {} are neither", bands.len(), bands[0].kind)),
    }
}

/// Unit of a raster's heights, where something speaks for another than metres.
pub(super) fn of_raster(facts: &RasterFacts, terrain: bool) -> Option<Guess<String>> {
    let band = facts.bands.first().filter(|_| terrain)?;
    if !band.unit.trim().is_empty() {
        return None;
    }
    let unit =
        facts.crs_wkt.as_deref().and_then(|wkt| Crs::from_wkt(wkt).ok()).and_then(|crs| crs.metres_per_unit())?;
    let name = if (unit - 1200.0 / 3937.0).abs() < 1e-9 {
        "us-ft"
    } else if (unit - 0.3048).abs() < 1e-9 {
        "ft"
    } else {
        return None;
    };
    Some(Guess::new(
        name.to_owned(),
        0.4,
        "its coordinates are in feet and it says no unit of its heights; they may be feet too",
    ))
}
