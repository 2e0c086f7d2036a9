//! Other people's files: looked at, a manifest drafted, imported without a touch. Run where `TWIN_REAL_DATA` is set.
#![allow(clippy::format_push_string, reason = "a test reads better so")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use importers::inspect::{Draft, DraftOptions, InspectOptions, Inspection, draft, inspect};
use importers::manifest::Manifest;
use importers::reader::Limits;
use importers::{ImportOptions, ImportReport, import};
use spatial_db::model::{NetworkClass, NodeKind, ResourceKind};

use crate::support::{self, Bench, layer, reader, real_data};

fn look_with(files: &[PathBuf], reference: &[PathBuf], crs: Option<&str>) -> Inspection {
    let options = InspectOptions {
        reader: reader(),
        limits: Limits::default(),
        reference: reference.to_vec(),
        crs: crs.map(str::to_owned),
        cancel: None,
        progress: &|_| {},
    };
    inspect(files, &options).expect("an inspection")
}

fn look(files: &[PathBuf]) -> Inspection {
    look_with(files, &[], None)
}

/// Drafts into the bench's folder, and checks that the draft is a manifest.
fn drafted(bench: &Bench, inspection: &Inspection) -> (PathBuf, Draft) {
    let (out, draft) = drafted_any(bench, inspection);
    if std::env::var_os("TWIN_SHOW_DRAFTS").is_some() {
        println!("{}", draft.text);
    }
    Manifest::read(&out, None).unwrap_or_else(|error| panic!("{error} {:?}\n{}", error.help(), draft.text));
    (out, draft)
}

/// Looks, drafts and imports; every layer's counts add up.
fn all_the_way(bench: &mut Bench, files: &[PathBuf]) -> (ImportReport, Draft) {
    let inspection = look(files);
    let (out, draft) = drafted(bench, &inspection);
    let report = import(&mut bench.store, &out, &ImportOptions::new(reader()))
        .unwrap_or_else(|error| panic!("{error} {:?}\n{}", error.help(), draft.text));
    for one in &report.layers {
        layer(&report, &one.layer);
        println!("{:30} {:28} read {:6} quarantined {}", one.layer, one.role, one.read, one.quarantined);
    }
    for (source, reason) in &draft.left_out {
        println!("left out {source}: {reason}");
    }
    (report, draft)
}

fn roles(report: &ImportReport) -> BTreeMap<&str, &str> {
    report.layers.iter().map(|layer| (layer.layer.as_str(), layer.role.as_str())).collect()
}

/// At most one row in a hundred may be refused. Points of the terrain without a height are no terrain.
fn assert_kept(report: &ImportReport) {
    for layer in report.layers.iter().filter(|layer| layer.role != "terrain.points") {
        assert!(layer.quarantined * 100 <= layer.read, "{layer:?} {:?}", report.issue_totals);
    }
}

fn folder(data: &Path, name: &str) -> Vec<PathBuf> {
    vec![data.join(name)]
}

#[test]
fn gaeu() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let (report, draft) = all_the_way(&mut bench, &[data.join("gaeu_ch/gaeu_cadastre.gpkg")]);
    let roles = roles(&report);
    for (name, role) in [
        ("parcel", "parcel"),
        ("building", "building"),
        ("landcover", "surface"),
        ("street", "road"),
        ("control_point", "terrain.points"),
    ] {
        assert_eq!(roles.get(name), Some(&role), "{roles:?}\n{}", draft.text);
    }
    assert!(roles["pipeline"].starts_with("network."), "{roles:?}");
    assert_eq!(report.srid, 21781);
    assert_kept(&report);
    let left: Vec<&str> = draft.left_out.iter().map(|(source, _)| source.rsplit(':').next().unwrap()).collect();
    for name in ["address", "boundary_point", "placename", "singleobj_line"] {
        assert!(left.contains(&name), "{left:?}");
    }
    let park = bench.park("t");
    assert!(park.parcels.iter().all(|parcel| parcel.recorded_area_m2.is_some()));
    // Parcel numbers repeat from one municipality to the next; only both together tell them apart.
    let keys: std::collections::BTreeSet<&str> =
        park.parcels.iter().map(|parcel| parcel.provenance.key.as_str()).collect();
    assert_eq!(keys.len(), 4583);
    assert!(draft.text.contains("nummer\"]") && !keys.iter().any(|key| key.starts_with("parcel/")), "{}", draft.text);
}

