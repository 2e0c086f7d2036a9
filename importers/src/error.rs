//! What can stop an import. Bad rows never do: they are [`crate::Issue`]s.

use std::path::PathBuf;

use spatial_db::store::StoreError;

use crate::manifest::ManifestError;
use crate::reader::{MEMORY_VARIABLE, TEMP_VARIABLE, TIMEOUT_VARIABLE};

/// Why an import did not happen. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The manifest itself is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file that the manifest names is not there.
    #[error("layer {layer:?}: there is no file {}", file.display())]
    FileMissing {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// A file beside it with nearly that name.
        nearest: Option<String>,
    },
    /// The file of mended rows is not there.
    #[error("there is no file {} with mended rows", file.display())]
    MendedMissing {
        /// The file.
        file: PathBuf,
    },
    /// GDAL cannot open a file.
    #[error("layer {layer:?}: {} cannot be read: {reason}", file.display())]
    Unreadable {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The file has no such layer.
    #[error("layer {layer:?}: {} has no layer {wanted:?}; it has: {}", file.display(), known.join(", "))]
    NoSuchLayer {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// What the manifest asked for.
        wanted: String,
        /// Layers in the file.
        known: Vec<String>,
    },
    /// The file has several layers and the manifest names none.
    #[error("layer {layer:?}: {} holds several layers: {}", file.display(), known.join(", "))]
    WhichLayer {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Layers in the file.
        known: Vec<String>,
    },
    /// The source layer has no such field.
    #[error("layer {layer:?}: {} has no field {field:?} ({used_for}); it has: {}", file.display(), known.join(", "))]
    NoSuchField {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// The field asked for.
        field: String,
        /// What the manifest wanted it for.
        used_for: String,
        /// Fields there are.
        known: Vec<String>,
    },
    /// GDAL does not understand the filter.
    #[error("layer {layer:?}: the filter {filter:?} does not work: {reason}")]
    BadFilter {
        /// Layer of the manifest.
        layer: String,
        /// The filter.
        filter: String,
        /// GDAL's words.
        reason: String,
    },
    /// A source without rows.
    #[error("layer {layer:?}: {} has no rows{}", file.display(), filter.as_ref().map_or_else(String::new, |f| format!(" where {f}")))]
    EmptyLayer {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Filter of the manifest.
        filter: Option<String>,
    },
    /// A table without geometry where the role needs one.
    #[error("layer {layer:?}: {} has no geometry", file.display())]
    NoGeometry {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
    },
    /// A file that does not say its CRS.
    #[error("layer {layer:?}: {} does not say which coordinate system its coordinates are in", file.display())]
    NoCrs {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
    },
    /// A CRS that PROJ does not know.
    #[error("layer {layer:?}: the coordinate system {crs:?} cannot be used: {reason}")]
    UnknownCrs {
        /// Layer of the manifest.
        layer: String,
        /// As written.
        crs: String,
        /// Why not.
        reason: String,
    },
    /// The park's CRS is not projected, or not in metres.
    #[error("the park's coordinate system {crs} cannot be used: {reason}")]
    ParkCrs {
        /// As written.
        crs: String,
        /// Why not.
        reason: String,
    },
    /// The coordinates are not where the CRS says they could be.
    #[error(
        "layer {layer:?}: {outside} of {of} features lie outside {assumed}: the coordinates of {} look like ({:.3}, {:.3}); {looks}",
        file.display(), sample[0], sample[1]
    )]
    WrongCrs {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// CRS that was assumed, and where it came from.
        assumed: String,
        /// First coordinate outside.
        sample: [f64; 2],
        /// What the coordinates look like.
        looks: String,
        /// Features outside.
        outside: u64,
        /// Features looked at.
        of: u64,
        /// What to write in the manifest.
        fix: String,
    },
    /// A file shorter than its header says.
    #[error("layer {layer:?}: {} is cut off: its header promises {expected} bytes, it has {found}", file.display())]
    Truncated {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Bytes promised.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// Reading stopped in the middle.
    #[error("layer {layer:?}: reading {} failed after {row} rows: {reason}", file.display())]
    ReadFailed {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Rows read before.
        row: u64,
        /// GDAL's words.
        reason: String,
    },
    /// The reading process died.
    #[error("layer {layer:?}: reading {} crashed the reader ({how})", file.display())]
    ReaderCrashed {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Signal or exit code, and its last words.
        how: String,
    },
    /// The reading process needed more than it may have.
    #[error("layer {layer:?}: reading {} {limit}", file.display())]
    ReaderLimit {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// What it needed too much of.
        limit: ReaderLimit,
    },
    /// What the reading process sent makes no sense, as if the file had taken it over.
    #[error("layer {layer:?}: while reading {} the reader sent what makes no sense: {reason}", file.display())]
    ReaderMisled {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// The reading process could not be started or understood.
    #[error("the reader {program:?} cannot be used")]
    Reader {
        /// Program.
        program: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// No usable ground heights in a terrain source.
    #[error("layer {layer:?}: {} gives no terrain: {reason}", file.display())]
    NoTerrain {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// No usable picture in an imagery source.
    #[error("layer {layer:?}: {} gives no imagery: {reason}", file.display())]
    NoImagery {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// The database refused.
    #[error("the database did not take the import")]
    Store {
        /// Cause.
        #[source]
        source: StoreError,
    },
    /// A layer lost most of its rows.
    #[error(
        "layer {layer:?}: {removed} of the {stored} rows that the park holds of it would be removed: {} now gives {arrived} rows{}",
        file.display(), if *added > 0 { format!(", {added} of them with keys not seen before") } else { String::new() }
    )]
    Shrinks {
        /// Layer of the manifest.
        layer: String,
        /// The file.
        file: PathBuf,
        /// Rows stored.
        stored: u64,
        /// Rows that would be removed.
        removed: u64,
        /// Rows that arrived.
        arrived: u64,
        /// New ones among them.
        added: u64,
    },
    /// A layer with rows left the manifest.
    #[error("layer {layer:?} (from {file}) is no longer in the manifest, and the park holds {removed} rows of it")]
    LayerLost {
        /// Layer that left.
        layer: String,
        /// File that it came from.
        file: String,
        /// Rows that would be removed.
        removed: u64,
    },
    /// The counts of a layer do not add up: a defect of this program, found before anything was written.
    #[error("layer {layer:?}: {read} rows were read but {accounted} are accounted for; nothing was written")]
    CountsDiffer {
        /// Layer of the manifest.
        layer: String,
        /// Rows read.
        read: u64,
        /// Rows added, changed, unchanged and quarantined.
        accounted: u64,
    },
    /// Rows could not be set aside on disk.
    #[error("a temporary file in {} cannot be used", std::env::temp_dir().display())]
    Temporary {
        /// Cause.
        #[from]
        source: std::io::Error,
    },
    /// Stopped on request.
    #[error("the import was cancelled; nothing was written")]
    Cancelled,
}

/// What a reading process may have only so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReaderLimit {
    /// Memory.
    #[error("needs more than {limit_mb} MB of memory, which is all that the reader may use")]
    Memory {
        /// MiB it may have.
        limit_mb: u64,
    },
    /// Temporary files.
    #[error("fills more than the {limit_mb} MB that the reader's temporary files may take")]
    Temp {
        /// MiB it may have.
        limit_mb: u64,
    },
    /// Time without a sign of life.
    #[error("gave nothing for {silence_s} s, so it was stopped")]
    Silence {
        /// Seconds waited.
        silence_s: u64,
    },
}

impl ReaderLimit {
    fn help(self) -> String {
        let harm = "if the file should not need that, it is damaged or made to harm";
        match self {
            Self::Memory { .. } => format!("split the file, or allow more with {MEMORY_VARIABLE}; {harm}"),
            Self::Temp { .. } => {
                format!(
                    "unpack the archive yourself and name the files in it, or allow more with {TEMP_VARIABLE}; {harm}"
                )
            }
            Self::Silence { .. } => format!("allow more with {TIMEOUT_VARIABLE} (seconds); {harm}"),
        }
    }
}

impl ImportError {
    /// What a person can do about it, in words.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Manifest(error) => error.help(),
            Self::FileMissing { file, nearest, .. } => Some(match nearest {
                Some(name) => format!("did you mean {name:?}?"),
                None => format!(
                    "paths are relative to the manifest's folder or to `root`; looked in {}",
                    file.parent().map_or_else(String::new, |p| p.display().to_string())
                ),
            }),
            Self::MendedMissing { .. } => Some(
                "name the GeoPackage that `twin issues PARK --export` wrote, or leave `mended` out".to_owned(),
            ),
            Self::Unreadable { hint, .. } => hint.clone(),
            Self::NoSuchLayer { wanted, known, .. } => crate::manifest::nearest(wanted, known.iter().map(String::as_str))
                .map(|near| format!("did you mean `layer = {near:?}`?")),
            Self::WhichLayer { known, .. } => {
                known.first().map(|first| format!("name one of them in the manifest, for example `layer = {first:?}`"))
            }
            Self::NoSuchField { field, known, .. } => Some(
                crate::manifest::nearest(field, known.iter().map(String::as_str)).map_or_else(
                    || "see the file's fields with `ogrinfo -so`".to_owned(),
                    |near| format!("did you mean {near:?}?"),
                ),
            ),
            Self::BadFilter { .. } => {
                Some("write it as an SQL condition over the file's own fields, for example `filter = \"STATE = 1\"`".to_owned())
            }
            Self::EmptyLayer { .. } => {
                Some("an empty source would remove what the park holds; if that is meant, write `allow_empty = true`".to_owned())
            }
            Self::NoGeometry { .. } => Some(
                "say which columns hold it: `x` and `y` for points, `start_x` … `end_y` or `from` and `to` for lines, `wkt` for text"
                    .to_owned(),
            ),
            Self::NoCrs { .. } => Some("say it in the layer, for example `crs = \"EPSG:4549\"`".to_owned()),
            Self::UnknownCrs { .. } => {
                Some("write an EPSG code such as `crs = \"EPSG:4549\"`, or a PROJ string that begins with `+proj`".to_owned())
            }
            Self::ParkCrs { .. } => {
                Some("a park is kept in metres: name a projected CRS, or write `crs = \"auto\"` for the UTM zone of the place".to_owned())
            }
            Self::WrongCrs { fix, .. } => Some(fix.clone()),
            Self::Truncated { .. } => Some("the copy is incomplete; fetch the file again".to_owned()),
            Self::ReadFailed { .. } => Some("the file is damaged there; open it in a GIS and save it again, or fetch it again".to_owned()),
            Self::ReaderCrashed { .. } => {
                Some("the file is damaged or hostile; nothing was written. Open it in a GIS and save it again".to_owned())
            }
            Self::ReaderLimit { limit, .. } => Some(limit.help()),
            Self::ReaderMisled { .. } => {
                Some("nothing it said was believed and nothing was written; the file is damaged or made to harm".to_owned())
            }
            Self::NoTerrain { .. } => Some("terrain points need a Z or `elevation = \"FIELD\"`; a raster needs one band of heights".to_owned()),
            Self::NoImagery { .. } => Some("an orthophoto is a GeoTIFF, or a JPEG, PNG or JPEG 2000 file with its world file beside it, that shows the park".to_owned()),
            Self::Shrinks { stored, removed, arrived, added, .. } => Some(if *added * 2 > *arrived && removed * 10 > stored * 9 {
                "nearly every key is new: was `key` changed, or the file renumbered? If the features really are others, allow it with `--allow-shrink`".to_owned()
            } else {
                "look whether the file is whole and the `filter` right. If the rows really are gone, allow it with `--allow-shrink`, or with `allow_shrink = true` in the layer".to_owned()
            }),
            Self::LayerLost { .. } => Some(
                "put it back into the manifest; if its rows shall go, allow it with `--allow-shrink`".to_owned(),
            ),
            Self::Temporary { .. } => Some("free some space there, or name another folder with TMPDIR".to_owned()),
            Self::Reader { .. } | Self::Store { .. } | Self::CountsDiffer { .. } | Self::Cancelled => None,
        }
    }
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cancelled => Self::Cancelled,
            StoreError::Shrinks { layer, stored, removed, arrived, added, .. } => {
                Self::Shrinks { layer, file: PathBuf::new(), stored, removed, arrived, added }
            }
            StoreError::LayerLost { layer, source_file, removed, .. } => {
                Self::LayerLost { layer, file: source_file, removed }
            }
            StoreError::Rows { layer, source } => match source.downcast::<Self>() {
                Ok(ours) => *ours,
                Err(source) => Self::Store { source: StoreError::Rows { layer, source } },
            },
            source => Self::Store { source },
        }
    }
}
