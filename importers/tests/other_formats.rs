//! The same real buildings in the formats that other offices send, converted by GDAL and read back: nothing may differ.
//! Then what no converter makes: names in GBK inside an archive, workbooks with titles, drawings with block attributes.
#![allow(clippy::items_after_statements, clippy::type_complexity, reason = "a test reads better so")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use geo::Area;

use crate::support::{Bench, layer, real_data};

fn convert(from: &Path, to: &Path, driver: &str, more: &[&str]) {
    let mut command = Command::new("ogr2ogr");
    command.args(["-f", driver]).arg(to).arg(from).args(more);
    let output = command.output().expect("ogr2ogr");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn buildings(file: &str, more: &str) -> String {
    format!(
        "[[layer]]\nname = \"b\"\nrole = \"building\"\nfile = \"{file}\"\nkey = \"BLDG_UID\"\n{more}\n[layer.fields]\nname = \"NAME\"\nheight_m = \"BLDG_HEIGHT\"\nstoreys = \"MAX_FLOORS\"\n"
    )
}

/// Key, name, height, storeys and area of every building.
type Facts = BTreeMap<String, (Option<String>, Option<f64>, Option<f64>, f64)>;

fn facts(bench: &mut Bench, layers: &str) -> Facts {
    let report =
        bench.import_in("EPSG:26910", layers).unwrap_or_else(|error| panic!("{error} {:?} {layers}", error.help()));
    assert_eq!((layer(&report, "b").read, layer(&report, "b").quarantined), (443, 0), "{:?}", report.issues);
    let park = bench.park("t");
    let of = |b: &spatial_db::model::Building| {
        (b.name.clone(), b.height_m, b.storeys, (b.footprint.unsigned_area() * 10.0).round() / 10.0)
    };
    park.buildings.iter().map(|b| (b.provenance.key.clone(), of(b))).collect()
}

fn assert_same(ours: &Facts, theirs: &Facts, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (key, (name, height, storeys, area)) in ours {
        let other = &theirs[key];
        // A MapInfo table has no word for an unknown number: it writes 0.
        let known = |number: &Option<f64>| number.unwrap_or_default();
        assert_eq!((name, known(storeys)), (&other.0, known(&other.2)), "{what}: {key}");
        assert!((known(height) - known(&other.1)).abs() < 1e-3, "{what}: {key} {height:?} {other:?}");
        // MapInfo keeps coordinates as whole numbers of about a centimetre.
        assert!((area - other.3).abs() < 1.0 + area * 0.003, "{what}: {key} {area} {other:?}");
    }
}

#[test]
fn kml_mapinfo_geodatabases_and_archives_say_the_same() {
    let Some(data) = real_data() else { return };
    let source = data.join("ubc_ca/ubcv_buildings.geojson");
    let original = facts(&mut Bench::new(), &buildings(&source.display().to_string(), ""));
    for (file, driver, more) in [
        ("b.kml", "LIBKML", &[][..]),
        ("b.kmz", "LIBKML", &[][..]),
        ("b.tab", "MapInfo File", &[][..]),
        ("b.mif", "MapInfo File", &[][..]),
        ("b.gml", "GML", &["-dsco", "FORMAT=GML2"][..]),
        ("b3.gml", "GML", &["-dsco", "FORMAT=GML3.2"][..]),
        ("b.fgb", "FlatGeobuf", &[][..]),
    ] {
        let mut bench = Bench::new();
        let path = bench.path(file);
        convert(&source, &path, driver, &[&["-nln", "buildings"], more].concat());
        // KML has a place of its own for names.
        let layers = buildings(file, "");
        let layers = if driver == "LIBKML" { layers.replace("\"NAME\"", "\"Name\"") } else { layers };
        assert_same(&facts(&mut bench, &layers), &original, file);
    }
    // A shapefile in an archive, its names in GBK as Windows writes them, and GeoJSON in gzip.
    let mut bench = Bench::new();
    let folder = bench.path("宗地");
    std::fs::create_dir(&folder).unwrap();
    let columns = &sql!("buildings_renamed_fields");
    convert(&source, &folder.join("建筑.shp"), "ESRI Shapefile", &["-sql", columns, "-lco", "ENCODING=UTF-8"]);
    let names: Vec<Vec<u8>> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = format!("宗地/{}", path.file_name().unwrap().to_string_lossy());
            encoding_rs::GB18030.encode(&name).0.into_owned()
        })
        .collect();
    let files: Vec<(Vec<u8>, Vec<u8>)> = names
        .into_iter()
        .zip(std::fs::read_dir(&folder).unwrap())
        .map(|(name, entry)| (name, std::fs::read(entry.unwrap().path()).unwrap()))
        .collect();
    std::fs::write(bench.path("报送.zip"), stored_zip(&files)).unwrap();
    let layers = buildings("报送.zip", "").replace("BLDG_HEIGHT", "HEIGHT");
    assert_same(&facts(&mut bench, &layers), &original, "zip");
    let mut bench = Bench::new();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&std::fs::read(&source).unwrap()).unwrap();
    std::fs::write(bench.path("b.geojson.gz"), gz.finish().unwrap()).unwrap();
    assert_same(&facts(&mut bench, &buildings("b.geojson.gz", "")), &original, "gz");
}

