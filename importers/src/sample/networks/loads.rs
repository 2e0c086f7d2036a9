//! What networks can carry and what hangs on them, as utilities keep it beside a survey: contracted loads of connections, ratings of
//! sources and lines, some of them missing.
//!
//! Sizes of pipes are left as they were laid: water and sewers are rated by them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Ground, Kind, Network, Which};
use crate::sample::dice::Dice;

/// Columns beside the survey's own, by the unit in their names.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// By point: rating, contracted load.
    pub(super) points: Vec<[Option<f64>; 2]>,
    /// By line: rating.
    pub(super) lines: Vec<Option<f64>>,
}

/// How a network is loaded.
pub(super) struct Loading {
    /// Unit in the names of columns.
    pub(super) unit: &'static str,
    /// Load of a hectare with buildings, in that unit.
    pub(super) per_ha: f64,
    /// The least rating of a line; `None` where lines have none.
    least: Option<f64>,
    /// Share of connections whose load nobody wrote down.
    blank: f64,
    /// What a source or works is called.
    source: &'static str,
}

/// How a network is loaded; `None` for those whose loads nobody keeps.
pub(super) fn loading(which: Which) -> Option<Loading> {
    let make = |unit, per_ha, least, blank, source| Some(Loading { unit, per_ha, least, blank, source });
    match which {
        Which::Power => make("kVA", 260.0, Some(630.0), 0.0, "变电站"),
        Which::Water => make("m3d", 25.0, None, 0.0, "水源"),
        Which::Sewage => make("m3d", 20.0, None, 0.0, "污水处理厂"),
        Which::Gas => make("m3h", 30.0, Some(100.0), 0.04, "调压站"),
        Which::Heat => make("MW", 0.3, Some(1.0), 0.03, "热源厂"),
        Which::Telecom => make("ports", 20.0, None, 0.03, "通信机楼"),
        _ => None,
    }
}

/// Preferred numbers, five to the decade: the next one up.
fn preferred(load: f64) -> f64 {
    const STEPS: [f64; 6] = [1.0, 1.6, 2.5, 4.0, 6.3, 10.0];
    let decade = 10_f64.powf(load.max(1e-6).log10().floor());
    let step = STEPS.into_iter().find(|step| step * decade >= load * (1.0 - 1e-9)).unwrap_or(10.0);
    step * decade
}

/// To the digits that such tables have.
fn rounded(value: f64) -> f64 {
    if value < 100.0 { (value * 100.0).round() / 100.0 } else { value.round() }
}

/// Loads the network of a kind: from the connections up to the nearest source, with some room in every line.
pub(super) fn load(kind: Kind, ground: &Ground<'_>, network: &Network) -> Loads {
    let count = network.points.len();
    let mut loads = Loads { points: vec![[None; 2]; count], lines: vec![None; network.pipes.len()] };
    let Some(loading) = loading(kind.which) else { return loads };
    let mut at: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (k, pipe) in network.pipes.iter().enumerate() {
        at[pipe.a].push(k);
        at[pipe.b].push(k);
    }
    let mut carried = vec![0.0; count];
    for (i, point) in network.points.iter().enumerate() {
        let Some(parcel) = point.serves.filter(|_| point.word == "预留口") else { continue };
        let mut dice = Dice::new(ground.seed, kind.code, parcel as u64);
        let load = rounded(ground.parcels[parcel].area_m2() / 10_000.0 * loading.per_ha * dice.range(0.4, 1.5));
        carried[i] = load;
        loads.points[i][1] = (!dice.chance(loading.blank)).then_some(load);
    }
    let (mut far, mut way) = (vec![u64::MAX; count], vec![None; count]);
    let mut done = vec![false; count];
    let mut order = Vec::new();
    let mut queue = BinaryHeap::new();
    for (i, _) in network.points.iter().enumerate().filter(|(_, point)| point.word == loading.source) {
        far[i] = 0;
        queue.push(Reverse((0_u64, i)));
    }
    while let Some(Reverse((_, i))) = queue.pop() {
        if std::mem::replace(&mut done[i], true) {
            continue;
        }
        order.push(i);
        if network.points[i].shut {
            continue;
        }
        for &k in &at[i] {
            let pipe = &network.pipes[k];
            let j = if pipe.a == i { pipe.b } else { pipe.a };
            let run = (network.points[i].xy - network.points[j].xy).len();
            let there = far[i] + (run * 1000.0) as u64;
            if there < far[j] {
                (far[j], way[j]) = (there, Some(k));
                queue.push(Reverse((there, j)));
            }
        }
    }
    for &i in order.iter().rev() {
        let Some(k) = way[i] else {
            let mut dice = Dice::new(ground.seed, "source rated", i as u64);
            loads.points[i][0] = Some(rounded(preferred(carried[i] * dice.range(1.05, 1.3))));
            continue;
        };
        let pipe = &network.pipes[k];
        carried[if pipe.a == i { pipe.b } else { pipe.a }] += carried[i];
        if let Some(least) = loading.least {
            // Lines were laid with more or less room, and some have filled up since.
            let mut dice = Dice::new(ground.seed, "line rated", k as u64);
            loads.lines[k] = Some(rounded(preferred(carried[i] * dice.range(0.98, 1.4)).max(least)));
        }
    }
    // Lines that close a ring carry nothing as it is run.
    if let Some(least) = loading.least {
        for (k, line) in loads.lines.iter_mut().enumerate().filter(|(_, line)| line.is_none()) {
            *line = Some(rounded(least * Dice::new(ground.seed, "ring rated", k as u64).range(4.0, 10.0)));
        }
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_are_preferred_numbers() {
        for (load, rated) in [(1.0, 1.0), (1.01, 1.6), (95.0, 100.0), (640.0, 1000.0), (0.0, 1e-6)] {
            assert!((preferred(load) - rated).abs() < 1e-9, "{load}");
        }
    }
}
