//! Park packages as GDAL, and with it QGIS, sees them: no warning, the same features in the same places.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use gdal::Dataset;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Geometry, LayerAccess};
use importers::import;
use spatial_db::model::ParkSnapshot;
use spatial_db::package::{PackOptions, Package, pack};
use spatial_db::schema::TABLES;

use crate::sample_support;
use crate::support::{self, Bench, options, real_data};

/// What a program prints, which must be nothing on standard error.
fn quiet(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{program} {arguments:?}: {complaint}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// How many features of each kind a snapshot holds, by table.
fn counts(park: &ParkSnapshot) -> BTreeMap<&'static str, usize> {
    BTreeMap::from([
        ("parcel", park.parcels.len()),
        ("building", park.buildings.len()),
        ("building_surface", park.building_surfaces.len()),
        ("enterprise", park.enterprises.len()),
        ("tenancy", park.tenancies.len()),
        ("enterprise_year", park.enterprise_years.len()),
        ("land_contract", park.contracts.len()),
        ("land_event", park.events.len()),
        ("project", park.projects.len()),
        ("network_node", park.nodes.len()),
        ("network_edge", park.edges.len()),
        ("road_edge", park.roads.len()),
        ("emergency_resource", park.resources.len()),
        ("hazard_source", park.hazards.len()),
        ("surface", park.surfaces.len()),
    ])
}

fn points(geometry: &Geometry) -> Vec<(f64, f64, f64)> {
    let mut points = Vec::new();
    geometry.get_points(&mut points);
    points
}

