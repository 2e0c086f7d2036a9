//! City models of Project PLATEAU (CityGML 2.0). Run where `TWIN_REAL_DATA` is set.
//!
//! What is expected is counted and measured in the files' text, without the importer's help.

use std::path::Path;

use geo::{Area, BoundingRect};
use spatial_db::model::{FacadeKind, NetworkClass};

use crate::support::{Bench, assert_unchanged, layer, real_data};

fn text(root: &Path, file: &str) -> String {
    std::fs::read_to_string(root.join(file)).unwrap()
}

/// Elements of a name, by their end tags.
fn count(text: &str, name: &str) -> u64 {
    text.matches(&format!("</{name}>")).count() as u64
}

/// Every height of the coordinate lists in a piece of text: each third number.
fn heights(text: &str) -> Vec<f64> {
    text.split("<gml:posList>")
        .skip(1)
        .flat_map(|rest| {
            let list = rest.split("</gml:posList>").next().unwrap();
            list.split_whitespace().skip(2).step_by(3).map(|number| number.parse::<f64>().unwrap())
        })
        .collect()
}

/// The text of one object, by its id.
fn object<'t>(text: &'t str, id: &str) -> &'t str {
    let start = text.find(&format!("gml:id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    let end = text[start..].find("</core:cityObjectMember>").unwrap();
    &text[start..start + end]
}

/// What stands between an element's tags.
fn inside<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let start = text.find(&format!("<{name}"))?;
    let open = start + text[start..].find('>')? + 1;
    Some(&text[open..open + text[open..].find(&format!("</{name}>"))?])
}

#[test]
fn yokosuka_has_its_buildings_with_words_heights_and_footprints() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("plateau_jp");
    let report =
        bench.import_kept("plateau_yokosuka.park.toml", &root).unwrap_or_else(|e| panic!("{e} {:?}", e.help()));
    let source = text(&root, "yokosuka/bldg/52397519_bldg_6697_op.gml");
    let buildings = layer(&report, "buildings");
    let expected = count(&source, "bldg:Building");
    assert_eq!(expected, 13);
    assert_eq!(
        (buildings.read, buildings.added, buildings.quarantined),
        (expected, expected, 0),
        "{:?}",
        report.issues
    );
    let dem = text(&root, "yokosuka/dem/523965_dem_6697_05_op.gml");
    let terrain = layer(&report, "terrain");
    assert_eq!((terrain.read, terrain.quarantined), (count(&dem, "gml:Triangle"), 0));
    let ground = report.terrain.as_ref().unwrap();
    let told = heights(&dem);
    let (low, high) = told.iter().fold((f64::MAX, f64::MIN), |(low, high), z| (low.min(*z), high.max(*z)));
    assert!(ground.lowest_m > low - 3.0 && ground.highest_m < high + 3.0, "{ground:?} {low} {high}");
    // Textures are not read, and the report says so.
    assert!(report.issues.iter().any(|issue| issue.reason.contains("1 appearances")), "{:?}", report.issues);

    let park = bench.park("plateau-yokosuka");
    for building in &park.buildings {
        let own = object(&source, &building.provenance.key);
        let lowest = heights(own).into_iter().fold(f64::INFINITY, f64::min);
        assert!((building.base_elevation_m.unwrap() - lowest).abs() < 1e-9, "{}", building.provenance.key);
        if !own.contains("BuildingPart") {
            let told = inside(own, "bldg:measuredHeight").unwrap().parse::<f64>().unwrap();
            assert_eq!(building.height_m, Some(told));
        }
        // The place lies west of the zone's meridian and south of its origin: neither axis is swapped.
        let at = building.footprint.0[0].exterior().0[0];
        assert!((-9_000.0..-8_000.0).contains(&at.x) && (-83_000.0..-81_500.0).contains(&at.y), "{at:?}");
    }
    let museum =
        park.buildings.iter().find(|b| b.provenance.key == "bldg_787d830e-2534-410a-8a2a-a531efeb2533").unwrap();
    assert_eq!((museum.name.as_deref(), museum.storeys, museum.height_m), (Some("横須賀美術館"), Some(1.0), Some(6.0)));
    // Code 422 of the list beside the data, in its words.
    let list = text(&root, "codelists/Building_usage.xml");
    let entry = list.split("<gml:Definition").find(|entry| inside(entry, "gml:name") == Some("422")).unwrap();
    assert_eq!(museum.use_text.as_deref(), inside(entry, "gml:description"));
    assert_eq!(museum.provenance.attributes["usage_code"], "422");
    let area = museum.footprint.unsigned_area();
    // 42 m² on record for the ground floor.
    assert!((35.0..60.0).contains(&area), "{area} m²");
    assert_unchanged(&bench.import_kept("plateau_yokosuka.park.toml", &root).unwrap());
}

