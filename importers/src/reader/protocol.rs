//! What the reading process and its parent say to each other: requests down, frames up, rows in columns.
//!
//! Putting messages on a pipe is left to `frame`.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bounds::{cells, few};
use super::sandbox::{Enforced, Terms};

/// What the parent asks for. Each is answered by frames up to [`Frame::Done`] or [`Frame::Failed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Lock yourself in; the first word to a reading process, answered by [`Frame::Entered`] alone.
    Enter(Terms),
    /// Open a layer and say what it is; it stays open for [`Request::Rows`].
    Describe {
        /// The layer.
        layer: LayerRequest,
        /// Find the extent even if that means reading everything.
        extent: bool,
    },
    /// Send all rows of a layer.
    Rows(LayerRequest),
    /// Send the names of the layers in a file.
    Layers(LayerRequest),
    /// Say what a raster is without sending it.
    RasterFacts {
        /// The file.
        file: String,
    },
    /// Send a raster of heights, averaged down to at most this many samples.
    Raster {
        /// The file.
        file: String,
        /// Most samples to send.
        most: u64,
    },
    /// Draw a part of a picture.
    Picture {
        /// The file.
        file: String,
        /// What to draw.
        window: PictureWindow,
    },
    /// Forget an open file.
    Close {
        /// The file.
        file: String,
    },
}

impl Request {
    /// The file that has to be opened for it.
    pub(super) fn opens(&self) -> Option<&str> {
        match self {
            Self::Describe { layer, .. } | Self::Rows(layer) | Self::Layers(layer) => Some(&layer.file),
            Self::Raster { file, .. } | Self::RasterFacts { file } | Self::Picture { file, .. } => Some(file),
            Self::Enter(_) | Self::Close { .. } => None,
        }
    }
}

/// A layer in a file, and how to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerRequest {
    /// The file.
    pub file: String,
    /// Layer in it; `None` when there is only one.
    pub layer: Option<String>,
    /// SQL condition.
    pub filter: Option<String>,
    /// Encoding of text, overriding what the file says.
    pub encoding: Option<String>,
    /// Whether numbers in tables have a decimal comma; `None` to find out column by column.
    pub decimal_comma: Option<bool>,
    /// Field with well-known text (CSV).
    pub wkt: Option<String>,
    /// What the geometry has to be.
    pub expect: Expect,
    /// Only these fields; `None` for all.
    pub fields: Option<Vec<String>>,
    /// At most this many rows: the first ones, and where the driver can jump, some from all over the layer.
    pub sample: Option<u64>,
}

/// What the geometry of a layer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expect {
    /// Geometry is not wanted.
    Nothing,
    /// Polygons; closed lines are taken as polygons.
    Areas,
    /// Lines.
    Lines,
    /// Points.
    Points,
    /// Polygons in space, as MULTIPOLYGON Z: upright ones too, which have no area in plan.
    Faces,
    /// Anything.
    Any,
}

/// What the reading process sends.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Frame {
    /// The process has locked itself in.
    Entered(Enforced),
    /// A layer is open.
    Opened(Opened),
    /// Some rows.
    Rows(Batch),
    /// What the raster is.
    Raster(RasterHead),
    /// The layers of a file.
    Layers(FileHead),
    /// What a raster is.
    RasterFacts(RasterFacts),
    /// Heights, row-major from the north-west, continuing where the last frame ended.
    Heights(Vec<f32>),
    /// A drawn part of a picture: red, green, blue, opacity per pixel, row by row from the top; empty where nothing is.
    Picture(Bytes),
    /// The request is answered.
    Done {
        /// Rows sent.
        read: u64,
        /// What GDAL warned of, each once.
        #[serde(deserialize_with = "few")]
        warnings: Vec<String>,
    },
    /// The request cannot be answered.
    Failed(ReadFailure),
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHead {
    /// GDAL's driver.
    pub driver: String,
    /// Names of the layers, in the file's order.
    #[serde(deserialize_with = "few")]
    pub layers: Vec<String>,
}