/// Points of a network as GDAL reads them, in the order of their numbers.
fn vertices(file: &Path, layer: &str) -> Vec<Vec<(f64, f64, f64)>> {
    let dataset = Dataset::open(file).expect("a package");
    let mut layer = dataset.layer_by_name(layer).expect(layer);
    layer.features().map(|feature| points(feature.geometry().expect("a geometry"))).collect()
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Layers, counts, CRS and geometry as GDAL reads them are those of the park.
fn agrees(file: &Path, park: &ParkSnapshot) {
    let dataset = Dataset::open(file).expect("GDAL opens it");
    let expected = SpatialRef::from_epsg(park.park.srid.cast_unsigned()).unwrap();
    for (name, count) in counts(park) {
        let layer = dataset.layer_by_name(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(layer.feature_count(), count as u64, "{name}");
        let table = TABLES.iter().find(|table| table.name == name).unwrap();
        let fields: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
        for column in table.columns {
            assert!(fields.iter().any(|field| field == column.name), "{name}.{}", column.name);
        }
        if table.geometry.is_some() {
            let srs = layer.spatial_ref().unwrap_or_else(|| panic!("{name} has no CRS"));
            assert_eq!(srs.auth_code().unwrap(), park.park.srid, "{name}");
            assert_eq!(srs.name(), expected.name(), "{name}");
        } else {
            assert!(layer.spatial_ref().is_none(), "{name} has no geometry");
        }
    }
    for (parcel, rings) in park.parcels.iter().zip(vertices_of_areas(file, "parcel")) {
        let expected: Vec<(f64, f64)> = geo::CoordsIter::coords_iter(&parcel.boundary).map(|c| (c.x, c.y)).collect();
        assert_eq!(rings, expected, "{}", parcel.provenance.key);
    }
    for (edge, path) in park.edges.iter().zip(vertices(file, "network_edge")) {
        assert_eq!(edge.path.len(), path.len());
        for (a, b) in edge.path.iter().zip(&path) {
            assert!(same(a[0], b.0) && same(a[1], b.1) && same(a[2], b.2), "{}: {a:?} {b:?}", edge.provenance.key);
        }
    }
    for (node, at) in park.nodes.iter().zip(vertices(file, "network_node")) {
        let [x, y, z] = node.position;
        assert!(same(x, at[0].0) && same(y, at[0].1) && same(z, at[0].2), "{}: {at:?}", node.provenance.key);
    }
}

/// Points of areas as GDAL reads them, ring after ring.
fn vertices_of_areas(file: &Path, layer: &str) -> Vec<Vec<(f64, f64)>> {
    let dataset = Dataset::open(file).expect("a package");
    let mut layer = dataset.layer_by_name(layer).expect(layer);
    let walk = |feature: gdal::vector::Feature<'_>| {
        let geometry = feature.geometry().expect("a geometry");
        let parts = (0..geometry.geometry_count()).map(|part| geometry.get_geometry(part));
        parts
            .flat_map(|part| {
                (0..part.geometry_count())
                    .flat_map(|ring| points(&part.get_geometry(ring)))
                    .map(|(x, y, _)| (x, y))
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    layer.features().map(walk).collect()
}

/// A box query through the R-tree finds what a look at every feature finds.
fn index_agrees(file: &Path, layer: &str) {
    let dataset = Dataset::open(file).expect("a package");
    let mut layer = dataset.layer_by_name(layer).expect("the layer");
    let extent = layer.get_extent().expect("an extent");
    let (x, y) = (f64::midpoint(extent.MinX, extent.MaxX), f64::midpoint(extent.MinY, extent.MaxY));
    let west = |feature: &gdal::vector::Feature<'_>| {
        let envelope = feature.geometry().expect("a geometry").envelope();
        envelope.MinX <= x && envelope.MinY <= y
    };
    let expected = layer.features().filter(west).count();
    layer.set_spatial_filter_rect(extent.MinX, extent.MinY, x, y);
    assert_eq!(layer.features().count(), expected);
    assert!(expected > 0);
}

#[test]
fn gdal_reads_the_sample_parks_package_without_a_word() {
    let made = sample_support::make(1, 60);
    let mut bench = Bench::new();
    let report = import(&mut bench.store, &made.dir.join("park.toml"), &options()).expect("an import");
    let out = bench.path("sample.gpkg");
    let packed = pack(&mut bench.store, &report.park, &out, &PackOptions::default()).expect("a package");
    let park = bench.park(&report.park);
    agrees(&out, &park);
    index_agrees(&out, "parcel");
    index_agrees(&out, "building");
    let file = out.display().to_string();
    let said = quiet("ogrinfo", &["-ro", "-al", "-so", &file]);
    for table in &packed.tables {
        if table.table != "terrain" {
            assert!(said.contains(&format!("Layer name: {}\n", table.table)), "{}: {said}", table.table);
        }
    }
    assert!(said.contains("DESCRIPTION=Land parcels of") && said.contains("SYNTHETIC data"), "{said}");
    // Every feature, every field.
    quiet("ogrinfo", &["-ro", "-al", "-q", &file]);

    // The ground is a raster of heights in the right place.
    let terrain = park.terrain.as_ref().expect("terrain");
    let raster = format!("GPKG:{file}:terrain");
    let said = quiet("gdalinfo", &["-stats", "--config", "GDAL_PAM_ENABLED", "NO", &raster]);
    assert!(said.contains(&format!("ID[\"EPSG\",{}]", park.park.srid)) && said.contains("Type=Float32"), "{said}");
    let mut compared = 0;
    for (column, row) in [(0, 0), (terrain.columns / 2, terrain.rows / 3), (terrain.columns - 1, terrain.rows - 1)] {
        let at = [
            (terrain.origin_x_m + column as f64 * terrain.cell_m).to_string(),
            (terrain.origin_y_m + row as f64 * terrain.cell_m).to_string(),
        ];
        let read = quiet("gdallocationinfo", &["-valonly", "-geoloc", &raster, &at[0], &at[1]]);
        let Some(height) = terrain.sample(column, row) else { continue };
        let read: f64 = read.trim().parse().unwrap_or_else(|_| panic!("{read:?} at {at:?}"));
        assert!((read - height).abs() < 1e-4, "{read} m, not {height} m");
        compared += 1;
    }
    assert!(compared > 0);
}

/// The orthophoto as GDAL draws it out of the package is the one that the twin lays on the ground.
#[test]
fn gdal_draws_the_orthophoto_where_it_lies() {
    let made = sample_support::make(1, 60);
    let mut bench = Bench::new();
    let report = import(&mut bench.store, &made.dir.join("park.toml"), &options()).expect("an import");
    let out = bench.path("sample.gpkg");
    pack(&mut bench.store, &report.park, &out, &PackOptions::default()).expect("a package");
    let imagery = bench.store.imagery(&report.park, u64::MAX).expect("the store").expect("an orthophoto");
    let raster = format!("GPKG:{}:imagery_1", out.display());
    let said = quiet("gdalinfo", &["--config", "GDAL_PAM_ENABLED", "NO", &raster]);
    assert!(said.contains("Overviews:") && said.contains("Block=512x512"), "{said}");
    let drawn = Dataset::open(&raster).expect("a raster");
    let [west, pixel, _, north, _, _] = drawn.geo_transform().expect("where it lies");
    let mut partial = 0;
    for tile in &imagery.tiles {
        let picture = image::load_from_memory(&tile.image).expect("a picture").to_rgb8();
        partial += usize::from(picture.dimensions() != (512, 512));
        assert!((tile.pixel_m - pixel).abs() < 1e-9, "the finest level");
        let at = [(tile.ground[0] - west) / pixel, (north - tile.ground[3]) / pixel].map(|px| px.round() as isize);
        let size = (picture.width() as usize, picture.height() as usize);
        for band in 0..3 {
            let read = drawn.rasterband(band + 1).expect("a band").read_as::<u8>((at[0], at[1]), size, size, None);
            let read = read.expect("pixels");
            // Two decoders of JPEG may round apart.
            let far = picture.pixels().zip(read.data()).filter(|(mine, theirs)| mine.0[band].abs_diff(**theirs) > 4);
            assert_eq!(far.count(), 0, "{:?}", tile.ground);
        }
    }
    assert!(partial > 0, "tiles at the edges are smaller");
}

/// Somebody edits a package in QGIS, which does it through GDAL: the R-tree follows, and the twin says what happened.
#[test]
fn what_gdal_changes_the_twin_does_not_take_for_what_was_packed() {
    let mut bench = Bench::new();
    bench.write(
        "plots.csv",
        &format!(
            "NAME,WKT\n1,\"{}\"\n2,\"{}\"\n",
            support::square(50.0, 60.0, 80.0),
            support::square(250.0, 60.0, 80.0)
        ),
    );
    let layers = "[[layer]]\nname = \"plots\"\nrole = \"parcel\"\nfile = \"plots.csv\"\nwkt = \"WKT\"\ncrs = \"EPSG:4549\"\nkey = \"NAME\"\n";
    bench.import(layers).expect("an import");
    let out = bench.path("t.gpkg");
    pack(&mut bench.store, "t", &out, &PackOptions::default()).expect("a package");
    agrees(&out, &bench.park("t"));
    let mut edited = Dataset::open_ex(
        &out,
        gdal::DatasetOptions { open_flags: gdal::GdalOpenFlags::GDAL_OF_UPDATE, ..Default::default() },
    )
    .expect("a package that can be edited");
    edited.execute_sql(sql!("package_move"), None, gdal::vector::sql::Dialect::DEFAULT).expect("moved");
    edited.flush_cache().expect("written");
    drop(edited);
    index_agrees(&out, "parcel");
    let package = Package::open(&out).expect("its header is as it was");
    let error = package.snapshot(&|_| {}).unwrap_err().to_string();
    assert!(error.contains("parcel does not hold what was packed") && error.contains("pack the park again"), "{error}");
}

#[test]
fn packages_of_real_parks_read_the_same_in_the_twin_and_in_gdal() {
    let Some(root) = real_data() else { return };
    for park in ["gaeu_ch", "santboi_es", "ubc_ca", "plateau_yokosuka", "ky4_us"] {
        let folder = if park.starts_with("plateau") { "plateau_jp" } else { park };
        let mut bench = Bench::new();
        let report = bench.import_kept(&format!("{park}.park.toml"), &root.join(folder)).expect(park);
        let out = bench.path("park.gpkg");
        pack(&mut bench.store, &report.park, &out, &PackOptions::default()).expect(park);
        let snapshot = bench.park(&report.park);
        let back = Package::open(&out).and_then(|package| package.snapshot(&|_| {})).expect(park);
        assert!(format!("{back:?}") == format!("{snapshot:?}"), "{park} is not as it was");
        agrees(&out, &snapshot);
        quiet("ogrinfo", &["-ro", "-al", "-so", &out.display().to_string()]);
    }
}
