//! How one column gets its value: from a field, several fields or a constant, through a value map and a unit.
//!
//! Applying it to rows is left to `stage`.

use spatial_db::model::{
    EventKind, FacadeKind, FeatureKind, IdleCause, NetworkClass, NodeKind, ResourceKind, SurfaceKind,
};
use spatial_db::schema::{Column, ColumnKind, Unit};

use super::section::Section;
use super::{ManifestError, units};

/// How one column gets its value.
#[derive(Debug, Clone, PartialEq)]
pub struct CellSpec {
    /// Where the value comes from.
    pub from: CellFrom,
    /// Factor to the column's unit.
    pub factor: f64,
    /// Source words and what they become; `*` stands for every other word. Empty text becomes *unknown*.
    pub map: Vec<(String, String)>,
    /// Value where the source has none.
    pub default: Option<String>,
    /// Text put before every value.
    pub prefix: Option<String>,
    /// `chrono` format of dates, or `epoch_s`, `epoch_ms`.
    pub format: Option<String>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellFrom {
    /// A field of the source.
    Field(String),
    /// Several fields, joined; those without a value are left out.
    Fields {
        /// The fields.
        names: Vec<String>,
        /// What stands between them.
        join: String,
    },
    /// The same value for every row.
    Constant(String),
}

impl CellSpec {
    /// A plain field, as it stands.
    pub fn field(name: &str) -> Self {
        Self {
            from: CellFrom::Field(name.to_owned()),
            factor: 1.0,
            map: Vec::new(),
            default: None,
            prefix: None,
            format: None,
        }
    }

    /// Fields of the source that it reads.
    pub fn fields(&self) -> Vec<&str> {
        match &self.from {
            CellFrom::Field(name) => vec![name],
            CellFrom::Fields { names, .. } => names.iter().map(String::as_str).collect(),
            CellFrom::Constant(_) => Vec::new(),
        }
    }
}

/// The words that a column accepts, for columns that hold a word of the model.
pub(crate) fn vocabulary(kind: FeatureKind, column: &str) -> Option<Vec<&'static str>> {
    match (kind, column) {
        (FeatureKind::NetworkNode | FeatureKind::NetworkEdge, "class") => {
            Some(NetworkClass::ALL.iter().map(|class| class.as_str()).collect())
        }
        (FeatureKind::NetworkNode, "kind") => Some(NodeKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        (FeatureKind::EmergencyResource, "kind") => Some(ResourceKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        (FeatureKind::Surface, "kind") => Some(SurfaceKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        (FeatureKind::BuildingSurface, "kind") => Some(FacadeKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        (FeatureKind::LandEvent, "kind") => Some(EventKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        (FeatureKind::LandEvent, "cause") => Some(IdleCause::ALL.iter().map(|cause| cause.as_str()).collect()),
        _ => None,
    }
}

/// The cell of `column`, written under its name in `section`.
pub(super) fn column_cell(
    section: &Section<'_>,
    kind: FeatureKind,
    column: &Column,
) -> Result<CellSpec, ManifestError> {
    let words = vocabulary(kind, column.name);
    let spec = read(section, column.name, column.unit, column.kind)?;
    if let Some(words) = words {
        let constant = match &spec.from {
            CellFrom::Constant(value) => Some(value),
            _ => None,
        };
        let targets = spec.map.iter().map(|(_, target)| target).chain(&spec.default).chain(constant);
        for word in targets.filter(|word| !word.is_empty()) {
            if !words.contains(&word.as_str()) {
                return Err(section.unknown_word(column.name, word, "word of this column", words.iter().copied()));
            }
        }
    }
    Ok(spec)
}

/// A length in metres, such as an elevation or a depth, written under `key`.
pub(super) fn length_cell(section: &Section<'_>, key: &str) -> Result<Option<CellSpec>, ManifestError> {
    if section.has(key) { read(section, key, Unit::Metre, ColumnKind::Real).map(Some) } else { Ok(None) }
}

fn read(section: &Section<'_>, key: &str, unit: Unit, kind: ColumnKind) -> Result<CellSpec, ManifestError> {
    if section.is_text(key) {
        return Ok(CellSpec::field(&section.text(key)?.unwrap_or_default()));
    }
    if !section.is_table(key) {
        return Err(section.bad(
            key,
            "should be a field's name in quotes, or a table such as { field = \"NAME\", unit = \"ft\" } or { value = 3 }"
                .to_owned(),
        ));
    }
    let place = key.to_owned();
    let cell = section.section(key, &place)?;
    cell.allow(&["field", "fields", "join", "value", "unit", "scale", "map", "default", "prefix", "format"])?;
    let given = ["field", "fields", "value"].into_iter().filter(|k| cell.has(k)).count();
    if given != 1 {
        return Err(section.bad(key, "say exactly one of `field`, `fields` and `value`".to_owned()));
    }
    let from = if let Some(name) = cell.text("field")? {
        CellFrom::Field(name)
    } else if let Some(names) = cell.texts("fields")? {
        CellFrom::Fields { names, join: cell.text("join")?.unwrap_or_else(|| " ".to_owned()) }
    } else {
        CellFrom::Constant(cell.scalar("value")?.unwrap_or_default())
    };
    let unit_factor = match cell.text("unit")? {
        None => 1.0,
        Some(_) if unit == Unit::None => {
            return Err(cell.bad("unit", "this column has no unit; use `scale` for a plain factor".to_owned()));
        }
        Some(word) => units::factor(&word, unit)
            .ok_or_else(|| cell.unknown_word("unit", &word, "unit of this column", units::words(unit)))?,
    };
    let scale = cell.number("scale")?.unwrap_or(1.0);
    if kind != ColumnKind::Real && kind != ColumnKind::Integer && cell.has("scale") {
        return Err(cell.bad("scale", "only numbers can be scaled".to_owned()));
    }
    let format = cell.text("format")?;
    if format.is_some() && kind != ColumnKind::Date {
        return Err(cell.bad("format", "only dates have a format".to_owned()));
    }
    Ok(CellSpec {
        from,
        factor: unit_factor * scale,
        map: cell.pairs("map")?,
        default: cell.scalar("default")?,
        prefix: cell.text("prefix")?,
        format,
    })
}