/// A rectangle of pixels to draw, and where in a picture they are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PictureWindow {
    /// Pixels per row.
    pub(crate) columns: u32,
    /// Rows.
    pub(crate) rows: u32,
    /// Points of the mesh per row, and rows of it: its first and last lie on the outer edges of the window.
    pub(crate) knots: [u32; 2],
    /// Column and row in the picture, in pixels from its top left corner, for each point of the mesh, row by row.
    #[serde(deserialize_with = "cells")]
    pub(crate) mesh: Vec<[f64; 2]>,
}

impl PictureWindow {
    pub(super) fn size(&self) -> [u32; 2] {
        [self.columns, self.rows]
    }

    /// Where in the picture the middle of a pixel lies: between the points of the mesh around it.
    pub(crate) fn source_of(&self, column: u32, row: u32) -> [f64; 2] {
        let along = |pixel: u32, pixels: u32, knots: u32| {
            let at = (f64::from(pixel) + 0.5) / f64::from(pixels) * f64::from(knots - 1);
            let knot = (at as u32).min(knots - 2);
            (knot as usize, at - f64::from(knot))
        };
        let (c, fc) = along(column, self.columns, self.knots[0]);
        let (r, fr) = along(row, self.rows, self.knots[1]);
        let knot = |c: usize, r: usize| self.mesh[r * self.knots[0] as usize + c];
        let [nw, ne, sw, se] = [knot(c, r), knot(c + 1, r), knot(c, r + 1), knot(c + 1, r + 1)];
        [0, 1].map(|axis| {
            let (north, south) = (nw[axis] + (ne[axis] - nw[axis]) * fc, sw[axis] + (se[axis] - sw[axis]) * fc);
            north + (south - north) * fr
        })
    }
}

/// What a raster is, without its samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RasterFacts {
    /// GDAL's driver.
    pub driver: String,
    /// CRS as WKT.
    pub crs_wkt: Option<String>,
    /// Affine transform, GDAL's order: pixel corners; `None` where the file does not say it.
    pub geo_transform: Option<[f64; 6]>,
    /// Samples per row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// One per band: type of the samples, unit as written, value that means *nothing*, least and greatest value of a
    /// coarse look.
    #[serde(deserialize_with = "few")]
    pub bands: Vec<BandFacts>,
}

/// What a band of a raster is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BandFacts {
    /// Type of the samples, in GDAL's words: `Float32`, `Byte` …
    pub kind: String,
    /// Unit as written in the file; empty where it says none.
    pub unit: String,
    /// What the samples mean, in GDAL's words: `Gray`, `Red`, `Palette` …
    pub colour: String,
    /// Value that means *nothing*.
    pub no_data: Option<f64>,
    /// Least and greatest value of a coarse look; `None` where all are *nothing*.
    pub range: Option<[f64; 2]>,
}

/// What a layer is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// GDAL's driver.
    pub driver: String,
    /// Name of the layer in the file.
    pub layer: String,
    /// CRS as WKT.
    pub crs_wkt: Option<String>,
    /// Fields.
    #[serde(deserialize_with = "few")]
    pub fields: Vec<String>,
    /// Rows, where that is cheap to know.
    pub count: Option<u64>,
    /// West, south, east, north; where known or asked for.
    pub extent: Option<[f64; 4]>,
    /// Whether the layer has a geometry column at all.
    pub has_geometry: bool,
    /// Encoding that was chosen for text, where one had to be.
    pub encoding: Option<String>,
    /// What a person should know of how the file was read: where the heading was found, which comma is decimal.
    #[serde(deserialize_with = "few")]
    pub notes: Vec<String>,
}

/// Why a request cannot be answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ReadFailure {
    /// GDAL does not open it.
    Unreadable {
        /// Why.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
    /// Shorter than its header says.
    Truncated {
        /// Bytes promised.
        expected: u64,
        /// Bytes found.
        found: u64,
        /// The file, which may be a companion of the one named.
        file: String,
    },
    /// No such layer.
    NoSuchLayer {
        /// Layers there are.
        #[serde(deserialize_with = "few")]
        known: Vec<String>,
    },
    /// Several layers and none was named.
    WhichLayer {
        /// Layers there are.
        #[serde(deserialize_with = "few")]
        known: Vec<String>,
    },
    /// No such field.
    NoSuchField {
        /// The field.
        field: String,
        /// Fields there are.
        #[serde(deserialize_with = "few")]
        known: Vec<String>,
    },
    /// Memory did not suffice.
    OutOfMemory,
    /// The filter does not work.
    BadFilter {
        /// GDAL's words.
        reason: String,
    },
    /// Reading stopped in the middle.
    Broken {
        /// Rows read before.
        row: u64,
        /// GDAL's words.
        reason: String,
    },
}

