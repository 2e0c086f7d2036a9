//! Writes a GeoPackage of many synthetic buildings and a manifest for it: the input of the import benchmark.
//!
//! `cargo run -p importers --example many_buildings -- 500000 /tmp/many`

use std::path::Path;

use gdal::DriverManager;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Feature, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(count), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: many_buildings COUNT FOLDER".into());
    };
    write(count.parse()?, Path::new(&folder))
}

fn write(count: usize, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join("buildings.gpkg");
    let _ = std::fs::remove_file(&file);
    let mut dataset = DriverManager::get_driver_by_name("GPKG")?.create_vector_only(&file)?;
    let srs = SpatialRef::from_epsg(4549)?;
    let mut transaction = dataset.start_transaction()?;
    let layer = transaction.create_layer(LayerOptions {
        name: "building",
        srs: Some(&srs),
        ty: OGRwkbGeometryType::wkbPolygon,
        options: None,
    })?;
    layer.create_defn_fields(&[
        ("code", OGRFieldType::OFTString),
        ("floors", OGRFieldType::OFTInteger),
        ("height", OGRFieldType::OFTReal),
        ("usage", OGRFieldType::OFTString),
    ])?;
    let columns = (count as f64).sqrt().ceil() as usize;
    for i in 0..count {
        // A field of slightly different, slightly turned rectangles, 60 m apart.
        let (x, y) = (500_000.0 + 60.0 * (i % columns) as f64, 3_400_000.0 + 60.0 * (i / columns) as f64);
        let (w, h, turn) = (8.0 + (i % 13) as f64, 6.0 + (i % 17) as f64, (i % 90) as f64 * 0.017);
        let corner = |u: f64, v: f64| (x + u * turn.cos() - v * turn.sin(), y + u * turn.sin() + v * turn.cos());
        let mut ring = Geometry::empty(OGRwkbGeometryType::wkbLinearRing)?;
        for (u, v) in [(-w, -h), (w, -h), (w, h), (-w, h), (-w, -h)] {
            ring.add_point_2d(corner(u, v));
        }
        let mut polygon = Geometry::empty(OGRwkbGeometryType::wkbPolygon)?;
        polygon.add_geometry(ring)?;
        let mut feature = Feature::new(layer.defn())?;
        feature.set_geometry(polygon)?;
        feature.set_field_string(0, &format!("B{i:07}"))?;
        feature.set_field_integer(1, (1 + i % 6) as i32)?;
        feature.set_field_double(2, 3.5 * (1 + i % 6) as f64)?;
        feature.set_field_string(3, ["workshop", "warehouse", "office"][i % 3])?;
        feature.create(&layer)?;
    }
    transaction.commit()?;
    std::fs::write(
        folder.join("park.toml"),
        "[park]\nslug = \"many\"\nname = \"Many buildings (synthetic)\"\ncrs = \"EPSG:4549\"\nsynthetic = true\n\n\
         [[layer]]\nname = \"building\"\nrole = \"building\"\nfile = \"buildings.gpkg\"\nkey = \"code\"\n\n\
         [layer.fields]\nstoreys = \"floors\"\nheight_m = \"height\"\nuse_text = \"usage\"\n",
    )?;
    println!("{} with {count} buildings", file.display());
    Ok(())
}
