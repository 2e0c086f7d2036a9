//! Every format is read, in its own way, into the same park.

use gdal::vector::OGRFieldType::{OFTInteger, OFTReal, OFTString};
use geo::Area;

use crate::support::{Bench, Field, layer, make, square};

/// Two plots with a name and a height, by GDAL's own hand.
fn two_buildings(bench: &Bench, driver: &str, file: &str) {
    make(
        driver,
        &bench.path(file),
        "plots",
        Some(4549),
        &[("NAME", OFTString), ("H", OFTReal), ("N", OFTInteger)],
        &[
            (&square(0.0, 0.0, 20.0), vec![Field::Text("东风路 1"), Field::Real(12.5), Field::Int(3)]),
            (&square(50.0, 0.0, 10.0), vec![Field::Text("b"), Field::Real(7.0), Field::Int(2)]),
        ],
    );
}

fn buildings(file: &str, more: &str) -> String {
    format!(
        "[[layer]]\nname = \"b\"\nrole = \"building\"\nfile = \"{file}\"\nkey = \"NAME\"\n{more}\n[layer.fields]\nname = \"NAME\"\nheight_m = \"H\"\nstoreys = \"N\"\n"
    )
}

fn check(bench: &mut Bench, layers: &str) {
    let report = bench.import(layers).unwrap_or_else(|error| panic!("{error} {:?} {layers}", error.help()));
    let found = layer(&report, "b");
    assert_eq!((found.read, found.added, found.quarantined), (2, 2, 0), "{:?}", report.issues);
    let park = bench.park("t");
    let first = park.buildings.iter().find(|building| building.name.as_deref() == Some("东风路 1")).unwrap();
    assert_eq!((first.height_m, first.storeys), (Some(12.5), Some(3.0)));
    assert!((first.footprint.unsigned_area() - 400.0).abs() < 0.01, "{}", first.footprint.unsigned_area());
    let corner = first.footprint.0[0].exterior().0[0];
    assert!((corner.x - 643_000.0).abs() < 30.0 && (corner.y - 3_431_000.0).abs() < 30.0, "{corner:?}");
}

#[test]
fn vector_formats_with_areas() {
    for (driver, file) in
        [("GPKG", "plots.gpkg"), ("ESRI Shapefile", "plots.shp"), ("FlatGeobuf", "plots.fgb"), ("GML", "plots.gml")]
    {
        let mut bench = Bench::new();
        two_buildings(&bench, driver, file);
        check(&mut bench, &buildings(file, ""));
        // Reading leaves nothing beside the file.
        let litter: Vec<String> = std::fs::read_dir(bench.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| [".gfs", "-wal", "-shm", ".xml"].iter().any(|end| name.ends_with(end)))
            .collect();
        assert!(litter.is_empty(), "{file}: {litter:?}");
    }
}

#[test]
fn geojson_is_in_degrees_and_is_brought_to_metres() {
    let mut bench = Bench::new();
    two_buildings(&bench, "GeoJSON", "projected.geojson");
    // The old way to name a CRS in GeoJSON is understood too.
    check(&mut bench, &buildings("projected.geojson", ""));
    let mut bench = Bench::new();
    let point = |x: f64, y: f64| {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"ID\":{}}},\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{x},{y}]}}}}",
            x as i64
        )
    };
    let text =
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{},{}]}}", point(121.5, 31.0), point(120.0, 31.0));
    bench.write("h.geojson", &text);
    let report = bench
        .import("[[layer]]\nname = \"h\"\nrole = \"emergency_resource\"\nfile = \"h.geojson\"\nkey = \"ID\"\n[layer.fields]\nkind = { value = \"hydrant\" }\n")
        .unwrap();
    assert_eq!(layer(&report, "h").added, 2);
    let park = bench.park("t");
    let first = park.resources.iter().find(|resource| resource.provenance.key == "121").unwrap();
    // C2 of the domain rules, through the whole import.
    assert!((first.position[0] - 643_264.135_3).abs() < 0.01 && (first.position[1] - 3_431_940.323_9).abs() < 0.01);
}

#[test]
fn csv_with_coordinates_in_any_encoding_and_axis_order() {
    let rows = "编号,名称,X,Y,H\r\n1,\"东风路,1 号\",3431010.5,643020.25,4.5\r\n2,b,3431020.5,643030.25,\r\n3,c,,643030.25,1\r\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(rows);
    for (bytes, more) in [
        (rows.as_bytes().to_vec(), ""),
        (gbk.to_vec(), ""),
        (gbk.to_vec(), "encoding = \"GBK\"\n"),
        ([&[0xef, 0xbb, 0xbf], rows.as_bytes()].concat(), ""),
    ] {
        let mut bench = Bench::new();
        std::fs::write(bench.path("点.csv"), bytes).unwrap();
        let report = bench
            .import(&format!(
                "[[layer]]\nname = \"gates\"\nrole = \"emergency_resource\"\nfile = \"点.csv\"\ncrs = \"EPSG:4549\"\nx = \"X\"\ny = \"Y\"\naxis_order = \"north_first\"\nkey = \"编号\"\n{more}[layer.fields]\nkind = {{ value = \"gate\" }}\nname = \"名称\"\nrange_m = \"H\"\n"
            ))
            .unwrap_or_else(|error| panic!("{error} {more}"));
        let gates = layer(&report, "gates");
        assert_eq!((gates.read, gates.added, gates.quarantined), (3, 2, 1));
        assert_eq!(bench.quarantine()[0].0, "geometry.missing");
        assert_eq!(bench.quarantine()[0].1["名称"], "c");
        let park = bench.park("t");
        let first = park.resources.iter().find(|resource| resource.provenance.key == "1").unwrap();
        assert_eq!(first.name.as_deref(), Some("东风路,1 号"));
        assert_eq!(first.position, [643_020.25, 3_431_010.5]);
        assert_eq!(first.range_m, Some(4.5));
    }
}

