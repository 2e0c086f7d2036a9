//! The orthophoto as one picture over the ground, with its smaller copies for when it is seen from afar.
//!
//! Which tiles there are, and how fine, is left to the caller.

use bevy::asset::RenderAssetUsages;
use bevy::image::{ImageAddressMode, ImageFilterMode, ImageSampler, ImageSamplerDescriptor};
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};
use rayon::prelude::*;
use spatial_db::model::{Imagery, ImageryTile};

use crate::space::SceneOrigin;
use crate::theme::Rgb;

/// Pixels along the longer side of the picture, at most: four bytes each, a third more for the copies.
const MOST_SIDE: f64 = 4096.0;

/// A photo laid out over the park.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Photo {
    /// West, south, east, north, park coordinates, m.
    pub ground: [f64; 4],
    /// Pixels from west to east.
    pub width: u32,
    /// Pixels from north to south.
    pub height: u32,
    /// Red, green, blue and opacity, row by row from the north.
    pub pixels: Vec<u8>,
}

impl Photo {
    /// Puts tiles together, the finer ones on top. `None` where no tile can be decoded.
    pub(crate) fn compose(imagery: &Imagery) -> Option<Self> {
        let mut tiles: Vec<&ImageryTile> = imagery.tiles.iter().filter(|tile| tile.pixel_m > 0.0).collect();
        tiles.sort_by(|a, b| b.pixel_m.total_cmp(&a.pixel_m));
        let ground = tiles
            .iter()
            .map(|tile| tile.ground)
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
        let size = [ground[2] - ground[0], ground[3] - ground[1]];
        let finest = tiles.last()?.pixel_m;
        let pixel = finest.max(size[0].max(size[1]) / MOST_SIDE);
        let side = |length: f64| ((length / pixel - 1e-6).ceil()).clamp(1.0, MOST_SIDE) as u32;
        let (width, height) = (side(size[0]), side(size[1]));
        let mut photo = Self { ground, width, height, pixels: vec![0; 4 * width as usize * height as usize] };
        let decoded: Vec<Option<image::RgbaImage>> = tiles.par_iter().map(|tile| decode(tile)).collect();
        let mut any = false;
        for (tile, picture) in tiles.iter().zip(decoded) {
            let Some(picture) = picture else { continue };
            any = true;
            photo.paint(tile, &picture, pixel);
        }
        any.then_some(photo)
    }

    fn paint(&mut self, tile: &ImageryTile, picture: &image::RgbaImage, pixel: f64) {
        let [west, south, east, north] = tile.ground;
        let [left, _, _, top] = self.ground;
        let span = |from: f64, to: f64, most: u32| {
            let at = |v: f64| (v / pixel).round().clamp(0.0, f64::from(most)) as u32;
            at(from)..at(to)
        };
        let columns = span(west - left, east - left, self.width);
        for row in span(top - north, top - south, self.height) {
            let v = (top - (f64::from(row) + 0.5) * pixel - south) / (north - south);
            let y = (((1.0 - v) * f64::from(picture.height())) as u32).min(picture.height() - 1);
            for column in columns.clone() {
                let u = (left + (f64::from(column) + 0.5) * pixel - west) / (east - west);
                let x = ((u * f64::from(picture.width())) as u32).min(picture.width() - 1);
                let seen = picture.get_pixel(x, y).0;
                if seen[3] >= 128 {
                    let at = 4 * (row as usize * self.width as usize + column as usize);
                    self.pixels[at..at + 4].copy_from_slice(&seen);
                }
            }
        }
    }

    /// Where it lies in the scene: west and north, and what turns metres from there into shares of its size.
    pub(crate) fn placement(&self, origin: &SceneOrigin) -> Vec4 {
        let [west, south, east, north] = self.ground;
        let corner = origin.scene_from_park(west, north, origin.z_m);
        Vec4::new(corner.x, corner.z, (1.0 / (east - west)) as f32, (1.0 / (north - south)) as f32)
    }

