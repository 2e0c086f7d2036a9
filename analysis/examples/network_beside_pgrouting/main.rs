//! The questions of `network_speed` put to pgRouting and `PostGIS` on the same made-up network, in the same run, and held beside our answers: topology
//! from geometry, isolation of the same breaks, shortest ways of the same pairs, clearance of all pairs.
//!
//! `cargo run -p analysis --example network_beside_pgrouting -- URL [SIZE [PART]]`: a database of its own, in which it makes and drops
//! tables; first on a network of `PART` streets each way, which every peer gets done, then on `SIZE`. Fails where answers differ. Where
//! pgRouting cannot be had, says so and asks `PostGIS` alone.

#[path = "../city/mod.rs"]
mod city;
mod clear;
mod isolate;
mod server;
mod ways;

use std::collections::HashMap;
use std::error::Error;
use std::time::Instant;

use analysis::network::{Settings, Topology};
use city::{empty, lay};
use server::{LIMIT_S, Server, peak_mb};
use spatial_db::model::{NetworkClass, NetworkEdge, Presence};

/// Reference system of what is made up, as the park's.
const SRID: i32 = 4549;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The answer of `of`, and how long it took, s.
fn timed<T>(of: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let done = of();
    (done, began.elapsed().as_secs_f64())
}

/// The middle one, 0 of none.
fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// A time, s, in words.
fn words(s: f64) -> String {
    match s {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.1} s"),
    }
}

/// A time of theirs beside ours, s, in words.
fn beside(theirs: Option<f64>, ours: f64) -> String {
    let our = words(ours);
    match theirs {
        Some(theirs) => format!("{}, ours {our}, ratio {:.1}", words(theirs), theirs / ours),
        None => format!("not done in {LIMIT_S} s, ours {our}, ratio over {:.0}", LIMIT_S as f64 / ours),
    }
}

/// A line as the server reads it.
fn way(edge: &NetworkEdge) -> String {
    let vertices: Vec<String> = edge.path.iter().map(|[x, y, z]| format!("{x} {y} {z}")).collect();
    format!("SRID={SRID};LINESTRING Z ({})", vertices.join(","))
}

/// Load of the machine over the last minute.
fn load() -> String {
    let told = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split(' ').next().unwrap_or("?").to_owned()
}

/// Whether two ways to number the ends of the same lines name the same places.
fn same_places(ours: &[[u32; 2]], theirs: &[[i64; 2]]) -> bool {
    let (mut to, mut back) = (HashMap::new(), HashMap::new());
    ours.len() == theirs.len()
        && ours.iter().flatten().zip(theirs.iter().flatten()).all(|(our, their)| {
            *to.entry(*our).or_insert(*their) == *their && *back.entry(*their).or_insert(*our) == *our
        })
}

/// Which places their lines end at.
fn ends(server: &mut Server, query: &str) -> Result<Vec<[i64; 2]>, postgres::Error> {
    let rows = server.client().query(query, &[])?;
    Ok(rows.iter().map(|row| [row.get(0), row.get(1)]).collect())
}

