//! Pressures beside those of WNTR, which brings EPANET 2.2 and a solver of its own, on the networks that come with it (case P5).
//! `setup/oracles.sh` installs WNTR; without it the tests fail.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use analysis::network::hydraulics::{Demand, Plant, Sort, State, WhatIf};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answers {
    version: String,
    cases: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    network: String,
    file: String,
    solver: String,
    hour: u64,
    closed: Option<String>,
    draw: Option<(String, f64)>,
    pda: Option<BTreeMap<String, f64>>,
    pressure_m: BTreeMap<String, f64>,
    given_l_s: BTreeMap<String, f64>,
    seconds: f64,
}

fn folder() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("target/oracles/wntr");
    std::env::var_os("TWIN_ORACLE_WNTR").map_or(installed, PathBuf::from)
}

/// What WNTR says: to its own list of questions, or to flows that are drawn, each by network, node and L/s.
fn ask(draws: &[(&str, &str, f64)]) -> Answers {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wntr/pressures.py");
    let given =
        draws.iter().flat_map(|(network, node, l_s)| [(*network).to_owned(), (*node).to_owned(), l_s.to_string()]);
    // WNTR leaves files of always the same names where it runs: each question has a folder of its own.
    let place = format!("twin-wntr-{}-{}", std::process::id(), ASKED.fetch_add(1, Ordering::Relaxed));
    let place = std::env::temp_dir().join(place);
    std::fs::create_dir_all(&place).expect("a folder");
    let run =
        Command::new("python3").arg(&script).args(given).env("PYTHONPATH", folder()).env("TMPDIR", &place).output();
    std::fs::remove_dir_all(&place).expect("the folder goes");
    let run = run.unwrap_or_else(|error| panic!("python3 does not start ({error}); WNTR is the oracle of this test"));
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "WNTR does not answer from {}; run setup/oracles.sh. {said}", folder().display());
    serde_json::from_slice(&run.stdout).expect("what pressures.py prints")
}

fn open(file: &Path) -> Plant {
    let engine = epanet::EPANET::with_inp_file(&file.display().to_string(), "/dev/null", "");
    Plant::opened(engine.unwrap_or_else(|error| panic!("{}: {error}", file.display()))).unwrap()
}

fn at(plant: &Plant, state: &State, key: &str) -> f64 {
    state.pressure_m[plant.node(key).unwrap() as usize].unwrap()
}

/// As published with the network, m.
#[test]
fn p5_pressures_of_net1_at_the_start() {
    let plant = open(&folder().join("wntr/library/networks/Net1.inp"));
    let state = plant.solve(&WhatIf::default()).unwrap();
    for (node, pressure_m) in [("10", 89.717), ("11", 83.890), ("22", 83.539), ("32", 77.934)] {
        let ours = at(&plant, &state, node);
        assert!((ours - pressure_m).abs() < 0.002, "node {node}: {ours} m, published {pressure_m} m");
    }
    assert_eq!((state.at_s, state.warnings.as_slice()), (0, &[][..]));
}