/// An archive without compression whose names are these bytes, with no word about their encoding.
fn stored_zip(files: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let offset = out.len() as u32;
        let mut head = Vec::new();
        for half in [20_u16, 0, 0, 0, 0] {
            head.extend(half.to_le_bytes());
        }
        for word in [crc.sum(), bytes.len() as u32, bytes.len() as u32] {
            head.extend(word.to_le_bytes());
        }
        head.extend((name.len() as u16).to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name);
        out.extend(bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name);
    }
    let (start, length, count) = (out.len() as u32, directory.len() as u32, files.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

#[test]
fn workbooks_say_the_same_as_the_table_they_were_made_of() {
    let Some(data) = real_data() else { return };
    let source = data.join("ubc_ca/ubcv_address.geojson");
    let list = &sql!("addresses_with_text");
    let layers = |file: &str, more: &str| {
        format!(
            "[[layer]]\nname = \"a\"\nrole = \"enterprise\"\nfile = \"{file}\"\n{more}[layer.fields]\nname = {{ field = \"UNIT_ADDRESS\", default = \"none\" }}\n"
        )
    };
    let mut found = Vec::new();
    for (file, driver) in [("a.xlsx", "XLSX"), ("a.ods", "ODS"), ("a.csv", "CSV")] {
        let mut bench = Bench::new();
        convert(&source, &bench.path(file), driver, &["-sql", list, "-nln", "地址"]);
        let heading = Command::new("ogrinfo").args(["-so", "-al"]).arg(&source).output().unwrap();
        let text = layers(file, "");
        let field = String::from_utf8_lossy(&heading.stdout)
            .lines()
            .filter_map(|line| line.split_once(": String"))
            .map(|(name, _)| name.to_owned())
            .find(|name| name.contains("ADDR") || name.contains("NAME"))
            .expect("a field with text");
        let report = bench
            .import(&text.replace("UNIT_ADDRESS", &field))
            .unwrap_or_else(|e| panic!("{file}: {e} {:?}", e.help()));
        assert_eq!(layer(&report, "a").added, 1220, "{file}");
        let mut names: Vec<String> = bench.park("t").enterprises.iter().map(|e| e.name.clone()).collect();
        names.sort();
        found.push(names);
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
}

/// A workbook of one sheet, as a spreadsheet program writes it: a merged title, a heading in two rows, long numbers,
/// a date, and an empty second sheet.
fn survey_workbook(path: &Path) {
    let text = |cell: &str, value: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{value}</t></is></c>");
    let number = |cell: &str, value: &str| format!("<c r=\"{cell}\"><v>{value}</v></c>");
    let rows = [
        format!("<row r=\"1\">{}</row>", text("A1", "东区管点成果表")),
        format!(
            "<row r=\"3\">{}{}{}{}</row>",
            text("A3", "点号"),
            text("B3", "坐标"),
            text("D3", "统一编号"),
            text("E3", "日期")
        ),
        format!("<row r=\"4\">{}{}</row>", text("B4", "X"), text("C4", "Y")),
        format!(
            "<row r=\"5\">{}{}{}{}<c r=\"E5\" s=\"1\"><v>45443</v></c></row>",
            text("A5", "J1"),
            number("B5", "3431010.523"),
            number("C5", "643020.25"),
            number("D5", "310115001234567")
        ),
        format!("<row r=\"9\">{}{}{}</row>", text("A9", "J2"), text("B9", "3431020,5"), text("C9", "643030,25")),
    ];
    let sheet = |rows: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
        )
    };
    let parts = [
        ("[Content_Types].xml", "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/></Types>".to_owned()),
        ("_rels/.rels", "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()),
        ("xl/workbook.xml", "<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"管点\" sheetId=\"1\" r:id=\"r1\"/><sheet name=\"Sheet2\" sheetId=\"2\" r:id=\"r2\"/></sheets></workbook>".to_owned()),
        ("xl/_rels/workbook.xml.rels", "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet2.xml\"/><Relationship Id=\"r3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>".to_owned()),
        ("xl/styles.xml", "<?xml version=\"1.0\"?><styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>".to_owned()),
        ("xl/worksheets/sheet1.xml", sheet(&rows.concat())),
        ("xl/worksheets/sheet2.xml", sheet("")),
    ];
    let files: Vec<(Vec<u8>, Vec<u8>)> =
        parts.into_iter().map(|(name, text)| (name.as_bytes().to_vec(), text.into_bytes())).collect();
    std::fs::write(path, stored_zip(&files)).unwrap();
}

#[test]
fn a_survey_workbook_keeps_titles_groups_long_numbers_and_dates_apart() {
    let mut bench = Bench::new();
    survey_workbook(&bench.path("成果.xlsx"));
    let text = "[[layer]]\nname = \"p\"\nrole = \"network.water.node\"\nfile = \"成果.xlsx\"\ncrs = \"EPSG:4549\"\nx = \"X\"\ny = \"Y\"\naxis_order = \"north_first\"\nkey = \"点号\"\n[layer.fields]\nkind = { value = \"valve\" }\n";
    let report = bench.import(text).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!(layer(&report, "p").added, 2, "{:?}", report.issues);
    let park = bench.park("t");
    let node = |key: &str| park.nodes.iter().find(|node| node.provenance.key == key).unwrap();
    assert_eq!(node("J1").position[..2], [643_020.25, 3_431_010.523]);
    assert_eq!(node("J2").position[..2], [643_030.25, 3_431_020.5], "a decimal comma");
    let attributes = &node("J1").provenance.attributes;
    assert_eq!((&attributes["统一编号"], &attributes["日期"]), (&"310115001234567".into(), &"2024-05-31".into()));
    // Rows are counted as the spreadsheet shows them.
    assert_eq!((node("J1").provenance.source_row, node("J2").provenance.source_row), (5, 9));
    let issues: Vec<&str> = report.issues.iter().map(|issue| issue.reason.as_str()).collect();
    assert!(issues.iter().any(|words| words.contains("below 1 rows of title")), "{issues:?}");
}

#[test]
fn survey_tables_with_any_separator_decimal_mark_and_title() {
    let rows = [["1", "东,1", "3431010,5", "643020,25"], ["2", "b", "3431020,523", "643030,125"]];
    let utf16 = |text: &str| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let utf8 = |text: &str| -> Vec<u8> { text.as_bytes().to_vec() };
    let gbk = |text: &str| -> Vec<u8> { encoding_rs::GB18030.encode(text).0.into_owned() };
    type Encode<'a> = &'a dyn Fn(&str) -> Vec<u8>;
    let cases: [(&str, &str, Encode<'_>); 4] =
        [(";", "", &utf8), ("\t", "管点成果表\n\n", &utf8), ("|", "", &gbk), (";", "管点;;;\n", &utf16)];
    for (separator, title, encode) in cases {
        let mut bench = Bench::new();
        let lines: Vec<String> =
            std::iter::once(["id", "名称", "X", "Y"]).chain(rows).map(|row| row.join(separator)).collect();
        std::fs::write(bench.path("t.csv"), encode(&format!("{title}{}\n", lines.join("\n")))).unwrap();
        let text = "[[layer]]\nname = \"g\"\nrole = \"emergency_resource\"\nfile = \"t.csv\"\ncrs = \"EPSG:4549\"\nx = \"X\"\ny = \"Y\"\naxis_order = \"north_first\"\nkey = \"id\"\n[layer.fields]\nkind = { value = \"gate\" }\nname = \"名称\"\n";
        let report =
            bench.import(text).unwrap_or_else(|error| panic!("{separator:?} {title}: {error} {:?}", error.help()));
        assert_eq!(layer(&report, "g").added, 2, "{separator:?} {title}: {:?}", report.issues);
        let park = bench.park("t");
        let first = park.resources.iter().find(|resource| resource.provenance.key == "1").unwrap();
        assert_eq!((first.position, first.name.as_deref()), ([643_020.25, 3_431_010.5], Some("东,1")));
        assert!(report.issues.iter().any(|issue| issue.reason.contains("decimal comma")), "{:?}", report.issues);
        // Said in the manifest, it needs no remark; said otherwise, it is no number.
        let said = bench.import(&text.replace("key =", "decimal = \",\"\nkey =")).unwrap();
        assert!(!said.issues.iter().any(|issue| issue.reason.contains("decimal comma")));
        let other = bench.import(&text.replace("key =", "decimal = \".\"\nkey =")).unwrap();
        assert_eq!(layer(&other, "g").quarantined, 2);
    }
}

#[test]
fn a_decompression_bomb_is_refused_with_its_name_and_the_limit() {
    let mut bench = Bench::new();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..256 {
        gz.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    std::fs::write(bench.path("bomb.geojson.gz"), gz.finish().unwrap()).unwrap();
    let text = "[[layer]]\nname = \"b\"\nrole = \"building\"\nfile = \"bomb.geojson.gz\"\n";
    let error = bench.import(text).unwrap_err().to_string();
    assert!(error.contains("bomb.geojson.gz") && error.contains("more than 200 times"), "{error}");
    let error = bench.import(&text.replace("bomb.geojson.gz", "plan.dwg"));
    assert!(error.is_err());
    bench.write("plan.dwg", "AC1032");
    let error = bench.import(&text.replace("bomb.geojson.gz", "plan.dwg")).unwrap_err();
    assert!(error.help().unwrap().contains("DXF"), "{error}");
    bench.write("x.parquet", "PAR1");
    let error = bench.import(&text.replace("bomb.geojson.gz", "x.parquet")).unwrap_err();
    let words = format!("{error} {}", error.help().unwrap());
    assert!(
        words.contains("GeoParquet") && (words.contains("GDAL 3.5") || words.contains("not a GeoParquet")),
        "{words}"
    );
}

#[test]
fn inserted_blocks_are_points_with_their_attributes() {
    let mut bench = Bench::new();
    bench.write("valves.dxf", &drawing());
    let text = "[[layer]]\nname = \"v\"\nrole = \"network.water.node\"\nfile = \"valves.dxf\"\ncrs = \"EPSG:4549\"\nfilter = \"BlockName = 'VALVE'\"\nkey = \"ID\"\n[layer.fields]\nkind = { value = \"valve\" }\nsize_mm = \"DN\"\nsubtype = \"Layer\"\n\n[[layer]]\nname = \"a\"\nrole = \"parcel\"\nfile = \"valves.dxf\"\ncrs = \"EPSG:4549\"\nfilter = \"Layer = 'PLOT'\"\nkey = \"EntityHandle\"\n";
    let report = bench.import(text).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!((layer(&report, "v").added, layer(&report, "a").added), (2, 1), "{:?}", report.issues);
    let park = bench.park("t");
    let valve = park.nodes.iter().find(|node| node.provenance.key == "V-17").unwrap();
    assert_eq!(
        (valve.position, valve.size_mm, valve.subtype.as_deref()),
        ([643_010.0, 3_431_020.0, 3.5], Some(150.0), Some("WATER"))
    );
    assert!((park.parcels[0].boundary.unsigned_area() - 200.0).abs() < 1e-9);
}

/// A drawing with a block of two attributes, inserted twice, and a closed outline.
fn drawing() -> String {
    let insert = |handle: u32, x: f64, id: &str, dn: &str| {
        let attribute = |tag: &str, text: &str, handle: u32| {
            format!(
                "0\nATTRIB\n5\n{handle:X}\n8\nWATER\n10\n{x}\n20\n3431020\n30\n3.5\n40\n1\n1\n{text}\n2\n{tag}\n70\n0\n"
            )
        };
        format!(
            "0\nINSERT\n5\n{handle:X}\n8\nWATER\n66\n1\n2\nVALVE\n10\n{x}\n20\n3431020\n30\n3.5\n{}{}0\nSEQEND\n5\n{:X}\n8\nWATER\n",
            attribute("ID", id, handle + 1),
            attribute("DN", dn, handle + 2),
            handle + 3
        )
    };
    let outline = "0\nLWPOLYLINE\n5\n300\n100\nAcDbEntity\n8\nPLOT\n100\nAcDbPolyline\n90\n4\n70\n1\n10\n643000\n20\n3431000\n10\n643020\n20\n3431000\n10\n643020\n20\n3431010\n10\n643000\n20\n3431010\n";
    let block = "0\nBLOCK\n5\n20\n8\n0\n2\nVALVE\n70\n2\n10\n0\n20\n0\n30\n0\n3\nVALVE\n0\nCIRCLE\n5\n21\n8\n0\n10\n0\n20\n0\n30\n0\n40\n0.5\n0\nENDBLK\n5\n22\n8\n0\n";
    format!(
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n0\nENDSEC\n0\nSECTION\n2\nBLOCKS\n{block}0\nENDSEC\n0\nSECTION\n2\nENTITIES\n{}{}{outline}0\nENDSEC\n0\nEOF\n",
        insert(0x100, 643_010.0, "V-17", "150"),
        insert(0x200, 643_030.0, "V-18", "100")
    )
}

#[test]
fn mapinfo_text_follows_the_manifest_where_the_file_is_wrong() {
    let mut bench = Bench::new();
    let mif = "Version 300\nCharset \"WindowsLatin1\"\nDelimiter \",\"\nColumns 1\n  NAME Char(30)\nData\n\nPoint 643020 3431010\n";
    bench.write("点.mif", mif);
    std::fs::write(bench.path("点.mid"), encoding_rs::GB18030.encode("\"东风路泵站\"\n").0).unwrap();
    let text = "[[layer]]\nname = \"g\"\nrole = \"emergency_resource\"\nfile = \"点.mif\"\ncrs = \"EPSG:4549\"\n[layer.fields]\nkind = { value = \"gate\" }\nname = \"NAME\"\n";
    bench
        .import(&text.replace("crs", "encoding = \"GBK\"\ncrs"))
        .unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!(bench.park("t").resources[0].name.as_deref(), Some("东风路泵站"));
    // Where the file claims nothing, what is no UTF-8 is taken for GB18030, with a remark.
    bench.write("点.mif", &mif.replace("WindowsLatin1", "Neutral"));
    let report = bench.import(text).unwrap();
    assert_eq!(bench.park("t").resources[0].name.as_deref(), Some("东风路泵站"));
    assert!(report.issues.iter().any(|issue| issue.reason.contains("GB18030")), "{:?}", report.issues);
}
