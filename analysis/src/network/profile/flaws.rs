//! What is wrong along a way.

use spatial_db::model::{NetworkClass, NodeKind};

use super::build::opens;
use super::{Ask, Flaw, FlawKind, Flow, Profile, Run, Station};
use crate::network::clearance::{Verdict, covers};
use crate::words::Words;

/// Finds it, by distance, the gravest first where several are at one place.
pub(super) fn flaws(ask: &Ask<'_>, profile: &Profile) -> Vec<Flaw> {
    let mut found = Vec::new();
    if profile.class == NetworkClass::Drainage {
        for (number, run) in profile.runs.iter().enumerate().filter(|(_, run)| !under_pressure(ask, run)) {
            slope(ask, profile, (number, run), &mut found);
        }
        for (station, pair) in profile.stations.iter().skip(1).zip(profile.runs.windows(2)) {
            if !is_pump(ask, station) && !pair.iter().any(|run| under_pressure(ask, run)) {
                narrows(ask, profile, [&pair[0], &pair[1]], &mut found);
            }
        }
        for station in &profile.stations {
            step(ask, profile, station, &mut found);
        }
        spacing(ask, profile, &mut found);
    }
    cover(ask, profile, &mut found);
    for crossing in &profile.crossings {
        let (Some(verdict), Some(value), Some(limit)) = (crossing.verdict, crossing.room_m, crossing.limit_m) else {
            continue;
        };
        found.push(Flaw {
            kind: FlawKind::CrossesNear,
            verdict,
            span_m: [crossing.at_m; 2],
            id: crossing.id,
            key: crossing.key.clone(),
            value,
            limit: Some(limit[1]),
            place: profile.place(crossing.at_m),
            rule: crossing.rule.clone(),
        });
    }
    found.retain(|flaw| matches!(flaw.verdict, Verdict::Violated | Verdict::Possible));
    found.sort_by(|a, b| {
        a.span_m[0]
            .total_cmp(&b.span_m[0])
            .then(a.verdict.cmp(&b.verdict))
            .then(a.kind.cmp(&b.kind))
            .then_with(|| a.key.cmp(&b.key))
    });
    found
}

fn of_run(profile: &Profile, run: &Run, kind: FlawKind, verdict: Verdict, value: f64) -> Flaw {
    let middle = f64::midpoint(run.span_m[0], run.span_m[1]);
    Flaw {
        kind,
        verdict,
        span_m: run.span_m,
        id: run.id,
        key: run.key.clone(),
        value,
        limit: None,
        place: profile.place(middle),
        rule: Words::default(),
    }
}

/// Whether a pump stands there.
fn is_pump(ask: &Ask<'_>, station: &Station) -> bool {
    ask.topology.row_of(ask.cache.snapshot(), station.junction, |node| node.kind == NodeKind::Pump).is_some()
}

/// Whether a pressure is on record: such a main is no gravity sewer, and none of its rules are for it.
fn under_pressure(ask: &Ask<'_>, run: &Run) -> bool {
    ask.cache.snapshot().edges[run.edge as usize].pressure.is_some()
}

/// Whether a pipe carries on what a pump lifts: it leaves a pump, or another such pipe without a chamber between them.
fn lifted(ask: &Ask<'_>, profile: &Profile, number: usize) -> bool {
    let flow = profile.runs[number].flow;
    let mut at = number;
    loop {
        let (station, before) = match flow {
            Flow::With => (at, at.checked_sub(1)),
            Flow::Against => (at + 1, Some(at + 1)),
            Flow::Unknown => return false,
        };
        let Some(station) = profile.stations.get(station) else { return false };
        if is_pump(ask, station) {
            return true;
        }
        let open = station.node.as_ref().is_some_and(|node| opens(node.kind));
        match before.filter(|before| profile.runs.get(*before).is_some_and(|run| run.flow == flow)) {
            Some(before) if !open => at = before,
            _ => return false,
        }
    }
}

/// A value that is to be no less than a limit, off by so much either way.
fn below(value: f64, limit: f64, off: f64) -> Verdict {
    if value + off < limit {
        Verdict::Violated
    } else if value < limit {
        Verdict::Possible
    } else {
        Verdict::Clear
    }
}

/// The fall of a sewer in the direction of its flow, where that is known. What a pump lifts may rise.
fn slope(ask: &Ask<'_>, profile: &Profile, (number, run): (usize, &Run), found: &mut Vec<Flaw>) {
    let (Some(fall), length) = (run.fall, run.length_m()) else { return };
    let fall = match run.flow {
        Flow::With => fall,
        Flow::Against => -fall,
        Flow::Unknown => fall.abs(),
    };
    // Both ends may be off, each in its own way.
    let off = run.off_m * std::f64::consts::SQRT_2 / length;
    let rises = &ask.limits.rises;
    if fall < rises.value {
        if !lifted(ask, profile, number) {
            let verdict = below(fall, rises.value, off);
            found.push(Flaw { rule: rises.citation(), ..of_run(profile, run, FlawKind::Rises, verdict, fall) });
        }
        return;
    }
    let Some(dn) = run.diameter_mm else { return };
    if dn < ask.limits.least_mm.value {
        let least = &ask.limits.least_mm;
        let flaw = of_run(profile, run, FlawKind::TooSmall, Verdict::Violated, dn);
        found.push(Flaw { limit: Some(least.value), rule: least.citation(), ..flaw });
    }
    if let Some(row) = ask.limits.slope(dn, run.material.as_deref())
        && fall < row.value
    {
        let verdict = below(fall, row.value, off);
        let flaw = of_run(profile, run, FlawKind::TooFlat, verdict, fall);
        found.push(Flaw { limit: Some(row.value), rule: row.citation(), ..flaw });
    }
}

