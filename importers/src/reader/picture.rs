//! Squares of an orthophoto as eight-bit colour with transparency, drawn through a mesh that the parent gives: what the
//! mesh means on the ground, in which CRS, is its business.

use gdal::Dataset;
use gdal::raster::{ColorInterpretation, GdalDataType, RasterBand, ResampleAlg};

use super::open;
use super::protocol::{Bytes, Frame, PictureWindow, ReadFailure};

/// Samples per side of the coarse look that tells how bright a picture of more than eight bits is.
const COARSE: usize = 512;
/// Share of the darkest and of the brightest samples that a stretch cuts off.
const CUT: f64 = 0.01;
/// Pixels read for a window, at most.
const MOST_READ: f64 = 16e6;
/// Source pixels beyond the window that colours between pixels need.
const RIM: f64 = 2.0;

/// An open picture.
pub(super) struct Picture {
    pub(super) file: String,
    dataset: Dataset,
    /// Bands, from 1, that are shown as red, green and blue.
    colours: [usize; 3],
    /// Colours of a palette's entries.
    palette: Option<Vec<[u8; 4]>>,
    /// What becomes black and what white, where samples have more than eight bits.
    stretch: Option<[f64; 2]>,
    size: [usize; 2],
}

fn broken(error: &gdal::errors::GdalError) -> ReadFailure {
    ReadFailure::Broken { row: 0, reason: error.to_string() }
}

/// Draws a window of a file, which stays open for the next.
pub(super) fn show(open: &mut Option<Picture>, file: &str, window: &PictureWindow) -> Result<Frame, ReadFailure> {
    if open.as_ref().is_none_or(|picture| picture.file != file) {
        *open = Some(Picture::open(file)?);
    }
    match open {
        Some(picture) => picture.draw(window),
        None => Ok(Frame::Picture(Bytes(Vec::new()))),
    }
}

impl Picture {
    /// Opens a picture and finds out which of its bands are its colours.
    pub(super) fn open(file: &str) -> Result<Self, ReadFailure> {
        let dataset = open::picture(file)?;
        let (columns, rows) = dataset.raster_size();
        let count = dataset.raster_count();
        let mut meanings = Vec::with_capacity(count);
        for index in 1..=count.min(super::bounds::MOST_FIELDS) {
            meanings.push(dataset.rasterband(index).map_err(|error| broken(&error))?.color_interpretation());
        }
        let named = |wanted: ColorInterpretation| meanings.iter().position(|is| *is == wanted).map(|at| at + 1);
        let [red, green, blue] =
            [ColorInterpretation::RedBand, ColorInterpretation::GreenBand, ColorInterpretation::BlueBand].map(named);
        let plain = meanings.iter().filter(|is| **is != ColorInterpretation::AlphaBand).count();
        let colours = match (red, green, blue) {
            (Some(red), Some(green), Some(blue)) => [red, green, blue],
            _ if plain >= 3 => [1, 2, 3],
            _ if plain >= 1 => [1; 3],
            _ => return Err(ReadFailure::Unreadable { reason: "it has no band of colour".to_owned(), hint: None }),
        };
        let first = dataset.rasterband(colours[0]).map_err(|error| broken(&error))?;
        let kind = first.band_type();
        let palette = first.color_table().map(|table| {
            let entry = |at| table.entry_as_rgb(at).map_or([0; 4], |c| [c.r, c.g, c.b, c.a].map(|part| part as u8));
            (0..table.entry_count().min(256)).map(entry).collect::<Vec<_>>()
        });
        let stretch = match kind {
            GdalDataType::UInt8 => None,
            GdalDataType::UInt16 | GdalDataType::Int16 if palette.is_none() => {
                // One stretch for all three, or colours would shift.
                let mut known = Vec::new();
                for index in colours {
                    look(&dataset.rasterband(index).map_err(|error| broken(&error))?, &mut known)?;
                }
                Some(brightness(known))
            }
            kind => {
                let reason = format!("its samples are {}, which is no picture", kind.name());
                let hint = Some("write it with eight bits a band: `gdal_translate -ot Byte -scale`".to_owned());
                return Err(ReadFailure::Unreadable { reason, hint });
            }
        };
        Ok(Self { file: file.to_owned(), dataset, colours, palette, stretch, size: [columns, rows] })
    }