#[test]
fn sant_boi() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let (report, draft) = all_the_way(&mut bench, &folder(&data, "santboi_es"));
    let roles = roles(&report);
    for (name, role) in [
        ("ext_plot", "parcel"),
        ("ext_streetaxis", "road"),
        ("santboi_dem5m", "terrain"),
        ("ud_arc", "network.drainage"),
        ("ud_node", "network.drainage.node"),
        ("ud_gully", "network.drainage.node"),
        ("ws_arc", "network.water"),
        ("ws_node", "network.water.node"),
    ] {
        assert_eq!(roles.get(name), Some(&role), "{roles:?}\n{}", draft.text);
    }
    assert_eq!(report.srid, 25831);
    assert_kept(&report);
    let park = bench.park("t");
    let joined = park.edges.iter().filter(|edge| edge.from_key.is_some() && edge.to_key.is_some()).count();
    assert!(joined > 400, "{joined} edges know their nodes\n{}", draft.text);
    let sizes =
        park.edges.iter().filter(|edge| edge.diameter_mm.is_some_and(|mm| (50.0..3000.0).contains(&mm))).count();
    assert!(sizes > 300, "{sizes}\n{}", draft.text);
}

#[test]
fn ubc() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let (report, draft) = all_the_way(&mut bench, &folder(&data, "ubc_ca"));
    let roles = roles(&report);
    for (name, role) in [
        ("ubcv_buildings", "building"),
        ("ubcv_building_entraces", "emergency_resource"),
        ("ubcv_roads_simple", "road"),
        ("ubcv_landuse", "parcel"),
    ] {
        assert_eq!(roles.get(name), Some(&role), "{roles:?}\n{}", draft.text);
    }
    assert_eq!(report.srid, 32610);
    assert_kept(&report);
    let park = bench.park("t");
    let tower = park.buildings.iter().find(|b| b.name.as_deref() == Some("Binning Tower - Highrise")).unwrap();
    assert_eq!((tower.height_m, tower.storeys, tower.floor_area_m2), (Some(57.4637), Some(23.0), Some(17_684.0)));
}

#[test]
fn cambridge() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let (report, draft) = all_the_way(&mut bench, &folder(&data, "cambridge_us"));
    let roles = roles(&report);
    for (name, role) in [
        ("cambridge_parcels_fy2014_joined", "parcel"),
        ("INFRA_Hydrants", "emergency_resource"),
        ("PUBLICSAFETY_EmergencyShelters", "emergency_resource"),
        ("PUBLICSAFETY_FireStations", "emergency_resource"),
        ("TRANS_Centerlines", "road"),
        ("HYDRO_WaterBodies", "surface"),
        ("BASEMAP_ParkingLots", "surface"),
    ] {
        assert_eq!(roles.get(name), Some(&role), "{roles:?}\n{}", draft.text);
    }
    let park = bench.park("t");
    // The assessor keeps square feet, which only the drawn areas tell.
    let rockwell = park.parcels.iter().find(|parcel| parcel.provenance.key == "10002").unwrap();
    assert!((rockwell.recorded_area_m2.unwrap() - 299.52).abs() < 0.01, "{}", draft.text);
    let count = |kind: ResourceKind| park.resources.iter().filter(|resource| resource.kind == kind).count();
    assert_eq!(
        (count(ResourceKind::Hydrant), count(ResourceKind::Shelter), count(ResourceKind::FireStation)),
        (1960, 15, 8)
    );
}

#[test]
fn ky4() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let files =
        ["ky4_pipes.geojson", "ky4_junctions.geojson", "ky4_elevation.tif"].map(|name| data.join("ky4_us").join(name));
    let (report, draft) = all_the_way(&mut bench, &files);
    let roles = roles(&report);
    assert_eq!(roles.get("ky4_pipes"), Some(&"network.water"), "{}", draft.text);
    assert_eq!(roles.get("ky4_junctions"), Some(&"network.water.node"));
    assert_eq!(roles.get("ky4_elevation"), Some(&"terrain"));
    let park = bench.park("t");
    assert!(
        park.edges.iter().any(|edge| edge.diameter_mm.is_some_and(|mm| (mm - 152.4).abs() < 1e-6)),
        "{}",
        draft.text
    );
    assert!(park.edges.iter().filter(|edge| edge.from_key.is_some()).count() > 1000);
}

