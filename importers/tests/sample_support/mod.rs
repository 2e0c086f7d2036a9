//! What the tests of the sample park share: a park in a temporary folder, its files read back plainly.
#![allow(dead_code, reason = "every test program uses its own part")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gdal::Dataset;
use gdal::vector::LayerAccess;
use geo::{Coord, LineString, MultiPolygon, Polygon};
use importers::sample::{SampleOptions, SampleSummary, generate};

/// A park made for a test.
pub(crate) struct Made {
    _keep: tempfile::TempDir,
    pub(crate) dir: PathBuf,
    pub(crate) summary: SampleSummary,
}

/// A park of `parcels` parcels.
pub(crate) fn make(seed: u64, parcels: usize) -> Made {
    let keep = tempfile::tempdir().expect("a folder");
    let dir = keep.path().join("park");
    let options = SampleOptions { seed, parcels, ..SampleOptions::default() };
    let summary = generate(&dir, &options, &|_| {}).expect("a park");
    Made { _keep: keep, dir, summary }
}

/// The park of the default options, made once for the tests that look at it and leave it as it is.
pub(crate) fn default_park() -> &'static Made {
    static PARK: OnceLock<Made> = OnceLock::new();
    PARK.get_or_init(|| make(1, 200))
}

/// A row with its geometry: field values as text, rings as read.
pub(crate) struct Row {
    pub(crate) fields: HashMap<String, String>,
    pub(crate) rings: Vec<Vec<Coord<f64>>>,
}

impl Row {
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    pub(crate) fn number(&self, field: &str) -> f64 {
        self.text(field).parse().unwrap_or_else(|_| panic!("{field}: {:?} is no number", self.text(field)))
    }

    /// Outline and holes as a polygon.
    pub(crate) fn polygon(&self) -> Polygon<f64> {
        let mut rings = self.rings.iter().map(|ring| LineString::new(ring.clone()));
        Polygon::new(rings.next().expect("an outline"), rings.collect())
    }

    pub(crate) fn multi(&self) -> MultiPolygon<f64> {
        MultiPolygon::new(vec![self.polygon()])
    }
}

/// Rows of a layer, read with GDAL.
pub(crate) fn layer(file: &Path, name: Option<&str>) -> Vec<Row> {
    let dataset = Dataset::open(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut layer = match name {
        Some(name) => dataset.layer_by_name(name).expect(name),
        None => dataset.layer(0).expect("a layer"),
    };
    let names: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
    layer
        .features()
        .map(|feature| {
            let fields = names
                .iter()
                .enumerate()
                .filter_map(|(k, name)| Some((name.clone(), feature.field_as_string(k).ok()??)))
                .collect();
            let geometry = feature.geometry().expect("a geometry");
            let mut parts = Vec::new();
            rings(geometry, &mut parts);
            Row { fields, rings: parts }
        })
        .collect()
}

fn rings(geometry: &gdal::vector::Geometry, out: &mut Vec<Vec<Coord<f64>>>) {
    if geometry.geometry_count() == 0 {
        let mut points = Vec::new();
        geometry.get_points(&mut points);
        out.push(points.into_iter().map(|(x, y, _)| Coord { x, y }).collect());
    }
    for k in 0..geometry.geometry_count() {
        rings(&geometry.get_geometry(k), out);
    }
}

/// A table with a header, in GBK or UTF-8 with a byte-order mark.
pub(crate) fn table(path: &Path) -> Vec<HashMap<String, String>> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let text = if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        String::from_utf8(rest.to_vec()).expect("UTF-8")
    } else {
        let (text, broken) = encoding_rs::GBK.decode_without_bom_handling(&bytes);
        assert!(!broken, "{} is not GBK", path.display());
        text.into_owned()
    };
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), head.len(), "{}: {line}", path.display());
            head.iter().map(|name| (*name).to_owned()).zip(cells.iter().map(|cell| (*cell).to_owned())).collect()
        })
        .collect()
}

/// Every file below a folder with its bytes, by relative path.
pub(crate) fn bytes(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("below").to_path_buf();
                found.push((name, std::fs::read(&path).expect("a file")));
            }
        }
    }
    found.sort();
    found
}
