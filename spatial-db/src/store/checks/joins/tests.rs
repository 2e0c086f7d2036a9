//! Doubts of joins on lines small enough to see.

use super::*;

fn line(key: &str, named: [Option<&str>; 2], path: &[[f64; 3]]) -> Line {
    Line {
        feature_id: key.bytes().map(i64::from).sum(),
        key: key.to_owned(),
        class: "water".to_owned(),
        layer: "lines".to_owned(),
        subtype: None,
        named: named.map(|name| name.map(str::to_owned)),
        path: path.to_vec(),
        valid: [None; 2],
    }
}

fn told(lines: &[Line], nodes: &[(&str, NodeKind, [f64; 3])]) -> Vec<(&'static str, Option<String>, Option<String>)> {
    let check = crate::checks::CHECKS.iter().find(|check| check.name == "edge.joins").unwrap();
    let of = |name: &str| {
        let all = check.codes.iter().flat_map(|code| code.tolerances);
        all.filter(|tolerance| tolerance.name == name).map(|tolerance| tolerance.default).next().unwrap()
    };
    let limits = Limits {
        near_m: of("near_m"),
        snap_m: of("snap_m"),
        apart_m: of("apart_m"),
        off_m: of("off_m"),
        off_share: of("off_share"),
        along_m: of("along_m"),
        least_m: of("least_m"),
        unknown_share: of("unknown_share"),
    };
    let node = |(key, kind, at): &(&str, NodeKind, [f64; 3])| {
        (("water".to_owned(), (*key).to_owned()), Node { kind: *kind, at: *at })
    };
    let nodes = nodes.iter().map(node).collect();
    let key = |at: Option<usize>| at.map(|at| lines[at].key.clone());
    let doubts = found(lines, &nodes, &limits, day("2026-06-30"), || Ok(())).unwrap();
    doubts.into_iter().map(|doubt| (doubt.code, key(doubt.line), key(doubt.other))).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn one(code: &'static str, line: &str, other: Option<&str>) -> (&'static str, Option<String>, Option<String>) {
    (code, Some(line.to_owned()), other.map(str::to_owned))
}

const MAIN: [[f64; 3]; 2] = [[0.0, 0.0, 1.0], [100.0, 0.0, 1.0]];

#[test]
fn an_end_that_hangs_beside_a_line_is_a_near_miss() {
    let main = || line("main", [None, None], &MAIN);
    let branch = |y: f64, z: f64| line("branch", [None, None], &[[50.0, 30.0, z], [50.0, y, z]]);
    assert_eq!(told(&[main(), branch(0.6, 1.0)], &[]), [one("edge.near_miss", "branch", Some("main"))]);
    // It meets it; it is too far to have been meant; it lies deeper; its depth is not known.
    assert_eq!(told(&[main(), branch(0.02, 1.0)], &[]), []);
    assert_eq!(told(&[main(), branch(1.4, 1.0)], &[]), []);
    assert_eq!(told(&[main(), branch(0.6, 3.0)], &[]), []);
    assert_eq!(told(&[main(), branch(0.6, f64::NAN)], &[]), [one("edge.near_miss", "branch", Some("main"))]);
    // A branch that turns back beside the main it comes from does not miss it.
    let back = line("back", [None, None], &[[50.0, 0.0, 1.0], [50.0, 3.0, 1.0], [60.0, 0.5, 1.0]]);
    assert_eq!(told(&[main(), back], &[]), []);
    // One was there before the other.
    let mut gone = branch(0.6, 1.0);
    gone.valid[1] = "2020-01-01".parse().ok();
    let mut new = main();
    new.valid[0] = "2020-01-01".parse().ok();
    assert_eq!(told(&[new, gone], &[]), []);
}

#[test]
fn what_stands_at_an_end_decides_whether_it_hangs() {
    let main = line("main", [Some("a"), Some("b")], &MAIN);
    let branch = line("branch", [Some("c"), Some("d")], &[[50.0, 30.0, 1.0], [50.0, 0.4, 1.0]]);
    let with = |kind: NodeKind| {
        let point = |key, [x, y, z]: [f64; 3]| (key, NodeKind::Junction, [x, y, z]);
        let mut nodes = vec![point("a", MAIN[0]), point("b", MAIN[1]), point("c", [50.0, 30.0, 1.0])];
        nodes.push(("d", kind, [50.0, 0.4, 1.0]));
        nodes
    };
    let lines = [main, branch];
    assert_eq!(told(&lines, &with(NodeKind::Junction)), [one("edge.near_miss", "branch", Some("main"))]);
    assert_eq!(told(&lines, &with(NodeKind::Hydrant)), []);
    // Drawn onto the main, which names other points: a tee that nobody cut.
    let onto = line("branch", [Some("c"), Some("d")], &[[50.0, 30.0, 1.0], [50.0, 0.0, 1.0]]);
    let [main, _] = lines;
    let mut nodes = with(NodeKind::Junction);
    nodes[3].2[1] = 0.0;
    assert_eq!(told(&[main, onto], &nodes), [one("edge.near_miss", "branch", Some("main"))]);
}

#[test]
fn lines_that_are_gone_join_nothing_any_more() {
    let main = || line("main", [Some("a"), Some("b")], &MAIN);
    let branch = || line("branch", [Some("c"), Some("d")], &[[50.0, 30.0, 1.0], [50.0, 0.4, 1.0]]);
    // On from the branch's end over the main, as long as it lasts.
    let on = |until: Option<&str>| {
        let mut on = line("on", [Some("d"), Some("e")], &[[50.0, 0.4, 1.0], [50.0, -30.0, 1.0]]);
        on.path.iter_mut().for_each(|at| at[2] = 9.0);
        on.valid[1] = until.and_then(|day| day.parse().ok());
        on
    };
    let point = |key, at: [f64; 3]| (key, NodeKind::Junction, at);
    let nodes = [
        point("a", MAIN[0]),
        point("b", MAIN[1]),
        point("c", [50.0, 30.0, 1.0]),
        point("d", [50.0, 0.4, 1.0]),
        point("e", [50.0, -30.0, 9.0]),
    ];
    let misses = |until: Option<&str>| told(&[main(), branch(), on(until)], &nodes);
    assert_eq!(misses(None), []);
    assert_eq!(misses(Some("2020-01-01")), [one("edge.near_miss", "branch", Some("main"))]);
    // A point may have moved since a line that is gone named it.
    let nodes = [point("a", [0.0, 2.0, 1.0]), point("b", MAIN[1])];
    let mut gone = main();
    assert_eq!(told(&[main()], &nodes), [one("edge.off_node", "main", None)]);
    gone.valid[1] = "2020-01-01".parse().ok();
    assert_eq!(told(&[gone], &nodes), []);
}

#[test]
fn lines_that_are_to_go_are_there_until_they_do() {
    let until = |mut line: Line, to: Option<&str>| {
        line.valid[1] = to.map(day);
        line
    };
    // The day looked at is 2026-06-30: planned to go, gone the day after, gone on that day.
    let ends = [None, Some("2030-01-01"), Some("2026-07-01")];
    let gone = Some("2026-06-30");
    // A main that is to go is missed while it lies there.
    let main = |to| until(line("main", [None, None], &MAIN), to);
    let branch = || line("branch", [None, None], &[[50.0, 30.0, 1.0], [50.0, 0.6, 1.0]]);
    for to in ends {
        assert_eq!(told(&[main(to), branch()], &[]), [one("edge.near_miss", "branch", Some("main"))], "{to:?}");
    }
    assert_eq!(told(&[main(gone), branch()], &[]), []);
    // What joins an end joins it as long.
    let link = |to| until(line("link", [None, None], &[[50.0, 0.6, 1.0], [50.0, 0.0, 1.0]]), to);
    for to in ends {
        assert_eq!(told(&[main(None), branch(), link(to)], &[]), [], "{to:?}");
    }
    let misses = told(&[main(None), branch(), link(gone)], &[]);
    assert!(misses.contains(&one("edge.near_miss", "branch", Some("main"))), "{misses:?}");
    // It is drawn away from its point.
    let nodes = [("a", NodeKind::Junction, [0.0, 2.0, 1.0]), ("b", NodeKind::Junction, MAIN[1])];
    let named = |to| until(line("main", [Some("a"), Some("b")], &MAIN), to);
    for to in ends {
        assert_eq!(told(&[named(to)], &nodes), [one("edge.off_node", "main", None)], "{to:?}");
    }
    assert_eq!(told(&[named(gone)], &nodes), []);
    // Its missing depth counts for its layer.
    let across = |x: u8, to| {
        let x = f64::from(x) * 5.0;
        until(line(&format!("e{x}"), [None, None], &[[x, -20.0, f64::NAN], [x, 20.0, f64::NAN]]), to)
    };
    for to in ends {
        let mut many: Vec<Line> = (1..12).map(|x| across(x, to)).collect();
        many.push(main(None));
        assert_eq!(told(&many, &[]), [("edge.crossing_unknown", None, None)], "{to:?}");
    }
}

#[test]
fn a_line_that_is_to_come_is_looked_at_on_its_first_day() {
    let main = line("main", [None, None], &MAIN);
    let mut branch = line("branch", [None, None], &[[50.0, 30.0, 1.0], [50.0, 0.6, 1.0]]);
    branch.valid[0] = since(Some(day("2027-05-01")), Some(2028));
    assert_eq!(branch.valid[0], Some(day("2028-01-01")));
    let lines = [main, branch];
    assert_eq!(told(&lines, &[]), [one("edge.near_miss", "branch", Some("main"))]);
    // By then the main is to be gone.
    let [mut main, branch] = lines;
    main.valid[1] = Some(day("2028-01-01"));
    assert_eq!(told(&[main, branch], &[]), []);
}

#[test]
fn a_line_drawn_away_from_its_point_is_told_and_a_layer_of_them_once() {
    let nodes = [("a", NodeKind::Junction, [0.0, 0.0, 1.0]), ("b", NodeKind::Valve, [100.0, 2.0, 1.0])];
    let off = |key: &str| line(key, [Some("a"), Some("b")], &MAIN);
    assert_eq!(told(&[off("main")], &nodes), [one("edge.off_node", "main", None)]);
    // Each at its own depth, so that they are not drawn along each other.
    let deep = |number: usize| {
        let mut line = off(&format!("e{number}"));
        line.path.iter_mut().for_each(|at| at[2] = number as f64);
        line
    };
    let many: Vec<Line> = (0..6).map(deep).collect();
    assert_eq!(told(&many, &nodes), [("edge.off_node", None, None)]);
}

#[test]
fn pipes_drawn_along_each_other_are_doubled_and_twins_beside_each_other_are_not() {
    let main = || line("main", [None, None], &MAIN);
    let along = |y: f64, z: f64| line("again", [None, None], &[[130.0, y, z], [90.0, y, z]]);
    let doubled = |lines: &[Line]| told(lines, &[]).into_iter().filter(|doubt| doubt.0 == "edge.doubled").count();
    assert_eq!(told(&[main(), along(0.0, 1.0)], &[]), [one("edge.doubled", "again", Some("main"))]);
    assert_eq!(doubled(&[main(), along(0.0, f64::NAN)]), 1);
    assert_eq!((doubled(&[main(), along(0.4, 1.0)]), doubled(&[main(), along(0.0, 2.0)])), (0, 0));
    // The same again is a duplicate, which another check tells.
    let mut turned = line("turned", [None, None], &MAIN);
    turned.path.reverse();
    assert_eq!(doubled(&[main(), turned]), 0);
    // Cables lie side by side in one trench, and sewers of two kinds are two.
    let mut cables = [main(), along(0.0, 1.0)];
    for cable in &mut cables {
        cable.class = "power".to_owned();
    }
    assert_eq!(doubled(&cables), 0);
    let mut kinds = [main(), along(0.0, 1.0)];
    kinds[1].subtype = Some("YS".to_owned());
    assert_eq!(doubled(&kinds), 0);
}

#[test]
fn a_crossing_is_told_where_a_depth_is_not_known() {
    let main = || line("main", [None, None], &MAIN);
    let across = |key: &str, x: f64, z: f64| line(key, [None, None], &[[x, -20.0, z], [x, 20.0, z]]);
    assert_eq!(told(&[main(), across("over", 50.0, 3.0)], &[]), []);
    let unknown = [across("blind", 50.0, f64::NAN), main()];
    assert_eq!(told(&unknown, &[]), [one("edge.crossing_unknown", "blind", Some("main"))]);
    // A layer of which nobody surveyed depths is told once.
    let mut many: Vec<Line> = (1..12).map(|x| across(&format!("e{x}"), f64::from(x) * 5.0, f64::NAN)).collect();
    many.push(main());
    assert_eq!(told(&many, &[]), [("edge.crossing_unknown", None, None)]);
}
