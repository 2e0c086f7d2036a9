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

    /// Says where a fire burns who walks there (its middle and how far from it, m; none: nowhere), and which ways are closed besides, a flag a
    /// way each: who is there gets out by the shortest way that is not, and looks on from there. To be told before [`Walkers::close`], which
    /// has the ways that come there as closed with the others.
    ///
    /// # Panics
    /// When there are not as many flags as ways.
    pub fn flee(&mut self, heat: Option<([f64; 2], f64)>, barred: &[bool]) {
        assert_eq!(barred.len(), self.closed.len(), "a flag a way");
        // A way that is barred within the heat leaves what is closed as it was: both are looked at.
        if heat == self.heat && (heat.is_none() || barred == self.heat_barred) {
            return;
        }
        self.heat = heat;
        self.heat_barred = barred.to_vec();
        let flight = heat.map_or_else(Vec::new, |heat| self.out_of(heat, barred));
        self.flight_differs |= flight != self.flight;
        self.flight = flight;
    }

    /// The way to take from each node in the heat: to the nearest one outside from which a way leads on or where a place of assembly is, or
    /// else to the nearest outside.
    fn out_of(&self, (middle, reach_m): ([f64; 2], f64), barred: &[bool]) -> Vec<Option<usize>> {
        let ways = self.ways;
        let is_in = |at: &[f64; 2]| (at[0] - middle[0]).hypot(at[1] - middle[1]) <= reach_m;
        let is_cool = |way: &usize| !barred[*way] && !ways.comes_within(*way, middle, reach_m);
        let leads_on =
            |node: usize| ways.at(node).iter().any(is_cool) || self.last.iter().any(|&(last, _)| last == node);
        let outside: Vec<usize> = (0..ways.nodes.len()).filter(|node| !is_in(&ways.nodes[*node])).collect();
        let good: Vec<usize> = outside.iter().copied().filter(|node| leads_on(*node)).collect();
        let (best, any) = (ways.towards_nearest(&good, barred), ways.towards_nearest(&outside, barred));
        let of_node = |(at, (best, any)): (&[f64; 2], (Option<usize>, Option<usize>))| {
            if is_in(at) { best.or(any) } else { None }
        };
        ways.nodes.iter().zip(best.into_iter().zip(any)).map(of_node).collect()
    }

    /// The way out of the heat from a node in it.
    pub(super) fn way_out(&self, node: usize) -> Option<usize> {
        self.flight.get(node).copied().flatten()
    }

    /// Opens and closes ways, and says which are better avoided (a flag a way each); where that changes anything, or the way out of the heat
    /// has changed, everyone who waits chooses again.
    ///
    /// # Panics
    /// When there are not as many flags as ways.
    pub fn close(&mut self, closed: &[bool], avoided: &[bool]) {
        assert_eq!((closed.len(), avoided.len()), (self.closed.len(), self.closed.len()), "a flag a way");
        let flight_differs = std::mem::take(&mut self.flight_differs);
        if closed == self.closed && avoided == self.avoided && !flight_differs {
            return;
        }
        let differs = |way: &usize| closed[*way] != self.closed[*way] || avoided[*way] != self.avoided[*way];
        let changed: Vec<usize> = (0..closed.len()).filter(differs).collect();
        let was_closed = std::mem::replace(&mut self.closed, closed.to_vec());
        let was_avoided = std::mem::replace(&mut self.avoided, avoided.to_vec());
        if !changed.is_empty() {
            self.route_again((&was_closed, &was_avoided), &changed);
        }
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
