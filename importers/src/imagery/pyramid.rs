//! Tiles of every level, a coarse one right after the four that it is made of: four tiles a level are held, no more.

use super::{Layout, Place, TILE};

/// A drawn tile: red, green, blue and opacity per pixel, row by row from the north; empty where nothing is seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) place: Place,
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    pub(crate) pixels: Vec<u8>,
}

/// A tile on its way: its quarters, as far as they are drawn.
struct Branch {
    place: Place,
    quarters: Vec<Drawn>,
    next: u64,
}

/// Walks a pyramid from the leaves up.
pub(crate) struct Pyramid {
    layout: Layout,
    branches: Vec<Branch>,
}

impl Pyramid {
    pub(crate) fn new(layout: Layout) -> Self {
        let top = Place { level: layout.levels() - 1, column: 0, row: 0 };
        Self { layout, branches: vec![Branch { place: top, quarters: Vec::new(), next: 0 }] }
    }

    /// The next tile, quarters before the whole; `draw` is asked for the finest ones. `None` after the last.
    pub(crate) fn next<E>(
        &mut self,
        draw: &mut dyn FnMut(Place, (u32, u32)) -> Result<Vec<u8>, E>,
    ) -> Result<Option<Drawn>, E> {
        loop {
            let Some(branch) = self.branches.last_mut() else { return Ok(None) };
            let place = branch.place;
            let (columns, rows) = self.layout.size_of(place);
            if place.level > 0 && branch.next < 4 {
                let (column, row) = (place.column * 2 + branch.next % 2, place.row * 2 + branch.next / 2);
                branch.next += 1;
                let quarter = Place { level: place.level - 1, column, row };
                let (across, down) = self.layout.tiles(quarter.level);
                if column < across && row < down {
                    self.branches.push(Branch { place: quarter, quarters: Vec::new(), next: 0 });
                }
                continue;
            }
            let Some(branch) = self.branches.pop() else { return Ok(None) };
            let pixels = if place.level == 0 {
                draw(place, (columns, rows))?
            } else {
                halve(&branch.quarters, place, (columns, rows))
            };
            let drawn = Drawn { place, columns, rows, pixels };
            if let Some(parent) = self.branches.last_mut() {
                parent.quarters.push(drawn.clone());
            }
            return Ok(Some(drawn));
        }
    }
}

/// A tile of half the detail: each pixel the mean of the four (at edges two, or one) that it covers, colours weighed by
/// how opaque they are.
fn halve(quarters: &[Drawn], whole: Place, (columns, rows): (u32, u32)) -> Vec<u8> {
    if quarters.iter().all(|quarter| quarter.pixels.is_empty()) {
        return Vec::new();
    }
    let stride = columns as usize;
    let mut sums = vec![Sum::default(); stride * rows as usize];
    for quarter in quarters {
        let offset = |at: u64, before: u64| ((at - before * 2) * u64::from(TILE)) as usize;
        let (x0, y0) = (offset(quarter.place.column, whole.column), offset(quarter.place.row, whole.row));
        for index in 0..quarter.columns as usize * quarter.rows as usize {
            let (x, y) = (index % quarter.columns as usize, index / quarter.columns as usize);
            let pixel = quarter.pixels.get(4 * index..).and_then(<[u8]>::first_chunk::<4>).copied();
            let (row, column) = ((y0 + y) >> 1, (x0 + x) >> 1);
            sums[row * stride + column].add(pixel.unwrap_or_default());
        }
    }
    sums.iter().flat_map(Sum::mean).collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    colour: [u32; 3],
    opaque: u32,
    count: u32,
}

impl Sum {
    fn add(&mut self, [r, g, b, a]: [u8; 4]) {
        for (sum, part) in self.colour.iter_mut().zip([r, g, b]) {
            *sum += u32::from(part) * u32::from(a);
        }
        self.opaque += u32::from(a);
        self.count += 1;
    }

    fn mean(&self) -> [u8; 4] {
        let share = |sum: u32, of: u32| (sum + of / 2).checked_div(of).unwrap_or(0) as u8;
        let [r, g, b] = self.colour.map(|sum| share(sum, self.opaque));
        [r, g, b, share(self.opaque, self.count)]
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn all(layout: Layout, colour: &dyn Fn(u64, u64) -> [u8; 4]) -> Vec<Drawn> {
        let mut pyramid = Pyramid::new(layout);
        let mut drawn = Vec::new();
        let mut draw = |place: Place, (columns, rows): (u32, u32)| {
            let at = |x: u32, y: u32| {
                colour(place.column * u64::from(TILE) + u64::from(x), place.row * u64::from(TILE) + u64::from(y))
            };
            let pixels: Vec<u8> = (0..rows).flat_map(|y| (0..columns).flat_map(move |x| at(x, y))).collect();
            Ok::<_, Infallible>(if pixels.chunks(4).all(|p| p[3] == 0) { Vec::new() } else { pixels })
        };
        while let Some(tile) = pyramid.next(&mut draw).unwrap() {
            drawn.push(tile);
        }
        drawn
    }

    fn layout(columns: u64, rows: u64) -> Layout {
        Layout { west: 0.0, north: 0.0, pixel_m: 1.0, columns, rows, natural_m: 1.0 }
    }

    #[test]
    fn every_tile_of_every_level_comes_once_and_quarters_before_the_whole() {
        let tiles = all(layout(1300, 700), &|_, _| [9, 9, 9, 255]);
        let places: Vec<(u32, u64, u64)> = tiles.iter().map(|t| (t.place.level, t.place.column, t.place.row)).collect();
        let expected =
            [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 0, 0), (0, 2, 0), (0, 2, 1), (1, 1, 0), (2, 0, 0)];
        assert_eq!(places, expected);
        assert!(tiles.iter().all(|tile| tile.pixels.chunks(4).all(|pixel| pixel == [9, 9, 9, 255])), "no seams");
        assert!(tiles.iter().all(|tile| tile.pixels.len() == 4 * (tile.columns * tile.rows) as usize));
    }

    #[test]
    fn a_coarse_pixel_is_the_mean_of_what_is_seen() {
        // Red on the left, nothing on the right of an odd border.
        let tiles = all(layout(1024, 600), &|x, y| {
            if x < 513 { [200, (x % 2 * 100) as u8, (y % 2 * 50) as u8, 255] } else { [0; 4] }
        });
        let top = tiles.last().unwrap();
        assert_eq!((top.place.level, top.columns, top.rows), (1, 512, 300));
        let at = |x: usize, y: usize| &top.pixels[4 * (y * 512 + x)..][..4];
        assert_eq!(at(10, 10), [200, 50, 25, 255]);
        assert_eq!(at(256, 10), [200, 0, 25, 128]);
        assert_eq!(at(257, 10), [0, 0, 0, 0]);
        let nothing = all(layout(600, 600), &|_, _| [0; 4]);
        assert!(nothing.iter().all(|tile| tile.pixels.is_empty()));
    }
}