#[test]
fn buildings_and_roads_of_a_map() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    // The data come compressed, which is said with what to do about it.
    let packed = data.join("nyc_us/nyc_roads.geojsonl.gz");
    let refused = look(std::slice::from_ref(&packed));
    if !refused.failures.is_empty() {
        assert!(refused.failures[0].reason.contains("compressed"), "{:?}", refused.failures);
    }
    let mut files = Vec::new();
    for name in ["nyc_osm_buildings_115436", "nyc_roads"] {
        let unpacked = bench.path(&format!("{name}.geojsonl"));
        let output = std::process::Command::new("gzip")
            .args(["-dc", &data.join("nyc_us").join(format!("{name}.geojsonl.gz")).display().to_string()])
            .output()
            .expect("gzip");
        assert!(output.status.success());
        // A slice is enough to see what it is; the whole is for benchmarks.
        let text = String::from_utf8_lossy(&output.stdout);
        std::fs::write(&unpacked, text.lines().take(5000).collect::<Vec<_>>().join("\n")).unwrap();
        files.push(unpacked);
    }
    let (report, draft) = all_the_way(&mut bench, &files);
    let roles = roles(&report);
    assert_eq!(roles.get("nyc_osm_buildings_115436"), Some(&"building"), "{}", draft.text);
    assert_eq!(roles.get("nyc_roads"), Some(&"road"), "{}", draft.text);
    assert_eq!(report.srid, 32618);
    // As many as the lines of the file say.
    assert_eq!(
        bench.park("t").buildings.iter().filter(|building| building.height_m.is_some()).count(),
        3466,
        "{}",
        draft.text
    );
}

#[test]
fn edge_files_give_the_right_names_and_places() {
    let Some(data) = real_data() else { return };
    let edge = data.join("edge");
    for (file, encoding, crs) in [
        ("cn_utf8_dbf_no_cpg_no_prj/上海市.shp", "UTF-8", "GCJ-02"),
        ("derived/nocpg/shanghai_gbk_epsg4549.shp", "GB18030", "EPSG:4549"),
        ("derived/shanghai_gbk_epsg4528.shp", "GB18030", "EPSG:4528"),
    ] {
        let files = [edge.join(file)];
        let found = look(&files);
        let guess = found.files[0].encoding.as_ref().unwrap();
        assert_eq!(guess.value, encoding, "{file} {guess:?}");
        assert!(guess.confidence >= 0.9, "{file} {guess:?}");
        let place = found.files[0].layers[0].place.as_ref().unwrap();
        assert_eq!(place.crs.value.as_deref(), Some(crs), "{file} {place:?}");
        let mut bench = Bench::new();
        let (report, draft) = all_the_way(&mut bench, &files);
        assert_eq!((report.layers[0].read, report.layers[0].quarantined), (16, 0), "{}", draft.text);
        let park = bench.park("t");
        let pudong = park.parcels.iter().find(|parcel| parcel.provenance.attributes["name"] == "浦东新区");
        assert!(pudong.is_some_and(|parcel| parcel.provenance.attributes["ctname"] == "上海城区"), "{}", draft.text);
    }
}

#[test]
fn shifted_coordinates_are_moved_back_on_import() {
    let Some(data) = real_data() else { return };
    let file = data.join("edge/cn_utf8_dbf_no_cpg_no_prj/上海市.shp");
    let west_end = |crs: &str| {
        let mut bench = Bench::new();
        let text = format!(
            "[[layer]]\nname = \"p\"\nrole = \"parcel\"\nfile = \"{}\"\ncrs = \"{crs}\"\nkey = \"adcode\"\n",
            file.display()
        );
        bench.import(&text).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
        let park = bench.park("t");
        let parcel = park.parcels.iter().find(|parcel| parcel.provenance.key == "310115").unwrap();
        geo::BoundingRect::bounding_rect(&parcel.boundary).unwrap().min()
    };
    let (plain, moved, twice) = (west_end("EPSG:4490"), west_end("GCJ-02"), west_end("BD-09"));
    // At Shanghai GCJ-02 shows places some 400 m east of where they are, and 200 m south.
    assert!((350.0..550.0).contains(&(plain.x - moved.x)), "{plain:?} {moved:?}");
    assert!((-300.0..-100.0).contains(&(plain.y - moved.y)), "{plain:?} {moved:?}");
    assert!((plain.x - twice.x) > 800.0, "{plain:?} {twice:?}");
}

