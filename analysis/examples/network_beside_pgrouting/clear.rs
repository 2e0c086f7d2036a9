//! Clearance of all pairs of lines of four classes side by side: ours beside a self-join of `PostGIS` with what the rules ask for.

use std::collections::BTreeMap;

use analysis::network::clearance::{ClearanceRules, Findings, Lie, Limit, Room};
use spatial_db::model::{NetworkClass, NetworkEdge, ParkSnapshot, Presence};

use crate::city::{empty, lay};
use crate::server::Server;
use crate::{Outcome, beside as both, timed, way, words};

/// How many pairs, and the sum of the room between them, m, by how they lie and the verdict.
type Sums = BTreeMap<(String, String), (i64, f64)>;

/// Four classes in the streets.
fn made(size: usize) -> ParkSnapshot {
    let mut park = empty();
    lay(&mut park, NetworkClass::Drainage, size, 0.0, 3.0, 600.0, true);
    lay(&mut park, NetworkClass::Water, size, 1.8, 1.5, 200.0, true);
    lay(&mut park, NetworkClass::Gas, size, 2.6, 1.2, 150.0, true);
    lay(&mut park, NetworkClass::Power, size, -0.9, 1.0, 150.0, true);
    park
}

/// Half the size of a line, m.
fn half_m(edge: &NetworkEdge) -> f64 {
    edge.diameter_mm.unwrap_or(0.0) / 2000.0
}

fn fill(server: &mut Server, park: &ParkSnapshot, rules: &ClearanceRules) -> Outcome<()> {
    let widest_m = park.edges.iter().map(half_m).fold(0.0, f64::max);
    let rows = park.edges.iter().enumerate().map(|(row, edge)| {
        let [a, b] = [edge.path[0], edge.path[1]];
        let run = (b[0] - a[0]).hypot(b[1] - a[1]);
        let (quality, half_m) = (rules.quality(edge), half_m(edge));
        format!(
            "{row}\t{}\t{half_m}\t{}\t{}\t{}\t{}\t{}\t{}",
            edge.class.as_str(),
            quality.plan_m,
            quality.height_m,
            (b[0] - a[0]) / run,
            (b[1] - a[1]) / run,
            rules.reach_m() + half_m + quality.plan_m + widest_m + rules.worst_m(),
            way(edge)
        )
    });
    server.fill(include_str!("../../../spatial-db/sql/bench/network_copy_pipe.sql"), rows)?;
    // Lines of a class are all alike, so that one of each tells what is asked for between them.
    let mut classes: BTreeMap<&str, &NetworkEdge> = BTreeMap::new();
    for edge in &park.edges {
        classes.entry(edge.class.as_str()).or_insert(edge);
    }
    let mut rows = Vec::new();
    for (a, one) in &classes {
        for (b, other) in &classes {
            let limits = [rules.horizontal(one, Some(*other)), rules.vertical(one, other)];
            let limit = |limit: &Option<Limit>| match limit {
                Some(limit) => format!("{}\t{}", limit.between_m[0], limit.between_m[1]),
                None => "\\N\t\\N".into(),
            };
            rows.push(format!("{a}\t{b}\t{}\t{}", limit(&limits[0]), limit(&limits[1])));
        }
    }
    server.fill(include_str!("../../../spatial-db/sql/bench/network_copy_ask.sql"), rows.into_iter())?;
    server.client().batch_execute(include_str!("../../../spatial-db/sql/bench/network_index_pipe.sql"))?;
    Ok(())
}

/// Ours, summed up. What is clear or without a rule is counted and not kept apart by how it lies.
fn sums(found: &Findings) -> Sums {
    let mut sums = Sums::new();
    for one in &found.found {
        let lie = match one.lie {
            Lie::Alongside => "alongside",
            Lie::Crossing => "crossing",
            Lie::Building | Lie::Touching => "otherwise",
        };
        let sum = sums.entry((lie.into(), one.verdict.as_str().into())).or_default();
        *sum = (sum.0 + 1, sum.1 + one.room_m.unwrap_or(f64::NAN));
    }
    for (verdict, count) in [("clear", found.clear), ("no rule", found.no_rule)] {
        if count > 0 {
            sums.insert((String::new(), verdict.into()), (count as i64, 0.0));
        }
    }
    sums
}

fn same(ours: &Sums, theirs: &Sums) -> bool {
    ours.len() == theirs.len()
        && ours
            .iter()
            .zip(theirs)
            .all(|((lie, a), (its, b))| lie == its && a.0 == b.0 && (a.1 - b.1).abs() <= 1e-6 * a.1.abs().max(1.0))
}

/// All pairs by both.
pub(crate) fn beside(url: &str, size: usize) -> Outcome<()> {
    let rules = ClearanceRules::shipped();
    let park = made(size);
    let there = Presence::on(&park, "2026-01-01".parse()?);
    let (room, tree_s) = timed(|| Room::of(&park, &there, &rules));
    let (found, took) = timed(|| room.all());
    let our_s = tree_s + took;

    let mut server = Server::connect(url)?;
    let (filled, fill_s) = timed(|| fill(&mut server, &park, &rules));
    filled?;
    println!(
        "  {} lines of four classes: our tree {}, rows and indexes of the server {}",
        park.edges.len(),
        words(tree_s),
        words(fill_s)
    );

    let clear = include_str!("../../../spatial-db/sql/bench/network_clear.sql");
    let cosine = rules.alongside_deg.value.to_radians().cos();
    let answer = server.timed(|client| client.query(clear, &[&cosine]))?;
    println!("  clearance of all pairs, PostGIS: {}", both(answer.as_ref().map(|answer| answer.1), our_s));
    if let Some((rows, _)) = answer {
        let mut theirs = Sums::new();
        for row in rows {
            let (lie, verdict): (String, String) = (row.get(0), row.get(1));
            let kept = !matches!(verdict.as_str(), "clear" | "no rule");
            let sum = theirs.entry((if kept { lie } else { String::new() }, verdict)).or_default();
            *sum = (sum.0 + row.get::<_, i64>(2), if kept { sum.1 + row.get::<_, f64>(3) } else { 0.0 });
        }
        let ours = sums(&found);
        if !same(&ours, &theirs) {
            return Err(format!("PostGIS tells {theirs:?} and we {ours:?}").into());
        }
        let counts: Vec<String> = ours
            .iter()
            .map(|((lie, verdict), (count, _))| format!("{count} {verdict} {lie}").trim_end().to_owned())
            .collect();
        println!("    agrees on all of {}", counts.join(", "));
    }
    let near = include_str!("../../../spatial-db/sql/bench/network_near.sql");
    let reach_m = rules.reach_m();
    let answer = server.timed(|client| client.query_one(near, &[&reach_m]))?;
    println!(
        "  pairs within {reach_m} m by ST_3DDWithin alone: {}",
        both(answer.as_ref().map(|answer| answer.1), our_s)
    );
    if let Some((row, _)) = answer {
        println!("    {} pairs; its process held {}", row.get::<_, i64>(0), server.peak());
    }
    Ok(())
}
