//! Isolation of breaks, with who loses supply: ours beside pgRouting's walks over a graph in which valves are edges.

use std::collections::HashMap;
use std::time::Instant;

use analysis::network::isolation::{Break, Isolator, Served, Service, Valves};
use analysis::network::{Settings, Topology};
use geo::CoordsIter;
use postgres::Client;
use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

use crate::city::{BLOCK_M, building, empty, lay};
use crate::server::Server;
use crate::{Outcome, SRID, agree, beside as in_words, median, timed, ways};

/// How many breaks.
const BREAKS: usize = 100;
/// Of how many of them the peer is asked with nothing worked out before: each time it reads the whole graph.
const BREAKS_WHOLE: usize = 10;

/// What follows from a break: numbers of valves to close, of links, connections, hydrants and buildings without supply, each in order.
#[derive(Debug, PartialEq, Eq)]
struct Told([Vec<i64>; 5]);

fn told(client: &mut Client, query: &str, link: u32, source: u32) -> Result<Told, postgres::Error> {
    let row = client.query_one(query, &[&i64::from(link), &i64::from(source)])?;
    Ok(Told([0, 1, 2, 3, 4].map(|column: usize| row.get(column))))
}

fn sorted(numbers: impl IntoIterator<Item = u32>) -> Vec<i64> {
    let mut sorted: Vec<i64> = numbers.into_iter().map(i64::from).collect();
    sorted.sort_unstable();
    sorted
}

fn ours(isolator: &Isolator, service: &Service, link: u32) -> Told {
    let plan = isolator.isolate(&isolator.at(Break::Link(link)));
    let lost = service.lost(isolator, &plan);
    let gone = plan.segments.iter().chain(&plan.cut_off);
    Told([
        sorted(plan.close),
        sorted(gone.flat_map(|segment| isolator.links_of(*segment).iter().copied())),
        sorted(lost.connections),
        sorted(lost.hydrants),
        sorted(lost.buildings.iter().map(|at| service.buildings[*at as usize].0)),
    ])
}

/// The network with the keys of its nodes, and a building in every block.
fn made(size: usize) -> ParkSnapshot {
    let mut park = empty();
    lay(&mut park, NetworkClass::Water, size, 0.0, 1.5, 200.0, true);
    for x in 0..size - 1 {
        for y in 0..size - 1 {
            let id = park.buildings.len() as i64 + 1;
            park.buildings.push(building(id, x as f64 * BLOCK_M + 10.0, y as f64 * BLOCK_M + 20.0));
        }
    }
    park
}

/// Writes the graph, the valves and who hangs on it into the database.
fn fill(
    server: &mut Server,
    park: &ParkSnapshot,
    topology: &Topology,
    valves: &Valves,
    service: &Service,
) -> Outcome<()> {
    let graph = &topology.graph;
    let at = |junction: u32| topology.junctions[junction as usize].position;
    let links =
        || (0_u32..).zip(&topology.links).map(move |(number, link)| (number, graph.ends(number), link.length_m));
    let rows = links().map(|(number, [a, b], length_m)| {
        let ([x1, y1, _], [x2, y2, _]) = (at(a), at(b));
        format!("{number}\t{a}\t{b}\t{length_m}\t{x1}\t{y1}\t{x2}\t{y2}")
    });
    server.fill(include_str!("../../../spatial-db/sql/bench/network_copy_link.sql"), rows)?;

    // Where a valve stands at the end of a link, the link ends at a place of its own, from which the valve leads on.
    let places = (graph.junctions() as u32..).zip(&valves.gates);
    let parted: HashMap<(u32, u32), u32> =
        places.clone().map(|(place, gate)| ((gate.link, gate.junction), place)).collect();
    let rows = links().map(|(number, ends, length_m)| {
        let [a, b] = ends.map(|end| parted.get(&(number, end)).copied().unwrap_or(end));
        format!("{number}\t{a}\t{b}\t{length_m}\t\\N")
    });
    let first = graph.links() as u32;
    let gates = places.map(|(place, gate)| {
        let number = first + place - graph.junctions() as u32;
        format!("{number}\t{place}\t{}\t0\t{}", gate.junction, gate.valve)
    });
    server.fill(include_str!("../../../spatial-db/sql/bench/network_copy_part.sql"), rows.chain(gates))?;

    let kinds = [(&service.connections, "connection"), (&service.hydrants, "hydrant")];
    let rows = kinds.into_iter().flat_map(|(junctions, kind)| junctions.iter().map(move |junction| (*junction, kind)));
    let rows = rows.map(|(junction, kind)| {
        let [x, y, _] = at(junction);
        format!("{junction}\t{kind}\tSRID={SRID};POINT({x} {y})")
    });
    server.fill(include_str!("../../../spatial-db/sql/bench/network_copy_spot.sql"), rows)?;
    let rows = park.buildings.iter().enumerate().map(|(row, building)| {
        let corners = building.footprint.exterior_coords_iter().map(|geo::Coord { x, y }| format!("{x} {y}"));
        format!("{row}\tSRID={SRID};POLYGON(({}))", corners.collect::<Vec<_>>().join(","))
    });
    server.fill(include_str!("../../../spatial-db/sql/bench/network_copy_building.sql"), rows)?;
    server.client().batch_execute(include_str!("../../../spatial-db/sql/bench/network_index_graph.sql"))?;
    Ok(())
}

