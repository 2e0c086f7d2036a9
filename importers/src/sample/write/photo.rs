//! An aerial picture of the park, drawn from its own features: a JPEG with a world file, as survey offices hand them out.
//!
//! It is as made up as everything else. What stands where is left to the parent's subjects.

use std::fmt::Write;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::put;
use crate::sample::SampleError;
use crate::sample::dice::{Dice, noise};
use crate::sample::massing::{Building, RISING, STOPPED};
use crate::sample::park::Park;
use crate::sample::plane::{P, centroid, p, tight_box};
use crate::sample::streets::StreetClass;
use crate::sample::surfaces::{FOREST, GRASS, PAVED, STORAGE, WATER};
use crate::sample::terrain::Grid;

/// The picture.
pub(super) const FILE: &str = "正射影像.jpg";
/// Where it lies.
pub(super) const WORLD: &str = "正射影像.jgw";

/// Size of a pixel, m, unless that makes too many.
const PIXEL_M: f64 = 0.6;
/// Pixels, at most.
const MOST_PIXELS: f64 = 9e6;
/// JPEG quality.
const QUALITY: u8 = 84;
/// Where shadows fall for each metre of height: the sun stands in the south-south-east at noon.
const SHADOW: P = p(-0.28, 0.62);
/// How much light a shadow leaves.
const SHADE: f64 = 0.5;

type Colour = [f64; 3];

/// Colours of roofs: coated steel sheets, membranes, tiles.
const ROOFS: [Colour; 7] = [
    [188.0, 190.0, 192.0],
    [94.0, 132.0, 172.0],
    [206.0, 204.0, 198.0],
    [168.0, 172.0, 178.0],
    [122.0, 148.0, 138.0],
    [160.0, 104.0, 88.0],
    [214.0, 212.0, 208.0],
];
/// Colours of what is piled up in yards.
const GOODS: [Colour; 5] =
    [[152.0, 74.0, 58.0], [70.0, 104.0, 140.0], [176.0, 160.0, 122.0], [120.0, 122.0, 124.0], [196.0, 178.0, 96.0]];

struct Canvas {
    /// North-western corner.
    corner: P,
    pixel: f64,
    width: usize,
    height: usize,
    colours: Vec<[f32; 3]>,
    /// What is in shadow.
    shaded: Vec<bool>,
}

impl Canvas {
    fn over(grid: &Grid) -> Self {
        let (wide, high) = ((grid.columns - 1) as f64 * grid.cell_m, (grid.rows - 1) as f64 * grid.cell_m);
        let pixel = PIXEL_M.max((wide * high / MOST_PIXELS).sqrt());
        let (width, height) = ((wide / pixel) as usize, (high / pixel) as usize);
        let corner = p(grid.origin.x, grid.origin.y + high);
        let pixels = width * height;
        Self { corner, pixel, width, height, colours: vec![[0.0; 3]; pixels], shaded: vec![false; pixels] }
    }

    fn place(&self, column: usize, row: usize) -> P {
        p(self.corner.x + (column as f64 + 0.5) * self.pixel, self.corner.y - (row as f64 + 0.5) * self.pixel)
    }

    /// Pixels whose middle lies in an odd number of rings.
    fn inside(&self, rings: &[&[P]], visit: &mut dyn FnMut(usize, P)) {
        let ends = rings.iter().copied().flatten().map(|at| at.y);
        let (south, north) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
        let row_of = |y: f64| ((self.corner.y - y) / self.pixel - 0.5).ceil().clamp(0.0, self.height as f64) as usize;
        let mut crossings: Vec<f64> = Vec::new();
        for row in row_of(north)..row_of(south) {
            let y = self.place(0, row).y;
            crossings.clear();
            for ring in rings {
                for (k, a) in ring.iter().enumerate() {
                    let b = ring[(k + 1) % ring.len()];
                    if (a.y > y) != (b.y > y) {
                        crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
                    }
                }
            }
            crossings.sort_by(f64::total_cmp);
            for span in crossings.chunks_exact(2) {
                let column_of =
                    |x: f64| ((x - self.corner.x) / self.pixel - 0.5).ceil().clamp(0.0, self.width as f64) as usize;
                for column in column_of(span[0])..column_of(span[1]) {
                    visit(row * self.width + column, self.place(column, row));
                }
            }
        }
    }

    fn fill(&mut self, rings: &[&[P]], colour: &dyn Fn(P) -> Colour) {
        let mut found = Vec::new();
        self.inside(rings, &mut |index, at| found.push((index, colour(at))));
        for (index, colour) in found {
            self.colours[index] = colour.map(|part| part as f32);
        }
    }