/// Districts of Shanghai as a service shows them, beside the same districts where they were.
#[test]
fn a_reference_tells_whether_coordinates_are_shifted() {
    let Some(data) = real_data() else { return };
    let reference = [data.join("edge/derived/nocpg/shanghai_gbk_epsg4549.shp")];
    let bench = Bench::new();
    let plain = data.join("edge/cn_utf8_dbf_no_cpg_no_prj/上海市.shp");
    // The reference was made of this very file: they agree as they are.
    let found = look_with(std::slice::from_ref(&plain), &reference, None);
    let place = found.files[1].layers[0].place.as_ref().unwrap();
    assert_eq!(place.crs.value.as_deref(), Some("EPSG:4490"), "{place:?}");
    assert!(place.crs.confidence > 0.9 && place.crs.reason.contains("name = name"), "{place:?}");
    for (name, twice) in [("GCJ-02", false), ("BD-09", true)] {
        let shown = bench.path(&format!("{name}.geojson"));
        support::shift_into(&plain, &shown, twice);
        let found = look_with(std::slice::from_ref(&shown), &reference, None);
        let place = found.files[1].layers[0].place.as_ref().unwrap();
        assert_eq!(place.crs.value.as_deref(), Some(name), "{place:?}");
        assert!(place.crs.confidence > 0.8 && place.crs.reason.contains("moved back"), "{place:?}");
    }
}

#[test]
fn zones_axes_and_silent_systems_are_found_beside_other_files() {
    let Some(data) = real_data() else { return };
    let bench = Bench::new();
    // Survey tables as Chinese offices write them: X is north, no system is named.
    let rows = [(3_453_412.1, 630_221.3), (3_453_460.7, 630_180.9), (3_453_388.0, 630_300.2)];
    let table = |name: &str, east_0: f64| {
        let mut text = "物探点号,X坐标,Y坐标,地面高程,特征,附属物,井深\n".to_owned();
        for (row, (north, east)) in rows.iter().enumerate() {
            text.push_str(&format!("JS{},{north:.3},{:.3},5.1,,检查井,1.6\n", row + 1, east + east_0));
        }
        bench.write(name, &text)
    };
    let zoned = look(&[table("给水管点_zoned.csv", 4.0e7)]);
    let place = zoned.files[0].layers[0].place.as_ref().unwrap();
    assert_eq!(place.crs.value.as_deref(), Some("EPSG:4528"), "{place:?}");
    assert_eq!(place.axis_order.value, "north_first");
    assert!(place.crs.reason.contains("zone number 40"), "{place:?}");
    // Without the number nothing tells the zone, and that is said …
    let bare = table("给水管点.csv", 0.0);
    let alone = look(std::slice::from_ref(&bare));
    let place = alone.files[0].layers[0].place.as_ref().unwrap();
    assert_eq!((place.crs.value.as_deref(), place.axis_order.value), (None, "north_first"), "{place:?}");
    assert!(place.crs.reason.contains("--crs") && !place.candidates.is_empty(), "{place:?}");
    // … unless another file of the place does.
    let beside = look(&[bare.clone(), data.join("edge/derived/nocpg/shanghai_gbk_epsg4549.shp")]);
    let place = beside.files[0].layers[0].place.as_ref().unwrap();
    assert_eq!(place.crs.value.as_deref(), Some("EPSG:4549"), "{place:?}");
    let told = look_with(&[bare], &[], Some("EPSG:4549"));
    assert_eq!(told.files[0].layers[0].place.as_ref().unwrap().axis_order.value, "north_first");
}

