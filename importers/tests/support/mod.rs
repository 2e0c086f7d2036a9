//! What the import tests share: the reader, real data, small files made with GDAL, a park around them.
#![allow(clippy::result_large_err, reason = "as in the crate")]
#![allow(dead_code, unreachable_pub, reason = "every test program uses its own part")]

#[macro_use]
mod sql;

use std::path::{Path, PathBuf};

use gdal::DriverManager;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Geometry, LayerAccess, LayerOptions, OGRFieldType};
use importers::reader::ReaderCommand;
use importers::{ImportError, ImportOptions, ImportReport, LayerReport, import};
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::ParkSnapshot;
use spatial_db::store::Store;

/// The reading process under test.
pub fn reader() -> ReaderCommand {
    ReaderCommand { program: PathBuf::from(env!("CARGO_BIN_EXE_twin-read")), args: Vec::new() }
}

/// Options that have every file read: what is tested is the comparison of rows, not of files.
pub fn options() -> ImportOptions<'static> {
    ImportOptions { reread: true, ..ImportOptions::new(reader()) }
}

/// Folder of the real data; without it the tests that need it have nothing to do.
pub fn real_data() -> Option<PathBuf> {
    let folder = std::env::var_os("TWIN_REAL_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("TWIN_REAL_DATA is not set: nothing to test here");
    }
    // Tests run in the crate's folder, people set the path in the workspace's.
    folder.map(|folder| if folder.is_relative() { workspace().join(folder) } else { folder })
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the workspace").to_path_buf()
}

/// A database and a folder for one park's files.
pub struct Bench {
    pub database: ScratchDatabase,
    pub store: Store,
    pub folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let database = ScratchDatabase::create().expect("a scratch database");
        let store = database.store().expect("a connection");
        Self { database, store, folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Imports a park with these `[[layer]]` tables.
    pub fn import(&mut self, layers: &str) -> Result<ImportReport, ImportError> {
        self.import_in("EPSG:4549", layers)
    }

    pub fn import_in(&mut self, crs: &str, layers: &str) -> Result<ImportReport, ImportError> {
        let text = format!("[park]\nslug = \"t\"\nname = \"Test\"\ncrs = \"{crs}\"\n\n{layers}");
        let manifest = self.write("t.park.toml", &text);
        import(&mut self.store, &manifest, &options())
    }

    /// Imports a kept manifest with its files in `root`.
    pub fn import_kept(&mut self, manifest: &str, root: &Path) -> Result<ImportReport, ImportError> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("parks").join(manifest);
        let options = ImportOptions { root: Some(root.to_path_buf()), ..options() };
        import(&mut self.store, &manifest, &options)
    }

    /// The park as stored.
    pub fn park(&mut self, slug: &str) -> ParkSnapshot {
        self.store.snapshot(slug).expect("the park")
    }

    /// Codes and rows as read of everything in quarantine.
    pub fn quarantine(&self) -> Vec<(String, serde_json::Value)> {
        self.client()
            .query(&sql!("quarantine_rows"), &[])
            .expect("the quarantine")
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect()
    }

    pub fn client(&self) -> postgres::Client {
        postgres::Client::connect(&self.database.url(), postgres::NoTls).expect("a connection")
    }
}

/// The report of one layer, its counts checked.
pub fn layer<'a>(report: &'a ImportReport, name: &str) -> &'a LayerReport {
    let layer = report.layers.iter().find(|layer| layer.layer == name).unwrap_or_else(|| panic!("no layer {name}"));
    assert_eq!(layer.read, layer.added + layer.changed + layer.unchanged + layer.quarantined, "{layer:?}");
    layer
}

/// Everything in a second import is as it was.
pub fn assert_unchanged(report: &ImportReport) {
    for layer in &report.layers {
        assert_eq!((layer.added, layer.changed, layer.removed), (0, 0, 0), "{layer:?}");
        assert_eq!(layer.read, layer.unchanged + layer.quarantined, "{layer:?}");
    }
}

/// A value of a made feature.
pub enum Field<'a> {
    Text(&'a str),
    Real(f64),
    Int(i32),
}

