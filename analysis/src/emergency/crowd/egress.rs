//! People in a plan, followed out of it: when the last is out, by which door, and how dense they stand on the way.
//!
//! People stand where the seed puts them, evenly over the ground; they set out and walk as it draws. What is drawn for a person does not
//! depend on the others, but for the place: nobody stands in anybody.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use geo::Area;

use super::error::within;
use super::ground::{CUT_M, Cell, Ground, Levels};
use super::model::{Agent, Crowd, SpeedModel};
use super::plan::{Opening, Plan};
use super::room::{Room, Walls};
use super::{CrowdError, CrowdResult};
use crate::emergency::evacuation::{Dice, EvacuationRules, Walking};

/// Most persons.
const MOST: u32 = 20_000;
/// Places that are tried for a person.
const TRIES: usize = 400;
/// Density and places are looked at every so often, s.
const LOOK_S: f64 = 1.0;
/// The largest flow of a door is that of so many seconds together.
const FLOW_S: f64 = 10.0;
/// Peaks are told that are so far apart, m, and so many of them.
const APART_M: f64 = 3.0;
const PEAKS: usize = 5;

/// What is followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EgressInput<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// How many are in it.
    pub persons: u32,
    /// What the draws begin with.
    pub seed: u64,
    /// Everyone sets out at the alarm, without a time to react.
    pub at_once: bool,
    /// When to stop at the latest, s after the alarm.
    pub until_s: f64,
}

/// How a door was used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoorUse {
    /// Who left by it.
    pub persons: usize,
    /// The first, s.
    pub first_s: Option<f64>,
    /// The last, s.
    pub last_s: Option<f64>,
    /// Persons a second from the first to the last; none where there are not two.
    pub flow_1_s: Option<f64>,
    /// The most persons a second, over ten seconds; none where nobody left by it.
    pub most_1_s: Option<f64>,
    /// What SFPE lets through its effective width, persons a second; none for a width that the rule does not hold for.
    pub capacity_1_s: Option<f64>,
    /// When the last of its persons is out by that rule, s after the alarm: they come to it as they set out, and pass one after the other.
    pub rule_s: Option<f64>,
}

/// Who was last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastOut {
    /// s after the alarm.
    pub at_s: f64,
    /// Number of the person.
    pub person: usize,
    /// Index of the opening.
    pub opening: usize,
}

/// Where it was dense.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The cell.
    pub cell: Cell,
    /// Level of service, A to F.
    pub level: &'static str,
}

/// A person on the way out.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// When he sets out, s.
    pub ready_s: f64,
    /// His free speed, m/s.
    pub speed_m_s: f64,
    /// With reduced mobility.
    pub slow: bool,
    /// When he was out, s, and by which opening; none: still inside.
    pub out: Option<(f64, usize)>,
    /// Where he was, a second after the other from the alarm on, m.
    pub places_m: Vec<[f64; 2]>,
}