    /// Its mean colour in linear light, from pixels here and there; `None` where nothing is seen.
    pub(crate) fn mean(&self) -> Option<Rgb> {
        const SAMPLED: usize = 4096;
        let pixels = self.pixels.as_chunks::<4>().0;
        let every = (pixels.len() / SAMPLED).max(1);
        let seen = pixels.iter().step_by(every).filter(|pixel| pixel[3] >= 128);
        let (sum, count) = seen.fold(([0.0_f32; 3], 0.0_f32), |(sum, count), [red, green, blue, _]| {
            let own = Rgb(*red, *green, *blue).linear();
            ([0, 1, 2].map(|i| sum[i] + own[i]), count + 1.0)
        });
        (count > 0.0).then(|| Rgb::from_linear(sum.map(|sum| sum / count)))
    }

    /// West and north of it in the park, m.
    pub(crate) fn corner(&self) -> [f64; 2] {
        [self.ground[0], self.ground[3]]
    }

    /// The picture for the GPU, with all its smaller copies.
    pub(crate) fn into_image(self) -> Image {
        let (mut width, mut height) = (self.width as usize, self.height as usize);
        let mut all = self.pixels.clone();
        let mut level = self.pixels;
        let mut levels = 1;
        while width > 1 || height > 1 {
            (level, width, height) = halved(&level, width, height);
            all.extend_from_slice(&level);
            levels += 1;
        }
        let size = Extent3d { width: self.width, height: self.height, depth_or_array_layers: 1 };
        let mut image = Image::new_uninit(
            size,
            TextureDimension::D2,
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::RENDER_WORLD,
        );
        image.texture_descriptor.mip_level_count = levels;
        image.data = Some(all);
        image.sampler = ImageSampler::Descriptor(ImageSamplerDescriptor {
            address_mode_u: ImageAddressMode::ClampToEdge,
            address_mode_v: ImageAddressMode::ClampToEdge,
            mag_filter: ImageFilterMode::Linear,
            min_filter: ImageFilterMode::Linear,
            mipmap_filter: ImageFilterMode::Linear,
            ..ImageSamplerDescriptor::default()
        });
        image
    }
}

fn decode(tile: &ImageryTile) -> Option<image::RgbaImage> {
    let format = image::ImageFormat::from_mime_type(&tile.media_type)?;
    match image::load_from_memory_with_format(&tile.image, format) {
        Ok(picture) => Some(picture.into_rgba8()),
        Err(error) => {
            tracing::warn!(ground = ?tile.ground, "a tile of the imagery cannot be decoded: {error}");
            None
        }
    }
}

