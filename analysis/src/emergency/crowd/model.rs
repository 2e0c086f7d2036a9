//! The collision-free speed model.

use rayon::prelude::*;

use super::CrowdError;
use super::error::within;
use super::field::Field;
use super::grid::Grid;
use super::room::{Line, Room, Walls, crosses, nearest_on};

/// Constants of the model (Tordeux, Chraibi and Seyfried 2016).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeedModel {
    /// Strength of the repulsion by neighbours.
    pub repulsion: f64,
    /// Its range, m.
    pub repulsion_m: f64,
    /// Strength of the repulsion by walls.
    pub wall: f64,
    /// Its range, m.
    pub wall_m: f64,
    /// Time gap to the one ahead, s.
    pub time_gap_s: f64,
    /// Step, s.
    pub step_s: f64,
    /// Grid of the distances, m.
    pub cell_m: f64,
}

impl Default for SpeedModel {
    /// The paper's T of 1 s and D of 0.1 m; strengths and walls as `JuPedSim` 1.x has them; steps of 0.05 s.
    fn default() -> Self {
        Self { repulsion: 8.0, repulsion_m: 0.1, wall: 5.0, wall_m: 0.02, time_gap_s: 1.0, step_s: 0.05, cell_m: 0.1 }
    }
}

/// A person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agent {
    /// Where, m.
    pub position_m: [f64; 2],
    /// Half the size, m; the paper has 0.15, `JuPedSim` 0.2.
    pub radius_m: f64,
    /// Speed with nobody ahead, m/s.
    pub speed_m_s: f64,
    /// When he sets out, s.
    pub ready_s: f64,
}

/// A person who has left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leaving {
    /// s.
    pub at_s: f64,
    /// Index of the person.
    pub agent: usize,
    /// Index of the exit.
    pub exit: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CrowdResult {
    /// The last person out, s; none if someone is still inside.
    pub egress_s: Option<f64>,
    /// Everyone who has left, in order.
    pub leavings: Vec<Leaving>,
    /// Steps times people inside: the work done.
    pub agent_steps: u64,
}

/// Someone who has left: which way he goes, and how far he is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Outside {
    way: [f64; 2],
    gone_m: f64,
}

/// A crowd in a room.
#[derive(Debug, Clone)]
pub struct Crowd {
    model: SpeedModel,
    walls: Walls,
    exits: Vec<Option<Line>>,
    zones: Vec<super::room::Zone>,
    field: Field,
    grid: Grid,
    reach_m: f64,
    /// People in the order of their numbers; who has left walks straight on, in everyone's way, until he is out of reach.
    agents: Vec<(usize, Agent, Option<Outside>)>,
    steps: u64,
    leavings: Vec<Leaving>,
    agent_steps: u64,
}

impl Crowd {
    /// A crowd in a room.
    ///
    /// # Errors
    /// [`CrowdError`] for constants and persons out of range, and for who cannot reach an exit.
    pub fn new(room: &Room, agents: &[Agent], model: SpeedModel) -> Result<Self, CrowdError> {
        within("time gap, s", model.time_gap_s, 0.1, 5.0)?;
        within("step, s", model.step_s, 0.001, 0.2)?;
        within("grid of distances, m", model.cell_m, 0.02, 1.0)?;
        within("repulsion", model.repulsion, 0.0, 100.0)?;
        within("range of the repulsion, m", model.repulsion_m, 0.001, 2.0)?;
        within("repulsion of walls", model.wall, 0.0, 100.0)?;
        within("range of the walls, m", model.wall_m, 0.001, 2.0)?;
        let (mut widest, mut fastest) = (0.0_f64, 0.0_f64);
        for agent in agents {
            widest = widest.max(within("radius, m", agent.radius_m, 0.05, 0.5)?);
            fastest = fastest.max(within("speed, m/s", agent.speed_m_s, 0.05, 3.0)?);
            within("time to set out, s", agent.ready_s, 0.0, 1e6)?;
        }
        // Beyond this gap nobody slows down.
        let reach_m = 2.0 * widest + fastest * model.time_gap_s;
        let bounds = room.bounds();
        let walls = Walls::new(room.solid(), bounds, reach_m.max(1.0));
        let people: Vec<[f64; 2]> = agents.iter().map(|agent| agent.position_m).collect();
        let field = Field::new(room, &walls, model.cell_m, widest, &people)?;
        for (k, agent) in agents.iter().enumerate() {
            if field.way(&walls, agent.position_m).is_none() {
                let [x_m, y_m] = agent.position_m;
                return Err(CrowdError::ShutIn { agent: k, x_m, y_m });
            }
        }
        let exits = room.exits.iter().map(|exit| exit.open.then_some([exit.from, exit.to])).collect();
        Ok(Self {
            model,
            walls,
            exits,
            zones: room.zones.clone(),
            field,
            grid: Grid::new(bounds, reach_m),
            reach_m,
            agents: agents.iter().enumerate().map(|(number, agent)| (number, *agent, None)).collect(),
            steps: 0,
            leavings: Vec::new(),
            agent_steps: 0,
        })
    }