/// Writes a layer with GDAL: names of fields, then rows of well-known text and values.
pub fn make(
    driver: &str,
    path: &Path,
    layer: &str,
    epsg: Option<u32>,
    fields: &[(&str, OGRFieldType::Type)],
    rows: &[(&str, Vec<Field<'_>>)],
) {
    let driver = DriverManager::get_driver_by_name(driver).expect("a driver");
    let mut dataset = driver.create_vector_only(path).expect("a data set");
    let srs = epsg.map(|code| {
        let mut srs = SpatialRef::from_epsg(code).expect("a CRS");
        srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        srs
    });
    let in_utf8: &[&str] = &["ENCODING=UTF-8"];
    let options = LayerOptions {
        name: layer,
        srs: srs.as_ref(),
        options: (driver.short_name() == "ESRI Shapefile").then_some(in_utf8),
        ..LayerOptions::default()
    };
    {
        let made = dataset.create_layer(options).expect("a layer");
        made.create_defn_fields(fields).expect("fields");
        for (wkt, values) in rows {
            let mut feature = gdal::vector::Feature::new(made.defn()).expect("a feature");
            if !wkt.is_empty() {
                feature.set_geometry(Geometry::from_wkt(wkt).expect(wkt)).expect("a geometry");
            }
            for (index, value) in values.iter().enumerate() {
                match value {
                    Field::Text(text) => feature.set_field_string(index, text),
                    Field::Real(number) => feature.set_field_double(index, *number),
                    Field::Int(number) => feature.set_field_integer(index, *number),
                }
                .expect("a value");
            }
            feature.create(&made).expect("a row");
        }
    }
    dataset.close().expect("a closed file");
}

/// A square of side `size` with its lower left corner at an offset from a place in CGCS2000 zone 120° (EPSG:4549).
pub fn square(east: f64, north: f64, size: f64) -> String {
    let (x, y) = (643_000.0 + east, 3_431_000.0 + north);
    format!("POLYGON (({x} {y},{} {y},{} {},{x} {},{x} {y}))", x + size, x + size, y + size, y + size)
}

/// Writes the polygons of a file as GeoJSON where a Chinese map service would show them: GCJ-02, or BD-09 `twice` moved.
/// The formulas are written out here a second time, so that the importer is not checked against itself.
pub fn shift_into(from: &Path, to: &Path, twice: bool) {
    let source = gdal::Dataset::open(from).expect("a file");
    let mut layer = source.layer(0).expect("a layer");
    let mut features = Vec::new();
    for feature in layer.features() {
        let json = feature.geometry().expect("a geometry").json().expect("GeoJSON");
        let mut geometry: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        move_all(&mut geometry["coordinates"], twice);
        let index = feature.field_index("name").expect("a field");
        let name = feature.field_as_string(index).expect("a text");
        features.push(serde_json::json!({"type": "Feature", "properties": {"name": name}, "geometry": geometry}));
    }
    let all = serde_json::json!({"type": "FeatureCollection", "features": features});
    std::fs::write(to, all.to_string()).expect("a file");
}

fn move_all(coordinates: &mut serde_json::Value, twice: bool) {
    let Some(list) = coordinates.as_array_mut() else { return };
    if let [x, y, ..] = list.as_slice()
        && let (Some(lon), Some(lat)) = (x.as_f64(), y.as_f64())
    {
        let [x, y] = shifted(lon, lat, twice);
        *list = vec![x.into(), y.into()];
        return;
    }
    for part in list.iter_mut() {
        move_all(part, twice);
    }
}

fn shifted(lon: f64, lat: f64, twice: bool) -> [f64; 2] {
    use std::f64::consts::PI;
    let (x, y) = (lon - 105.0, lat - 35.0);
    let s = |t: f64| (t * PI).sin();
    let both = (20.0 * s(6.0 * x) + 20.0 * s(2.0 * x)) * 2.0 / 3.0;
    let mut north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt() + both;
    north += (20.0 * s(y) + 40.0 * s(y / 3.0) + 160.0 * s(y / 12.0) + 320.0 * s(y / 30.0)) * 2.0 / 3.0;
    let mut east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt() + both;
    east += (20.0 * s(x) + 40.0 * s(x / 3.0) + 150.0 * s(x / 12.0) + 300.0 * s(x / 30.0)) * 2.0 / 3.0;
    let (a, ee) = (6_378_245.0, 0.006_693_421_622_965_943);
    let phi = lat / 180.0 * PI;
    let magic = 1.0 - ee * phi.sin() * phi.sin();
    let dlat = north * 180.0 / (a * (1.0 - ee) / (magic * magic.sqrt()) * PI);
    let dlon = east * 180.0 / (a / magic.sqrt() * phi.cos() * PI);
    let (x, y) = (lon + dlon, lat + dlat);
    if !twice {
        return [x, y];
    }
    let turn = PI * 3000.0 / 180.0;
    let z = (x * x + y * y).sqrt() + 0.000_02 * (y * turn).sin();
    let theta = y.atan2(x) + 0.000_003 * (x * turn).cos();
    [z * theta.cos() + 0.0065, z * theta.sin() + 0.006]
}