    /// Draws a window: red, green, blue and opacity per pixel, row by row from the top; empty where nothing is seen.
    pub(super) fn draw(&self, window: &PictureWindow) -> Result<Frame, ReadFailure> {
        let none = || Ok(Frame::Picture(Bytes(Vec::new())));
        if let Err(reason) = window.check() {
            return Err(ReadFailure::Unreadable { reason, hint: None });
        }
        let Some(crop) = self.crop(window) else { return none() };
        let sides = crop.sides();
        let smooth = if self.palette.is_some() { ResampleAlg::NearestNeighbour } else { ResampleAlg::Average };
        let algorithm = if sides == crop.size { ResampleAlg::NearestNeighbour } else { smooth };
        let place =
            ((crop.from[0] as isize, crop.from[1] as isize), (crop.size[0], crop.size[1]), (sides[0], sides[1]));
        let mut pixels = vec![[0.0_f32; 4]; sides[0] * sides[1]];
        for (part, index) in self.colours.into_iter().enumerate() {
            if part > 0 && self.colours[part] == self.colours[part - 1] {
                for pixel in &mut pixels {
                    pixel[part] = pixel[part - 1];
                }
                continue;
            }
            let band = self.dataset.rasterband(index).map_err(|error| broken(&error))?;
            let samples =
                band.read_as::<f32>(place.0, place.1, place.2, Some(algorithm)).map_err(|error| broken(&error))?;
            let mask = band.open_mask_band().map_err(|error| broken(&error))?;
            let seen = mask
                .read_as::<f32>(place.0, place.1, place.2, Some(ResampleAlg::NearestNeighbour))
                .map_err(|error| broken(&error))?;
            for ((pixel, sample), opaque) in pixels.iter_mut().zip(samples.data()).zip(seen.data()) {
                pixel[part] = self.shade(*sample);
                pixel[3] = pixel[3].max(*opaque);
            }
        }
        if let Some(palette) = &self.palette {
            for pixel in &mut pixels {
                let [r, g, b, a] = palette.get(pixel[0] as usize).copied().unwrap_or_default().map(f32::from);
                *pixel = [r, g, b, a.min(pixel[3])];
            }
        }
        let drawn = crop.through(window, &pixels, sides, self.palette.is_some());
        if drawn.chunks_exact(4).all(|pixel| pixel[3] == 0) { none() } else { Ok(Frame::Picture(Bytes(drawn))) }
    }

    fn shade(&self, sample: f32) -> f32 {
        let Some([low, high]) = self.stretch else { return sample };
        ((f64::from(sample) - low) / (high - low) * 255.0).clamp(0.0, 255.0) as f32
    }

    /// The part of the picture that a window shows; `None` where it shows none of it.
    fn crop(&self, window: &PictureWindow) -> Option<Crop> {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for at in &window.mesh {
            for axis in 0..2 {
                low[axis] = low[axis].min(at[axis]);
                high[axis] = high[axis].max(at[axis]);
            }
        }
        let mut crop = Crop { from: [0; 2], size: [0; 2], shrink: 1.0 };
        for axis in 0..2 {
            let size = self.size[axis] as f64;
            let (from, to) = ((low[axis] - RIM).floor().clamp(0.0, size), (high[axis] + RIM).ceil().clamp(0.0, size));
            if to <= from {
                return None;
            }
            (crop.from[axis], crop.size[axis]) = (from as usize, (to - from) as usize);
        }
        let shrink = |axis: usize| (high[axis] - low[axis]) / f64::from(window.size()[axis]);
        // A finer picture is averaged before it is drawn, or roofs would sparkle.
        let most = (crop.size[0] as f64 * crop.size[1] as f64 / MOST_READ).sqrt();
        crop.shrink = shrink(0).min(shrink(1)).max(most).max(1.0);
        Some(crop)
    }
}

/// A rectangle of pixels, and how many of them make one that is read.
#[derive(Debug, Clone, Copy)]
struct Crop {
    from: [usize; 2],
    size: [usize; 2],
    shrink: f64,
}

