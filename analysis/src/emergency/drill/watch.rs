//! Looking on while a drill runs: for who writes its log as it goes, keeps tracks of people, or sets the pace.

use geo::MultiPolygon;

use super::course::Course;
use super::log::Entry;
use crate::emergency::evacuation::Census;
use crate::words::Words;

/// Someone who looks on. What he does changes nothing of the run.
pub trait Onlooker {
    /// Something happened.
    fn happened(&mut self, entry: &Entry) {
        let _ = entry;
    }

    /// A second has been played.
    fn second(&mut self, seen: &Seen<'_>) {
        let _ = seen;
    }

    /// Asked after every second: no gives the run up.
    fn goes_on(&self) -> bool {
        true
    }
}

/// Nobody looks on.
impl Onlooker for () {}

/// What there is to see after a second.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub(super) course: &'a Course<'a>,
}

impl Seen<'_> {
    /// s from the start.
    pub fn now_s(&self) -> f64 {
        self.course.now
    }

    /// What bounds the danger, and where it is now.
    pub fn zone(&self) -> (Words, MultiPolygon<f64>) {
        self.course.threat.zone(self.course.now)
    }

    /// How many people are where.
    pub fn census(&self) -> Census {
        self.course.walkers.census()
    }

    /// Numbers and places (m) of the people outside.
    pub fn people(&self) -> impl Iterator<Item = (usize, [f64; 2])> + '_ {
        self.course.walkers.on_ways()
    }

    /// Places of the engines that were called, m, in their order.
    pub fn engines(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        (0..self.course.response.count()).map(|engine| self.course.response.position(engine))
    }
}