#[test]
fn pressures_are_those_of_wntr_on_net1_net3_and_ky4() {
    let answers = ask(&[]);
    let mut networks = BTreeMap::new();
    for case in &answers.cases {
        // One plant a network for all its questions: what one question laid over it must be gone for the next.
        let plant = networks.entry(case.network.clone()).or_insert_with(|| open(Path::new(&case.file)));
        let named = |key: &String| plant.node(key).unwrap();
        let what = WhatIf {
            shut: case.closed.iter().flat_map(|key| plant.links_of(key).to_vec()).collect(),
            draws: case.draw.iter().map(|(key, l_s)| (named(key), *l_s)).collect(),
            demand: case.pda.as_ref().map_or(Demand::AsModelled, |pda| Demand::PressureDriven {
                minimum_m: pda["minimum_m"],
                required_m: pda["required_m"],
                exponent: 0.5,
            }),
            at_s: case.hour * 3600,
            ..WhatIf::default()
        };
        let name = format!("{} {:?} {:?} at {} h, {}", case.network, case.closed, case.draw, case.hour, case.solver);
        let began = Instant::now();
        let state = plant.solve(&what).unwrap();
        let ours = began.elapsed().as_secs_f64();
        assert_eq!(state.at_s, what.at_s, "{name}");
        let junctions = plant.nodes.iter().filter(|node| node.sort == Sort::Junction).count();
        assert_eq!(case.pressure_m.len(), junctions, "{name}");
        let (mut worst, mut compared) = (0.0_f64, 0);
        for (key, theirs) in &case.pressure_m {
            let node = named(key) as usize;
            let Some(pressure) = state.pressure_m[node] else {
                assert!(case.closed.is_some(), "{name}: {key} is dry");
                continue;
            };
            compared += 1;
            worst = worst.max((pressure - theirs).abs());
            let drawn = case.draw.as_ref().filter(|(at, _)| at == key).map_or(0.0, |(_, l_s)| *l_s);
            // A draw of ours is a category of its own on both sides, so demands are the same sums.
            let given = state.given_l_s[node];
            assert!(
                (given - case.given_l_s[key]).abs() < 0.02 + drawn * 1e-3,
                "{name} {key}: {given} {}",
                case.given_l_s[key]
            );
        }
        // Forty dry junctions would be all that a small network has.
        assert!(compared + 40 > junctions && compared * 2 > junctions, "{name}: {compared} of {junctions}");
        println!(
            "{name}: {compared} junctions within {worst:.4} m; WNTR {} {:.0} ms, ours {:.1} ms",
            answers.version,
            case.seconds * 1e3,
            ours * 1e3
        );
        assert!(worst < 0.002, "{name}: {worst} m apart");
    }
    assert_eq!(answers.cases.len(), 14);
}

/// What hydrants give: drawn as a demand of its own, the EPANET of WNTR and its own solver find the residual there, and the same lowest
/// pressure elsewhere.
#[test]
fn fire_flow_of_net1_leaves_the_residual() {
    const RESIDUAL_M: f64 = 14.06;
    let plant = open(&folder().join("wntr/library/networks/Net1.inp"));
    let keys = ["11", "22", "32"];
    let nodes = keys.map(|key| plant.node(key).unwrap());
    let fire = plant.fire_flow(&nodes, RESIDUAL_M, 2000.0, &WhatIf::default()).unwrap();
    let drawn: Vec<(&str, &str, f64)> =
        keys.iter().zip(&fire).map(|(key, one)| ("Net1", *key, one.available_l_s.unwrap())).collect();
    let answers = ask(&drawn);
    assert_eq!(answers.cases.len(), 2 * keys.len(), "both solvers answer each");
    for (number, case) in answers.cases.iter().enumerate() {
        let one = &fire[number / 2];
        let (key, flow) = case.draw.as_ref().unwrap();
        let ours_l_s = one.available_l_s.unwrap();
        assert!(!one.more && *flow > 10.0 && (ours_l_s - flow).abs() < 1e-9, "{one:?}");
        assert_eq!(plant.node(key), Some(one.node));
        let name = format!("{key} at {flow} L/s by {}", case.solver);
        let left = case.pressure_m[key];
        assert!((left - RESIDUAL_M).abs() < 0.05, "{name}: {left} m");
        let elsewhere = case.pressure_m.iter().filter(|(other, _)| *other != key).map(|(_, pressure)| *pressure);
        let theirs = elsewhere.fold(f64::INFINITY, f64::min);
        let (ours, _) = one.lowest.unwrap();
        assert!((ours - theirs).abs() < 0.05, "{name}: {ours} m elsewhere, {theirs} m by WNTR");
    }
    // 32 hangs at the end: less than 11 at the beginning.
    assert!(fire[2].available_l_s < fire[0].available_l_s);
}