#[test]
fn numazu_has_its_land_use_zoning_and_flood() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("plateau_jp");
    let report = bench.import_kept("plateau_numazu.park.toml", &root).unwrap_or_else(|e| panic!("{e} {:?}", e.help()));
    for (name, file, element) in [
        ("land-use", "numazu/luse/523836_luse_6668_op.gml", "luse:LandUse"),
        ("use-districts", "numazu/urf/523857_urf_6668_op.gml", "urf:UseDistrict"),
        ("scenic-districts", "numazu/urf/523857_urf_6668_op.gml", "urf:ScenicDistrict"),
        ("area-classes", "numazu/urf/523857_urf_6668_op.gml", "urf:AreaClassification"),
        ("special-districts", "numazu/urf/523857_urf_6668_op.gml", "urf:SpecialUseDistrict"),
        ("flood", "numazu/fld/52385721_fld_6697_l1_op.gml", "wtr:WaterBody"),
    ] {
        let expected = count(&text(&root, file), element);
        let read = layer(&report, name);
        assert!(expected > 0);
        assert_eq!((read.read, read.added, read.quarantined), (expected, expected, 0), "{name} {:?}", report.issues);
    }
    let park = bench.park("plateau-numazu");
    let holes: usize = park.parcels.iter().flat_map(|p| p.boundary.0.iter()).map(|area| area.interiors().len()).sum();
    // An outline that touches itself was mended into one with a hole more.
    let drawn = count(&text(&root, "numazu/luse/523836_luse_6668_op.gml"), "gml:interior");
    let mended = layer(&report, "land-use").repaired;
    assert!(
        drawn == 17 && (drawn..=drawn + mended).contains(&(holes as u64)),
        "{holes} holes, {drawn} drawn, {mended} mended"
    );
    assert!(park.parcels.iter().all(|parcel| parcel.land_use.is_some() && parcel.land_use_code.is_some()));
    assert_unchanged(&bench.import_kept("plateau_numazu.park.toml", &root).unwrap());
}

#[test]
fn roofs_and_walls_are_kept_as_they_were_modelled() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("plateau_jp");
    let report = bench.import_kept("plateau_yokosuka.park.toml", &root).unwrap();
    let faces = layer(&report, "roofs-and-walls");
    assert_eq!((faces.read, faces.quarantined), (faces.added, 0), "{:?}", report.issues);
    let source = text(&root, "yokosuka/bldg/52397519_bldg_6697_op.gml");
    let park = bench.park("plateau-yokosuka");
    for (element, kind) in [
        ("bldg:RoofSurface", FacadeKind::Roof),
        ("bldg:WallSurface", FacadeKind::Wall),
        ("bldg:GroundSurface", FacadeKind::Ground),
        ("bldg:OuterCeilingSurface", FacadeKind::Ceiling),
    ] {
        let drawn: usize = source
            .split(&format!("<{element} "))
            .skip(1)
            .map(|rest| rest.split(&format!("</{element}>")).next().unwrap().matches("<gml:Polygon").count())
            .sum();
        let kept = park.building_surfaces.iter().filter(|one| one.kind == kind);
        assert_eq!(kept.map(|one| one.polygons.len()).sum::<usize>(), drawn, "{element}");
    }
    let modelled: std::collections::BTreeSet<&str> =
        park.building_surfaces.iter().map(|one| one.building_key.as_str()).collect();
    assert_eq!(modelled.len(), 2, "two of the thirteen have level of detail 2");
    for key in modelled {
        let building = park.buildings.iter().find(|b| b.provenance.key == key).expect("its building");
        let own = park.building_surfaces.iter().filter(|one| one.building_key == key);
        let corners: Vec<[f64; 3]> = own.flat_map(|one| one.polygons.iter().flatten().flatten().copied()).collect();
        let lowest = corners.iter().map(|at| at[2]).fold(f64::INFINITY, f64::min);
        assert!((lowest - building.base_elevation_m.unwrap()).abs() < 0.01, "{key}");
        // Every corner stands over the footprint, to a centimetre.
        let near = building.footprint.bounding_rect().unwrap();
        assert!(corners.iter().all(|at| {
            (near.min().x - 0.01..near.max().x + 0.01).contains(&at[0])
                && (near.min().y - 0.01..near.max().y + 0.01).contains(&at[1])
        }));
    }
    assert_unchanged(&bench.import_kept("plateau_yokosuka.park.toml", &root).unwrap());
}