impl Crop {
    /// Pixels to read.
    fn sides(&self) -> [usize; 2] {
        // Up to half as fine again the eye sees no difference, and reading as it is loses nothing.
        if self.shrink < 1.5 {
            return self.size;
        }
        self.size.map(|side| ((side as f64 / self.shrink).ceil() as usize).max(1))
    }

    /// Draws pixels as read through the window's mesh.
    fn through(&self, window: &PictureWindow, pixels: &[[f32; 4]], sides: [usize; 2], sharp: bool) -> Vec<u8> {
        let scale = [0, 1].map(|axis| sides[axis] as f64 / self.size[axis] as f64);
        let mut out = Vec::with_capacity(4 * window.columns as usize * window.rows as usize);
        for row in 0..window.rows {
            for column in 0..window.columns {
                let at = window.source_of(column, row);
                // Places in the file count from corners of pixels, samples lie in their middles.
                let [x, y] = [0, 1].map(|axis| (at[axis] - self.from[axis] as f64) * scale[axis] - 0.5);
                let inside = |v: f64, side: usize| v > -0.5 - 1e-6 && v < side as f64 - 0.5 + 1e-6;
                if !inside(x, sides[0]) || !inside(y, sides[1]) {
                    out.extend_from_slice(&[0; 4]);
                    continue;
                }
                out.extend_from_slice(&mix(pixels, sides, [x, y], sharp));
            }
        }
        out
    }
}

/// Colour between pixels, each weighed by how near and how opaque it is.
fn mix(pixels: &[[f32; 4]], sides: [usize; 2], at: [f64; 2], sharp: bool) -> [u8; 4] {
    let at = [0, 1].map(|axis| at[axis].clamp(0.0, (sides[axis] - 1) as f64));
    if sharp {
        let [x, y] = at.map(|v| v.round() as usize);
        return pixels[y * sides[0] + x].map(|part| part.round() as u8);
    }
    let [x, y] = [0, 1].map(|axis| (at[axis] as usize).min(sides[axis].saturating_sub(2)));
    let [fx, fy] = [(at[0] - x as f64) as f32, (at[1] - y as f64) as f32];
    let (mut colour, mut opaque) = ([0.0_f32; 3], 0.0_f32);
    for (dx, dy, share) in
        [(0, 0, (1.0 - fx) * (1.0 - fy)), (1, 0, fx * (1.0 - fy)), (0, 1, (1.0 - fx) * fy), (1, 1, fx * fy)]
    {
        let near = [(x + dx).min(sides[0] - 1), (y + dy).min(sides[1] - 1)];
        let [r, g, b, a] = pixels[near[1] * sides[0] + near[0]];
        let weight = share * a;
        opaque += weight;
        for (sum, part) in colour.iter_mut().zip([r, g, b]) {
            *sum += part * weight;
        }
    }
    if opaque < 0.5 {
        return [0; 4];
    }
    let [r, g, b] = colour.map(|sum| (sum / opaque).round() as u8);
    [r, g, b, opaque.round() as u8]
}

/// Samples of a coarse look at a band.
fn look(band: &RasterBand<'_>, known: &mut Vec<f64>) -> Result<(), ReadFailure> {
    let (columns, rows) = band.size();
    let coarse = (columns.clamp(1, COARSE), rows.clamp(1, COARSE));
    let read = |band: &RasterBand<'_>| {
        band.read_as::<f64>((0, 0), (columns, rows), coarse, Some(ResampleAlg::NearestNeighbour))
            .map_err(|error| broken(&error))
    };
    let (samples, seen) = (read(band)?, read(&band.open_mask_band().map_err(|error| broken(&error))?)?);
    known.extend(samples.data().iter().zip(seen.data()).filter(|(_, seen)| **seen > 0.0).map(|(sample, _)| *sample));
    Ok(())
}

/// What becomes black and what white: all but the darkest and brightest hundredth.
fn brightness(mut known: Vec<f64>) -> [f64; 2] {
    known.sort_by(f64::total_cmp);
    let at = |share: f64| known.get(((known.len().saturating_sub(1)) as f64 * share) as usize).copied();
    let (low, high) = (at(CUT).unwrap_or(0.0), at(1.0 - CUT).unwrap_or(1.0));
    if high > low { [low, high] } else { [low, low + 1.0] }
}
