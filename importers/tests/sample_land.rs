//! Land and buildings of the sample park: nothing overlaps, everything stands where it belongs, counts are as asked.

use std::collections::{HashMap, HashSet};

use geo::{Area, BooleanOps, BoundingRect, Contains, Intersects, Rect};
use importers::manifest::Manifest;

use crate::sample_support::{Made, Row, default_park, layer, make, table};

/// Rows of the cadastre without the ones that are wrong on purpose.
fn parcels(made: &Made) -> Vec<Row> {
    let mut rows = layer(&made.dir.join("宗地.shp"), None);
    rows.truncate(made.summary.parcels);
    rows
}

fn buildings(made: &Made) -> Vec<Row> {
    layer(&made.dir.join("底图.gpkg"), Some("建筑物"))
}

/// Largest common area of two rows, m².
fn worst_overlap(rows: &[Row]) -> f64 {
    let shapes: Vec<_> = rows.iter().map(|row| (row.multi().bounding_rect().unwrap(), row.multi())).collect();
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    order.sort_by(|&a, &b| shapes[a].0.min().x.total_cmp(&shapes[b].0.min().x));
    let mut worst: f64 = 0.0;
    for (k, &a) in order.iter().enumerate() {
        for &b in &order[k + 1..] {
            let (ra, rb): (&Rect<f64>, &Rect<f64>) = (&shapes[a].0, &shapes[b].0);
            if rb.min().x > ra.max().x {
                break;
            }
            if ra.intersects(rb) {
                worst = worst.max(shapes[a].1.intersection(&shapes[b].1).unsigned_area());
            }
        }
    }
    worst
}

fn land_is_sound(made: &Made) {
    let (parcels, buildings) = (parcels(made), buildings(made));
    assert!(worst_overlap(&parcels) < 0.01, "parcels overlap by {} m²", worst_overlap(&parcels));
    assert!(worst_overlap(&buildings) < 0.01, "buildings overlap by {} m²", worst_overlap(&buildings));
    let by_key: HashMap<&str, &Row> = parcels.iter().map(|row| (row.text("宗地代码"), row)).collect();
    assert_eq!(by_key.len(), parcels.len(), "parcel keys are unique");
    for building in &buildings {
        let parcel = by_key[building.text("宗地代码")].polygon();
        assert!(parcel.contains(&building.polygon()), "{} leaves its parcel", building.text("建筑编号"));
    }
    let keys: HashSet<&str> = buildings.iter().map(|row| row.text("建筑编号")).collect();
    assert_eq!(keys.len(), buildings.len());
    for parcel in &parcels {
        let area = parcel.polygon().unsigned_area();
        // Only a hill park may fill a whole superblock.
        let most = if parcel.text("地类编码") == "1401" { 130_000.0 } else { 85_000.0 };
        assert!((2_900.0..most).contains(&area), "{}: {area} m²", parcel.text("宗地号"));
        assert!((area - parcel.number("宗地面积")).abs() <= 0.6);
    }
}

fn no_parcel_on_a_street(made: &Made) {
    let streets = layer(&made.dir.join("底图.gpkg"), Some("道路中心线"));
    let parcels = parcels(made);
    let boxes: Vec<_> = parcels.iter().map(|row| (row.polygon().bounding_rect().unwrap(), row.polygon())).collect();
    for street in &streets {
        let half = street.number("路幅宽_m") / 2.0;
        for pair in street.rings[0].windows(2) {
            let (d, length) = {
                let d = pair[1] - pair[0];
                let length = d.x.hypot(d.y);
                (d / length, length)
            };
            // The surface of this piece of street, sampled at both kerbs and in the middle.
            for k in 0..=10 {
                let at = pair[0] + d * (length * f64::from(k) / 10.0);
                for side in [-1.0, 0.0, 1.0] {
                    let q = at + geo::Coord { x: -d.y, y: d.x } * (half * side);
                    let hit = boxes.iter().any(|(rect, polygon)| rect.contains(&q) && polygon.contains(&q));
                    assert!(!hit, "a parcel covers {} at {q:?}", street.text("道路名称"));
                }
            }
        }
    }
}