#[test]
fn chibas_networks_lie_under_their_ground() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("plateau_jp");
    let report = bench.import_kept("plateau_unf.park.toml", &root).unwrap_or_else(|e| panic!("{e} {:?}", e.help()));
    let file = |name: &str| text(&root, &format!("unf/{name}_53403039_unf_6697.gml"));
    for (name, source, element) in [
        ("sewers", "sewer", "uro:SewerPipe"),
        ("manholes", "sewer", "uro:Manhole"),
        ("water", "water", "uro:WaterPipe"),
        ("water-fittings", "water", "uro:Appurtenance"),
        ("water-handholes", "water", "uro:Handhole"),
        ("gas", "gas", "uro:OilGasChemicalsPipe"),
        ("gas-fittings", "gas", "uro:Appurtenance"),
        ("gas-handholes", "gas", "uro:Handhole"),
        ("ducts", "elec", "uro:Duct"),
        ("cables", "elec", "uro:ElectricityCable"),
    ] {
        let expected = count(&file(source), element);
        let read = layer(&report, name);
        assert_eq!((read.read, read.added, read.quarantined), (expected, expected, 0), "{name} {:?}", report.issues);
    }
    let park = bench.park("plateau-unf");
    assert_eq!((park.edges.len(), park.nodes.len()), (11, 11));
    let all: String = ["sewer", "water", "gas", "elec"].map(file).concat();
    for edge in &park.edges {
        let own = object(&all, &edge.provenance.key);
        // Level 1 reaches up to the ground: its highest corner is the ground as surveyed.
        let ground = heights(inside(own, "frn:lod1Geometry").unwrap()).into_iter().fold(f64::MIN, f64::max);
        let body = heights(inside(own, "frn:lod2Geometry").unwrap());
        let (low, high) = body.iter().fold((f64::MAX, f64::MIN), |(low, high), z| (low.min(*z), high.max(*z)));
        for [_, _, z] in &edge.path {
            assert!(*z < ground, "{} at {z} m, ground {ground} m", edge.provenance.key);
            assert!(*z > low && *z < high, "{} at {z} m, its body {low} to {high} m", edge.provenance.key);
        }
        assert!(edge.width_mm.is_some_and(|width| (20.0..2000.0).contains(&width)), "{edge:?}");
        let length: f64 =
            edge.path.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum();
        assert!((0.3..60.0).contains(&length), "{length} m {edge:?}");
        // The depth on record is that of the top: the crown lies as deep as recorded, as nearly as the survey drew it.
        if let (Some(least), Some(most), Some(diameter)) =
            (inside(own, "uro:minDepth"), inside(own, "uro:maxDepth"), inside(own, "uro:outerDiamiter"))
        {
            let [least, most, diameter]: [f64; 3] = [least, most, diameter].map(|text| text.parse().unwrap());
            for [_, _, z] in &edge.path {
                let depth = ground - (z + diameter / 2000.0);
                assert!(depth > least - 0.15 && depth < most + 0.15, "{depth} m, {edge:?}");
            }
            assert_eq!((edge.class, edge.diameter_mm), (NetworkClass::Drainage, Some(diameter)));
            assert!((edge.height_mm.unwrap() - diameter).abs() < 10.0, "{edge:?}");
        }
    }
    for node in &park.nodes {
        let ground = node.ground_elevation_m.unwrap();
        assert!(node.position[2] < ground && ground - node.position[2] < 4.0, "{node:?}");
    }
    assert_unchanged(&bench.import_kept("plateau_unf.park.toml", &root).unwrap());
}