impl Track {
    /// Where he is so many s after the alarm, m, and the step to where he is a second later; before the alarm where he stands at it; none
    /// once he is out.
    pub fn at(&self, since_s: f64) -> Option<([f64; 2], [f64; 2])> {
        if self.out.is_some_and(|(out_s, _)| out_s <= since_s) {
            return None;
        }
        let looks = since_s.max(0.0) / LOOK_S;
        let last = self.places_m.len().checked_sub(1)?;
        let k = (looks as usize).min(last);
        let from = self.places_m[k];
        let to = self.places_m[(k + 1).min(last)];
        let step = [to[0] - from[0], to[1] - from[1]];
        let share = (looks - k as f64).min(1.0);
        Some(([from[0] + share * step[0], from[1] + share * step[1]], step))
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Egress {
    /// The last person out, s after the alarm; none if someone is still inside.
    pub egress_s: Option<f64>,
    /// Persons still inside at the end.
    pub inside: usize,
    /// When half and nine tenths were out, s.
    pub half_s: Option<f64>,
    /// Nine tenths.
    pub nine_tenths_s: Option<f64>,
    /// The last one out; none while someone is inside.
    pub last: Option<LastOut>,
    /// Gaps in the walls.
    pub openings: Vec<Opening>,
    /// How each was used.
    pub doors: Vec<DoorUse>,
    /// When the last is out by SFPE's rule for each door, s after the alarm, the way to it left out; none where one has no capacity.
    pub rule_s: Option<f64>,
    /// Ground, m².
    pub area_m2: f64,
    /// Cells where somebody came near, with the highest density of each.
    pub cells: Vec<Cell>,
    /// The densest places, the densest first.
    pub peaks: Vec<Peak>,
    /// How long the place was congested that was so the longest, s.
    pub congested_s: f64,
    /// Whether that counts; none while someone is inside.
    pub congestion_counts: Option<bool>,
    /// Levels of density and where they are from.
    pub levels: Levels,
    /// Constants of the model.
    pub model: SpeedModel,
    /// Everyone.
    pub tracks: Vec<Track>,
}

/// Follows people out of a plan.
///
/// # Errors
/// [`CrowdError`] for values out of range, for a plan that cannot be left, and for people who find no room in it.
pub fn egress(rules: &EvacuationRules, input: &EgressInput<'_>) -> Result<Egress, CrowdError> {
    egress_while(rules, input, &|| true)
}

/// [`egress()`] that is given up once `go_on`, which is asked every second of the model, is false.
///
/// # Errors
/// Those of [`egress()`], and [`CrowdError::GivenUp`].
pub fn egress_while(
    rules: &EvacuationRules,
    input: &EgressInput<'_>,
    go_on: &dyn Fn() -> bool,
) -> Result<Egress, CrowdError> {
    within("persons", f64::from(input.persons), 1.0, f64::from(MOST))?;
    let until_s = within("time to stop at, s", input.until_s, 1.0, 86_400.0)?;
    let (room, openings) = input.plan.room()?;
    let bounds = room.bounds();
    let area_m2 = input.plan.area.unsigned_area();
    let sight = Walls::new(room.solid(), bounds, CUT_M + 0.5);
    let mut ground = Ground::of(&input.plan.area, &sight)?;
    let people = People::draw(rules, input, &room, &ground)?;
    let model = SpeedModel {
        step_s: if input.persons <= 500 { 0.05 } else { 0.1 },
        cell_m: [(5e3, 0.1), (5e4, 0.2), (5e5, 0.5)]
            .iter()
            .find(|(most_m2, _)| area_m2 <= *most_m2)
            .map_or(1.0, |(_, cell_m)| *cell_m),
        ..SpeedModel::default()
    };
    let levels = Levels::of(rules);
    let mut crowd = Crowd::new(&room, &people.agents, model)?;
    let mut places: Vec<Vec<[f64; 2]>> = vec![Vec::new(); people.agents.len()];
    let steps = (LOOK_S / model.step_s).round() as usize;
    loop {
        let now: Vec<(usize, [f64; 2])> = crowd.inside().collect();
        for (person, at) in &now {
            places[*person].push(*at);
        }
        let at: Vec<[f64; 2]> = now.iter().map(|(_, at)| *at).collect();
        ground.look(&sight, &at, crowd.now_s(), LOOK_S, levels.congested_1_m2);
        if now.is_empty() || crowd.now_s() >= until_s {
            break;
        }
        if !go_on() {
            return Err(CrowdError::GivenUp);
        }
        for _ in 0..steps {
            crowd.step();
        }
    }
    let result = crowd.run(0.0);
    Ok(told(rules, input, people, openings, ground.cells, places, &result, model, levels, area_m2))
}

/// Who is in the plan.
struct People {
    agents: Vec<Agent>,
    slow: Vec<bool>,
}

impl People {
    fn draw(
        rules: &EvacuationRules,
        input: &EgressInput<'_>,
        room: &Room,
        ground: &Ground,
    ) -> Result<Self, CrowdError> {
        let figure = |group, name| rules.figure(group, name).value;
        let (median, spread) = (figure("persons", "reaction_median_s"), figure("persons", "reaction_spread"));
        let (slow_share, slow_pace) =
            (figure("persons", "reduced_mobility_share"), figure("persons", "reduced_mobility_speed"));
        let (free, free_spread) = (figure("weidmann", "free_m_s"), figure("crowd", "speed_spread_m_s"));
        let radius_m = 0.5 * figure("crowd", "body_m");
        let exits = room.exits.iter().map(|exit| [exit.from, exit.to]);
        // Nobody stands in a door either.
        let around = Walls::new(room.walls.iter().copied().chain(exits).collect(), room.bounds(), 1.0);
        let side = 2.0 * radius_m;
        let key = |p: [f64; 2]| p.map(|c| (c / side).floor() as i64);
        let mut taken: HashMap<[i64; 2], Vec<[f64; 2]>, FixedState> = HashMap::default();
        let mut people = Self { agents: Vec::new(), slow: Vec::new() };
        for person in 0..input.persons {
            let mut dice = Dice::of(input.seed, u64::from(person));
            let ready_s = median * (spread * dice.normal()).exp();
            let slow = dice.even() < slow_share;
            let pace = if slow { slow_pace } else { 1.0 };
            let speed_m_s = ((free + free_spread * dice.normal().clamp(-2.0, 2.0)) * pace).clamp(0.2, 3.0);
            let mut free_place = || {
                let cell = ((dice.even() * ground.cells.len() as f64) as usize).min(ground.cells.len() - 1);
                let middle = ground.cells[cell].at_m;
                let at = middle.map(|c| c + (dice.even() - 0.5) * Cell::SIDE_M);
                // A middle on a wall is on neither side of it.
                let clear =
                    around.gap_m(at) >= radius_m + 0.05 && around.gap_m(middle) > 1e-6 && !around.between(middle, at);
                let [column, row] = key(at);
                let mut near = (row - 1..=row + 1).flat_map(|row| (column - 1..=column + 1).map(move |c| [c, row]));
                let alone = near.all(|cell| {
                    let there = taken.get(&cell).map_or(&[] as &[[f64; 2]], Vec::as_slice);
                    there.iter().all(|other| (other[0] - at[0]).hypot(other[1] - at[1]) >= side)
                });
                (clear && alone).then_some(at)
            };
            let Some(position_m) = (0..TRIES).find_map(|_| free_place()) else {
                let area_m2 = ground.cells.len() as f64 * Cell::SIDE_M * Cell::SIDE_M;
                let placed = people.agents.len();
                return Err(CrowdError::Full { persons: input.persons as usize, placed, area_m2 });
            };
            taken.entry(key(position_m)).or_default().push(position_m);
            let ready_s = if input.at_once { 0.0 } else { ready_s };
            people.agents.push(Agent { position_m, radius_m, speed_m_s, ready_s });
            people.slow.push(slow);
        }
        Ok(people)
    }
}

#[allow(clippy::too_many_arguments, reason = "what came of it, put together once")]
fn told(
    rules: &EvacuationRules,
    input: &EgressInput<'_>,
    people: People,
    openings: Vec<Opening>,
    mut cells: Vec<Cell>,
    places: Vec<Vec<[f64; 2]>>,
    result: &CrowdResult,
    model: SpeedModel,
    levels: Levels,
    area_m2: f64,
) -> Egress {
    let walking = Walking::new(rules);
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); openings.len()];
    let mut ready: Vec<Vec<f64>> = vec![Vec::new(); openings.len()];
    let mut tracks: Vec<Track> = people
        .agents
        .iter()
        .zip(people.slow)
        .zip(places)
        .map(|((agent, slow), places_m)| Track {
            ready_s: agent.ready_s,
            speed_m_s: agent.speed_m_s,
            slow,
            out: None,
            places_m,
        })
        .collect();
    let mut out_s: Vec<f64> = Vec::with_capacity(tracks.len());
    let mut last: Option<LastOut> = None;
    for leaving in &result.leavings {
        times[leaving.exit].push(leaving.at_s);
        ready[leaving.exit].push(tracks[leaving.agent].ready_s);
        tracks[leaving.agent].out = Some((leaving.at_s, leaving.exit));
        out_s.push(leaving.at_s);
        // Those of one step are not in their order.
        if last.is_none_or(|last| leaving.at_s >= last.at_s) {
            last = Some(LastOut { at_s: leaving.at_s, person: leaving.agent, opening: leaving.exit });
        }
    }
    out_s.sort_by(f64::total_cmp);
    let inside = tracks.len() - out_s.len();
    let share_s = |share: f64| {
        let count = (share * f64::from(input.persons)).ceil() as usize;
        count.checked_sub(1).and_then(|at| out_s.get(at)).copied()
    };
    let doors: Vec<DoorUse> =
        openings.iter().zip(times.into_iter().zip(ready)).map(|(opening, of)| used(&walking, opening, of)).collect();
    let rule_s = doors.iter().map(|door| door.rule_s).reduce(|a, b| Some(a?.max(b?))).flatten();
    cells.retain(|cell| cell.most_1_m2 > 0.05);
    let congested_s = cells.iter().map(|cell| cell.congested_s).fold(0.0, f64::max);
    let last = last.filter(|_| inside == 0);
    let egress_s = last.map(|last| last.at_s);
    Egress {
        egress_s,
        inside,
        half_s: share_s(0.5),
        nine_tenths_s: share_s(0.9),
        last,
        rule_s: rule_s.filter(|_| inside == 0),
        area_m2,
        peaks: peaks(&cells, &levels),
        cells,
        congested_s,
        congestion_counts: egress_s.map(|all_s| congested_s > levels.congested_share * all_s),
        levels,
        model,
        openings,
        doors,
        tracks,
    }
}