/// A raster of heights as sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RasterHead {
    /// CRS as WKT.
    pub crs_wkt: Option<String>,
    /// Affine transform of the samples as sent, GDAL's order: pixel corners.
    pub geo_transform: [f64; 6],
    /// Samples per row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Unit of the band, as written in the file.
    pub unit: String,
}

/// Rows in columns: few allocations however many rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Batch {
    /// Row numbers in the source, from 1.
    #[serde(deserialize_with = "cells")]
    pub(crate) rows: Vec<i64>,
    /// GDAL's feature ids.
    #[serde(deserialize_with = "cells")]
    pub(crate) fids: Vec<i64>,
    /// Where each row's well-known binary ends in `wkb`; a row without geometry adds nothing.
    #[serde(deserialize_with = "cells")]
    pub(crate) wkb_ends: Vec<u32>,
    /// ISO well-known binary of all rows, repaired where a note says so.
    pub(crate) wkb: Bytes,
    /// One per field, in the order of [`Opened::fields`].
    #[serde(deserialize_with = "few")]
    pub(crate) columns: Vec<Cells>,
    /// What is remarkable about a row's geometry: index in the batch, note.
    #[serde(deserialize_with = "cells")]
    pub(crate) notes: Vec<(u32, GeometryNote)>,
    /// Bytes read from files since the request, where the system counts them.
    pub(crate) bytes_read: Option<u64>,
}

impl Batch {
    /// Well-known binary of a row; empty if it has none.
    pub(crate) fn wkb_of(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.wkb_ends[index - 1] as usize };
        &self.wkb.0[start..self.wkb_ends[index] as usize]
    }
}

/// What is remarkable about a geometry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum GeometryNote {
    /// It was invalid and has been repaired.
    Repaired {
        /// What GEOS said.
        reason: String,
        /// Area before, in square units of the source.
        area_before: f64,
        /// Area after.
        area_after: f64,
        /// As it was.
        original: Bytes,
    },
    /// It is invalid and could not be repaired; the binary is as it was.
    Broken {
        /// What GEOS said.
        reason: String,
    },
    /// A collection lost parts of another dimension.
    PartsDropped {
        /// Parts left out.
        parts: u32,
    },
    /// There is a geometry without a single coordinate.
    Empty,
    /// There is none, and the file says why.
    Missing {
        /// Why.
        reason: String,
    },
}

/// The cells of one field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Cells {
    /// Whole numbers.
    Integer(#[serde(deserialize_with = "cells")] Vec<Option<i64>>),
    /// Truth values.
    Boolean(#[serde(deserialize_with = "cells")] Vec<Option<bool>>),
    /// Numbers.
    Real(#[serde(deserialize_with = "cells")] Vec<Option<f64>>),
    /// Text, end to end.
    Text(TextCells),
    /// Dates: year, month, day.
    Date(#[serde(deserialize_with = "cells")] Vec<Option<(i16, u8, u8)>>),
}

/// Text cells, end to end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct TextCells {
    /// Where each cell ends in `text`.
    #[serde(deserialize_with = "cells")]
    pub(crate) ends: Vec<u32>,
    /// Whether each cell is there.
    #[serde(deserialize_with = "cells")]
    pub(crate) known: Vec<bool>,
    /// The cells.
    pub(crate) text: String,
}

impl TextCells {
    /// Adds a cell.
    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.known.push(text.is_some());
        self.text.push_str(text.unwrap_or(""));
        self.ends.push(self.text.len() as u32);
    }

    /// A cell; `None` when the source has none.
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        if !self.known[index] {
            return None;
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        self.text.get(start..self.ends[index] as usize)
    }
}

/// Bytes that serialise as one block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a block of bytes")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Bytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Whole)
    }
}
