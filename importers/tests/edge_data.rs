//! Files as other people left them. Run where `TWIN_REAL_DATA` is set.

use importers::ImportError;

use crate::support::{self, Bench, layer, real_data};

fn parcels(file: &std::path::Path, more: &str) -> String {
    format!("[[layer]]\nname = \"p\"\nrole = \"parcel\"\nfile = \"{}\"\n{more}\n", file.display())
}

#[test]
fn gbk_without_cpg_and_with_zone_prefix_say_the_same() {
    let Some(data) = real_data() else { return };
    let mut names = Vec::new();
    for (file, park) in [
        ("edge/derived/nocpg/shanghai_gbk_epsg4549.shp", "EPSG:4549"),
        ("edge/derived/shanghai_gbk_epsg4528.shp", "EPSG:4549"),
        ("edge/derived/shanghai_gbk_epsg4528.shp", "EPSG:4528"),
    ] {
        let mut bench = Bench::new();
        let text = parcels(&data.join(file), "key = \"adcode\"\n[layer.fields]\nnumber = \"name\"\n");
        let report = bench.import_in(park, &text).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
        assert_eq!((layer(&report, "p").read, layer(&report, "p").quarantined), (16, 0));
        let snapshot = bench.park("t");
        let mut found: Vec<String> = snapshot.parcels.iter().filter_map(|p| p.number.clone()).collect();
        found.sort();
        assert!(found.iter().any(|name| name == "浦东新区"), "{found:?}");
        assert_eq!(snapshot.parcels[0].provenance.attributes["ctname"], "上海城区");
        names.push(found);
    }
    assert!(names.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn utf8_without_declaration_needs_only_its_crs() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let file = data.join("edge/cn_utf8_dbf_no_cpg_no_prj/上海市.shp");
    let fields = "[layer.fields]\nnumber = \"name\"\n";
    let error = bench.import(&parcels(&file, fields)).unwrap_err();
    assert!(matches!(error, ImportError::NoCrs { .. }), "{error}");
    assert!(error.to_string().contains("上海市.shp"), "{error}");
    let report = bench.import(&parcels(&file, &format!("key = \"adcode\"\ncrs = \"EPSG:4490\"\n{fields}"))).unwrap();
    assert_eq!(layer(&report, "p").added, 16);
    assert!(bench.park("t").parcels.iter().any(|parcel| parcel.number.as_deref() == Some("浦东新区")));
    // The zone-prefixed code on coordinates that have no prefix, and the other way round.
    let bare = data.join("edge/derived/nocpg/shanghai_gbk_epsg4549.shp");
    let error = bench.import(&parcels(&bare, "crs = \"EPSG:4528\"")).unwrap_err();
    assert!(error.to_string().contains("lack the zone number"), "{error}");
    let prefixed = data.join("edge/derived/shanghai_gbk_epsg4528.shp");
    let error = bench.import(&parcels(&prefixed, "crs = \"EPSG:4549\"")).unwrap_err();
    assert!(error.help().unwrap().contains("EPSG:4528"), "{error}");
    assert_eq!(bench.park("t").parcels.len(), 16, "the park is as it was");
}

#[test]
fn tables_without_geometry_with_code_pages_nulls_and_deleted_rows() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let table = |name: &str, file: &str, field: &str| {
        format!(
            "[[layer]]\nname = \"{name}\"\nrole = \"enterprise\"\nfile = \"{}\"\n[layer.fields]\nname = {{ field = \"{field}\", default = \"none\" }}\n",
            data.join("edge").join(file).display()
        )
    };
    let report = bench.import(&table("gbk", "cp936.dbf", "TEST")).unwrap();
    assert_eq!(layer(&report, "gbk").added, 1);
    assert_eq!(bench.park("t").enterprises[0].name, "测试中文");
    // A table whose header contradicts itself is refused with that reason, not read askew.
    let error = bench.import(&table("stations", "stations_with_deleted.dbf", "name")).unwrap_err();
    assert!(error.to_string().contains("fields take 1017 bytes, its records 1016"), "{error}");
    for file in ["contain_none_float.dbf", "contain_null_padded_numeric.dbf"] {
        let report = bench.import(&table("n", file, "?")).unwrap_err();
        let ImportError::NoSuchField { known, .. } = report else { panic!("{report}") };
        let report = bench.import(&table("n", file, &known[0])).unwrap();
        assert!(layer(&report, "n").read > 0 && layer(&report, "n").quarantined == 0);
    }
}

#[test]
fn the_same_cadastre_in_other_formats() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let text = format!(
        "{}\n[[layer]]\nname = \"b\"\nrole = \"building\"\nfile = \"{}\"\nkey = \"@fid\"\n",
        parcels(&data.join("edge/derived/gaeu_parcels.fgb"), "key = [\"nbident\", \"nummer\"]"),
        data.join("edge/derived/gaeu_buildings.gml").display()
    );
    let report = bench.import_in("EPSG:2056", &text).unwrap();
    assert_eq!((layer(&report, "p").added, layer(&report, "b").added), (4583, 724));
    let park = bench.park("t");
    // LV95 is LV03 moved by 2 000 000 and 1 000 000 m, within the metre or two of the datum's distortion.
    let at = park.buildings[0].footprint.0[0].exterior().0[0];
    assert!((2_627_460.0..2_630_000.0).contains(&at.x) && (1_238_110.0..1_241_145.0).contains(&at.y), "{at:?}");
    support::assert_unchanged(&bench.import_in("EPSG:2056", &text).unwrap());
}

#[test]
fn sewers_drawn_in_three_dimensions() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let text = format!(
        "[[layer]]\nname = \"d\"\nrole = \"network.drainage\"\nfile = \"{}\"\ncrs = \"EPSG:25832\"\nkey = \"EntityHandle\"\n",
        data.join("edge/derived/bellinge_links_3d.dxf").display()
    );
    let report = bench.import_in("EPSG:25832", &text).unwrap();
    let sewers = layer(&report, "d");
    assert_eq!(sewers.read, 1044);
    assert!(sewers.added > 1000, "{sewers:?} {:?}", report.issue_totals);
    let park = bench.park("t");
    let known = park.edges.iter().filter(|edge| edge.path.iter().all(|at| at[2].is_finite())).count();
    assert!(known * 10 > park.edges.len() * 9, "{known} of {}", park.edges.len());
}

#[test]
fn feet_and_another_datum() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let text = format!(
        "[[layer]]\nname = \"pipes\"\nrole = \"network.water\"\nfile = \"{}\"\nallow_empty = false\n\n[[layer]]\nname = \"dem\"\nrole = \"terrain\"\nfile = \"{}\"\n",
        data.join("ky4_us/ky4_pipes.geojson").display(),
        data.join("ky4_us/ky4_elevation.tif").display()
    );
    let report = bench.import_in("EPSG:32616", &text).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!(layer(&report, "pipes").read, layer(&report, "pipes").added + layer(&report, "pipes").quarantined);
    assert!(report.terrain.unwrap().cell_m > 1.0);
}
