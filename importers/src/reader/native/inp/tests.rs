//! Small files written by the manuals' formats, read without GDAL or a database.

use gdal::vector::Geometry;
use proptest::prelude::*;

use super::*;

pub(super) fn rows(inp: &mut Inp, layer: &str) -> Vec<(Row, BTreeMap<String, Value>)> {
    let index = inp.layers.iter().position(|known| known.name == layer).unwrap_or_else(|| panic!("no {layer}"));
    let names: Vec<String> = inp.layers[index].fields.iter().map(|field| field.name.clone()).collect();
    let mut found = Vec::new();
    let outcome = inp.rows(index, &mut |row| {
        assert_eq!(row.values.len(), names.len(), "{row:?}");
        let values = names.iter().cloned().zip(row.values.iter().cloned()).collect();
        found.push((row, values));
        Ok(())
    });
    assert!(outcome.is_ok());
    found
}

fn wkt(row: &Row) -> String {
    Geometry::from_wkb(&row.wkb).unwrap().wkt().unwrap()
}

const SEWER: &str = "[TITLE]
;;Project
A short sewer

[OPTIONS]
FLOW_UNITS           CMS
LINK_OFFSETS         DEPTH

[JUNCTIONS]
;;Name           Elevation  MaxDepth   InitDepth  SurDepth   Aponded
;a manhole at the corner
J1               10.50      2.5        0          0          0
J2               10.00      0          0          0          0

[OUTFALLS]
O1               9.00       FREE                        NO

[STORAGE]
S1               9.5        3.0        0.2        FUNCTIONAL 1000 0 0 0 0

[CONDUITS]
C1               J1  J2  60.0  0.013  0     0.2   0   0
C2               J2  O1  80    0.013  *     *     0

[WEIRS]
W1               J2  S1  TRANSVERSE  0.8  1.84  NO  0  0  YES

[XSECTIONS]
C1               CIRCULAR     0.6              0          0          0          1
C2               RECT_CLOSED  1.2  2.0  0 0 2
W1               RECT_OPEN    0.5  1.5  0 0

[SUBCATCHMENTS]
A1               RG1  J1  1.5  40  100  0.5  0

[TAGS]
Node       J1               Corner
Link       C1               Trunk

[COORDINATES]
J1               100.0   200.0
J2               160.0   200.0
O1               240.0   200.0
S1               160.0   150.0

[VERTICES]
C2               200.0   220.0

[Polygons]
A1               0 0
A1               100 0
A1               100 150
";

#[test]
fn a_sewer_in_metres_has_its_inverts_ground_and_sections() {
    let mut inp = Inp::new(SEWER.to_owned(), None);
    assert!(inp.swmm);
    let junctions = rows(&mut inp, "junctions");
    assert_eq!(junctions.len(), 2);
    assert_eq!((junctions[0].0.number, wkt(&junctions[0].0).as_str()), (12, "POINT (100 200 10.5)"));
    assert_eq!(junctions[0].1["ground_elevation_m"], Value::Real(13.0));
    assert_eq!(junctions[0].1["tag"], "Corner".into());
    assert_eq!(junctions[1].1["ground_elevation_m"], Value::Null);
    let conduits = rows(&mut inp, "conduits");
    assert_eq!(wkt(&conduits[0].0), "LINESTRING (100 200 10.5,160 200 10.2)");
    for (field, size) in [("diameter_mm", 600.0), ("height_mm", 600.0), ("width_mm", 600.0), ("end_invert_m", 10.2)] {
        assert_eq!(conduits[0].1[field], Value::Real(size), "{field}");
    }
    assert_eq!(conduits[1].1["diameter_mm"], Value::Null);
    assert_eq!((&conduits[1].1["height_mm"], &conduits[1].1["width_mm"]), (&Value::Real(1200.0), &Value::Real(2000.0)));
    assert_eq!(conduits[1].1["barrels"], Value::Integer(2));
    let drawn = wkt(&conduits[1].0);
    assert!(drawn.starts_with("LINESTRING (160 200 10,200 220 9.5") && drawn.ends_with("240 200 9)"), "{drawn}");
    let weirs = rows(&mut inp, "weirs");
    assert_eq!(wkt(&weirs[0].0), "LINESTRING (160 200 10.8,160 150 9.5)");
    assert_eq!(rows(&mut inp, "storage")[0].1["ground_elevation_m"], Value::Real(12.5));
    let areas = rows(&mut inp, "subcatchments");
    assert_eq!(areas[0].1["area_m2"], Value::Real(15_000.0));
    assert_eq!(wkt(&areas[0].0), "MULTIPOLYGON (((0 0,100 0,100 150,0 0)))");
}

#[test]
fn offsets_may_be_elevations_and_lengths_feet() {
    let text = SEWER
        .replace("FLOW_UNITS           CMS", "flow_units CFS")
        .replace("DEPTH\n\n", "ELEVATION\n\n")
        .replace("0     0.2   0   0", "10.7  *   0   0");
    let mut inp = Inp::new(text, None);
    let conduits = rows(&mut inp, "conduits");
    let z = |field: &str| match conduits[0].1[field] {
        Value::Real(z) => z / FOOT_M,
        _ => f64::NAN,
    };
    assert!((z("start_invert_m") - 10.7).abs() < 1e-9 && (z("end_invert_m") - 10.0).abs() < 1e-9);
    assert_eq!(conduits[0].1["diameter_mm"], Value::Real(0.6 * (FOOT_M * 1000.0)));
}

