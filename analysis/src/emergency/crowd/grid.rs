//! Who is near whom: people sorted by the cells of a grid, in the order of their numbers.

/// People by cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    low: [f64; 2],
    cell_m: f64,
    columns: usize,
    rows: usize,
    /// First entry of each cell in `order`.
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Grid {
    /// A grid over a box with cells of so many metres.
    pub(super) fn new((low, high): ([f64; 2], [f64; 2]), cell_m: f64) -> Self {
        let count = |axis: usize| (((high[axis] - low[axis]) / cell_m).ceil() as usize).max(1);
        let (columns, rows) = (count(0), count(1));
        Self { low, cell_m, columns, rows, starts: vec![0; columns * rows + 1], order: Vec::new() }
    }

    fn index(&self, value: f64, axis: usize) -> usize {
        let count = if axis == 0 { self.columns } else { self.rows };
        (((value - self.low[axis]) / self.cell_m).floor().max(0.0) as usize).min(count - 1)
    }

    /// Sorts people by cell (counting sort).
    pub(super) fn fill(&mut self, places: &[[f64; 2]]) {
        self.starts.iter_mut().for_each(|start| *start = 0);
        let cells: Vec<usize> =
            places.iter().map(|p| self.index(p[1], 1) * self.columns + self.index(p[0], 0)).collect();
        for &cell in &cells {
            self.starts[cell + 1] += 1;
        }
        for cell in 1..self.starts.len() {
            self.starts[cell] += self.starts[cell - 1];
        }
        let mut next = self.starts.clone();
        self.order.resize(places.len(), 0);
        for (person, &cell) in cells.iter().enumerate() {
            self.order[next[cell] as usize] = person as u32;
            next[cell] += 1;
        }
    }

    /// Everyone in the cells about a place, which holds all within a cell's size.
    pub(super) fn near(&self, p: [f64; 2]) -> impl Iterator<Item = usize> + '_ {
        let (column, row) = (self.index(p[0], 0), self.index(p[1], 1));
        let rows = row.saturating_sub(1)..=(row + 1).min(self.rows - 1);
        rows.flat_map(move |row| {
            let (first, last) = (column.saturating_sub(1), (column + 1).min(self.columns - 1));
            let from = self.starts[row * self.columns + first] as usize;
            let to = self.starts[row * self.columns + last + 1] as usize;
            self.order[from..to].iter().map(|&person| person as usize)
        })
    }
}
