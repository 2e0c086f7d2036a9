//! Writes a synthetic park of many parcels, each with a building, and for every tenth of them ground cover, an enterprise with its
//! tenancy, figures and contract: the input of the benchmark of land indicators.
//!
//! `cargo run -p importers --example many_parcels -- 1000000 /tmp/many-land`

use std::fmt::Write as _;
use std::path::Path;

use gdal::DriverManager;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Feature, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Parcels are squares of this side, m, with streets between them.
const SIDE_M: f64 = 60.0;
const STEP_M: f64 = 72.0;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: many_parcels COUNT FOLDER".into());
    };
    let (count, folder) = (count.parse()?, Path::new(&folder).to_path_buf());
    std::fs::create_dir_all(&folder)?;
    geometry(count, &folder)?;
    records(count, &folder)?;
    std::fs::write(folder.join("park.toml"), MANIFEST)?;
    println!("{} with {count} parcels", folder.display());
    Ok(())
}

fn geometry(count: usize, folder: &Path) -> Result<()> {
    let file = folder.join("land.gpkg");
    let _ = std::fs::remove_file(&file);
    let mut dataset = DriverManager::get_driver_by_name("GPKG")?.create_vector_only(&file)?;
    let srs = SpatialRef::from_epsg(4549)?;
    let mut transaction = dataset.start_transaction()?;
    let columns = (count as f64).sqrt().ceil() as usize;
    let corner = |i: usize| (500_000.0 + STEP_M * (i % columns) as f64, 3_400_000.0 + STEP_M * (i / columns) as f64);
    let options = |name| LayerOptions { name, srs: Some(&srs), ty: OGRwkbGeometryType::wkbPolygon, options: None };

    let parcels = transaction.create_layer(options("parcel"))?;
    parcels.create_defn_fields(&[("code", OGRFieldType::OFTString), ("industry", OGRFieldType::OFTString)])?;
    for i in 0..count {
        let (x, y) = corner(i);
        let feature = polygon(&parcels, &[(x, y), (x + SIDE_M, y), (x + SIDE_M, y + SIDE_M), (x, y + SIDE_M)])?;
        let mut feature = feature;
        feature.set_field_string(0, &format!("P{i:07}"))?;
        feature.set_field_string(1, ["34", "26", "39", "59"][i % 4])?;
        feature.create(&parcels)?;
    }
    let buildings = transaction.create_layer(options("building"))?;
    buildings.create_defn_fields(&[
        ("code", OGRFieldType::OFTString),
        ("floors", OGRFieldType::OFTInteger),
        ("height", OGRFieldType::OFTReal),
        ("usage", OGRFieldType::OFTString),
    ])?;
    for i in 0..count {
        let (x, y) = corner(i);
        let (w, h, turn) = (8.0 + (i % 11) as f64, 6.0 + (i % 13) as f64, (i % 90) as f64 * 0.017);
        // One in twenty stands over the boundary.
        let (x, y) = (x + if i % 20 == 0 { 2.0 } else { SIDE_M / 2.0 }, y + SIDE_M / 2.0);
        let at = |u: f64, v: f64| (x + u * turn.cos() - v * turn.sin(), y + u * turn.sin() + v * turn.cos());
        let mut feature = polygon(&buildings, &[at(-w, -h), at(w, -h), at(w, h), at(-w, h)])?;
        feature.set_field_string(0, &format!("B{i:07}"))?;
        feature.set_field_integer(1, (1 + i % 4) as i32)?;
        feature.set_field_double(2, if i % 7 == 0 { 9.5 } else { 3.5 } * (1 + i % 4) as f64)?;
        feature.set_field_string(3, ["workshop", "warehouse", "office"][i % 3])?;
        feature.create(&buildings)?;
    }
    let cover = transaction.create_layer(options("cover"))?;
    cover.create_defn_fields(&[("kind", OGRFieldType::OFTString)])?;
    for i in (0..count).step_by(10) {
        let (x, y) = corner(i);
        let mut feature = polygon(&cover, &[(x, y), (x + SIDE_M, y), (x + SIDE_M, y + 6.0), (x, y + 6.0)])?;
        feature.set_field_string(0, if i % 20 == 0 { "grass" } else { "storage_yard" })?;
        feature.create(&cover)?;
    }
    transaction.commit()?;
    Ok(())
}