#[test]
fn csv_with_geometry_in_words() {
    let mut bench = Bench::new();
    bench.write("a.csv", &format!("id;outline\n1;\"{}\"\n", square(0.0, 0.0, 5.0)));
    let report = bench
        .import("[[layer]]\nname = \"a\"\nrole = \"parcel\"\nfile = \"a.csv\"\ncrs = \"EPSG:4549\"\nwkt = \"outline\"\nkey = \"id\"\n")
        .unwrap();
    assert_eq!(layer(&report, "a").added, 1);
    assert!((bench.park("t").parcels[0].boundary.unsigned_area() - 25.0).abs() < 1e-6);
}

#[test]
fn dxf_outlines_are_areas_and_lines_have_heights() {
    let mut bench = Bench::new();
    let (x, y) = (643_000.0, 3_431_000.0);
    let closed = format!("LINESTRING ({x} {y},{} {y},{} {},{x} {y})", x + 30.0, x + 30.0, y + 20.0);
    let pipe = format!("LINESTRING Z ({x} {y} 2.5,{} {y} 2.0)", x + 40.0);
    make("DXF", &bench.path("plan.dxf"), "entities", None, &[], &[(&closed, vec![]), (&pipe, vec![])]);
    let report = bench
        .import(
            "[[layer]]\nname = \"a\"\nrole = \"parcel\"\nfile = \"plan.dxf\"\ncrs = \"EPSG:4549\"\nkey = \"EntityHandle\"\n
[[layer]]\nname = \"p\"\nrole = \"network.industrial\"\nfile = \"plan.dxf\"\ncrs = \"EPSG:4549\"\nkey = \"EntityHandle\"\nfilter = \"SubClasses LIKE '%3d%' OR SubClasses LIKE '%Polyline%'\"\n",
        )
        .unwrap();
    let areas = layer(&report, "a");
    assert_eq!((areas.read, areas.added, areas.quarantined), (2, 1, 1), "{:?}", report.issues);
    assert_eq!(bench.quarantine()[0].0, "geometry.wrong_type");
    let park = bench.park("t");
    assert!((park.parcels[0].boundary.unsigned_area() - 300.0).abs() < 1e-6);
    assert!(park.edges.iter().any(|edge| edge.path == [[x, y, 2.5], [x + 40.0, y, 2.0]]), "{:?}", park.edges);
}

#[test]
fn geotiff_becomes_the_ground() {
    let mut bench = Bench::new();
    two_buildings(&bench, "GPKG", "plots.gpkg");
    {
        let driver = gdal::DriverManager::get_driver_by_name("GTiff").unwrap();
        let mut tiff = driver.create_with_band_type::<f32, _>(bench.path("dem.tif"), 40, 30, 1).unwrap();
        tiff.set_geo_transform(&[642_950.0, 5.0, 0.0, 3_431_100.0, 0.0, -5.0]).unwrap();
        tiff.set_spatial_ref(&gdal::spatial_ref::SpatialRef::from_epsg(4549).unwrap()).unwrap();
        let mut band = tiff.rasterband(1).unwrap();
        band.set_no_data_value(Some(-9999.0)).unwrap();
        let mut heights: Vec<f32> = (0..40 * 30).map(|i| 10.0 + (i % 40) as f32 * 0.5).collect();
        heights[0] = -9999.0;
        let mut buffer = gdal::raster::Buffer::new((40, 30), heights);
        band.write((0, 0), (40, 30), &mut buffer).unwrap();
    }
    let layers = format!(
        "{}\n[[layer]]\nname = \"dem\"\nrole = \"terrain\"\nfile = \"dem.tif\"\nz_unit = \"ft\"\n",
        buildings("plots.gpkg", "")
    );
    let report = bench.import(&layers).unwrap();
    let dem = layer(&report, "dem");
    assert_eq!((dem.read, dem.added), (1, 1));
    assert_eq!(report.terrain.as_ref().unwrap().unknown, 1);
    let grid = bench.park("t").terrain.unwrap();
    assert_eq!((grid.columns, grid.rows, grid.cell_m), (40, 30, 5.0));
    // 10 ft + 0.5 ft a cell, first sample in the middle of the first cell.
    let height = grid.height_at(642_952.5 + 50.0, 3_431_000.0).unwrap();
    assert!((height - 15.0 * 0.3048).abs() < 1e-4, "{height}");
    let again = bench.import(&layers).unwrap();
    assert_eq!(layer(&again, "dem").unchanged, 1);
}

#[test]
fn deleted_rows_of_a_shapefile_stay_deleted_and_row_numbers_stay_true() {
    let mut bench = Bench::new();
    two_buildings(&bench, "ESRI Shapefile", "plots.shp");
    let mut dbf = std::fs::read(bench.path("plots.dbf")).unwrap();
    let first = usize::from(u16::from_le_bytes([dbf[8], dbf[9]]));
    assert_eq!(dbf[first], b' ');
    dbf[first] = b'*';
    std::fs::write(bench.path("plots.dbf"), dbf).unwrap();
    let report = bench.import(&buildings("plots.shp", "")).unwrap();
    assert_eq!((layer(&report, "b").read, layer(&report, "b").added), (1, 1));
    let park = bench.park("t");
    assert_eq!((park.buildings[0].provenance.key.as_str(), park.buildings[0].provenance.source_row), ("b", 2));
}