#[test]
fn chinese_survey_tables_become_a_network() {
    let mut bench = Bench::new();
    bench.write(
        "管点.csv",
        "物探点号,X坐标,Y坐标,地面高程,特征,附属物,管线类型\n1,3453412.1,560221.3,5.1,,检查井,污水\n2,3453460.7,560180.9,5.0,三通,,污水\n3,3453388.0,560300.2,4.9,,消防栓,给水\n4,3453380.0,560310.2,4.9,,阀门,给水\n",
    );
    bench.write(
        "管线.csv",
        "管线编号,起点点号,终点点号,起点埋深(m),终点埋深(m),管径(mm),材质,管线类型\nA,1,2,1.9,2.1,400,混凝土,污水\nB,3,4,1.1,1.2,150,铸铁,给水\n",
    );
    let inspection = look_with(&[bench.path("管点.csv"), bench.path("管线.csv")], &[], Some("EPSG:4549"));
    let (out, draft) = drafted(&bench, &inspection);
    let report = import(&mut bench.store, &out, &ImportOptions::new(reader()))
        .unwrap_or_else(|error| panic!("{error}\n{}", draft.text));
    assert_eq!(roles(&report), BTreeMap::from([("管点", "network.node"), ("管线", "network")]), "{}", draft.text);
    assert_eq!(report.layers.iter().map(|layer| layer.added).sum::<u64>(), 6);
    let park = bench.park("t");
    let sewer = park.edges.iter().find(|edge| edge.provenance.key == "A").unwrap();
    assert_eq!(
        (sewer.class, sewer.diameter_mm, sewer.material.as_deref()),
        (NetworkClass::Drainage, Some(400.0), Some("混凝土"))
    );
    assert_eq!((sewer.from_key.as_deref(), sewer.to_key.as_deref()), (Some("1"), Some("2")));
    // Ground 5.1 less 1.9: the sewer starts there.
    assert!((2.5..4.0).contains(&sewer.path[0][2]), "{:?}", sewer.path);
    let kind = |key: &str| park.nodes.iter().find(|node| node.provenance.key == key).unwrap().kind;
    assert_eq!(
        (kind("1"), kind("2"), kind("3"), kind("4")),
        (NodeKind::Manhole, NodeKind::Junction, NodeKind::Hydrant, NodeKind::Valve)
    );
}

#[test]
fn the_sample_park_is_understood_without_its_manifest() {
    let mut bench = Bench::new();
    let dir = bench.path("office");
    importers::sample::generate(&dir, &importers::sample::SampleOptions::default(), &|_| {}).expect("a sample");
    let (report, draft) = all_the_way(&mut bench, &[dir]);
    let roles = roles(&report);
    for (name, role) in [
        ("宗地", "parcel"),
        ("建筑物", "building"),
        ("道路中心线", "road"),
        ("地表覆盖", "surface"),
        ("厂区场地", "surface"),
        ("危险源", "hazard_source"),
        ("高程", "terrain"),
        ("企业名录", "enterprise"),
        ("企业年度", "enterprise_year"),
        ("入驻台账", "tenancy"),
        ("土地合同", "land_contract"),
        ("土地事件", "land_event"),
        ("项目台账", "project"),
        ("应急资源", "emergency_resource"),
        ("污水_WS_线表", "network.drainage"),
        ("给水_SS_点表", "network.water.node"),
        ("电力_GD_线表", "network.power"),
    ] {
        assert_eq!(roles.get(name), Some(&role), "{roles:?}\n{}", draft.text);
    }
    // A drawing has a layer of blocks as well, which is empty here.
    assert!(draft.left_out.iter().all(|(_, reason)| reason == "it has no rows"), "{:?}", draft.left_out);
    assert_eq!(report.srid, 4549);
    // What the office wrote wrong on purpose is refused with a reason; everything else is in.
    let (read, refused) = report.layers.iter().fold((0, 0), |(r, q), layer| (r + layer.read, q + layer.quarantined));
    assert!(refused * 200 < read, "{refused} of {read} {:?}", report.issue_totals);
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let bench = Bench::new();
    let good = bench.write("厂房.geojson", r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"一号"},"geometry":{"type":"Polygon","coordinates":[[[121.1,31.1],[121.2,31.1],[121.2,31.2],[121.1,31.1]]]}}]}"#);
    let bad = bench.write("bad.gpkg", "this is no database");
    let found = look(&[bad, good, bench.path("none.shp")]);
    assert_eq!((found.files.len(), found.failures.len()), (1, 2));
    assert!(found.failures.iter().all(|failure| !failure.fix.is_empty()), "{:?}", found.failures);
    let (_, draft) = drafted(&bench, &found);
    assert!(draft.text.contains("Could not be read") && draft.text.contains("bad.gpkg"), "{}", draft.text);
    assert_eq!(draft.layers, [("厂房".to_owned(), "building".to_owned())]);
}

