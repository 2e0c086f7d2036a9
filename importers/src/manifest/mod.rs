//! The manifest `park.toml`: which files make a park, and how their fields map to its columns.
//!
//! Parsing is strict and says file, line and the nearest valid word. Whether the files hold what the manifest says is
//! left to `import`. The format is described in `docs/manifest.md`.

mod cell;
mod checks;
mod layer;
mod section;
mod units;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use spatial_db::checks::CheckSettings;

pub(crate) use cell::vocabulary;
pub use cell::{CellFrom, CellSpec};
pub use layer::{Attributes, AxisOrder, KeySpec, LayerSpec, NetworkSpec, PointColumns, Reference, ZSource};
pub(crate) use section::nearest;
pub use units::length_factor;

use section::{Document, Section};

/// Longest manifest that is read, bytes.
const LONGEST: u64 = 16 << 20;

/// A park's manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Where it was read from.
    pub path: PathBuf,
    /// Its text, kept with every import.
    pub text: String,
    /// Folder that the layers' files are relative to.
    pub root: PathBuf,
    /// The park.
    pub park: ParkSpec,
    /// The layers, in the manifest's order.
    pub layers: Vec<LayerSpec>,
    /// Rows mended in an exported GeoPackage, relative to the manifest.
    pub mended: Option<PathBuf>,
    /// What it says about the checks over whole tables.
    pub checks: CheckSettings,
}

/// The `[park]` table.
#[derive(Debug, Clone)]
pub struct ParkSpec {
    /// Short name, `[a-z0-9-]+`.
    pub slug: String,
    /// Name shown to people.
    pub name: String,
    /// The park's own CRS.
    pub crs: ParkCrs,
    /// Made up, in whole or in part.
    pub synthetic: bool,
    /// Licence of the data.
    pub licence: Option<String>,
    /// Credit line of the data.
    pub attribution: Option<String>,
    /// Date the data describes.
    pub as_of: Option<NaiveDate>,
}

/// The CRS a park is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkCrs {
    /// An EPSG code.
    Epsg(u32),
    /// The UTM zone of the place, found from the first layer with a geometry.
    Auto,
}

/// What is wrong with a manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("the manifest {} cannot be read", path.display())]
    Unreadable {
        /// The manifest.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Not TOML.
    #[error("{}:{line}: this is not TOML: {reason}", path.display())]
    Syntax {
        /// The manifest.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// The parser's words.
        reason: String,
    },
    /// A key that means nothing here.
    #[error("{}:{line}: {place} has no key {key:?}", path.display())]
    UnknownKey {
        /// The manifest.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Table it stands in.
        place: String,
        /// The key.
        key: String,
        /// The nearest key that means something.
        nearest: Option<String>,
        /// Every key there is.
        known: Vec<String>,
    },
    /// A key that must be there.
    #[error("{}:{line}: {place} lacks {key:?}", path.display())]
    MissingKey {
        /// The manifest.
        path: PathBuf,
        /// Line of the table, from 1.
        line: usize,
        /// Table it belongs in.
        place: String,
        /// The key.
        key: String,
        /// What to write.
        hint: String,
    },
    /// A word that is not one of those possible.
    #[error("{}:{line}: {place}: {value:?} is not a {what}", path.display())]
    UnknownWord {
        /// The manifest.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Table and key.
        place: String,
        /// The word.
        value: String,
        /// What it should be: role, unit, column …
        what: &'static str,
        /// The nearest word.
        nearest: Option<String>,
        /// Every word there is.
        known: Vec<String>,
    },
    /// A value of the wrong type or out of range.
    #[error("{}:{line}: {place}: {reason}", path.display())]
    BadValue {
        /// The manifest.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Table and key.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

impl ManifestError {
    /// What a person can do about it, in words.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => {
                Some("name the manifest file, for example `twin import my.park.toml`".to_owned())
            }
            Self::Syntax { .. } | Self::BadValue { .. } => {
                Some("the format is described in docs/manifest.md".to_owned())
            }
            Self::UnknownKey { nearest, known, .. } | Self::UnknownWord { nearest, known, .. } => Some(match nearest {
                Some(near) => format!("did you mean {near:?}? Possible here: {}", known.join(", ")),
                None => format!("possible here: {}", known.join(", ")),
            }),
            Self::MissingKey { hint, .. } => Some(hint.clone()),
        }
    }

    /// Line in the manifest, from 1; `None` when it could not be read at all.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Syntax { line, .. }
            | Self::UnknownKey { line, .. }
            | Self::MissingKey { line, .. }
            | Self::UnknownWord { line, .. }
            | Self::BadValue { line, .. } => Some(*line),
        }
    }
}