#[test]
fn the_default_park_is_believable() {
    let made = default_park();
    let s = &made.summary;
    assert_eq!(s.parcels, 200);
    assert!((2.0..2.5).contains(&s.area_km2), "{}", s.area_km2);
    assert!((500..700).contains(&s.buildings), "{}", s.buildings);
    assert!((130..200).contains(&s.enterprises), "{}", s.enterprises);
    assert!(s.contracts > 140 && s.events > 800, "{s:?}");
    assert!(s.hazard_sources >= 15 && s.emergency_resources > 200, "{s:?}");
    land_is_sound(made);
    no_parcel_on_a_street(made);

    let classes: HashSet<String> = parcels(made).iter().map(|row| row.text("地类编码").to_owned()).collect();
    for code in ["100101", "100102", "100103", "1101", "0802", "0901", "0701", "1302", "1303", "1310", "1401", "16"] {
        assert!(classes.contains(code), "no parcel of class {code}");
    }
    let states: HashSet<String> = buildings(made).iter().map(|row| row.text("状态").to_owned()).collect();
    assert_eq!(states, ["在用", "空置", "在建", "停建"].map(str::to_owned).into());
    let tanks = buildings(made).iter().filter(|row| row.text("用途") == "储罐").count();
    assert!(tanks >= 12, "{tanks} tanks");
}

#[test]
fn it_says_that_it_is_made_up_and_the_manifest_reads() {
    let made = make(5, 60);
    let manifest = Manifest::read(&made.summary.manifest, None).unwrap();
    assert!(manifest.park.synthetic);
    assert!(manifest.park.name.contains("(synthetic)"));
    assert_eq!(manifest.park.attribution.as_deref(), Some("Synthetic data generated by ParkTwin"));
    assert_eq!(manifest.park.licence.as_deref(), Some("CC0-1.0"));
    for layer in &manifest.layers {
        assert!(manifest.root.join(&layer.file).is_file(), "{} is missing", layer.file.display());
    }
    for file in ["README.md", "LICENCE.txt"] {
        let text = std::fs::read_to_string(made.dir.join(file)).unwrap();
        assert!(text.to_lowercase().contains("synthetic"), "{file}");
    }
}

#[test]
fn records_hang_together() {
    let made = default_park();
    let keys = |file: &str, field: &str| -> HashSet<String> {
        table(&made.dir.join(file)).into_iter().map(|row| row[field].clone()).collect()
    };
    let parcel_keys: HashSet<String> = parcels(made).iter().map(|row| row.text("宗地代码").to_owned()).collect();
    let building_keys: HashSet<String> = buildings(made).iter().map(|row| row.text("建筑编号").to_owned()).collect();
    let (enterprises, contracts) = (keys("企业名录.csv", "统一社会信用代码"), keys("土地合同.csv", "合同编号"));
    assert_eq!(enterprises.len(), made.summary.enterprises);
    for row in table(&made.dir.join("土地合同.csv")) {
        assert!(parcel_keys.contains(&row["宗地代码"]) && enterprises.contains(&row["统一社会信用代码"]), "{row:?}");
    }
    for row in table(&made.dir.join("入驻台账.csv")) {
        assert!(building_keys.contains(&row["建筑编号"]) && enterprises.contains(&row["统一社会信用代码"]), "{row:?}");
    }
    let mut kinds: HashMap<String, usize> = HashMap::new();
    for row in table(&made.dir.join("土地事件.csv")) {
        assert!(contracts.contains(&row["合同编号"]), "{row:?}");
        assert!(row["发生日期"].as_str() <= "2026-06-30", "{row:?}");
        *kinds.entry(row["事件类型"].clone()).or_default() += 1;
    }
    for kind in ["项目核准", "土地交付", "施工许可", "开工", "进度核查", "停工", "竣工", "投产", "政府原因"]
    {
        assert!(kinds.contains_key(kind), "no event {kind}: {kinds:?}");
    }
    let years: HashSet<String> =
        table(&made.dir.join("企业年度.csv")).into_iter().map(|row| row["年度"].clone()).collect();
    assert_eq!(years.len(), 5, "{years:?}");
}

