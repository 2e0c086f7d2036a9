//! Crowds that `JuPedSim` is run beside: writes rooms and persons for `setup/crowd_in_jupedsim.py`, runs them here, and prints egress times and steps of
//! a person a second.
//!
//! `cargo run -p analysis --example crowd_beside_jupedsim -- CASES.json`

use std::time::Instant;

use analysis::emergency::crowd::{Agent, Crowd, Exit, Room, SpeedModel};
use serde_json::json;

struct Case {
    name: &'static str,
    ring: Vec<[f64; 2]>,
    doors: Vec<([f64; 2], [f64; 2])>,
    persons: usize,
}

/// Persons evenly over a rectangle, shaken by a fixed pattern, speeds evenly from 0.97 to 1.62 m/s (IMO, men of 30 to 50).
fn persons(count: usize, low: [f64; 2], high: [f64; 2]) -> Vec<Agent> {
    let (width, height) = (high[0] - low[0], high[1] - low[1]);
    let columns = (count as f64 * width / height).sqrt().ceil() as usize;
    let rows = count.div_ceil(columns);
    let shake = |n: usize| ((n * 7919 + 13) % 101) as f64 / 101.0 - 0.5;
    (0..count)
        .map(|k| {
            let x = low[0] + ((k % columns) as f64 + 0.5 + 0.2 * shake(k)) * width / columns as f64;
            let y = low[1] + ((k / columns) as f64 + 0.5 + 0.2 * shake(k + 17)) * height / rows as f64;
            let speed_m_s = 0.97 + 0.65 * ((k * 37) % 100) as f64 / 99.0;
            Agent { position_m: [x, y], radius_m: 0.2, speed_m_s, ready_s: 0.0 }
        })
        .collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).ok_or("usage: crowd_beside_jupedsim CASES.json")?;
    let cases = [
        Case {
            name: "IMO-4: 100 persons, 8 x 5 m, a door of 1 m",
            ring: vec![[0.0, 0.0], [8.0, 0.0], [8.0, 5.0], [0.0, 5.0]],
            doors: vec![([8.0, 2.0], [8.0, 3.0])],
            persons: 100,
        },
        Case {
            name: "RiMEA-9: 1000 persons, 30 x 20 m, four doors of 1 m",
            ring: vec![[0.0, 0.0], [30.0, 0.0], [30.0, 20.0], [0.0, 20.0]],
            doors: vec![
                ([7.0, 0.0], [8.0, 0.0]),
                ([22.0, 0.0], [23.0, 0.0]),
                ([7.0, 20.0], [8.0, 20.0]),
                ([22.0, 20.0], [23.0, 20.0]),
            ],
            persons: 1000,
        },
    ];
    let model = SpeedModel::default();
    let mut told = Vec::new();
    for case in &cases {
        let [low, high] = [case.ring[0], case.ring[2]];
        let agents = persons(case.persons, [low[0] + 0.4, low[1] + 0.4], [high[0] - 0.4, high[1] - 0.4]);
        told.push(json!({
            "name": case.name, "ring": case.ring, "doors": case.doors, "step_s": model.step_s, "time_gap_s": model.time_gap_s,
            "repulsion": [model.repulsion, model.repulsion_m], "wall": [model.wall, model.wall_m],
            "agents": agents.iter().map(|a| (a.position_m, a.radius_m, a.speed_m_s)).collect::<Vec<_>>(),
        }));
        let exits = case.doors.iter().map(|&(from, to)| Exit { from, to, open: true }).collect();
        let mut crowd = Crowd::new(&Room::from_ring(&case.ring, exits), &agents, model)?;
        let began = Instant::now();
        let done = crowd.run(1200.0);
        let took = began.elapsed().as_secs_f64();
        println!(
            "twin      {}: egress {} s, {:.2} million steps of a person a second",
            case.name,
            done.egress_s.map_or_else(|| "over 1200".to_owned(), |s| format!("{s:.1}")),
            done.agent_steps as f64 / took / 1e6
        );
    }
    std::fs::write(out, serde_json::to_vec(&told)?)?;
    Ok(())
}