/// Made by GDAL from a real file, in another format.
fn converted(bench: &Bench, from: &Path, to: &str, more: &[&str]) -> PathBuf {
    let out = bench.path(to);
    let made = std::process::Command::new("ogr2ogr").arg(&out).arg(from).args(more).output().expect("ogr2ogr");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    out
}

#[test]
fn openstreetmap_becomes_buildings_streets_and_what_an_emergency_needs() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let (report, draft) = all_the_way(&mut bench, &[data.join("osm/helsinki_center.osm.pbf")]);
    let expected = [
        ("buildings", "building"),
        ("emergency", "emergency_resource"),
        ("green", "surface"),
        ("streets", "road"),
        ("water", "surface"),
    ];
    assert_eq!(roles(&report), BTreeMap::from(expected), "{}", draft.text);
    // As many as the manifest that was written by hand brings in.
    let kept = Bench::new().import_kept("osm_helsinki.park.toml", &data.join("osm")).expect("the kept manifest");
    for name in ["buildings", "streets", "water"] {
        assert_eq!(layer(&report, name).added, layer(&kept, name).added, "{name}\n{}", draft.text);
    }
    let park = bench.park("t");
    let hydrants = park.resources.iter().filter(|resource| resource.kind == ResourceKind::Hydrant).count();
    assert_eq!((hydrants, park.parcels.len()), (37, 0), "{}", draft.text);
    assert!(draft.left_out.iter().any(|(_, reason)| reason.contains("routes and borders")), "{:?}", draft.left_out);
}

#[test]
fn city_models_become_buildings_with_roofs_and_networks_with_fittings() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let (report, draft) = all_the_way(&mut bench, &folder(&data, "plateau_jp/yokosuka/bldg"));
    let expected = BTreeMap::from([("Building", "building"), ("BuildingSurface", "building_surface")]);
    assert_eq!(roles(&report), expected, "{}", draft.text);
    let park = bench.park("t");
    // One has its height on its two parts.
    assert_eq!(park.buildings.iter().filter(|building| building.height_m.is_some()).count(), 12, "{}", draft.text);
    assert!(park.buildings.iter().all(|building| building.base_elevation_m.is_some()), "{}", draft.text);
    assert!(draft.text.contains("key = \"gml_id\""), "{}", draft.text);

    let mut bench = Bench::new();
    let (report, draft) = all_the_way(&mut bench, &folder(&data, "plateau_jp/unf"));
    assert_kept(&report);
    assert_eq!(draft.left_out, [], "every layer is something");
    let park = bench.park("t");
    let count = |class: NetworkClass| {
        let edges = park.edges.iter().filter(|edge| edge.class == class).count();
        (edges, park.nodes.iter().filter(|node| node.class == class).count())
    };
    assert_eq!(count(NetworkClass::Drainage), (3, 3), "{}", draft.text);
    assert_eq!((count(NetworkClass::Water), count(NetworkClass::Gas)), ((3, 4), (3, 4)), "{}", draft.text);
    assert_eq!(count(NetworkClass::Power), (2, 0), "{}", draft.text);
    // In millimetres, whatever the file's unit.
    assert!(park.edges.iter().all(|edge| edge.width_mm.is_some_and(|mm| (20.0..3000.0).contains(&mm))));
}