/// A sewer smaller than the one that flows into it.
fn narrows(ask: &Ask<'_>, profile: &Profile, runs: [&Run; 2], found: &mut Vec<Flaw>) {
    let [before, after] = match runs.map(|run| run.flow) {
        [Flow::With, Flow::With] => runs,
        [Flow::Against, Flow::Against] => [runs[1], runs[0]],
        _ => return,
    };
    let figure = &ask.limits.narrows;
    if let (Some(from), Some(to)) = (before.diameter_mm, after.diameter_mm)
        && to < from - figure.value
    {
        let flaw = of_run(profile, after, FlawKind::Narrows, Verdict::Violated, to);
        found.push(Flaw { limit: Some(from), rule: figure.citation(), ..flaw });
    }
}

/// The pipe that leaves a chamber above the one that comes in. A pump lifts: nothing is wrong there.
fn step(ask: &Ask<'_>, profile: &Profile, station: &Station, found: &mut Vec<Flaw>) {
    if is_pump(ask, station) {
        return;
    }
    let at = |at_m: f64, before: bool| {
        profile.runs.iter().find(|run| run.span_m[usize::from(before)] == at_m && run.length_m() > 0.0)
    };
    let (Some(before), Some(after)) = (at(station.at_m, true), at(station.at_m, false)) else { return };
    let drop = match [before.flow, after.flow] {
        [Flow::With, Flow::With] => station.drop_m(),
        [Flow::Against, Flow::Against] => station.drop_m().map(|drop| -drop),
        _ => None,
    };
    let figure = &ask.limits.step_up;
    if let Some(up) = drop.map(|drop| -drop).filter(|up| *up > figure.value) {
        // One survey of one chamber: only what levels are off against each other counts.
        let off = f64::midpoint(before.off_m, after.off_m) * std::f64::consts::SQRT_2;
        let verdict = if up > figure.value + off { Verdict::Violated } else { Verdict::Possible };
        let flaw = of_run(profile, after, FlawKind::StepsUp, verdict, up);
        let node = station.node.as_ref();
        let id = node.map_or(after.id, |node| node.id);
        let key = node.map_or_else(|| after.key.clone(), |node| node.key.clone());
        let place = profile.place(station.at_m);
        found.push(Flaw {
            span_m: [station.at_m; 2],
            id,
            key,
            place,
            limit: Some(figure.value),
            rule: figure.citation(),
            ..flaw
        });
    }
}

/// Chambers too far apart for the largest sewer between them.
fn spacing(ask: &Ask<'_>, profile: &Profile, found: &mut Vec<Flaw>) {
    let is_chamber = |station: &&Station| station.node.as_ref().is_some_and(|node| opens(node.kind));
    let chambers: Vec<&Station> = profile.stations.iter().filter(is_chamber).collect();
    for pair in chambers.windows(2) {
        let span_m = [pair[0].at_m, pair[1].at_m];
        let between = profile.runs.iter().filter(|run| run.span_m[0] >= span_m[0] && run.span_m[1] <= span_m[1]);
        let largest = between.filter_map(|run| run.diameter_mm).max_by(f64::total_cmp);
        let Some(row) = largest.and_then(|dn| ask.limits.spacing(dn)) else { continue };
        let apart = span_m[1] - span_m[0];
        if apart > row.value
            && let Some(node) = &pair[1].node
        {
            found.push(Flaw {
                kind: FlawKind::FarApart,
                verdict: Verdict::Violated,
                span_m,
                id: node.id,
                key: node.key.clone(),
                value: apart,
                limit: Some(row.value),
                place: profile.place(f64::midpoint(span_m[0], span_m[1])),
                rule: row.citation(),
            });
        }
    }
}

/// Too little ground above a pipe, or none: of the whole line where the way takes a part of one.
fn cover(ask: &Ask<'_>, profile: &Profile, found: &mut Vec<Flaw>) {
    let Some(depth) = ask.clearance.depth(profile.class) else { return };
    let rule = ask.clearance.cited_depth(depth);
    let mut there = ask.there.clone();
    there.edges.fill(false);
    for run in &profile.runs {
        there.edges[run.edge as usize] = true;
    }
    for one in covers(ask.cache, &there, ask.clearance).found {
        let of = profile.runs.iter().find(|run| Some(run.edge) == one.edge);
        let (Some(value), Some(run)) = (one.cover_m, of) else {
            continue;
        };
        let (kind, verdict) = if value < 0.0 {
            (FlawKind::AboveGround, below(value, 0.0, run.off_m))
        } else {
            (FlawKind::Shallow, one.verdict)
        };
        let flaw = of_run(profile, run, kind, verdict, value);
        found.push(Flaw { limit: Some(one.limit_m[1]), place: one.place, rule: rule.clone(), ..flaw });
    }
}