/// Topology of lines that name no nodes.
fn topology(url: &str, size: usize, settings: &Settings) -> Outcome<()> {
    let mut park = empty();
    lay(&mut park, NetworkClass::Water, size, 0.0, 1.5, 200.0, false);
    let there = Presence::on(&park, "2026-01-01".parse()?);
    let (topology, ours) = timed(|| Topology::build(&park, &there, NetworkClass::Water, settings));
    if topology.links.len() != park.edges.len() {
        return Err("a line of the grid is not one link".into());
    }
    let our_ends: Vec<[u32; 2]> =
        (0..park.edges.len()).map(|row| topology.graph.ends(topology.links_of_edge(row).start)).collect();

    let mut server = Server::connect(url)?;
    let rows = park.edges.iter().enumerate().map(|(row, edge)| format!("{row}\t{}", way(edge)));
    server.fill(include_str!("../../../spatial-db/sql/bench/network_copy_line.sql"), rows)?;
    server.client().batch_execute(include_str!("../../../spatial-db/sql/bench/network_index_line.sql"))?;

    let told = server
        .timed(|client| client.batch_execute(include_str!("../../../spatial-db/sql/bench/network_meetings.sql")))?;
    println!("  topology, pgr_extractVertices (ends equal to the last bit): {}", beside(told.map(|told| told.1), ours));
    if told.is_some() {
        let theirs = ends(&mut server, include_str!("../../../spatial-db/sql/bench/network_line_meetings.sql"))?;
        agree(same_places(&our_ends, &theirs), "which lines meet", "pgr_extractVertices")?;
    }
    println!("    its process held {}", server.peak());

    let mut server = Server::connect(url)?;
    let tolerance = settings.tolerance.snap_m.value;
    let told = server.timed(|client| {
        let row =
            client.query_one(include_str!("../../../spatial-db/sql/bench/network_topology.sql"), &[&tolerance])?;
        Ok(row.get::<_, String>(0))
    })?;
    if told.as_ref().is_some_and(|(said, _)| said != "OK") {
        return Err("pgr_createTopology fails".into());
    }
    println!(
        "  topology, pgr_createTopology (ends within {tolerance} m, flat ways): {}",
        beside(told.as_ref().map(|told| told.1), ours)
    );
    if told.is_some() {
        let theirs = ends(&mut server, include_str!("../../../spatial-db/sql/bench/network_line_junctions.sql"))?;
        agree(same_places(&our_ends, &theirs), "which lines meet", "pgr_createTopology")?;
    }
    println!("    its process held {}", server.peak());
    Ok(())
}

/// Says that a peer says the same, or fails.
fn agree(same: bool, what: &str, peer: &str) -> Outcome<()> {
    if !same {
        return Err(format!("{peer} and we differ on {what}").into());
    }
    println!("    agrees on {what}");
    Ok(())
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("usage: network_beside_pgrouting URL [SIZE [PART]]")?;
    let mut number = |default: usize| arguments.next().map_or(Ok(default), |text| text.parse());
    let (size, part) = (number(200)?, number(40)?);
    let settings = Settings::shipped();

    let mut server = Server::connect(&url)?;
    server.client().batch_execute(include_str!("../../../spatial-db/sql/bench/postgis.sql"))?;
    let version =
        |server: &mut Server, query: &str| server.client().query_one(query, &[]).map(|row| row.get::<_, String>(0));
    let postgis = version(&mut server, include_str!("../../../spatial-db/sql/bench/postgis_version.sql"))?;
    let routing = match server.client().batch_execute(include_str!("../../../spatial-db/sql/bench/pgrouting.sql")) {
        Ok(()) => Some(version(&mut server, include_str!("../../../spatial-db/sql/bench/pgrouting_version.sql"))?),
        Err(error) => {
            println!("networks: this server has no pgRouting ({error}): PostGIS alone is asked");
            None
        }
    };
    for size in [part, size] {
        server.client().batch_execute(include_str!("../../../spatial-db/sql/bench/network_tables.sql"))?;
        println!(
            "networks beside pgRouting {} and PostGIS {postgis}, {} lines, load {}",
            routing.as_deref().unwrap_or("(not there)"),
            10 * size * (size - 1),
            load()
        );
        if routing.is_some() {
            topology(&url, size, &settings)?;
            isolate::beside(&url, size, &settings)?;
        }
        clear::beside(&url, size / 2)?;
        println!(
            "  we held {} MB at most so far, the park among them; load {}",
            peak_mb("/proc/self/status").unwrap_or(0),
            load()
        );
    }
    if routing.is_some() {
        println!(
            "  what pgRouting does not tell: where a line meets another's course or passes over it (heights), what a valve does to the graph (made \
             here, an edge for each), valves that are shut, stuck or in doubt, what else to close where one fails, and who hangs on what \
             (PostGIS, here)"
        );
    }
    Ok(())
}