impl Manifest {
    /// Reads a manifest. `root` overrides the folder that its files are relative to.
    ///
    /// # Errors
    /// [`ManifestError`] with the line and the nearest valid word.
    pub fn read(path: &Path, root: Option<&Path>) -> Result<Self, ManifestError> {
        let text = text_of(path).map_err(|source| ManifestError::Unreadable { path: path.to_path_buf(), source })?;
        Self::parse(path, &text, root)
    }

    /// Parses the text of a manifest that stands at `path`.
    ///
    /// # Errors
    /// As [`Manifest::read`].
    pub fn parse(path: &Path, text: &str, root: Option<&Path>) -> Result<Self, ManifestError> {
        let document = Document::new(path, text);
        let top = document.parse()?;
        top.allow(&["park", "layer", "checks"])?;
        let park_section = top.section("park", "[park]")?;
        let (park, written_root) = park(&park_section)?;
        let mended = park_section.text("mended")?;
        let mut layer_sections = top.sections("layer", "[[layer]]")?;
        for section in &mut layer_sections {
            if let Ok(Some(name)) = section.text("name") {
                section.call(format!("layer {name:?}"));
            }
        }
        if layer_sections.is_empty() {
            return Err(top.missing("layer", "a park needs at least one [[layer]] with name, role and file"));
        }
        let mut layers: Vec<LayerSpec> = Vec::with_capacity(layer_sections.len());
        for section in &layer_sections {
            let layer = LayerSpec::from_section(section)?;
            if let Some(other) = layers.iter().find(|other| other.name == layer.name) {
                return Err(section.bad(
                    "name",
                    format!("layer {:?} is there already, in line {}; layer names are unique", layer.name, other.line),
                ));
            }
            layers.push(layer);
        }
        layer::link(&mut layers, &layer_sections)?;
        let checks = match top.optional_section("checks", "[checks]")? {
            Some(section) => checks::checks(&section)?,
            None => CheckSettings::default(),
        };
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let mended = mended.map(|mended| folder.join(mended));
        let root = match (root, written_root) {
            (Some(root), _) => root.to_path_buf(),
            (None, Some(written)) => folder.join(written),
            (None, None) => folder,
        };
        Ok(Self { path: path.to_path_buf(), text: text.to_owned(), root, park, layers, mended, checks })
    }
}

/// The text of a manifest. A device or a pipe would never end.
fn text_of(path: &Path) -> std::io::Result<String> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    if meta.len() > LONGEST {
        return Err(std::io::Error::other(format!("it holds {} bytes, more than any manifest", meta.len())));
    }
    std::fs::read_to_string(path)
}

fn park(section: &Section<'_>) -> Result<(ParkSpec, Option<String>), ManifestError> {
    section.allow(&["slug", "name", "crs", "synthetic", "licence", "attribution", "as_of", "root", "mended"])?;
    let slug = section.required_text("slug", "a short name for the command line, for example `slug = \"my-park\"`")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || slug.len() > 63 || !slug.chars().all(plain) {
        return Err(section.bad("slug", "use small letters, digits and hyphens, at most 63".to_owned()));
    }
    let crs_text = section.required_text(
        "crs",
        "the projected CRS that the park is kept in, for example `crs = \"EPSG:4549\"`, or `crs = \"auto\"`",
    )?;
    let crs = if crs_text.eq_ignore_ascii_case("auto") {
        ParkCrs::Auto
    } else {
        let code = crs_text
            .get(..5)
            .filter(|p| p.eq_ignore_ascii_case("EPSG:"))
            .and_then(|_| crs_text[5..].trim().parse().ok());
        ParkCrs::Epsg(code.ok_or_else(|| {
            section.bad("crs", format!("{crs_text:?} is neither \"EPSG:\" with a number nor \"auto\""))
        })?)
    };
    let spec = ParkSpec {
        name: section.text("name")?.unwrap_or_else(|| slug.clone()),
        slug,
        crs,
        synthetic: section.boolean("synthetic")?.unwrap_or(false),
        licence: section.text("licence")?,
        attribution: section.text("attribution")?,
        as_of: section.date("as_of")?,
    };
    Ok((spec, section.text("root")?))
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
