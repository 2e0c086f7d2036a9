//! City models: CityGML and CityJSON files as a layer per type of object.

mod citygml;
mod codelists;
mod gml;
mod json;
mod model;
mod object;
mod srs;
mod surfaces;
#[cfg(test)]
mod tests;
mod xml;

use std::path::Path;

use super::Native;
use crate::reader::protocol::ReadFailure;

pub(in crate::reader) use json::recognise as recognise_json;

/// Whether a file starts as a CityGML model.
pub(super) fn recognise_gml(head: &str) -> bool {
    // Comments and declarations may stand before the root, attributes of any length in it.
    head.split('<')
        .map(|tag| tag.split([' ', '>', '\t', '\r', '\n']).next().unwrap_or_default())
        .any(|name| name == "CityModel" || name.ends_with(":CityModel"))
}

/// Opens a CityGML file.
pub(super) fn open_gml(path: &Path) -> Result<Box<dyn Native>, ReadFailure> {
    Ok(Box::new(model::City::open(Box::new(citygml::CityGml::new(path)))?))
}

/// Opens a CityJSON file or sequence.
pub(super) fn open_json(path: &Path) -> Result<Box<dyn Native>, ReadFailure> {
    Ok(Box::new(model::City::open(Box::new(json::CityJson::open(path)?))?))
}
