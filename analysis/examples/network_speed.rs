//! How long networks of a city take: topology, isolation and clearance on a made-up grid of 8,000 km in 400,000 lines.
//!
//! `cargo run --locked -p analysis --example network_speed [SIZE]`. Beside ours, on the same network in the same run, what peers need
//! that `network_peers.py` finds installed for python3 (`PYTHONPATH`, else `target/oracles/wntr`): `SciPy`, petgraph by rustworkx and
//! WNTR for segments, GEOS by shapely for near lines. Wall time and processor time of all threads are told: other work slows one of them.

mod city;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use analysis::network::clearance::{ClearanceRules, Room, Verdict};
use analysis::network::isolation::{Break, Isolator, Segments, Service, Valves};
use analysis::network::topology::Basis;
use analysis::network::{Settings, Topology};
use city::{BLOCK_M, building, empty, lay};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, ParkSnapshot, Presence};

/// Processor time of this process, all threads, s; 0 where the system does not tell.
fn processor_s() -> f64 {
    let told = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = told.rsplit(')').next().unwrap_or_default().split_whitespace();
    // User and system time, in hundredths, are the 14th and 15th field; the second ends with the bracket.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn timed<T>(what: &str, of: impl FnOnce() -> T) -> T {
    let (began, used) = (Instant::now(), processor_s());
    let done = of();
    println!("  {what}: {:.3} s, processor {:.2} s", began.elapsed().as_secs_f64(), processor_s() - used);
    done
}

/// Asks the peers about what lies in `file`: prints what they say, or that there are none.
fn peers(what: &str, file: &[u8]) {
    let path = std::env::temp_dir().join(format!("network-speed-{}-{what}.bin", std::process::id()));
    std::fs::write(&path, file).expect("a file for the peers");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/network_peers.py");
    let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/oracles/wntr");
    let folders = std::env::var_os("PYTHONPATH").unwrap_or_else(|| installed.into());
    let run =
        std::process::Command::new("python3").arg(script).arg(what).arg(&path).env("PYTHONPATH", folders).status();
    if !run.is_ok_and(|status| status.success()) {
        println!("  no peer answers");
    }
    std::fs::remove_file(&path).ok();
}

