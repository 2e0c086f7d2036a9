//! Who is near whom: people sorted by the cells of a grid, in the order of their numbers.

/// Cells along an axis, at most.
const MOST: usize = 512;

/// The cells of a box. Of a long one no more are held than [`MOST`] along an axis: those further on are the first ones again, so that a
/// cell may hold what is far away as well, and a thin area of 100 km takes no more memory than a hall.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    low: [f64; 2],
    cell_m: f64,
    /// Columns and rows of the box.
    across: [usize; 2],
}

impl Cells {
    /// Those of a box with a side of so many metres.
    pub(super) fn new((low, high): ([f64; 2], [f64; 2]), cell_m: f64) -> Self {
        let across = [0, 1].map(|axis| (((high[axis] - low[axis]) / cell_m).ceil() as usize).max(1));
        Self { low, cell_m, across }
    }

    /// Columns and rows that are held.
    fn held(&self) -> [usize; 2] {
        self.across.map(|count| count.min(MOST))
    }

    /// How many are held.
    pub(super) fn count(&self) -> usize {
        let [columns, rows] = self.held();
        columns * rows
    }

    /// Column (axis 0) or row of a coordinate in the box; what lies beside it counts for its edge.
    pub(super) fn index(&self, value: f64, axis: usize) -> usize {
        (((value - self.low[axis]) / self.cell_m).floor().max(0.0) as usize).min(self.across[axis] - 1)
    }

    /// Where a column and row of the box are held.
    pub(super) fn slot(&self, column: usize, row: usize) -> usize {
        let [columns, rows] = self.held();
        (row % rows) * columns + column % columns
    }

    /// Where a place is held.
    pub(super) fn at(&self, p: [f64; 2]) -> usize {
        self.slot(self.index(p[0], 0), self.index(p[1], 1))
    }

    /// Middle of a column and row.
    pub(super) fn middle(&self, column: usize, row: usize) -> [f64; 2] {
        let at = |axis: usize, k: usize| self.low[axis] + k as f64 * self.cell_m + 0.5 * self.cell_m;
        [at(0, column), at(1, row)]
    }

    /// The cells about a place and its own, row by row.
    fn about(&self, p: [f64; 2]) -> impl Iterator<Item = usize> + '_ {
        let (column, row) = (self.index(p[0], 0), self.index(p[1], 1));
        let rows = row.saturating_sub(1)..=(row + 1).min(self.across[1] - 1);
        let columns = column.saturating_sub(1)..=(column + 1).min(self.across[0] - 1);
        rows.flat_map(move |row| columns.clone().map(move |column| self.slot(column, row)))
    }
}

/// People by cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    cells: Cells,
    /// First entry of each cell in `order`.
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Grid {
    /// A grid over a box with cells of so many metres.
    pub(super) fn new(bounds: ([f64; 2], [f64; 2]), cell_m: f64) -> Self {
        let cells = Cells::new(bounds, cell_m);
        Self { starts: vec![0; cells.count() + 1], cells, order: Vec::new() }
    }

    /// Sorts people by cell (counting sort).
    pub(super) fn fill(&mut self, places: &[[f64; 2]]) {
        self.starts.iter_mut().for_each(|start| *start = 0);
        let cells: Vec<usize> = places.iter().map(|p| self.cells.at(*p)).collect();
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

    /// Everyone in the cells about a place, which hold all within a cell's size, and others.
    pub(super) fn near(&self, p: [f64; 2]) -> impl Iterator<Item = usize> + '_ {
        self.cells.about(p).flat_map(move |cell| {
            let (from, to) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
            self.order[from..to].iter().map(|&person| person as usize)
        })
    }
}