    /// The shadow of an outline of some height, on the ground.
    fn shade(&mut self, ring: &[P], height_m: f64) {
        let cast = SHADOW * height_m;
        let far: Vec<P> = ring.iter().map(|at| *at + cast).collect();
        let mut found = Vec::new();
        self.inside(&[&far], &mut |index, _| found.push(index));
        for (k, a) in ring.iter().enumerate() {
            let b = ring[(k + 1) % ring.len()];
            self.inside(&[&[*a, b, b + cast, *a + cast]], &mut |index, _| found.push(index));
        }
        for index in found {
            self.shaded[index] = true;
        }
    }
}

fn times(colour: Colour, factor: f64) -> Colour {
    colour.map(|part| part * factor)
}

fn blend(a: Colour, b: Colour, share: f64) -> Colour {
    [0, 1, 2].map(|part| a[part] + (b[part] - a[part]) * share)
}

/// Fields, fallow and scrub.
fn open_land(seed: u64, at: P) -> Colour {
    let large = noise(seed ^ 0x51, at.x / 210.0, at.y / 170.0) * 0.5 + 0.5;
    let small = noise(seed ^ 0x52, at.x / 9.0, at.y / 9.0);
    let furrow = noise(seed ^ 0x53, at.x / 2.2, at.y / 31.0);
    let green = blend([112.0, 124.0, 78.0], [150.0, 138.0, 104.0], large.clamp(0.0, 1.0));
    times(green, 1.0 + 0.10 * small + 0.05 * furrow)
}

fn ground_cover(seed: u64, kind: &str, at: P) -> Colour {
    let fine = noise(seed ^ 0x61, at.x / 1.4, at.y / 1.4);
    let middle = noise(seed ^ 0x62, at.x / 6.0, at.y / 6.0);
    match kind {
        WATER => times([66.0, 92.0, 96.0], 1.0 + 0.05 * middle),
        FOREST => times([58.0, 82.0, 52.0], 1.0 + 0.28 * noise(seed ^ 0x63, at.x / 3.4, at.y / 3.4) + 0.12 * fine),
        GRASS => times([118.0, 136.0, 86.0], 1.0 + 0.07 * middle + 0.06 * fine),
        STORAGE => {
            // Rows of goods with lanes between them.
            let (column, row) = ((at.x / 7.0).floor(), (at.y / 3.2).floor());
            let lane = at.x.rem_euclid(7.0) < 1.2 || row.rem_euclid(4.0) < 1.0;
            let stack = noise(seed ^ 0x64, column + 0.5, row + 0.5);
            if lane || stack < -0.1 {
                times([166.0, 160.0, 150.0], 1.0 + 0.05 * fine)
            } else {
                let which = ((stack + 0.1) * 0.9 * GOODS.len() as f64) as usize;
                times(GOODS[which.min(GOODS.len() - 1)], 1.0 + 0.06 * fine)
            }
        }
        PAVED => times([168.0, 166.0, 160.0], 1.0 + 0.04 * middle + 0.03 * fine),
        _ => times([150.0, 146.0, 134.0], 1.0 + 0.05 * middle),
    }
}

/// Draws the picture and writes it with its world file.
pub(super) fn write(dir: &Path, park: &Park<'_>) -> Result<(), SampleError> {
    let grid = park.terrain.grid();
    let mut canvas = Canvas::over(&grid);
    let seed = park.seed;
    for row in 0..canvas.height {
        for column in 0..canvas.width {
            let at = canvas.place(column, row);
            canvas.colours[row * canvas.width + column] = open_land(seed, at).map(|part| part as f32);
        }
    }
    for kind in [PAVED, STORAGE, GRASS, FOREST, WATER] {
        for cover in park.covers.iter().filter(|cover| cover.kind == kind) {
            let rings: Vec<&[P]> = cover.rings.iter().map(Vec::as_slice).collect();
            canvas.fill(&rings, &|at| ground_cover(seed, kind, at));
        }
    }
    streets(&mut canvas, park);
    for building in &park.massing.buildings {
        canvas.shade(&building.ring, building.height_m);
    }
    for (colour, shaded) in canvas.colours.iter_mut().zip(&canvas.shaded) {
        if *shaded {
            *colour = colour.map(|part| part * SHADE as f32);
        }
    }
    for (index, building) in park.massing.buildings.iter().enumerate() {
        roof(&mut canvas, seed, index, building);
    }
    save(dir, &canvas, &grid, seed)
}