const TOWN: &str = "[JUNCTIONS]
 A\t10\t1.5\tday;first
 B  x  2
 \"C 1\" 12
[RESERVOIRS]
 R 50
[TANKS]
 T 40 1 0 5 20 0
[PIPES]
 p1 R A 100 300 130 0 Open ;main
 p2 A B 50 200 130 CV
 p3 A NOWHERE 50 200 130 0 Closed
 p4 A
[VALVES]
 v1 B \"C 1\" 150 PRV 30 0
[PUMPS]
 u1 A T HEAD 1 SPEED 1.2
[DEMANDS]
 B 3 day home
 B 4 night works
[EMITTERS]
 A 0.5
[TAGS]
 NODE A north gate
 LINK A wrong kind
[STATUS]
 u1 Closed
[OPTIONS]
 units lps
[PATTERNS]
 day 1 1 2
[COORDINATES]
 A 0 0
 B 30 40
 R -10 0
 T 5 5
 \"C 1\" 60 80
 Z 1
[VERTICES]
 p1 -5 0
";

#[test]
fn a_town_in_litres_per_second_is_kept_line_by_line() {
    let mut inp = Inp::new(TOWN.to_owned(), None);
    let junctions = rows(&mut inp, "junctions");
    assert_eq!(junctions.iter().map(|(row, _)| row.number).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(junctions[0].1["tag"], "north gate".into());
    assert_eq!(junctions[0].1["comment"], "first".into());
    assert_eq!(junctions[0].1["emitter_coefficient"], Value::Real(0.5));
    assert_eq!(junctions[1].1["base_demand_l_s"], Value::Real(7.0));
    assert_eq!(junctions[1].1["demand_categories"], "3 day home; 4 night works".into());
    assert_eq!(wkt(&junctions[1].0), "POINT (30 40)", "a height that is no number is none");
    assert_eq!(wkt(&junctions[2].0), "POINT (60 80 12)");
    let said = inp.warnings(0);
    assert!(said.iter().any(|text| text == "[JUNCTIONS], line 3: the elevation \"x\" is not a number"), "{said:?}");
    assert!(said.iter().any(|text| text == "[COORDINATES], line 38: two numbers should follow the name"), "{said:?}");
    assert!(said.iter().any(|text| text.contains("[PATTERNS] 1")), "{said:?}");
    let pipes = rows(&mut inp, "pipes");
    assert_eq!(wkt(&pipes[0].0), "LINESTRING (-10 0 50,-5 0 30,0 0 10)");
    assert_eq!((&pipes[0].1["diameter_mm"], &pipes[0].1["status"]), (&Value::Real(300.0), &"Open".into()));
    assert_eq!((&pipes[1].1["status"], &pipes[1].1["minor_loss"]), (&"CV".into(), &Value::Null));
    let reason = |row: &Row| row.missing.clone().unwrap_or_default();
    assert_eq!(reason(&pipes[2].0), "[PIPES], line 12: node \"NOWHERE\" has no line in [COORDINATES]");
    assert!(pipes[3].0.wkb.is_empty() && reason(&pipes[3].0).contains("line 13"), "{:?}", pipes[3].0);
    assert_eq!(rows(&mut inp, "pumps")[0].1["status"], "Closed".into());
    assert_eq!(rows(&mut inp, "pumps")[0].1["parameters"], "HEAD 1 SPEED 1.2".into());
    assert_eq!(wkt(&rows(&mut inp, "valves")[0].0), "LINESTRING (30 40,60 80)");
    assert_eq!(rows(&mut inp, "reservoirs").len() + rows(&mut inp, "tanks").len(), 2);
}

/// Factors by definition: US gallon 231 in³, Imperial gallon 4.54609 L, acre-foot 43 560 ft³.
#[test]
fn units_are_those_of_the_manuals() {
    let l_s = |word: &str| units(word).unwrap().flow_l_s;
    assert!((l_s("gpm") - 0.063_090_196_4).abs() < 1e-9 && (l_s("CFS") - 28.316_846_592).abs() < 1e-9);
    assert!((l_s("MGD") / l_s("GPM") - 1.0e6 / 1440.0).abs() < 1e-6);
    assert!((l_s("AFD") - 14.276_410_157).abs() < 1e-6 && (l_s("IMGD") - 52.616_782_4).abs() < 1e-4);
    assert!((l_s("CMH") * 3.6 - 1.0).abs() < 1e-12 && (l_s("LPM") * 60.0 - 1.0).abs() < 1e-12);
    assert_eq!(units("GPM").unwrap().diameter_mm, 25.4);
    assert_eq!(units("furlongs"), None);
}

proptest! {
    /// Whatever is cut, doubled or garbled, every line that says something is a row, and nothing panics.
    #[test]
    fn garbled_files_are_survived(cut in 0_usize..2000, at in 0_usize..1500, with in "[\\[\\];\"\\PC \n\t]{0,12}", swmm in any::<bool>()) {
        let source = if swmm { SEWER } else { TOWN };
        let mut text = source.to_owned();
        let clip = |text: &str, index: usize| (0..=index.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let place = clip(&text, at);
        text.insert_str(place, &with);
        text.truncate(clip(&text, cut));
        let mut inp = Inp::new(text, None);
        for index in 0..inp.layers.len() {
            let mut found = 0;
            let outcome = inp.rows(index, &mut |row| {
                found += 1;
                assert!(!row.wkb.is_empty() || row.missing.is_some() || !row.values.is_empty());
                Ok(())
            });
            prop_assert!(outcome.is_ok());
            prop_assert_eq!(found, inp.layers[index].count);
        }
    }
}
