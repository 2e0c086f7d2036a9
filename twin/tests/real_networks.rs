//! What is said of underground networks in real places, where `TWIN_REAL_DATA` names the folder that holds them, against walks along
//! the keys of their records that share no code with the product.

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use analysis::network::Settings;
use analysis::network::answers::Network;
use analysis::network::isolation::Isolator;
use analysis::network::topology::FlowBasis;
use analysis::network::trace::Way;
use chrono::NaiveDate;
use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot, Presence};
use support::real::Imported;

fn day() -> NaiveDate {
    "2026-06-30".parse().unwrap()
}

fn network<'p>(
    park: &'p ParkSnapshot,
    there: &'p Presence,
    class: NetworkClass,
    settings: &'p Settings,
) -> Network<'p> {
    Network::of(park, there, class, settings, HashMap::new()).expect("a network")
}

/// Lines of a class by the keys of their first and last node.
fn lines(park: &ParkSnapshot, class: NetworkClass) -> Vec<(&str, &str, &str)> {
    let of_class = park.edges.iter().filter(|edge| edge.class == class);
    let keys = of_class
        .filter_map(|edge| Some((edge.provenance.key.as_str(), edge.from_key.as_deref()?, edge.to_key.as_deref()?)));
    keys.collect()
}

/// Sant Boi: every sewer leads where a walk along the keys leads, most of them to an outfall.
#[test]
fn sant_boi_sewers_flow_to_their_outfalls() {
    let Some(park) = Imported::new("santboi_es") else { return };
    let park = park.snapshot;
    let (there, settings) = (Presence::on(&park, day()), Settings::shipped());
    let network = network(&park, &there, NetworkClass::Drainage, &settings);
    assert_eq!(network.flows.basis, FlowBasis::Drawn, "they are drawn as they fall");
    let lines = lines(&park, NetworkClass::Drainage);
    let kinds: HashMap<&str, NodeKind> = park.nodes.iter().map(|n| (n.provenance.key.as_str(), n.kind)).collect();
    let mut drained = 0;
    let mut longest: Option<(f64, &str, Vec<&str>)> = None;
    for (line, _, to) in &lines {
        // Down the keys, line by line.
        let mut reached = BTreeSet::from([*line]);
        let mut nodes = BTreeSet::from([*to]);
        let mut queue = vec![*to];
        while let Some(node) = queue.pop() {
            for (next, _, end) in lines.iter().filter(|(_, from, _)| *from == node) {
                reached.insert(next);
                if nodes.insert(end) {
                    queue.push(end);
                }
            }
        }
        let reach = network.reach(&[(*line).to_owned()], Way::Downstream).unwrap();
        let key = |link: &u32| park.edges[network.topology.links[*link as usize].edge as usize].provenance.key.as_str();
        let told: BTreeSet<&str> = reach.links.iter().map(key).collect();
        assert_eq!(told, reached, "{line}");
        assert!(reach.perhaps.is_empty());
        let outfalls: Vec<&str> = nodes.iter().copied().filter(|n| kinds[n] == NodeKind::Outfall).collect();
        drained += usize::from(!outfalls.is_empty());
        if longest.as_ref().is_none_or(|(far, ..)| reach.length_m > *far) {
            longest = Some((reach.length_m, line, outfalls));
        }
    }
    println!(
        "Sant Boi sewers: {} lines, {drained} reach an outfall; longest way {longest:?}; {} rise; in doubt {:?}",
        lines.len(),
        network.flows.against.len(),
        counted(&network)
    );
    let (far, _, outfalls) = longest.unwrap();
    assert!(drained * 10 > lines.len() * 8, "{drained} of {}", lines.len());
    assert!(far > 1000.0 && !outfalls.is_empty(), "{far}");
}

fn counted(network: &Network<'_>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in &network.topology.findings {
        *counts.entry(finding.what.as_str()).or_default() += 1;
    }
    counts
}

/// ky4: what the loss of each of its 1,156 pipes takes, as if both its ends could be shut, by one walk and by taking each away.
#[test]
fn ky4_pipes_are_worth_what_taking_each_away_shows() {
    let Some(park) = Imported::new("ky4_us") else { return };
    let park = park.snapshot;
    let (there, settings) = (Presence::on(&park, day()), Settings::shipped());
    let network = network(&park, &there, NetworkClass::Water, &settings);
    let topology = &network.topology;
    assert_eq!(topology.links.len(), 1156);
    let sources = topology.sources(&park);
    println!("ky4: {} sources and tanks; in doubt {:?}", sources.len(), counted(&network));
    let lengths: Vec<f64> = topology.links.iter().map(|link| link.length_m).collect();
    let (gates, states) = topology.gates_at_every_end();
    let isolator = Isolator::new(&topology.graph, &lengths, &gates, &states, &sources);
    // Weighed by junctions: every joint has its customers.
    let mut weight = vec![0.0; isolator.segments.count];
    for segment in &isolator.segments.of_junction {
        weight[*segment as usize] += 1.0;
    }
    let worth = isolator.criticality(&weight);

    let mut beside = vec![Vec::new(); topology.graph.junctions()];
    for link in 0..topology.links.len() as u32 {
        let [a, b] = topology.graph.ends(link);
        beside[a as usize].push((link, b));
        beside[b as usize].push((link, a));
    }
    let reached = |without: Option<u32>| {
        let mut seen = vec![false; beside.len()];
        let mut queue = sources.clone();
        for source in &sources {
            seen[*source as usize] = true;
        }
        while let Some(at) = queue.pop() {
            for (link, next) in &beside[at as usize] {
                if Some(*link) != without && !seen[*next as usize] {
                    seen[*next as usize] = true;
                    queue.push(*next);
                }
            }
        }
        seen.into_iter().filter(|seen| *seen).count()
    };
    let whole = reached(None);
    let mut worst = Vec::new();
    for link in 0..topology.links.len() as u32 {
        let told = worth[isolator.segments.of_link[link as usize] as usize];
        assert_eq!(told.weight as usize, whole - reached(Some(link)), "link {link}");
        worst.push((told.weight as usize, link));
    }
    worst.sort_unstable_by(|a, b| b.cmp(a));
    let vital = worst.iter().filter(|(lost, _)| *lost > 0).count();
    println!(
        "ky4: {whole} of {} places have supply; {vital} of 1156 pipes take someone's; the worst five {:?}",
        topology.graph.junctions(),
        &worst[..5]
    );
    assert!(whole > 900, "{whole}");
    assert!(vital > 100 && vital < 1156);
}
