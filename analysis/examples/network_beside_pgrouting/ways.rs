//! Shortest ways between the same junctions: ours beside pgRouting's.

use analysis::network::Topology;
use analysis::network::barriers::Barriers;

use crate::server::Server;
use crate::{Outcome, beside as in_words, median, timed};

/// How many pairs.
const PAIRS: usize = 10;
/// Lengths that differ by no more, m, are one.
const SAME_M: f64 = 1e-6;

/// Ways between pairs all over the network, one question each and all in one.
pub(crate) fn beside(url: &str, topology: &Topology) -> Outcome<()> {
    let open = Barriers::shut_at(topology, |_| false);
    let count = topology.junctions.len();
    // Here and there, the same in every run.
    let pairs: Vec<[u32; 2]> =
        (0..PAIRS).map(|at| [1, 2].map(|salt| ((at * 2 + salt) * 7919 * 104_729 % count) as u32)).collect();
    let (mut our_m, mut our_s) = (Vec::new(), Vec::new());
    for [from, to] in &pairs {
        let (route, took) = timed(|| topology.shortest(*from, *to, &open));
        our_m.push(route.ok_or("two junctions of the grid with no way between them")?.length_m);
        our_s.push(took);
    }
    let same = |theirs: &[f64]| theirs.iter().zip(&our_m).all(|(a, b)| (a - b).abs() <= SAME_M);

    let mut server = Server::connect(url)?;
    for (name, query) in [
        ("pgr_dijkstra", include_str!("../../../spatial-db/sql/bench/network_way_dijkstra.sql")),
        ("pgr_bdDijkstra", include_str!("../../../spatial-db/sql/bench/network_way_bd_dijkstra.sql")),
        ("pgr_bdAstar", include_str!("../../../spatial-db/sql/bench/network_way_bd_astar.sql")),
    ] {
        let (mut their_m, mut their_s) = (Vec::new(), Vec::new());
        for [from, to] in &pairs {
            let ends = [i64::from(*from), i64::from(*to)];
            let answer = server.timed(|client| client.query_one(query, &[&ends[0], &ends[1]]))?;
            let Some((row, took)) = answer else { break };
            their_m.push(row.get::<_, Option<f64>>(0).unwrap_or(f64::INFINITY));
            their_s.push(took);
        }
        let done = (!their_s.is_empty()).then(|| median(&their_s));
        println!("  a shortest way, {name}, median of {}: {}", their_s.len(), in_words(done, median(&our_s)));
        if !same(&their_m) {
            return Err(format!("{name} finds ways of {their_m:?} m, we of {our_m:?} m").into());
        }
    }
    let [from, to] = [0, 1].map(|end: usize| pairs.iter().map(|pair| i64::from(pair[end])).collect::<Vec<_>>());
    let all = include_str!("../../../spatial-db/sql/bench/network_ways.sql");
    let answer = server.timed(|client| client.query(all, &[&from, &to]))?;
    let took = answer.as_ref().map(|answer| answer.1);
    println!("  all {PAIRS} ways in one question, pgr_dijkstra: {}", in_words(took, our_s.iter().sum()));
    let their_m: Option<Vec<Option<f64>>> = answer.map(|(rows, _)| rows.iter().map(|row| row.get(0)).collect());
    if their_m.is_some_and(|their_m| !same(&their_m.iter().map(|m| m.unwrap_or(f64::INFINITY)).collect::<Vec<_>>())) {
        return Err("pgr_dijkstra finds other ways where it is asked for all at once".into());
    }
    println!("    agrees on the length of every way; its process held {}", server.peak());
    Ok(())
}
