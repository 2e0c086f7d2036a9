//! What closed valves part: segments of links and junctions between valves.
//!
//! A valve stands on a link next to one of its junctions, as WNTR and the literature on criticality have it.

use crate::network::graph::{Graph, Unions};

/// A valve on a link, next to one of its junctions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The link.
    pub link: u32,
    /// The junction that it stands next to.
    pub junction: u32,
    /// Which valve it belongs to: one at a tee closes several ways at once.
    pub valve: u32,
}

/// Which segment each junction and link is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// By junction.
    pub of_junction: Vec<u32>,
    /// By link.
    pub of_link: Vec<u32>,
    /// How many there are.
    pub count: usize,
}

impl Segments {
    /// What hangs together with every valve closed. Segments are numbered by their first junction, then by their first link.
    pub fn of(graph: &Graph, gates: &[Gate]) -> Self {
        let junctions = graph.junctions() as u32;
        let mut shut: Vec<[u32; 2]> = gates.iter().map(|gate| [gate.link, gate.junction]).collect();
        shut.sort_unstable();
        let mut sets = Unions::new(graph.junctions() + graph.links());
        for link in 0..graph.links() as u32 {
            for junction in graph.ends(link) {
                if shut.binary_search(&[link, junction]).is_err() {
                    sets.join(junction, junctions + link);
                }
            }
        }
        let mut number = vec![u32::MAX; graph.junctions() + graph.links()];
        let mut count = 0;
        let of: Vec<u32> = (0..number.len() as u32)
            .map(|at| {
                let set = sets.find(at) as usize;
                if number[set] == u32::MAX {
                    number[set] = count;
                    count += 1;
                }
                number[set]
            })
            .collect();
        let (of_junction, of_link) = of.split_at(graph.junctions());
        Self { of_junction: of_junction.to_vec(), of_link: of_link.to_vec(), count: count as usize }
    }

    /// Junctions and links of each segment together.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count];
        for segment in self.of_junction.iter().chain(&self.of_link) {
            sizes[*segment as usize] += 1;
        }
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Case P1: links p1 s–n1, p2 n1–n2, p3 n2–n3, p4 n3–n4, p5 n4–n5, p6 n2–n5, p7 n5–n6, p8 n6–n1;
    /// valves p1/n1, p3/n2, p7/n5, p7/n6, p8/n6.
    #[test]
    fn p1_has_four_segments_the_largest_of_eleven_elements() {
        let graph = Graph::new(7, vec![[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [2, 5], [5, 6], [6, 1]]);
        let valves = [(1, 1), (3, 2), (7, 5), (7, 6), (8, 6)];
        let gates: Vec<Gate> = valves
            .iter()
            .enumerate()
            .map(|(valve, (pipe, junction))| Gate { link: pipe - 1, junction: *junction, valve: valve as u32 })
            .collect();
        let segments = Segments::of(&graph, &gates);
        let mut sizes = segments.sizes();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 1, 2, 11]);
        // s with p1, n6 alone, p7 alone, the rest.
        assert_eq!(segments.of_junction[0], segments.of_link[0]);
        let alone = [segments.of_junction[6], segments.of_link[6]];
        assert!(alone[0] != alone[1] && segments.sizes()[alone[0] as usize] == 1);
    }

    #[test]
    fn without_valves_a_segment_is_a_part_of_the_graph() {
        let graph = Graph::new(5, vec![[0, 1], [1, 0], [2, 3]]);
        let segments = Segments::of(&graph, &[]);
        assert_eq!((segments.count, segments.sizes()), (3, vec![4, 3, 1]));
        assert_eq!((segments.of_junction, segments.of_link), (vec![0, 0, 1, 1, 2], vec![0, 0, 1]));
    }
}
