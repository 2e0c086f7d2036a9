//! The numbers of a moment: people, water, times, and how each expected action stands.

use analysis::emergency::drill::{Action, DrillFile, Look, Rated, Rating, starts_by_everyone_out};

use super::strand::{Played, Strand};

/// How the drill stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlertState {
    /// Nothing has happened.
    Quiet,
    /// Something has, and nobody is warned.
    Incident,
    /// The alarm is raised, and people are on their way.
    Alarm,
    /// Everyone is at a place of assembly.
    AllOut,
    /// Everyone who is known is, and of some buildings the people are not known.
    KnownOut,
}

/// The numbers of a moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    /// How it stands.
    pub state: AlertState,
    /// Everyone known.
    pub persons: u32,
    /// In buildings.
    pub inside: u32,
    /// On the way.
    pub on_the_way: u32,
    /// At a place of assembly.
    pub out: u32,
    /// Without an open way.
    pub cut_off: u32,
    /// Outside or at a door inside the danger.
    pub in_danger: u32,
    /// Outside or at a door inside the danger at any time up to now.
    pub exposed: u32,
    /// Buildings inside the danger.
    pub endangered: usize,
    /// First engine at the place, s.
    pub first_engine_s: Option<f64>,
    /// First water, s.
    pub first_water_s: Option<f64>,
    /// Last person out, of those who are known, s.
    pub last_out_s: Option<f64>,
    /// Water at the place, L/s, and hydrants there whose flow is not on record; none where the drill has no place to bring it to.
    pub water: Option<(f64, u32)>,
    /// Hydrants without water; none where a source of water is not on record for all and nothing is known of any.
    pub dry: Option<usize>,
    /// Those are all; else so many at least.
    pub dry_known: bool,
    /// Buildings without water; none where a source of water is not on record for all and nothing is known of any.
    pub unreached: Option<usize>,
    /// Those are all; else so many at least.
    pub unreached_known: bool,
    /// Buildings without power; none where no supply is on record, so that nobody can say who has it.
    pub unpowered: Option<usize>,
    /// Those are all; else so many at least.
    pub power_known: bool,
    /// Stretches of way that are closed.
    pub closed: usize,
    /// Buildings whose people are not known.
    pub unknown: usize,
}

impl Figures {
    /// The numbers at a time.
    pub(crate) fn at(played: &Played, now_s: f64) -> Self {
        let Played { run, trace } = played;
        // Borrowed: a frame asks for these several times, and a look lists everyone who is in danger.
        let nothing = Look::default();
        let look = trace.look(now_s).unwrap_or(&nothing);
        let by_now = |at: Option<f64>| at.filter(|at| *at <= now_s);
        let happened = |id: &str| run.log.entries.iter().any(|entry| entry.id == id && entry.at_s <= now_s);
        let alarm = by_now(run.outcome.alarm_s).is_some();
        let (unreached, unpowered) = (trace.unreached(now_s).len(), trace.unpowered(now_s).len());
        // A hydrant that is not told to be dry has water only as far as a source is on record, and so have the buildings about it.
        let water_known = run.outcome.supply_known.water;
        let (dry, dry_known) = (trace.dry(now_s).len(), water_known);
        let last_out_s = by_now(run.outcome.last_out_s);
        let state = match (alarm, happened("release")) {
            _ if last_out_s.is_some() && trace.buildings_unknown > 0 => AlertState::KnownOut,
            _ if last_out_s.is_some() => AlertState::AllOut,
            (true, _) => AlertState::Alarm,
            (false, true) => AlertState::Incident,
            (false, false) => AlertState::Quiet,
        };
        Self {
            state,
            persons: trace.people.len() as u32,
            inside: look.inside,
            on_the_way: look.on_the_way,
            out: look.arrived,
            cut_off: look.cut_off,
            in_danger: look.in_danger.len() as u32,
            exposed: look.exposed,
            endangered: trace.endangered(now_s).len(),
            first_engine_s: by_now(run.outcome.first_engine_s),
            first_water_s: by_now(run.outcome.first_water_s),
            last_out_s,
            water: trace.place_m.map(|_| look.water),
            dry: (dry_known || dry > 0).then_some(dry),
            dry_known,
            unreached: (water_known || unreached > 0).then_some(unreached),
            unreached_known: water_known,
            unpowered: (run.outcome.supply_known.power || unpowered > 0).then_some(unpowered),
            power_known: run.outcome.supply_known.power,
            closed: trace.closed(now_s).len(),
            unknown: trace.buildings_unknown,
        }
    }
}

/// How an expected action stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Standing {
    /// Its clock has not started.
    Waits,
    /// So many seconds are left.
    Due(f64),
    /// It should have been done so many seconds ago.
    Overdue(f64),
    /// Done in time, at that time.
    Met(f64),
    /// Everyone out was asked for: those who are known were, at that time, and the people of so many buildings are not known. Or that
    /// starts its clock, by which it is late.
    KnownOut(f64, usize),
    /// Done too late, at that time.
    Late(f64),
    /// Marked as missed.
    Missed,
}

/// How an expected action stands. What the run says of the future is not told.
pub(crate) fn standing(file: &DrillFile, strand: &Strand, rated: &Rated, now_s: f64) -> Standing {
    // A mark by hand counts at once, before the run that follows from it is there.
    let marked =
        strand.hand().iter().rev().filter(|inject| inject.at_s <= now_s.ceil()).find_map(|inject| match &inject.does {
            Action::Done(id) if *id == rated.id => Some(Some(inject.at_s)),
            Action::Missed(id) if *id == rated.id => Some(None),
            _ => None,
        });
    let done = match marked {
        Some(None) => return Standing::Missed,
        Some(Some(at)) => Some(at),
        None => rated.done_s.filter(|at| *at <= now_s && rated.rating != Rating::Missed),
    };
    let expected = file.expected.iter().find(|one| one.id == rated.id);
    let within_s = expected.map_or(0.0, |one| one.within_min * 60.0);
    // Of a clock that the known people start nobody knows when it begins: late by it may be in time.
    let clock_unknown =
        rated.rating == Rating::Unknown && expected.is_some_and(|one| starts_by_everyone_out(file, strand.hand(), one));
    let known_out =
        |at| Standing::KnownOut(at, strand.played().map_or(0, |played| played.run.outcome.buildings_unknown));
    if let Some(at) = done {
        let in_time = rated.due_s.is_none_or(|due| at <= due);
        return match rated.rating {
            _ if !in_time && clock_unknown => known_out(at),
            _ if !in_time => Standing::Late(at),
            // A mark by hand counts: whoever made it has counted them.
            Rating::Unknown if marked.is_none() => known_out(at),
            _ => Standing::Met(at),
        };
    }
    match rated.due_s {
        Some(due) if now_s < due - within_s => Standing::Waits,
        Some(due) if now_s <= due => Standing::Due(due - now_s),
        Some(due) if clock_unknown => known_out(due - within_s),
        Some(due) => Standing::Overdue(now_s - due),
        None => Standing::Waits,
    }
}

/// A time since the start: hours, minutes, seconds.
pub(crate) fn clock(at_s: f64) -> String {
    let seconds = at_s.max(0.0) as u64;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The time of day in the drill, which begins with its hour.
pub(crate) fn local_clock(hour: u32, at_s: f64) -> String {
    let seconds = u64::from(hour) * 3600 + at_s.max(0.0) as u64;
    format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}