/// How a door was used, by when each of its people left and when he had set out, s.
fn used(walking: &Walking, opening: &Opening, (mut times, mut ready): (Vec<f64>, Vec<f64>)) -> DoorUse {
    times.sort_by(f64::total_cmp);
    ready.sort_by(f64::total_cmp);
    let (first_s, last_s) = (times.first().copied(), times.last().copied());
    let span = first_s.zip(last_s).map(|(first, last)| last - first).filter(|span| *span > 0.0);
    let in_window = |k: usize| times[k..].partition_point(|at| *at < times[k] + FLOW_S);
    let most = (0..times.len()).map(in_window).max();
    let capacity_1_s = walking.doors_flow_1_s(opening.width_m).ok();
    DoorUse {
        persons: times.len(),
        first_s,
        last_s,
        flow_1_s: span.map(|span| (times.len() - 1) as f64 / span),
        most_1_s: most.map(|most| most as f64 / FLOW_S),
        capacity_1_s,
        rule_s: if ready.is_empty() { Some(0.0) } else { capacity_1_s.map(|flow| in_line(&ready, flow)) },
    }
}

/// When the last is through a door of a flow, persons a second, to which people come one after the other at these times, s.
fn in_line(ready_s: &[f64], flow_1_s: f64) -> f64 {
    // From whoever comes after a gap on, everyone passes one behind the other: the last is out by the latest that this gives.
    let count = ready_s.len();
    let behind = ready_s.iter().enumerate().map(|(k, at_s)| at_s + (count - k) as f64 / flow_1_s);
    behind.fold(0.0, f64::max)
}

/// The densest cells that are not near a denser one.
fn peaks(cells: &[Cell], levels: &Levels) -> Vec<Peak> {
    let mut order: Vec<&Cell> = cells.iter().collect();
    order.sort_by(|a, b| b.most_1_m2.total_cmp(&a.most_1_m2));
    let mut peaks: Vec<Peak> = Vec::new();
    for cell in order {
        let far = |peak: &Peak| {
            let at = peak.cell.at_m;
            (at[0] - cell.at_m[0]).hypot(at[1] - cell.at_m[1]) >= APART_M
        };
        if peaks.len() < PEAKS && peaks.iter().all(far) {
            peaks.push(Peak { cell: *cell, level: levels.letter(cell.most_1_m2) });
        }
    }
    peaks
}