fn streets(canvas: &mut Canvas, park: &Park<'_>) {
    let seed = park.seed;
    for (number, path) in &park.centre_lines {
        let street = &park.streets.list[*number];
        let rail = street.class == StreetClass::Rail;
        let width = if rail { 4.0 } else { street.width_m };
        for (k, pair) in path.windows(2).enumerate() {
            let along = (pair[1] - pair[0]).unit();
            let side = along.left();
            let strip = |from: P, to: P, left: f64, right: f64| {
                [from + side * left, to + side * left, to + side * right, from + side * right]
            };
            // A little longer at both ends, so that bends stay closed.
            let (from, to) = (pair[0] - along * (width * 0.25), pair[1] + along * (width * 0.25));
            canvas.fill(&[&strip(from, to, width / 2.0, -width / 2.0)], &|at| {
                let worn = noise(seed ^ 0x71, at.x / 5.0, at.y / 5.0);
                times(if rail { [128.0, 116.0, 104.0] } else { [104.0, 105.0, 107.0] }, 1.0 + 0.05 * worn)
            });
            if rail {
                for rail in [0.72, -0.72] {
                    canvas.fill(&[&strip(pair[0], pair[1], rail + 0.3, rail - 0.3)], &|_| [92.0, 88.0, 86.0]);
                }
            } else if width >= 12.0 && k % 2 == 0 {
                canvas.fill(&[&strip(pair[0], pair[1], 0.35, -0.35)], &|_| [206.0, 204.0, 196.0]);
            }
        }
    }
}

fn roof(canvas: &mut Canvas, seed: u64, index: usize, building: &Building) {
    let mut dice = Dice::new(seed, "roof", index as u64);
    let unfinished = building.state == RISING || building.state == STOPPED;
    let base = if unfinished { [150.0, 142.0, 130.0] } else { *dice.pick(&ROOFS) };
    let tone = dice.range(0.92, 1.06);
    let (_, along, _, wide) = tight_box(&building.ring);
    let middle = centroid(&building.ring);
    let across = along.left();
    canvas.fill(&[&building.ring], &|at| {
        let off = (at - middle).dot(across);
        // One side of the ridge faces the sun; sheets and gutters run across.
        let slope = if unfinished || wide < 14.0 { 0.0 } else { -0.05 * off.signum() * across.y.signum() };
        let sheet = if ((at - middle).dot(along) / 6.0).rem_euclid(1.0) < 0.12 { -0.05 } else { 0.0 };
        let stain = 0.03 * noise(seed ^ 0x81, at.x / 8.0, at.y / 8.0);
        times(base, tone * (1.0 + slope + sheet + stain))
    });
}

/// Light on the slopes, the grain of the film, and the file.
fn save(dir: &Path, canvas: &Canvas, grid: &Grid, seed: u64) -> Result<(), SampleError> {
    let slope = |at: P| {
        let c = (((at.x - grid.origin.x) / grid.cell_m) as usize).clamp(1, grid.columns - 2);
        let r = (((at.y - grid.origin.y) / grid.cell_m) as usize).clamp(1, grid.rows - 2);
        let z = |c: usize, r: usize| f64::from(grid.heights_m[r * grid.columns + c]);
        (z(c, r + 1) - z(c, r - 1)) / (2.0 * grid.cell_m)
    };
    let mut bytes = Vec::with_capacity(3 * canvas.colours.len());
    for (index, colour) in canvas.colours.iter().enumerate() {
        let at = canvas.place(index % canvas.width, index / canvas.width);
        let light = 1.0 - 0.9 * slope(at).clamp(-0.3, 0.3);
        let grain = 1.0 + 0.02 * noise(seed ^ 0x91, at.x / 0.7, at.y / 0.7);
        bytes.extend(colour.map(|part| (f64::from(part) * light * grain).round().clamp(0.0, 255.0) as u8));
    }
    let path = dir.join(FILE);
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, QUALITY)
        .write_image(&bytes, canvas.width as u32, canvas.height as u32, ExtendedColorType::Rgb8)
        .map_err(|error| SampleError::Write { path: path.clone(), source: std::io::Error::other(error) })?;
    put(&path, &file)?;
    let middle = canvas.place(0, 0);
    let mut world = String::new();
    for number in [canvas.pixel, 0.0, 0.0, -canvas.pixel, middle.x, middle.y] {
        let _ = writeln!(world, "{number:.6}");
    }
    put(&dir.join(WORLD), world.as_bytes())
}