/// A model of pipes says what everything is, and not where on the earth it lies.
#[test]
fn a_hydraulic_model_needs_only_its_coordinate_system() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let model = [data.join("ky4_us/ky4.inp")];
    let (out, draft) = drafted_any(&bench, &look(&model));
    assert_eq!(draft.layers, [], "Kentucky is not put into Iraq: {}", draft.text);
    assert!(draft.left_out.iter().all(|(_, reason)| reason.contains("--crs EPSG:")), "{:?}", draft.left_out);
    assert!(import(&mut bench.store, &out, &ImportOptions::new(reader())).is_err());
    let (out, draft) = drafted(&bench, &look_with(&model, &[], Some("EPSG:3547")));
    let report = import(&mut bench.store, &out, &ImportOptions::new(reader())).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(report.layers.iter().map(|layer| layer.quarantined).sum::<u64>(), 0, "{}", draft.text);
    assert!(!report.issue_totals.contains_key("edge.unknown_node"), "{:?}\n{}", report.issue_totals, draft.text);
    let park = bench.park("t");
    let kinds = |kind: NodeKind| park.nodes.iter().filter(|node| node.kind == kind).count();
    assert_eq!((kinds(NodeKind::Tank), kinds(NodeKind::Source), kinds(NodeKind::Pump)), (4, 1, 2), "{}", draft.text);
    assert!(park.nodes.iter().all(|node| node.class == NetworkClass::Water) && park.edges.len() == 1156);
}

/// Drafts where there may be nothing to import yet.
fn drafted_any(bench: &Bench, inspection: &Inspection) -> (PathBuf, Draft) {
    let out = bench.path("drafted.park.toml");
    let (slug, limits) = (Some("t".into()), Limits::default());
    let options = DraftOptions { reader: reader(), limits, out: out.clone(), slug, name: None, cancel: None };
    let draft = draft(inspection, &options).expect("a draft");
    std::fs::write(&out, &draft.text).expect("a file");
    (out, draft)
}

#[test]
fn other_formats_of_known_places_are_drafted_alike() {
    let Some(data) = real_data() else { return };
    let edge = data.join("edge/derived");
    let bench = Bench::new();
    let kml = converted(&bench, &data.join("ubc_ca/ubcv_buildings.geojson"), "buildings.kml", &[]);
    for (file, layer_name, role, rows) in [
        (kml, "buildings", "building", 443),
        (edge.join("gaeu_buildings.gml"), "gaeu_buildings", "building", 724),
        (edge.join("gaeu_parcels.fgb"), "gaeu_parcels", "parcel", 4583),
        (edge.join("qwat.gdb"), "pipe", "network.water", 4224),
    ] {
        let mut bench = Bench::new();
        let (report, draft) = all_the_way(&mut bench, std::slice::from_ref(&file));
        assert_eq!(roles(&report).get(layer_name), Some(&role), "{}", draft.text);
        assert_eq!(layer(&report, layer_name).read, rows, "{}", draft.text);
        assert_kept(&report);
    }
    // A drawing and a workbook do not say their system; told it, they come in.
    let sql = sql!("nodes_with_coordinates");
    let nodes = data.join("santboi_es/santboi_giswater.gpkg");
    let nodes = converted(&bench, &nodes, "nodes.xlsx", &["-dialect", "sqlite", "-sql", &sql]);
    for (file, crs, role, rows) in [
        (nodes, "EPSG:25831", "network.drainage.node", 196),
        (edge.join("bellinge_links_3d.dxf"), "EPSG:25832", "network.drainage", 1044),
    ] {
        let mut bench = Bench::new();
        let silent = drafted_any(&bench, &look(std::slice::from_ref(&file))).1;
        assert!(silent.layers.is_empty() && silent.text.contains("--crs EPSG:"), "{}", silent.text);
        let (out, draft) = drafted(&bench, &look_with(&[file], &[], Some(crs)));
        let report = import(&mut bench.store, &out, &ImportOptions::new(reader())).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((report.layers[0].role.as_str(), report.layers[0].read), (role, rows), "{}", draft.text);
        assert_kept(&report);
    }
    // Hydrants without coordinates, and a table that is no thing of a park: the draft says what is missing.
    let hydrants = converted(&bench, &data.join("cambridge_us/INFRA_Hydrants.geojson"), "hydrants.xlsx", &[]);
    for (file, word) in [(hydrants, "columns with coordinates"), (data.join("edge/cp936.dbf"), "could be recognised")] {
        let (_, draft) = drafted_any(&bench, &look(&[file]));
        assert!(draft.layers.is_empty() && draft.text.contains(word), "{}", draft.text);
    }
}