#[test]
fn two_thousand_parcels_are_as_sound() {
    let made = make(4, 2000);
    assert_eq!(made.summary.parcels, 2000);
    assert!((15.0..30.0).contains(&made.summary.area_km2), "{}", made.summary.area_km2);
    land_is_sound(&made);
}

#[test]
fn the_smallest_park_has_all_its_parts() {
    let made = make(9, importers::sample::FEWEST_PARCELS);
    land_is_sound(&made);
    no_parcel_on_a_street(&made);
    assert!(made.summary.hazard_sources > 0);
}

/// What happened under a contract: kind, date, developed area, invested sum.
type Told = Vec<(String, chrono::NaiveDate, Option<f64>, Option<f64>)>;

#[test]
fn every_kind_of_idle_land_is_on_record() {
    let made = default_park();
    let date = |text: &str, format: &str| chrono::NaiveDate::parse_from_str(text, format).unwrap();
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    let mut told: HashMap<String, Told> = HashMap::new();
    for row in table(&made.dir.join("土地事件.csv")) {
        let event = (
            row["事件类型"].clone(),
            date(&row["发生日期"], "%Y-%m-%d"),
            row["已开发面积_m2"].parse().ok(),
            row["已投资_万元"].parse().ok(),
        );
        told.entry(row["合同编号"].clone()).or_default().push(event);
    }
    let mut found: HashMap<&str, usize> = HashMap::new();
    for contract in table(&made.dir.join("土地合同.csv")) {
        let events = &told[&contract["合同编号"]];
        let last = |kind: &str| events.iter().filter(|e| e.0 == kind).map(|e| e.1).max();
        let late = (as_of - date(&contract["约定开工"], "%Y/%m/%d")).num_days();
        let signed = date(&contract["签订日期"], "%Y/%m/%d");
        assert!(events.iter().all(|e| e.1 >= signed), "{contract:?}: {events:?}");
        let kind = if last("开工").is_none() {
            match late {
                _ if last("政府原因").is_some() => "excused",
                ..=365 => "not due",
                366..=730 => "late",
                _ => "very late",
            }
        } else if last("停工").is_some_and(|stop| last("复工").is_none_or(|on| on < stop)) {
            let stopped = (as_of - last("停工").unwrap()).num_days();
            let measured = events.iter().rev().find(|e| e.2.is_some()).expect("a measured progress");
            let developed = measured.2.unwrap() / (contract["应开发面积_亩"].parse::<f64>().unwrap() * 10_000.0 / 15.0);
            let invested = measured.3.unwrap() / contract["约定投资_万元"].parse::<f64>().unwrap();
            assert!(stopped > 366, "{contract:?}");
            match (developed < 1.0 / 3.0, invested < 0.25) {
                (true, false) => "stalled, area",
                (false, true) => "stalled, money",
                other => panic!("{contract:?}: {other:?}"),
            }
        } else {
            "going on or done"
        };
        *found.entry(kind).or_default() += 1;
    }
    for kind in ["excused", "not due", "late", "very late", "stalled, area", "stalled, money"] {
        assert!((2..=8).contains(&found[kind]), "{found:?}");
    }
    assert!(found["going on or done"] > 110, "{found:?}");
    let with_contract: HashSet<String> =
        table(&made.dir.join("土地合同.csv")).into_iter().map(|row| row["宗地代码"].clone()).collect();
    let without = parcels(made).iter().filter(|p| !with_contract.contains(p.text("宗地代码"))).count();
    assert!((10..50).contains(&without), "{without} parcels without a contract");
}
