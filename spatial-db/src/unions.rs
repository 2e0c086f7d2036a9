//! Sets of numbered things that grow together: what hangs together in a network.

/// Sets that grow together.
#[derive(Debug, Clone, Default)]
pub struct Unions {
    up: Vec<u32>,
}

impl Unions {
    /// So many things, each a set of its own.
    pub fn new(count: usize) -> Self {
        Self { up: (0..count as u32).collect() }
    }

    /// One more thing, a set of its own; its number.
    pub fn add(&mut self) -> u32 {
        let number = self.up.len() as u32;
        self.up.push(number);
        number
    }

    /// The lowest number of the set of a thing.
    pub fn find(&mut self, mut at: u32) -> u32 {
        while self.up[at as usize] != at {
            let above = self.up[self.up[at as usize] as usize];
            self.up[at as usize] = above;
            at = above;
        }
        at
    }

    /// Makes the sets of two things one, for which the lower number stands; whether they were one before.
    pub fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        self.up[a.max(b) as usize] = a.min(b);
        a == b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_join_and_keep_their_lowest_number() {
        let mut sets = Unions::new(5);
        assert_eq!(sets.add(), 5);
        let joined = [(1, 2), (4, 2), (0, 5), (4, 1)].map(|(a, b)| sets.join(a, b));
        assert_eq!(joined, [false, false, false, true]);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|at| sets.find(at)), [0, 1, 1, 3, 1, 0]);
    }
}