fn polygon<'l>(layer: &'l Layer<'l>, corners: &[(f64, f64)]) -> Result<Feature<'l>> {
    let mut ring = Geometry::empty(OGRwkbGeometryType::wkbLinearRing)?;
    for corner in corners.iter().chain(&corners[..1]) {
        ring.add_point_2d(*corner);
    }
    let mut polygon = Geometry::empty(OGRwkbGeometryType::wkbPolygon)?;
    polygon.add_geometry(ring)?;
    let mut feature = Feature::new(layer.defn())?;
    feature.set_geometry(polygon)?;
    Ok(feature)
}

fn records(count: usize, folder: &Path) -> Result<()> {
    let mut enterprises = "code,name,industry\n".to_owned();
    let mut tenancies = "code,enterprise,building,floor,from\n".to_owned();
    let mut years = "code,enterprise,year,output,tax,assets,people,currency\n".to_owned();
    let mut contracts = "code,parcel,enterprise,signed,start,price,currency\n".to_owned();
    for i in (0..count).step_by(10) {
        let industry = ["34", "26", "39", "59"][i % 4];
        writeln!(enterprises, "E{i:07},Works {i},{industry}")?;
        writeln!(tenancies, "T{i:07},E{i:07},B{i:07},{},2020-01-01", 200 + i % 400)?;
        // Every second enterprise has a second place next door.
        if i % 20 == 0 {
            writeln!(tenancies, "U{i:07},E{i:07},B{:07},{},2020-01-01", i + 1, 100 + i % 300)?;
        }
        writeln!(
            years,
            "Y{i:07},E{i:07},2025,{},{},{},{},CNY",
            1_000_000 + i,
            50_000 + i % 9000,
            700_000 + i,
            5 + i % 80
        )?;
        writeln!(contracts, "C{i:07},P{i:07},E{i:07},2015-01-01,2015-06-01,{},CNY", 400_000 + i % 100_000)?;
    }
    for (name, text) in
        [("enterprises", enterprises), ("tenancies", tenancies), ("years", years), ("contracts", contracts)]
    {
        std::fs::write(folder.join(format!("{name}.csv")), text)?;
    }
    Ok(())
}

const MANIFEST: &str = r#"[park]
slug = "many-land"
name = "Many parcels (synthetic)"
crs = "EPSG:4549"
synthetic = true
as_of = 2026-06-30

[[layer]]
name = "parcel"
role = "parcel"
file = "land.gpkg"
layer = "parcel"
key = "code"
[layer.fields]
industry_code = "industry"

[[layer]]
name = "building"
role = "building"
file = "land.gpkg"
layer = "building"
key = "code"
[layer.fields]
storeys = "floors"
height_m = "height"
use_text = "usage"

[[layer]]
name = "cover"
role = "surface"
file = "land.gpkg"
layer = "cover"
key = "@fid"
[layer.fields]
kind = "kind"

[[layer]]
name = "enterprises"
role = "enterprise"
file = "enterprises.csv"
key = "code"
[layer.fields]
name = "name"
industry_code = "industry"

[[layer]]
name = "tenancies"
role = "tenancy"
file = "tenancies.csv"
key = "code"
[layer.fields]
enterprise_key = "enterprise"
building_key = "building"
floor_area_m2 = "floor"
valid_from = "from"

[[layer]]
name = "years"
role = "enterprise_year"
file = "years.csv"
key = "code"
[layer.fields]
enterprise_key = "enterprise"
year = "year"
output = "output"
tax = "tax"
fixed_assets = "assets"
employees = "people"
currency = "currency"

[[layer]]
name = "contracts"
role = "land_contract"
file = "contracts.csv"
key = "code"
[layer.fields]
parcel_key = "parcel"
enterprise_key = "enterprise"
signed = "signed"
agreed_start = "start"
land_price = "price"
currency = "currency"
"#;
