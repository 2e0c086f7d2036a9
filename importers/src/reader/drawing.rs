//! Drawings: where points are wanted, each inserted block is a point with its attributes as fields; where lines or
//! areas are, blocks are drawn out.

use gdal::vector::{FieldValue, LayerAccess};

use super::open::{self, Opening, Source, unreadable};
use super::protocol::{Expect, ReadFailure};
use super::standin::StandIn;

/// The field in which the driver gives a block's attributes, each as tag, space and text.
const ATTRIBUTES: &str = "BlockAttributes";

/// Whether blocks are read as points.
pub(super) fn wants_points(expect: Expect) -> bool {
    !matches!(expect, Expect::Areas | Expect::Lines | Expect::Faces)
}

/// Opens a drawing.
pub(super) fn open(opening: &Opening<'_>, expect: Expect) -> Result<Source, ReadFailure> {
    let points = wants_points(expect);
    let inline = if points { "FALSE" } else { "TRUE" };
    gdal::config::set_config_option("DXF_INLINE_BLOCKS", inline).map_err(|error| unreadable(&error))?;
    let dataset = opening.with(&[])?;
    if !points {
        return Ok(Source::plain(dataset));
    }
    let mut entities = dataset.layer_by_name("entities").map_err(|error| unreadable(&error))?;
    let known: Vec<String> = entities.defn().fields().map(|field| field.name()).collect();
    let Some(attributes) = known.iter().position(|field| field == ATTRIBUTES) else {
        return Ok(Source::plain(dataset));
    };
    let mut tags: Vec<String> = Vec::new();
    for feature in entities.features() {
        for (tag, _) in pairs(&feature, attributes) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    if tags.is_empty() {
        return Ok(Source::plain(dataset));
    }
    let fields = names(&known, &tags);
    let mut stand_in = StandIn::new()?;
    let srs = entities.spatial_ref();
    stand_in.layer("entities", srs.as_ref(), &fields, |out| {
        for feature in entities.features() {
            let mut texts: Vec<Option<String>> = Vec::with_capacity(fields.len());
            for index in 0..known.len() {
                texts.push(feature.field_as_string(index)?.filter(|text| !text.is_empty()));
            }
            let pairs = pairs(&feature, attributes);
            texts.extend(tags.iter().map(|tag| {
                let found: Vec<&str> = pairs.iter().filter(|(t, _)| t == tag).map(|(_, text)| text.as_str()).collect();
                (!found.is_empty()).then(|| found.join("; "))
            }));
            out.row(&texts, feature.geometry().cloned())?;
        }
        Ok(())
    })?;
    let (path, folder) = stand_in.finish()?;
    let stands = open::stand_in(&path)?;
    Ok(Source { scratch: Some(folder), ..Source::plain(stands) })
}

/// A block's attributes: tag and text.
fn pairs(feature: &gdal::vector::Feature<'_>, index: usize) -> Vec<(String, String)> {
    let Ok(Some(FieldValue::StringListValue(attributes))) = feature.field(index) else { return Vec::new() };
    attributes
        .into_iter()
        .map(|attribute| match attribute.split_once(' ') {
            Some((tag, text)) => (tag.to_owned(), text.to_owned()),
            None => (attribute, String::new()),
        })
        .collect()
}

/// The driver's fields, then the tags, each name once.
fn names(known: &[String], tags: &[String]) -> Vec<String> {
    let mut names = known.to_vec();
    for tag in tags {
        let mut name = tag.clone();
        let mut number = 2;
        while names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            name = format!("{tag}_{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}