/// Half the size, rounded down as textures are; each pixel the mean of what is seen of four.
fn halved(pixels: &[u8], width: usize, height: usize) -> (Vec<u8>, usize, usize) {
    let (half_width, half_height) = ((width / 2).max(1), (height / 2).max(1));
    let mut out = vec![0_u8; 4 * half_width * half_height];
    out.par_chunks_exact_mut(4 * half_width).enumerate().for_each(|(row, line)| {
        for (column, to) in line.chunks_exact_mut(4).enumerate() {
            let (mut colour, mut opaque) = ([0_u32; 3], 0_u32);
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let (x, y) = ((2 * column + dx).min(width - 1), (2 * row + dy).min(height - 1));
                let from = &pixels[4 * (y * width + x)..][..4];
                let alpha = u32::from(from[3]);
                opaque += alpha;
                for (sum, part) in colour.iter_mut().zip(from) {
                    *sum += u32::from(*part) * alpha;
                }
            }
            for (part, sum) in to.iter_mut().zip(colour) {
                *part = (sum + opaque / 2).checked_div(opaque).unwrap_or(0) as u8;
            }
            to[3] = ((opaque + 2) / 4) as u8;
        }
    });
    (out, half_width, half_height)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbaImage};

    use super::*;

    fn tile(ground: [f64; 4], pixel_m: f64, colour: impl Fn(u32, u32) -> [u8; 4]) -> ImageryTile {
        let side = |length: f64| (length / pixel_m).round() as u32;
        let picture = RgbaImage::from_fn(side(ground[2] - ground[0]), side(ground[3] - ground[1]), |x, y| {
            image::Rgba(colour(x, y))
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        ImageryTile { ground, pixel_m, media_type: "image/png".to_owned(), image: bytes.into_inner() }
    }

    fn at(photo: &Photo, x: u32, y: u32) -> [u8; 4] {
        let start = 4 * (y * photo.width + x) as usize;
        photo.pixels[start..start + 4].try_into().unwrap()
    }

    #[test]
    fn the_mean_is_of_what_is_seen_and_of_light() {
        let pixels = [[0, 0, 0, 255], [255, 255, 255, 255], [9, 9, 9, 0]].concat();
        let photo = Photo { ground: [0.0, 0.0, 3.0, 1.0], width: 3, height: 1, pixels };
        assert_eq!(photo.mean(), Some(Rgb(188, 188, 188)), "half the light of white, not half its number");
        let nothing = Photo { ground: [0.0, 0.0, 1.0, 1.0], width: 1, height: 1, pixels: vec![9, 9, 9, 0] };
        assert_eq!(nothing.mean(), None);
    }

    #[test]
    fn tiles_come_to_their_places_and_finer_ones_lie_on_top() {
        let red = tile([0.0, 0.0, 20.0, 20.0], 2.0, |_, _| [200, 0, 0, 255]);
        // North-eastern quarter, its upper left pixel another colour, its lower right one not seen.
        let blue = tile([10.0, 10.0, 20.0, 20.0], 1.0, |x, y| match (x, y) {
            (0, 0) => [0, 250, 0, 255],
            (9, 9) => [0; 4],
            _ => [0, 0, 200, 255],
        });
        let imagery = Imagery { layers: vec!["a".to_owned()], tiles: vec![blue, red] };
        let photo = Photo::compose(&imagery).unwrap();
        assert_eq!((photo.width, photo.height, photo.ground), (20, 20, [0.0, 0.0, 20.0, 20.0]));
        assert_eq!(at(&photo, 0, 0), [200, 0, 0, 255], "north-west");
        assert_eq!(at(&photo, 10, 0), [0, 250, 0, 255]);
        assert_eq!(at(&photo, 19, 0), [0, 0, 200, 255]);
        assert_eq!(at(&photo, 19, 9), [200, 0, 0, 255], "what is not seen lets the coarser one through");
        assert_eq!(at(&photo, 19, 19), [200, 0, 0, 255]);
        let placed = photo.placement(&SceneOrigin::near(5.0, 5.0, 100.0));
        assert_eq!(placed, Vec4::new(-5.0, -15.0, 0.05, 0.05));
    }

    #[test]
    fn the_smaller_copies_are_means_of_what_is_seen() {
        let (half, width, height) = halved(&[10, 0, 0, 255, 30, 0, 0, 255, 99, 99, 99, 0, 20, 0, 0, 255], 2, 2);
        assert_eq!((half, width, height), (vec![20, 0, 0, 191], 1, 1));
        let photo = Photo { ground: [0.0, 0.0, 5.0, 3.0], width: 5, height: 3, pixels: vec![7; 60] };
        let image = photo.into_image();
        // 5 × 3, 2 × 1, 1 × 1.
        assert_eq!((image.texture_descriptor.mip_level_count, image.data.unwrap().len()), (3, 4 * (15 + 2 + 1)));
    }

    #[test]
    fn what_is_no_picture_is_left_out() {
        let broken = ImageryTile {
            ground: [0.0, 0.0, 1.0, 1.0],
            pixel_m: 0.5,
            media_type: "image/jpeg".to_owned(),
            image: vec![1, 2, 3],
        };
        assert_eq!(Photo::compose(&Imagery { layers: Vec::new(), tiles: vec![broken] }), None);
        assert_eq!(Photo::compose(&Imagery::default()), None);
    }
}