    /// Time, s.
    pub fn now_s(&self) -> f64 {
        self.steps as f64 * self.model.step_s
    }

    /// People inside: number and place.
    pub fn inside(&self) -> impl Iterator<Item = (usize, [f64; 2])> + '_ {
        let inside = self.agents.iter().filter(|(_, _, outside)| outside.is_none());
        inside.map(|(number, agent, _)| (*number, agent.position_m))
    }

    /// Moves on until everyone has left or so many seconds have passed.
    pub fn run(&mut self, until_s: f64) -> CrowdResult {
        while self.inside().next().is_some() && self.now_s() < until_s {
            self.step();
        }
        let last = self.leavings.last().map_or(0.0, |leaving| leaving.at_s);
        CrowdResult {
            egress_s: self.inside().next().is_none().then_some(last),
            leavings: self.leavings.clone(),
            agent_steps: self.agent_steps,
        }
    }

    /// One step.
    pub fn step(&mut self) {
        let now = self.now_s();
        let places: Vec<[f64; 2]> = self.agents.iter().map(|(_, agent, _)| agent.position_m).collect();
        self.grid.fill(&places);
        let this: &Self = self;
        let moved: Vec<[f64; 2]> =
            (0..places.len()).into_par_iter().with_min_len(256).map(|k| this.moved(k, &places, now)).collect();
        self.agent_steps += places.len() as u64;
        self.steps += 1;
        for (k, (&from, &to)) in places.iter().zip(&moved).enumerate() {
            let (number, agent, outside) = &mut self.agents[k];
            agent.position_m = to;
            if let Some(outside) = outside {
                outside.gone_m += (to[0] - from[0]).hypot(to[1] - from[1]);
                continue;
            }
            for (exit, line) in self.exits.iter().enumerate() {
                let Some(line) = line else { continue };
                // Who stands on the line has left as well: a centimetre is nothing.
                let foot = nearest_on(line, to);
                let on_it = (to[0] - foot[0]).hypot(to[1] - foot[1]) < 0.01;
                if !on_it && !crosses(from, to, line) {
                    continue;
                }
                let [a, b] = *line;
                let side = |p: [f64; 2]| (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
                // When within the step the line was crossed.
                let (before, after) = (side(from).abs(), side(to).abs());
                let share = if on_it { 1.0 } else { before / (before + after).max(f64::MIN_POSITIVE) };
                let at_s = now + share * self.model.step_s;
                self.leavings.push(Leaving { at_s, agent: *number, exit });
                // Straight on, away from the side he came from.
                let length = (b[0] - a[0]).hypot(b[1] - a[1]);
                let sign = if side(from) > 0.0 { 1.0 } else { -1.0 };
                let way = [sign * (b[1] - a[1]) / length, -sign * (b[0] - a[0]) / length];
                *outside = Some(Outside { way, gone_m: 0.0 });
                break;
            }
        }
        let reach_m = self.reach_m;
        self.agents.retain(|(_, _, outside)| outside.is_none_or(|outside| outside.gone_m < reach_m));
    }

    /// Where a person is after the step.
    fn moved(&self, k: usize, places: &[[f64; 2]], now: f64) -> [f64; 2] {
        let agent = &self.agents[k].1;
        let p = places[k];
        if now < agent.ready_s {
            return p;
        }
        let outside = self.agents[k].2;
        let way = match outside {
            Some(outside) => outside.way,
            None => match self.field.way(&self.walls, p) {
                Some(way) => way,
                None => return p,
            },
        };
        let (mut x, mut y) = (way[0], way[1]);
        let near = |other: usize| {
            let (dx, dy) = (places[other][0] - p[0], places[other][1] - p[1]);
            let gap = dx.hypot(dy);
            (gap < self.reach_m && gap > 0.0).then_some((dx / gap, dy / gap, gap))
        };
        for other in self.grid.near(p).filter(|&other| other != k) {
            let Some((dx, dy, gap)) = near(other) else { continue };
            let size = agent.radius_m + self.agents[other].1.radius_m;
            let push = self.model.repulsion * ((size - gap) / self.model.repulsion_m).exp();
            if push > 1e-6 && !self.walls.between(p, places[other]) {
                x -= push * dx;
                y -= push * dy;
            }
        }
        let walls = if outside.is_some() { &[] } else { self.walls.near(p) };
        for &wall in walls {
            let foot = nearest_on(&self.walls.lines[wall as usize], p);
            let (dx, dy) = (p[0] - foot[0], p[1] - foot[1]);
            let gap = dx.hypot(dy);
            if gap > 0.0 {
                let push = self.model.wall * ((agent.radius_m - gap) / self.model.wall_m).min(4.0).exp();
                x += push * dx / gap;
                y += push * dy / gap;
            }
        }
        let length = x.hypot(y);
        if length < 1e-9 {
            return p;
        }
        let (ex, ey) = (x / length, y / length);
        let mut free = f64::INFINITY;
        for other in self.grid.near(p).filter(|&other| other != k) {
            let Some((dx, dy, gap)) = near(other) else { continue };
            let size = agent.radius_m + self.agents[other].1.radius_m;
            // Those ahead in a strip as wide as the two: the paper's condition e·e_ij ≥ 0 and |e⊥·e_ij| ≤ l / s.
            let ahead = ex * dx + ey * dy >= 0.0 && (ex * dy - ey * dx).abs() * gap <= size;
            if ahead && gap - size < free && !self.walls.between(p, places[other]) {
                free = gap - size;
            }
        }
        let mut fastest = agent.speed_m_s;
        for zone in &self.zones {
            if (0..2).all(|axis| (zone.low[axis]..=zone.high[axis]).contains(&p[axis])) {
                fastest = fastest.min(zone.speed_m_s);
            }
        }
        let speed = (free / self.model.time_gap_s).clamp(0.0, fastest);
        let go = [ex * speed * self.model.step_s, ey * speed * self.model.step_s];
        if outside.is_some() { [p[0] + go[0], p[1] + go[1]] } else { self.past_walls(p, go, agent.radius_m) }
    }

    /// A move that no wall stops: where it would come nearer to a wall than the body is wide, it slides along; where that is not
    /// enough, it is not made.
    fn past_walls(&self, p: [f64; 2], mut go: [f64; 2], radius_m: f64) -> [f64; 2] {
        let near = self.walls.near(p);
        for _ in 0..3 {
            let mut stopped = false;
            for &wall in near {
                let line = &self.walls.lines[wall as usize];
                let q = [p[0] + go[0], p[1] + go[1]];
                let (before, after) = (nearest_on(line, p), nearest_on(line, q));
                let gap = (p[0] - before[0]).hypot(p[1] - before[1]);
                let then = (q[0] - after[0]).hypot(q[1] - after[1]);
                if crosses(p, q, line) || (then < radius_m && then < gap) {
                    let (nx, ny) = ((p[0] - before[0]) / gap.max(1e-12), (p[1] - before[1]) / gap.max(1e-12));
                    let into = go[0] * nx + go[1] * ny;
                    if into < 0.0 {
                        // Up to the body's width, and no further.
                        let room = (gap - radius_m).max(0.0);
                        let allowed = into.max(-room);
                        go = [go[0] + (allowed - into) * nx, go[1] + (allowed - into) * ny];
                        stopped = true;
                    }
                }
            }
            if !stopped {
                break;
            }
        }
        let q = [p[0] + go[0], p[1] + go[1]];
        if near.iter().any(|&wall| crosses(p, q, &self.walls.lines[wall as usize])) { p } else { q }
    }
}
