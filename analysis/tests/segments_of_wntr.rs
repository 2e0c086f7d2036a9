//! Valve segmentation beside WNTR's, on the networks that come with it (case P2). `setup/oracles.sh` installs WNTR; without it the test fails.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use analysis::network::graph::Graph;
use analysis::network::isolation::{Gate, Segments};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answers {
    version: String,
    cases: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    nodes: usize,
    links: Vec<[u32; 2]>,
    valves: Vec<[u32; 2]>,
    of_node: Vec<u32>,
    of_link: Vec<u32>,
    count: usize,
    largest: usize,
    seconds: f64,
}

fn ask() -> Answers {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = crate_folder.parent().expect("the workspace").join("target/oracles/wntr");
    let folder = std::env::var_os("TWIN_ORACLE_WNTR").map_or(installed, PathBuf::from);
    let script = crate_folder.join("tests/wntr/segments.py");
    let run = Command::new("python3").arg(&script).env("PYTHONPATH", &folder).output();
    let run = run.unwrap_or_else(|error| panic!("python3 does not start ({error}); WNTR is the oracle of this test"));
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "WNTR does not answer from {}; run setup/oracles.sh. {said}", folder.display());
    serde_json::from_slice(&run.stdout).expect("what segments.py prints")
}

#[test]
fn p2_segments_are_those_of_wntr_on_net3_and_ky4() {
    let answers = ask();
    let mut sizes = HashMap::new();
    for case in &answers.cases {
        let began = Instant::now();
        let graph = Graph::new(case.nodes, case.links.clone());
        let gate = |(valve, [link, junction]): (usize, &[u32; 2])| Gate {
            link: *link,
            junction: *junction,
            valve: valve as u32,
        };
        let gates: Vec<Gate> = case.valves.iter().enumerate().map(gate).collect();
        let segments = Segments::of(&graph, &gates);
        let ours = began.elapsed().as_secs_f64();
        let largest = segments.sizes().into_iter().max().unwrap();
        // The same parts, whatever their numbers.
        let mut pairs: HashMap<u32, u32> = HashMap::new();
        let mut back: HashMap<u32, u32> = HashMap::new();
        assert_eq!((segments.of_junction.len(), segments.of_link.len()), (case.of_node.len(), case.of_link.len()));
        let told = case.of_node.iter().chain(&case.of_link);
        for (mine, theirs) in segments.of_junction.iter().chain(&segments.of_link).zip(told) {
            assert_eq!(pairs.entry(*mine).or_insert(*theirs), theirs, "{}", case.name);
            assert_eq!(back.entry(*theirs).or_insert(*mine), mine, "{}", case.name);
        }
        assert_eq!((segments.count, largest), (case.count, case.largest), "{}", case.name);
        println!(
            "{}: {} segments, the largest of {largest}; WNTR {} {:.1} ms, ours {:.3} ms",
            case.name,
            segments.count,
            answers.version,
            case.seconds * 1e3,
            ours * 1e3
        );
        sizes.insert(case.name.clone(), (segments.count, largest));
    }
    // As published.
    assert_eq!(sizes["Net3 random 40"], (23, 125));
    assert_eq!(sizes["Net3 strategic 1"], (119, 3));
    assert_eq!(answers.cases.len(), 7);
}
