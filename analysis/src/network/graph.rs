//! An undirected graph of junctions and links in compact rows, and what a walk through it tells: parts, bridges, rings.
//!
//! What junctions and links stand for is left to [`super::topology`]; two links between the same junctions are two links.

use std::collections::BinaryHeap;

pub(crate) use spatial_db::unions::Unions;

/// No junction, link or segment.
pub const NONE: u32 = u32::MAX;

/// A link as seen from one of its junctions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// The link.
    pub link: u32,
    /// The junction at its other end.
    pub to: u32,
}

/// Junctions and links by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    starts: Vec<u32>,
    arcs: Vec<Arc>,
    ends: Vec<[u32; 2]>,
}

impl Graph {
    /// A graph of `junctions` junctions with a link for each pair of `ends`.
    ///
    /// # Panics
    /// When an end is not below `junctions`.
    pub fn new(junctions: usize, ends: Vec<[u32; 2]>) -> Self {
        let mut starts = vec![0_u32; junctions + 1];
        for junction in ends.iter().flatten() {
            starts[*junction as usize + 1] += 1;
        }
        for at in 0..junctions {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut arcs = vec![Arc { link: NONE, to: NONE }; ends.len() * 2];
        for (link, [a, b]) in ends.iter().enumerate() {
            for (from, to) in [(*a, *b), (*b, *a)] {
                let slot = &mut next[from as usize];
                arcs[*slot as usize] = Arc { link: link as u32, to };
                *slot += 1;
            }
        }
        Self { starts, arcs, ends }
    }

    /// Number of junctions.
    pub fn junctions(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Number of links.
    pub fn links(&self) -> usize {
        self.ends.len()
    }

    /// First and last junction of a link.
    pub fn ends(&self, link: u32) -> [u32; 2] {
        self.ends[link as usize]
    }

    /// Links at a junction; a link from a junction to itself stands there twice.
    pub fn at(&self, junction: u32) -> &[Arc] {
        &self.arcs[self.starts[junction as usize] as usize..self.starts[junction as usize + 1] as usize]
    }

    /// Walks the whole graph in depth, beginning at `roots`, then wherever it has not been.
    pub(crate) fn walk(&self, roots: &[u32]) -> Walk {
        let count = self.junctions();
        let mut walk = Walk {
            order: Vec::with_capacity(count),
            enter: vec![NONE; count],
            low: vec![NONE; count],
            parent: vec![Arc { link: NONE, to: NONE }; count],
            part: vec![NONE; count],
            parts: 0,
        };
        let mut next = self.starts.clone();
        let mut stack: Vec<u32> = Vec::new();
        for root in roots.iter().copied().chain(0..count as u32) {
            if walk.enter[root as usize] != NONE {
                continue;
            }
            walk.visit(root, Arc { link: NONE, to: NONE });
            stack.push(root);
            while let Some(&here) = stack.last() {
                let h = here as usize;
                if next[h] == self.starts[h + 1] {
                    stack.pop();
                    let up = walk.parent[h].to;
                    if up != NONE {
                        walk.low[up as usize] = walk.low[up as usize].min(walk.low[h]);
                    }
                    continue;
                }
                let arc = self.arcs[next[h] as usize];
                next[h] += 1;
                if arc.link == walk.parent[h].link {
                    continue;
                }
                let there = arc.to as usize;
                if walk.enter[there] == NONE {
                    walk.visit(arc.to, Arc { link: arc.link, to: here });
                    stack.push(arc.to);
                } else {
                    walk.low[h] = walk.low[h].min(walk.enter[there]);
                }
            }
            walk.parts += 1;
        }
        walk
    }

    /// Shortest way from `from` to `to` with `length_m` of each link, through links that `open` lets pass: length, m, and links in
    /// order. `None` where there is none. A link whose length is not a number counts as 0 m.
    pub fn shortest(
        &self,
        from: u32,
        to: u32,
        length_m: impl Fn(u32) -> f64,
        open: impl Fn(u32, u32) -> bool,
    ) -> Option<(f64, Vec<u32>)> {
        let ways = self.ways(&[from], Some(to), length_m, open);
        Some((ways.far_m[to as usize], ways.links_to(to)?))
    }

    /// Shortest ways from the nearest of `from` to everything that can be reached, or as far as `until`: see [`Self::shortest`].
    pub(crate) fn ways(
        &self,
        from: &[u32],
        until: Option<u32>,
        length_m: impl Fn(u32) -> f64,
        open: impl Fn(u32, u32) -> bool,
    ) -> Ways {
        let mut best = vec![f64::INFINITY; self.junctions()];
        let mut came: Vec<Arc> = vec![Arc { link: NONE, to: NONE }; self.junctions()];
        let mut order = Vec::new();
        let mut heap = BinaryHeap::new();
        for start in from {
            best[*start as usize] = 0.0;
            heap.push(Step { far_m: 0.0, junction: *start });
        }
        let mut done = vec![false; self.junctions()];
        while let Some(Step { far_m, junction }) = heap.pop() {
            if Some(junction) == until {
                break;
            }
            if std::mem::replace(&mut done[junction as usize], true) {
                continue;
            }
            order.push(junction);
            for arc in self.at(junction) {
                if !open(arc.link, junction) {
                    continue;
                }
                let there = far_m + Some(length_m(arc.link)).filter(|length| *length > 0.0).unwrap_or(0.0);
                if there < best[arc.to as usize] {
                    best[arc.to as usize] = there;
                    came[arc.to as usize] = Arc { link: arc.link, to: junction };
                    heap.push(Step { far_m: there, junction: arc.to });
                }
            }
        }
        Ways { far_m: best, came, order }
    }
}

/// Shortest ways from one junction, or from the nearest of several.
pub(crate) struct Ways {
    /// How far each junction is, m; infinite where no way leads.
    pub(crate) far_m: Vec<f64>,
    /// The link that led to each junction, and from where: of a start, and where no way leads, neither.
    pub(crate) came: Vec<Arc>,
    /// Junctions that a way leads to in order, the nearest first: what leads to another stands before it.
    pub(crate) order: Vec<u32>,
}

impl Ways {
    /// Links of the way to a junction, in order; `None` where there is none.
    pub(crate) fn links_to(&self, to: u32) -> Option<Vec<u32>> {
        if !self.far_m[to as usize].is_finite() {
            return None;
        }
        let mut links = Vec::new();
        let mut arc = self.came[to as usize];
        while arc.link != NONE {
            links.push(arc.link);
            arc = self.came[arc.to as usize];
        }
        links.reverse();
        Some(links)
    }
}

/// What a walk in depth found.
pub(crate) struct Walk {
    /// Junctions in the order they were come to.
    pub(crate) order: Vec<u32>,
    /// When a junction was come to.
    pub(crate) enter: Vec<u32>,
    /// The earliest junction that can be reached from here without the way that led here.
    pub(crate) low: Vec<u32>,
    /// The link that led here, and from where.
    pub(crate) parent: Vec<Arc>,
    /// Which part of the graph a junction is in.
    pub(crate) part: Vec<u32>,
    /// How many parts there are.
    pub(crate) parts: u32,
}

impl Walk {
    fn visit(&mut self, junction: u32, parent: Arc) {
        let at = self.order.len() as u32;
        let j = junction as usize;
        self.enter[j] = at;
        self.low[j] = at;
        self.parent[j] = parent;
        self.part[j] = self.parts;
        self.order.push(junction);
    }

    /// Whether the link that led to a junction is the only way there.
    pub(crate) fn by_bridge(&self, junction: u32) -> bool {
        let j = junction as usize;
        self.parent[j].link != NONE && self.low[j] == self.enter[j]
    }

    /// Links whose loss parts the graph.
    pub(crate) fn bridges(&self, links: usize) -> Vec<bool> {
        let mut bridge = vec![false; links];
        for junction in self.order.iter().filter(|junction| self.by_bridge(**junction)) {
            bridge[self.parent[*junction as usize].link as usize] = true;
        }
        bridge
    }
}

/// A junction to go on from: what a heap of them gives out first is the nearest.
pub(crate) struct Step {
    /// How far it is along the links, m.
    pub(crate) far_m: f64,
    /// The junction.
    pub(crate) junction: u32,
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Step {}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Step {
    /// The nearest first: the heap gives out the greatest.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.far_m.total_cmp(&self.far_m).then(other.junction.cmp(&self.junction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts_without(graph: &Graph, without: Option<u32>) -> usize {
        let mut sets = Unions::new(graph.junctions());
        for link in (0..graph.links() as u32).filter(|link| Some(*link) != without) {
            let [a, b] = graph.ends(link);
            sets.join(a, b);
        }
        (0..graph.junctions() as u32).filter(|junction| sets.find(*junction) == *junction).count()
    }

    proptest! {
        /// A bridge is a link without which there are more parts.
        #[test]
        fn bridges_are_what_parts_the_graph(
            ends in prop::collection::vec([0..12_u32, 0..12_u32], 0..24), root in 0..12_u32,
        ) {
            let graph = Graph::new(12, ends);
            let walk = graph.walk(&[root]);
            let whole = parts_without(&graph, None);
            prop_assert_eq!(walk.parts as usize, whole);
            for (link, bridge) in walk.bridges(graph.links()).into_iter().enumerate() {
                prop_assert_eq!(bridge, parts_without(&graph, Some(link as u32)) > whole, "link {}", link);
            }
        }

        /// The shortest way is as long as Floyd and Warshall say, and its links join up.
        #[test]
        fn the_shortest_way_is_shortest(
            links in prop::collection::vec(([0..8_u32, 0..8_u32], 0.0..9.0_f64), 0..20), from in 0..8_u32, to in 0..8_u32,
        ) {
            let graph = Graph::new(8, links.iter().map(|link| link.0).collect());
            let mut far = vec![[f64::INFINITY; 8]; 8];
            (0..8).for_each(|i| far[i][i] = 0.0);
            for ([a, b], length) in &links {
                let (a, b) = (*a as usize, *b as usize);
                far[a][b] = far[a][b].min(*length);
                far[b][a] = far[a][b];
            }
            for k in 0..8 {
                for i in 0..8 {
                    for j in 0..8 {
                        far[i][j] = far[i][j].min(far[i][k] + far[k][j]);
                    }
                }
            }
            let told = far[from as usize][to as usize];
            match graph.shortest(from, to, |link| links[link as usize].1, |_, _| true) {
                None => prop_assert!(told.is_infinite()),
                Some((length_m, way)) => {
                    prop_assert!((length_m - told).abs() < 1e-9);
                    let end = way.iter().try_fold(from, |at, link| match graph.ends(*link) {
                        [a, b] if a == at => Some(b),
                        [a, b] if b == at => Some(a),
                        _ => None,
                    });
                    prop_assert_eq!(end, Some(to));
                }
            }
        }
    }
}