fn whole(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Ten lines here and there get a corner, one goes, one comes: what is joined anew, and how long it takes.
fn edit(park: &ParkSnapshot, there: &Presence, topology: &Topology, settings: &Settings) {
    let mut next = park.clone();
    let count = next.edges.len();
    for at in 0..9 {
        let line = &mut next.edges[count / 10 * at + 7];
        let [a, b] = [line.path[0], line.path[1]];
        line.path.insert(1, [0, 1, 2].map(|axis: usize| f64::midpoint(a[axis], b[axis]) + 0.5));
    }
    next.edges.remove(count / 2);
    let mut new = next.edges[count / 3].clone();
    new.id = FeatureId::new(FeatureKind::NetworkEdge, count as i64 + 10);
    (new.from_key, new.to_key) = (None, None);
    new.path[1] = [new.path[0][0] + 30.0, new.path[0][1] + 30.0, new.path[0][2]];
    next.edges.push(new);
    let now = Presence::on(&next, there.on);
    let cache = timed("index of the park, which the store's cache keeps", || Cache::build(Arc::new(next)));
    let basis =
        timed("what the network was joined from, kept beside it", || Basis::of(park, there, topology.class, settings));
    let (rebuilt, anew) =
        timed("topology after an edit of ten lines", || topology.rebuilt(&basis, &cache, &now, settings));
    println!("  {anew:?}");
    let built =
        timed("the same, built as a whole", || Topology::build(cache.snapshot(), &now, topology.class, settings));
    assert!(rebuilt.graph == built.graph && rebuilt.links == built.links && rebuilt.joined == built.joined);
}

fn main() {
    let size = std::env::args().nth(1).and_then(|size| size.parse().ok()).unwrap_or(200_usize);
    let (settings, rules) = (Settings::shipped(), ClearanceRules::shipped());
    let day = "2026-01-01".parse().expect("a day");

    for keys in [true, false] {
        let mut park = empty();
        lay(&mut park, NetworkClass::Water, size, 0.0, 1.5, 200.0, keys);
        for x in 0..size - 1 {
            for y in 0..size - 1 {
                let id = park.buildings.len() as i64 + 1;
                park.buildings.push(building(id, x as f64 * BLOCK_M + 10.0, y as f64 * BLOCK_M + 20.0));
            }
        }
        let there = Presence::on(&park, day);
        let how = if keys { "with the keys of nodes" } else { "by where lines lie" };
        println!("{} lines, {} points, {} buildings, {how}", park.edges.len(), park.nodes.len(), park.buildings.len());
        let topology = timed("topology", || Topology::build(&park, &there, NetworkClass::Water, &settings));
        println!("  {:.0} km, {} findings", topology.length_m() / 1000.0, topology.findings.len());
        edit(&park, &there, &topology, &settings);
        if !keys {
            continue;
        }
        let flows = timed("directions of flow", || topology.flows(&park, &settings));
        timed("loops", || topology.rings());
        let valves = Valves::of(&topology, &park, &settings);
        let (lines, _) = topology.passages(&park, &valves, &flows);
        let isolator = timed("segments", || Isolator::of(&topology, &park, &valves, &HashMap::new(), &lines));
        println!("  {} valves, {} segments", valves.shut.len(), isolator.segments.count);
        timed("segments alone", || Segments::of(&topology.graph, &valves.gates));
        let links = (0..topology.links.len() as u32).flat_map(|link| topology.graph.ends(link));
        let gates = valves.gates.iter().flat_map(|gate| [gate.link, gate.junction]);
        let sizes = [topology.junctions.len() as u32, topology.links.len() as u32, valves.gates.len() as u32];
        peers("segments", &whole(sizes.into_iter().chain(links).chain(gates)));
        let service = timed("who hangs on what", || Service::of(&topology, &park, &there, &settings));
        let mut worst = 0.0_f64;
        let mut sum = 0.0;
        let breaks: Vec<u32> = (0..100).map(|at| ((2 * at + 1) * topology.links.len() / 200) as u32).collect();
        let mut lost = [0_usize; 3];
        let used = processor_s();
        for link in &breaks {
            let began = Instant::now();
            let plan = isolator.isolate(&isolator.at(Break::Link(*link)));
            let without = service.lost(&isolator, &plan);
            let took = began.elapsed().as_secs_f64();
            worst = worst.max(took);
            sum += took;
            lost[0] += without.connections.len();
            lost[1] += without.hydrants.len();
            lost[2] += without.buildings.len();
        }
        println!(
            "  isolation of a break with who loses supply: mean {:.1} ms (processor {:.1}), worst {:.1} ms of {}, 100 ms aimed for ({} customers, {} hydrants, {} buildings)",
            sum * 1e3 / breaks.len() as f64,
            (processor_s() - used) * 1e3 / breaks.len() as f64,
            worst * 1e3,
            breaks.len(),
            lost[0],
            lost[1],
            lost[2]
        );
        let weight = service.per_segment(&isolator).into_iter().next().unwrap_or_default();
        timed("criticality of every segment", || isolator.criticality(&weight));
    }

    // The same length in four classes, side by side in the streets.
    let mut park = empty();
    let half = size / 2;
    lay(&mut park, NetworkClass::Drainage, half, 0.0, 3.0, 600.0, true);
    lay(&mut park, NetworkClass::Water, half, 1.8, 1.5, 200.0, true);
    lay(&mut park, NetworkClass::Gas, half, 2.6, 1.2, 150.0, true);
    lay(&mut park, NetworkClass::Power, half, -0.9, 1.0, 150.0, true);
    let there = Presence::on(&park, day);
    println!("{} lines of four classes side by side", park.edges.len());
    let room = timed("tree", || Room::of(&park, &there, &rules));
    let found = timed("clearance of all pairs (30 s aimed for)", || room.all());
    let count = |verdict| found.found.iter().filter(|one| one.verdict == verdict).count();
    println!(
        "  {} clear, {} violated, {} possible, {} unknown",
        found.clear,
        count(Verdict::Violated),
        count(Verdict::Possible),
        count(Verdict::Unknown)
    );
    let ends = park.edges.iter().flat_map(|edge| edge.path.iter().flat_map(|[x, y, _]| [*x, *y]));
    peers("near", &ends.flat_map(f64::to_le_bytes).collect::<Vec<u8>>());
}
