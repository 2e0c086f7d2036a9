//! Networks and emergency resources of the sample park: all classes, below ground, falling drains, hydrants within reach.

use std::collections::{HashMap, HashSet};

use crate::sample_support::{Made, Row, default_park, layer, make, table};

struct Survey {
    points: HashMap<String, HashMap<String, String>>,
    lines: Vec<HashMap<String, String>>,
}

fn number(row: &HashMap<String, String>, field: &str) -> f64 {
    row[field].parse().unwrap_or_else(|_| panic!("{field}: {:?}", row[field]))
}

fn survey(made: &Made, title: &str, code: &str) -> Survey {
    let path = |kind: &str| made.dir.join("管线").join(format!("{title}_{code}_{kind}.csv"));
    let points: Vec<_> = table(&path("点表"));
    let count = points.len();
    let points: HashMap<_, _> = points.into_iter().map(|row| (row["Exp_No"].clone(), row)).collect();
    assert_eq!(points.len(), count, "point numbers of {title} are unique");
    Survey { points, lines: table(&path("线表")) }
}

const ALL: [(&str, &str); 10] = [
    ("给水", "SS"),
    ("雨水", "YS"),
    ("污水", "WS"),
    ("燃气", "MQ"),
    ("热力", "RS"),
    ("电力", "GD"),
    ("通信", "DX"),
    ("氮气", "DQ"),
    ("氢气", "QQ"),
    ("综合管廊", "ZH"),
];