/// Isolation of the same breaks by both, then shortest ways on the same graph.
pub(crate) fn beside(url: &str, size: usize, settings: &Settings) -> Outcome<()> {
    let park = made(size);
    let there = Presence::on(&park, "2026-01-01".parse()?);
    let topology = Topology::build(&park, &there, NetworkClass::Water, settings);
    let valves = Valves::of(&topology, &park, settings);
    let (isolator, segments_s) = timed(|| Isolator::of(&topology, &park, &valves, &HashMap::new(), &[]));
    let (service, service_s) = timed(|| Service::of(&topology, &park, &there, settings));
    let [source] = topology.sources(&park)[..] else { return Err("the grid has not one source".into()) };

    let mut server = Server::connect(url)?;
    fill(&mut server, &park, &topology, &valves, &service)?;

    let reach_m = settings.tolerance.service_m.value.to_string();
    let served = include_str!("../../../spatial-db/sql/bench/network_served.sql").replace("{reach_m}", &reach_m);
    let took = server.timed(|client| client.batch_execute(&served))?;
    println!("  who hangs on what, PostGIS: {}", in_words(took.map(|took| took.1), service_s));
    if took.is_some() {
        let rows = server.client().query(include_str!("../../../spatial-db/sql/bench/network_served_rows.sql"), &[])?;
        let theirs = rows.iter().map(|row| (row.get::<_, i64>(0), row.get::<_, i64>(1)));
        let same = service.buildings.iter().map(|(row, served, _)| match served {
            Served::Connection(junction) => (i64::from(*row), i64::from(*junction)),
            Served::Line(_) => (i64::from(*row), -1),
        });
        agree(same.eq(theirs), "the connection of each building", "PostGIS")?;

        let took = server
            .timed(|client| client.batch_execute(include_str!("../../../spatial-db/sql/bench/network_segments.sql")))?;
        println!(
            "  segments, pgr_connectedComponents and tables of them: {}",
            in_words(took.map(|took| took.1), segments_s)
        );

        let breaks: Vec<u32> =
            (0..BREAKS).map(|at| ((2 * at + 1) * topology.links.len() / (2 * BREAKS)) as u32).collect();
        let mut our_s = Vec::new();
        let answers: Vec<Told> = breaks
            .iter()
            .map(|link| {
                let began = Instant::now();
                let answer = ours(&isolator, &service, *link);
                our_s.push(began.elapsed().as_secs_f64());
                answer
            })
            .collect();
        let lost = |what: usize| answers.iter().map(|answer| answer.0[what].len()).sum::<usize>();
        println!(
            "  {} breaks: {} valves to close, {} links, {} connections, {} hydrants and {} buildings without supply",
            breaks.len(),
            lost(0),
            lost(1),
            lost(2),
            lost(3),
            lost(4)
        );
        let prepared = include_str!("../../../spatial-db/sql/bench/network_isolate.sql");
        let whole = include_str!("../../../spatial-db/sql/bench/network_isolate_whole.sql");
        let asked = [
            ("segments worked out before, pgr_drivingDistance over them", prepared, took.is_some(), 1),
            ("from the whole graph, pgr_drivingDistance twice", whole, true, BREAKS / BREAKS_WHOLE),
        ];
        for (how, query, possible, every) in asked {
            let mut their_s = Vec::new();
            for (link, answer) in breaks.iter().zip(&answers).step_by(every).filter(|_| possible) {
                let Some((theirs, took)) = server.timed(|client| told(client, query, *link, source))? else { break };
                their_s.push(took);
                if theirs != *answer {
                    return Err(
                        format!("for a break on link {link} pgRouting tells {theirs:?} and we {answer:?}").into()
                    );
                }
            }
            let done = (!their_s.is_empty()).then(|| median(&their_s));
            println!("  a break, {how}, median of {}: {}", their_s.len(), in_words(done, median(&our_s)));
            if done.is_some() {
                println!("    agrees on valves, links, connections, hydrants and buildings of all {}", their_s.len());
            }
        }
        println!("    its process held {}", server.peak());
    }
    ways::beside(url, &topology)
}
