//! How alike two pictures are, and how much of one colour a picture shows.

use image::RgbImage;
use twin_engine::theme::Rgb;

/// Side of the windows that are compared, px.
const WINDOW: u32 = 8;

/// Structural likeness of brightness, averaged over windows, times the likeness of mean colours; 1 for the same picture,
/// 0 for pictures of different sizes.
pub(crate) fn likeness(a: &RgbImage, b: &RgbImage) -> f64 {
    if a.dimensions() != b.dimensions() {
        return 0.0;
    }
    let (mut sum, mut windows) = (0.0, 0.0);
    for y in (0..a.height() - WINDOW).step_by(WINDOW as usize / 2) {
        for x in (0..a.width() - WINDOW).step_by(WINDOW as usize / 2) {
            sum += window(a, b, x, y);
            windows += 1.0;
        }
    }
    let difference: f64 = a.as_raw().iter().zip(b.as_raw()).map(|(p, q)| f64::from(p.abs_diff(*q))).sum::<f64>()
        / a.as_raw().len() as f64;
    sum / windows * (1.0 - difference / 255.0)
}

/// The structural similarity index of Wang and others (2004) in one window.
fn window(a: &RgbImage, b: &RgbImage, x: u32, y: u32) -> f64 {
    let grey = |picture: &RgbImage, x, y| {
        let p = picture.get_pixel(x, y).0;
        0.2126 * f64::from(p[0]) + 0.7152 * f64::from(p[1]) + 0.0722 * f64::from(p[2])
    };
    let count = f64::from(WINDOW * WINDOW);
    let (mut sa, mut sb, mut saa, mut sbb, mut sab) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for j in 0..WINDOW {
        for i in 0..WINDOW {
            let (p, q) = (grey(a, x + i, y + j), grey(b, x + i, y + j));
            sa += p;
            sb += q;
            saa += p * p;
            sbb += q * q;
            sab += p * q;
        }
    }
    let (ma, mb) = (sa / count, sb / count);
    let (va, vb, vab) = (saa / count - ma * ma, sbb / count - mb * mb, sab / count - ma * mb);
    let (c1, c2) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
    ((2.0 * ma * mb + c1) * (2.0 * vab + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
}

/// Share of pixels within `reach` of `colour` in every channel.
pub(crate) fn share_near(picture: &RgbImage, colour: Rgb, reach: u8) -> f64 {
    let near = picture
        .pixels()
        .filter(|p| {
            p.0[0].abs_diff(colour.0) <= reach
                && p.0[1].abs_diff(colour.1) <= reach
                && p.0[2].abs_diff(colour.2) <= reach
        })
        .count();
    near as f64 / f64::from(picture.width() * picture.height())
}

#[test]
fn likeness_tells_same_from_shifted_from_blank() {
    let picture =
        RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * 4) as u8, ((x / 8 + y / 8) % 2 * 200) as u8, (y * 4) as u8]));
    let blank = RgbImage::from_pixel(64, 64, image::Rgb([128, 128, 128]));
    let shifted = RgbImage::from_fn(64, 64, |x, y| *picture.get_pixel((x + 4) % 64, y));
    assert!((likeness(&picture, &picture) - 1.0).abs() < 1e-9);
    assert!(likeness(&picture, &shifted) < 0.7);
    assert!(likeness(&picture, &blank) < 0.4);
    assert_eq!(likeness(&picture, &RgbImage::new(8, 8)), 0.0);
}