/// Both ends of a line: point row, depth.
fn ends<'a>(survey: &'a Survey, line: &HashMap<String, String>) -> Option<[(&'a HashMap<String, String>, f64); 2]> {
    let a = survey.points.get(&line["S_Exp"])?;
    let b = survey.points.get(&line["E_Exp"])?;
    Some([(a, number(line, "S_Deep")), (b, number(line, "E_Deep"))])
}

#[test]
fn every_network_lies_below_ground_between_its_points() {
    let made = default_park();
    let manifest = importers::manifest::Manifest::read(&made.summary.manifest, None).unwrap();
    let classes: HashSet<String> = manifest
        .layers
        .iter()
        .map(|layer| layer.role.to_string())
        .filter(|role| role.starts_with("network."))
        .collect();
    for class in spatial_db::model::NetworkClass::ALL {
        assert!(classes.contains(&format!("network.{}", class.as_str())), "no network of class {}", class.as_str());
    }
    for (title, code) in ALL {
        let survey = survey(made, title, code);
        let mut loose = 0;
        let mut linked = HashSet::new();
        for line in &survey.lines {
            let Some(ends) = ends(&survey, line) else {
                loose += 1;
                continue;
            };
            for ((point, depth), side) in ends.iter().zip(["S", "E"]) {
                assert!((0.3..10.0).contains(depth), "{title} {line:?}");
                // X is north: the line's ends are its points.
                assert_eq!((&line[&format!("{side}_X")], &line[&format!("{side}_Y")]), (&point["X"], &point["Y"]));
                linked.insert(point["Exp_No"].clone());
            }
            assert_ne!(line["S_Exp"], line["E_Exp"]);
            assert!(number(line, "S_X") > 3.4e6 && number(line, "S_Y") < 1.0e6, "X is north");
        }
        assert_eq!(loose, usize::from(code == "SS"), "{title}");
        assert_eq!(linked.len(), survey.points.len(), "{title} has points without lines");
        assert!(survey.lines.len() >= 15, "{title} has {} lines", survey.lines.len());
    }
}

#[test]
fn drains_fall_to_their_outlets() {
    for (seed, parcels) in [(1, 200), (2, 400)] {
        let made = make(seed, parcels);
        for (title, code) in [("雨水", "YS"), ("污水", "WS")] {
            let survey = survey(&made, title, code);
            let mut next: HashMap<&str, &str> = HashMap::new();
            for line in survey.lines.iter().filter(|line| line["Pressure"].is_empty()) {
                let [(a, depth_a), (b, depth_b)] = ends(&survey, line).expect("both ends");
                let (from, to) = (number(a, "High") - depth_a, number(b, "High") - depth_b);
                assert!(from > to - 1e-9, "{title}: {} rises to {}: {from} {to}", line["S_Exp"], line["E_Exp"]);
                assert!(number(line, "PSize") >= 300.0);
                assert!(
                    next.insert(a["Exp_No"].as_str(), b["Exp_No"].as_str()).is_none(),
                    "{} has two outlets",
                    a["Exp_No"]
                );
            }
            // Following the flow ends at an outlet from everywhere.
            for start in next.keys() {
                let mut at = *start;
                let mut steps = 0;
                while let Some(to) = next.get(at) {
                    at = to;
                    steps += 1;
                    assert!(steps <= next.len(), "{title}: the flow from {start} runs in a circle");
                }
                let word = survey.points[at]["Subsid"].as_str();
                assert!(["出水口", "污水处理厂", "泵站"].contains(&word), "{title}: {start} ends at {at}, {word:?}");
            }
            assert!(survey.points.values().any(|p| ["出水口", "污水处理厂"].contains(&p["Subsid"].as_str())));
        }
    }
}

fn resources(made: &Made) -> Vec<Row> {
    layer(&made.dir.join("应急资源.geojson"), None)
}

#[test]
fn hydrants_stand_close_enough_except_in_the_developing_quarter() {
    let made = default_park();
    let water = survey(made, "给水", "SS");
    let hydrants: Vec<(f64, f64)> = water
        .points
        .values()
        .filter(|point| point["Subsid"] == "消防栓")
        .map(|point| (number(point, "Y"), number(point, "X")))
        .collect();
    assert!(hydrants.len() > 80, "{}", hydrants.len());
    assert_eq!(resources(made).iter().filter(|row| row.text("类别") == "消火栓").count(), hydrants.len());
    let nearest = |x: f64, y: f64, zero: bool| {
        hydrants.iter().map(|h| (h.0 - x).hypot(h.1 - y)).filter(|d| zero || *d > 0.01).fold(f64::INFINITY, f64::min)
    };
    for &(x, y) in &hydrants {
        assert!(nearest(x, y, false) <= 120.0, "a hydrant at {x} {y} stands alone");
    }
    let (mut inside, mut beyond) = (Vec::new(), Vec::new());
    for building in layer(&made.dir.join("底图.gpkg"), Some("建筑物")) {
        let ring = &building.rings[0];
        let n = (ring.len() - 1) as f64;
        let (x, y) = (ring[1..].iter().map(|c| c.x).sum::<f64>() / n, ring[1..].iter().map(|c| c.y).sum::<f64>() / n);
        if nearest(x, y, true) > 150.0 { &mut beyond } else { &mut inside }.push((x, y));
    }
    let share = beyond.len() as f64 / (inside.len() + beyond.len()) as f64;
    assert!((0.02..0.25).contains(&share), "{share} of the buildings are out of reach");
    // They all lie in the north-west: west and north of the mean of those in reach.
    let mean = |f: fn(&(f64, f64)) -> f64, v: &[(f64, f64)]| v.iter().map(f).sum::<f64>() / v.len() as f64;
    assert!(mean(|p| p.0, &beyond) < mean(|p| p.0, &inside) - 150.0);
    assert!(mean(|p| p.1, &beyond) > mean(|p| p.1, &inside) + 150.0);
}

#[test]
fn emergency_resources_are_complete() {
    let made = default_park();
    let rows = resources(made);
    let of = |kind: &str| rows.iter().filter(|row| row.text("类别") == kind).collect::<Vec<_>>();
    for kind in ["消火栓", "应急集合点", "消防站", "应急避难场所", "医疗救护点", "监控摄像头", "出入口"]
    {
        assert!(!of(kind).is_empty(), "no {kind}");
    }
    assert!(of("应急集合点").iter().all(|row| row.number("容量") >= 100.0));
    for camera in of("监控摄像头") {
        assert!((0.0..360.0).contains(&camera.number("朝向_度")) && camera.number("视距_m") > 0.0);
    }
    let broken = of("消火栓").iter().filter(|row| row.text("状态") == "停用").count();
    assert!((1..=10).contains(&broken), "{broken} hydrants out of service");
    let substances: HashSet<String> = layer(&made.dir.join("底图.gpkg"), Some("危险源"))
        .iter()
        .map(|row| {
            assert!(row.number("最大存量_t") > 0.0 && !row.text("CAS").is_empty());
            row.text("物质").to_owned()
        })
        .collect();
    for word in ["chlorine", "ammonia", "methanol", "gasoline"] {
        assert!(substances.iter().any(|s| s.contains(word)), "no {word}: {substances:?}");
    }
}

#[test]
fn slopes_inside_the_park_are_gentle() {
    let made = default_park();
    let dataset = gdal::Dataset::open(made.dir.join("高程.tif")).unwrap();
    let transform = dataset.geo_transform().unwrap();
    let band = dataset.rasterband(1).unwrap();
    let (columns, rows) = band.size();
    let heights = band.read_as::<f32>((0, 0), (columns, rows), (columns, rows), None).unwrap();
    let data = heights.data();
    assert!((transform[1] - 5.0).abs() < 1e-9);
    let (low, high) = data.iter().fold((f32::MAX, f32::MIN), |(l, h), z| (l.min(*z), h.max(*z)));
    assert!((3.0..5.0).contains(&low) && (22.0..32.0).contains(&high), "{low} to {high}");
    let at = |x: f64, y: f64| {
        let (c, r) = ((x - transform[0]) / transform[1], (y - transform[3]) / transform[5]);
        f64::from(data[r as usize * columns + c as usize])
    };
    let mut steep = Vec::new();
    for parcel in layer(&made.dir.join("宗地.shp"), None).iter().take(200) {
        // The hill is a park and may be steep.
        if parcel.text("地类编码") == "1401" {
            continue;
        }
        let ring = &parcel.rings[0];
        let middle = ring[0].x.midpoint(ring[ring.len() / 2].x);
        let across = ring[0].y.midpoint(ring[ring.len() / 2].y);
        let rise = ((at(middle + 20.0, across) - at(middle - 20.0, across)) / 40.0)
            .hypot((at(middle, across + 20.0) - at(middle, across - 20.0)) / 40.0);
        if rise > 0.03 {
            steep.push((parcel.text("宗地号").to_owned(), rise));
        }
    }
    assert!(steep.is_empty(), "{steep:?}");
}

/// With what the survey says is shut when all is well, every point of the water and power networks has one way to one source.
#[test]
fn rings_of_water_and_power_are_parted_at_points_on_record() {
    for (seed, parcels) in [(1, 200), (2, 400)] {
        let made = make(seed, parcels);
        for (title, code, source, shut, device) in
            [("给水", "SS", "水源", "常闭", "阀门"), ("电力", "GD", "变电站", "分闸", "环网柜")]
        {
            let survey = survey(&made, title, code);
            let mut at: HashMap<&str, Vec<&str>> = HashMap::new();
            for line in &survey.lines {
                let Some([(a, _), (b, _)]) = ends(&survey, line) else { continue };
                let [a, b] = [a, b].map(|point| point["Exp_No"].as_str());
                at.entry(a).or_default().push(b);
                at.entry(b).or_default().push(a);
            }
            let parts = |key: &str| survey.points[key]["NormState"] == shut;
            let closed: Vec<&HashMap<String, String>> =
                survey.points.values().filter(|point| point["NormState"] == shut).collect();
            assert!(!closed.is_empty() && closed.iter().all(|point| point["Subsid"] == device), "{title}");
            assert!(closed.iter().all(|point| at[point["Exp_No"].as_str()].len() == 2), "{title}: on a line");
            let sources = survey.points.values().filter(|point| point["Subsid"] == source);
            // Every line is walked once, from one source; what is shut is come to from each of its two sides and not passed.
            let mut seen: HashMap<&str, usize> = HashMap::new();
            for start in sources {
                let mut queue = vec![(start["Exp_No"].as_str(), "")];
                while let Some((here, from)) = queue.pop() {
                    *seen.entry(here).or_default() += 1;
                    assert!(seen[here] == 1 || parts(here) && seen[here] == 2, "{title}: two ways to {here}");
                    if !parts(here) {
                        queue.extend(at[here].iter().filter(|next| **next != from).map(|next| (*next, here)));
                    }
                }
            }
            assert_eq!(seen.len(), survey.points.len(), "{title}: all have a way");
            assert!(closed.iter().all(|point| seen[point["Exp_No"].as_str()] == 2), "{title}: fed from both sides");
        }
    }
}
