//! Ways that close and open while people walk.

use rayon::prelude::*;

use super::super::reroute::Bars;
use super::{At, Walkers};

/// Where more ways in a hundred than these change at once, most of what was found hangs on one of them: all is searched anew.
const MANY_PERCENT: usize = 12;

impl Walkers<'_> {
    /// Searches the ways to each place.
    pub(super) fn route(&mut self) {
        // A search a place, none of which knows of another: threads change no bit of them.
        let (ways, closed, avoided, avoid) = (self.ways, &self.closed, &self.avoided, self.avoid);
        self.tables = self.last.par_iter().map(|&(node, _)| ways.towards(node, closed, avoided, avoid)).collect();
    }

    /// The same where only some ways are closed or avoided otherwise than before, which comes to the same bits.
    fn route_again(&mut self, (closed, avoided): (&[bool], &[bool]), changed: &[usize]) {
        if !self.every_stretch_counts || changed.len() * 100 > self.closed.len() * MANY_PERCENT {
            self.route();
            return;
        }
        let (ways, avoid) = (self.ways, self.avoid);
        let before = Bars { closed, avoided, avoid };
        let now = Bars { closed: &self.closed, avoided: &self.avoided, avoid };
        let goals = self.last.par_iter();
        self.tables
            .par_iter_mut()
            .zip(goals)
            .for_each(|(table, &(node, _))| ways.towards_again(node, table, (before, now), changed));
    }

    /// Says which ways nobody enters while who is among them gets out, as about a fire: a flag a way each, with those that are closed
    /// besides. To be told before [`Walkers::close`], which has them as closed with the others.
    ///
    /// # Panics
    /// When there are not as many flags as ways.
    pub fn flee(&mut self, hot: &[bool], closed: &[bool]) {
        assert_eq!((hot.len(), closed.len()), (self.closed.len(), self.closed.len()), "a flag a way");
        if !hot.contains(&true) {
            self.hot.clear();
            self.flight.clear();
            return;
        }
        let both = hot.iter().zip(closed).map(|(hot, closed)| *hot || *closed);
        if hot == self.hot && both.eq(self.closed.iter().copied()) {
            return;
        }
        self.hot = hot.to_vec();
        let (ways, avoid) = (self.ways, self.avoid);
        self.flight = self.last.par_iter().map(|&(node, _)| ways.towards(node, closed, hot, avoid)).collect();
    }

    /// The way out to a place from a node from which only such ways lead.
    pub(super) fn way_out(&self, node: usize, place: usize) -> Option<usize> {
        let is_among = !self.hot.is_empty() && self.ways.at(node).iter().all(|way| self.closed[*way]);
        if is_among { self.flight.get(place)?.1[node] } else { None }
    }

    /// Opens and closes ways, and says which are better avoided (a flag a way each); where that changes anything, everyone who waits chooses
    /// again.
    ///
    /// # Panics
    /// When there are not as many flags as ways.
    pub fn close(&mut self, closed: &[bool], avoided: &[bool]) {
        assert_eq!((closed.len(), avoided.len()), (self.closed.len(), self.closed.len()), "a flag a way");
        if closed == self.closed && avoided == self.avoided {
            return;
        }
        let differs = |way: &usize| closed[*way] != self.closed[*way] || avoided[*way] != self.avoided[*way];
        let changed: Vec<usize> = (0..closed.len()).filter(differs).collect();
        let was_closed = std::mem::replace(&mut self.closed, closed.to_vec());
        let was_avoided = std::mem::replace(&mut self.avoided, avoided.to_vec());
        self.route_again((&was_closed, &was_avoided), &changed);
        let mut again: Vec<(u32, usize)> = Vec::new();
        for (way, lines) in self.lines.iter_mut().enumerate() {
            let ends = [self.ways.ways[way].from, self.ways.ways[way].to];
            for (line, node) in lines.iter_mut().zip(ends).filter(|(line, _)| !line.is_empty()) {
                again.extend(line.drain(..).map(|id| (id, node)));
            }
        }
        for (id, person) in self.persons.iter().enumerate() {
            if let At::CutOff(node) = person.at {
                again.push((id as u32, node));
            }
        }
        for (id, node) in again {
            self.persons[id as usize].spare_s = 0.0;
            self.choose(id, node);
        }
    }
}
