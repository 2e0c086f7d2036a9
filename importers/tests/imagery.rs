//! Orthophotos into tiles of the park's CRS, against GDAL's own warping of the same files.

use std::path::Path;
use std::process::Command;

use gdal::Dataset;
use gdal::DriverManager;
use gdal::raster::{Buffer, ColorInterpretation, RasterCreationOptions};
use gdal::spatial_ref::SpatialRef;
use image::RgbaImage;
use importers::{ImportError, ImportReport};
use spatial_db::model::Imagery;

use crate::support::{Bench, layer, square};

/// Columns and rows of the photo, and its size of pixel.
const SIZE: (usize, usize) = (1300, 700);
const PIXEL_M: f64 = 0.25;
const CORNER: [f64; 2] = [643_000.0, 3_431_200.0];

/// Colour of a pixel: soft fields with a dark road and a bright roof in them.
fn colour(x: usize, y: usize) -> [u8; 3] {
    let wave = |v: f64| ((v.sin() * 0.5 + 0.5) * 120.0 + 60.0) as u8;
    if (400..440).contains(&x) {
        return [70, 72, 75];
    }
    if (700..900).contains(&x) && (200..350).contains(&y) {
        return [225, 220, 210];
    }
    [wave(x as f64 / 90.0), wave((x + y) as f64 / 120.0), wave(y as f64 / 70.0)]
}

/// Writes the photo as a GeoTIFF in CGCS2000 zone 120°.
fn photo(path: &Path, colour: impl Fn(usize, usize) -> [u8; 3]) {
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let options = RasterCreationOptions::from_iter(["TILED=YES", "COMPRESS=DEFLATE"]);
    let mut made = driver.create_with_band_type_with_options::<u8, _>(path, SIZE.0, SIZE.1, 3, &options).unwrap();
    made.set_geo_transform(&[CORNER[0], PIXEL_M, 0.0, CORNER[1], 0.0, -PIXEL_M]).unwrap();
    made.set_spatial_ref(&SpatialRef::from_epsg(4549).unwrap()).unwrap();
    let meanings = [ColorInterpretation::RedBand, ColorInterpretation::GreenBand, ColorInterpretation::BlueBand];
    for (index, meaning) in meanings.into_iter().enumerate() {
        let samples = (0..SIZE.0 * SIZE.1).map(|at| colour(at % SIZE.0, at / SIZE.0)[index]).collect();
        let mut band = made.rasterband(index + 1).unwrap();
        band.set_color_interpretation(meaning).unwrap();
        band.write((0, 0), SIZE, &mut Buffer::new(SIZE, samples)).unwrap();
    }
    made.close().unwrap();
}

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A parcel, so that there is a park, and the photo.
fn layers(bench: &Bench, file: &str, more: &str) -> String {
    bench.write("plots.csv", &format!("NAME,WKT\n1,\"{}\"\n", square(50.0, 60.0, 80.0)));
    format!(
        "[[layer]]\nname = \"plots\"\nrole = \"parcel\"\nfile = \"plots.csv\"\nwkt = \"WKT\"\ncrs = \"EPSG:4549\"\nkey = \"NAME\"\n\n\
         [[layer]]\nname = \"photo\"\nrole = \"imagery\"\nfile = \"{file}\"\n{more}\n"
    )
}

fn imported(bench: &mut Bench, file: &str, more: &str) -> ImportReport {
    let layers = layers(bench, file, more);
    bench.import(&layers).unwrap_or_else(|error| panic!("{error} {:?}", error.help()))
}

fn refused(bench: &mut Bench, file: &str, more: &str) -> ImportError {
    let layers = layers(bench, file, more);
    bench.import(&layers).unwrap_err()
}

/// One level of the store's imagery as a picture over its ground: west and north, size of pixel, pixels.
fn picture(imagery: &Imagery) -> ([f64; 2], f64, RgbaImage) {
    let pixel = imagery.tiles[0].pixel_m;
    let west = imagery.tiles.iter().map(|tile| tile.ground[0]).fold(f64::INFINITY, f64::min);
    let north = imagery.tiles.iter().map(|tile| tile.ground[3]).fold(f64::NEG_INFINITY, f64::max);
    let east = imagery.tiles.iter().map(|tile| tile.ground[2]).fold(f64::NEG_INFINITY, f64::max);
    let south = imagery.tiles.iter().map(|tile| tile.ground[1]).fold(f64::INFINITY, f64::min);
    let side = |length: f64| (length / pixel).round() as u32;
    let mut whole = RgbaImage::new(side(east - west), side(north - south));
    for tile in &imagery.tiles {
        assert_eq!(tile.pixel_m, pixel);
        let drawn = image::load_from_memory(&tile.image).unwrap().into_rgba8();
        let expected = (side(tile.ground[2] - tile.ground[0]), side(tile.ground[3] - tile.ground[1]));
        assert_eq!(drawn.dimensions(), expected, "{:?}", tile.ground);
        image::imageops::replace(
            &mut whole,
            &drawn,
            i64::from(side(tile.ground[0] - west)),
            i64::from(side(north - tile.ground[3])),
        );
    }
    ([west, north], pixel, whole)
}

fn finest(bench: &mut Bench) -> ([f64; 2], f64, RgbaImage) {
    picture(&bench.store.imagery("t", u64::MAX).unwrap().expect("imagery"))
}

/// Mean difference of the pixels that both see, and the share that only one of them does.
fn difference(ours: &RgbaImage, theirs: &RgbaImage) -> (f64, f64) {
    assert_eq!(ours.dimensions(), theirs.dimensions());
    let (mut sum, mut both, mut one) = (0.0, 0.0_f64, 0.0);
    for (a, b) in ours.pixels().zip(theirs.pixels()) {
        match (a.0[3] > 127, b.0[3] > 127) {
            (true, true) => {
                both += 1.0;
                sum += (0..3).map(|part| f64::from(a.0[part].abs_diff(b.0[part]))).sum::<f64>() / 3.0;
            }
            (false, false) => {}
            _ => one += 1.0,
        }
    }
    (sum / both, one / both)
}

/// A file as GDAL reads it, with its mask as opacity.
fn by_gdal(path: &Path) -> RgbaImage {
    let dataset = Dataset::open(path).unwrap();
    let (columns, rows) = dataset.raster_size();
    let read = |index: usize| {
        let band = dataset.rasterband(index).unwrap();
        band.read_as::<u8>((0, 0), (columns, rows), (columns, rows), None).unwrap().data().to_vec()
    };
    let bands = [1, 2, 3].map(read);
    let first = dataset.rasterband(1).unwrap();
    let mask = first.open_mask_band().unwrap();
    let seen = mask.read_as::<u8>((0, 0), (columns, rows), (columns, rows), None).unwrap().data().to_vec();
    RgbaImage::from_fn(columns as u32, rows as u32, |x, y| {
        let at = y as usize * columns + x as usize;
        image::Rgba([bands[0][at], bands[1][at], bands[2][at], seen[at]])
    })
}

#[test]
fn a_photo_in_the_parks_crs_keeps_every_pixel_and_its_place() {
    let mut bench = Bench::new();
    photo(&bench.path("photo.tif"), colour);
    let report = imported(&mut bench, "photo.tif", "");
    assert_eq!((layer(&report, "photo").read, layer(&report, "photo").added), (1, 1), "{:?}", report.issues);
    let (corner, pixel, ours) = finest(&mut bench);
    assert_eq!((corner, pixel, ours.dimensions()), (CORNER, PIXEL_M, (1300, 700)));
    let (mean, apart) = difference(&ours, &by_gdal(&bench.path("photo.tif")));
    assert!(mean < 2.0 && apart == 0.0, "{mean} {apart}: JPEG alone changes them");
    // Half and a quarter as fine, over the same ground; each asked for by how much may be loaded.
    for (most, side) in [(300_000, 650), (100_000, 325)] {
        let (corner, pixel, coarse) = picture(&bench.store.imagery("t", most).unwrap().unwrap());
        assert_eq!((corner, coarse.dimensions().0), (CORNER, side), "{pixel}");
        run(
            "gdal_translate",
            &["-q", "-r", "average", "-outsize", &side.to_string(), "0", "photo.tif", "small.tif"],
            bench.folder.path(),
        );
        let (mean, _) = difference(&coarse, &by_gdal(&bench.path("small.tif")));
        assert!(mean < 3.0, "{mean} at {pixel} m");
    }
    // The same again changes nothing.
    let again = imported(&mut bench, "photo.tif", "");
    assert_eq!((layer(&again, "photo").unchanged, layer(&again, "photo").changed), (1, 0));
}

#[test]
fn a_photo_in_degrees_lies_where_gdal_would_put_it() {
    let mut bench = Bench::new();
    photo(&bench.path("photo.tif"), colour);
    let folder = bench.folder.path().to_owned();
    run("gdalwarp", &["-q", "-t_srs", "EPSG:4490", "-r", "bilinear", "-dstalpha", "photo.tif", "degrees.tif"], &folder);
    let report = imported(&mut bench, "degrees.tif", "pixel_m = 0.25");
    assert_eq!(layer(&report, "photo").added, 1, "{:?}", report.issues);
    let ([west, north], pixel, ours) = finest(&mut bench);
    let (east, south) = (west + f64::from(ours.width()) * pixel, north - f64::from(ours.height()) * pixel);
    let texts = [west, south, east, north, pixel].map(|number| number.to_string());
    let [w, s, e, n, p] = texts.each_ref().map(String::as_str);
    run(
        "gdalwarp",
        &["-q", "-t_srs", "EPSG:4549", "-te", w, s, e, n, "-tr", p, p, "-r", "bilinear", "degrees.tif", "back.tif"],
        &folder,
    );
    let (mean, apart) = difference(&ours, &by_gdal(&bench.path("back.tif")));
    assert!(mean < 2.5 && apart < 0.003, "{mean} {apart}");
    // The road's edge, which a shift of a pixel would show: back where it was drawn, to a third of a pixel.
    let edge = CORNER[0] + 400.0 * PIXEL_M;
    let row = ours.height() / 2;
    let road = |x: &u32| (0..3).all(|part| ours.get_pixel(*x, row).0[part].abs_diff([70, 72, 75][part]) < 12);
    let dark = (0..ours.width()).find(road).unwrap();
    assert!((west + f64::from(dark) * pixel - edge).abs() < 0.5, "{}", west + f64::from(dark) * pixel - edge);
}

#[test]
fn formats_and_kinds_of_colour() {
    let mut bench = Bench::new();
    photo(&bench.path("photo.tif"), colour);
    let folder = bench.folder.path().to_owned();
    for (arguments, file, more, most) in [
        (&["-of", "JPEG", "-co", "WORLDFILE=YES", "-co", "QUALITY=95"][..], "photo.jpg", "crs = \"EPSG:4549\"", 3.0),
        (&["-of", "PNG", "-co", "WORLDFILE=YES"], "photo.png", "crs = \"EPSG:4549\"", 2.0),
        (&["-b", "1", "-b", "2", "-b", "3", "-b", "1", "-colorinterp_4", "undefined"], "infrared.tif", "", 2.0),
    ] {
        run("gdal_translate", &[&["-q"], arguments, &["photo.tif", file]].concat(), &folder);
        // What GDAL would write beside it says the CRS too.
        let _ = std::fs::remove_file(folder.join(format!("{file}.aux.xml")));
        let report = imported(&mut bench, file, more);
        assert_eq!(layer(&report, "photo").read, 1, "{file} {:?}", report.issues);
        let (corner, _, ours) = finest(&mut bench);
        assert!((corner[0] - CORNER[0]).abs() < 1e-6 && (corner[1] - CORNER[1]).abs() < 1e-6, "{file} {corner:?}");
        let (mean, apart) = difference(&ours, &by_gdal(&folder.join("photo.tif")));
        assert!(mean < most && apart == 0.0, "{file}: {mean} {apart}");
    }
    // Sixteen bits are stretched, all colours alike: darker stays darker, and by as much.
    run(
        "gdal_translate",
        &["-q", "-ot", "UInt16", "-scale", "0", "255", "0", "60000", "photo.tif", "sixteen.tif"],
        &folder,
    );
    imported(&mut bench, "sixteen.tif", "");
    let sixteen = finest(&mut bench).2;
    let roof = sixteen.get_pixel(800, 300).0;
    assert!(
        roof[0] > 250 && roof[0] > roof[1] && roof[1] > roof[2],
        "the brightest is white, and keeps its hue: {roof:?}"
    );
    for (x, y) in [(100, 100), (420, 300), (1000, 500), (650, 640)] {
        let [low, high] = [60.0, 220.0];
        for (part, own) in colour(x, y).into_iter().enumerate() {
            let expected = ((f64::from(own) - low) / (high - low) * 255.0).clamp(0.0, 255.0);
            let found = f64::from(sixteen.get_pixel(x as u32, y as u32).0[part]);
            assert!((found - expected).abs() < 14.0, "{x} {y} {part}: {found} for {expected}");
        }
    }
    // Grey.
    run("gdal_translate", &["-q", "-b", "2", "photo.tif", "grey.tif"], &folder);
    imported(&mut bench, "grey.tif", "");
    let grey = finest(&mut bench).2;
    assert!(grey.pixels().all(|pixel| pixel.0[0].abs_diff(pixel.0[1]) < 4 && pixel.0[1].abs_diff(pixel.0[2]) < 4));
    assert!(grey.get_pixel(100, 100).0[0].abs_diff(colour(100, 100)[1]) < 6);
}

#[test]
fn what_the_photo_does_not_show_is_not_there() {
    let mut bench = Bench::new();
    photo(&bench.path("photo.tif"), |x, y| if x < 600 { [0; 3] } else { colour(x, y).map(|part| part.max(1)) });
    run("gdal_translate", &["-q", "-a_nodata", "0", "photo.tif", "nothing.tif"], bench.folder.path());
    imported(&mut bench, "nothing.tif", "");
    let imagery = bench.store.imagery("t", u64::MAX).unwrap().unwrap();
    assert_eq!(imagery.tiles.len(), 4, "two of six show nothing");
    assert!(imagery.tiles.iter().any(|tile| tile.media_type == "image/png"));
    assert!(imagery.tiles.iter().any(|tile| tile.media_type == "image/jpeg"));
    let ([west, _], pixel, ours) = picture(&imagery);
    let first = ((CORNER[0] + 600.0 * PIXEL_M - west) / pixel).round() as u32;
    assert!(first > 0, "a tile with an edge of nothing");
    assert_eq!(ours.get_pixel(first - 1, 50).0[3], 0);
    assert_eq!(ours.get_pixel(first, 50).0[3], 255);
    // An edge that was averaged would have a dark rim.
    let own = colour(600, 50).map(|part| part.max(1));
    assert!((0..3).all(|part| ours.get_pixel(first, 50).0[part].abs_diff(own[part]) < 3));
}

#[test]
fn only_tiles_that_changed_are_written_and_a_revert_brings_the_old_ones_back() {
    let mut bench = Bench::new();
    photo(&bench.path("photo.tif"), colour);
    imported(&mut bench, "photo.tif", "");
    let before = bench.store.imagery("t", u64::MAX).unwrap().unwrap();
    // A new hall in the upper left tile.
    photo(&bench.path("photo.tif"), |x, y| if x < 200 && y < 200 { [250, 30, 30] } else { colour(x, y) });
    let report = imported(&mut bench, "photo.tif", "");
    assert_eq!(layer(&report, "photo").changed, 1);
    let after = bench.store.imagery("t", u64::MAX).unwrap().unwrap();
    let changed: Vec<usize> = (0..6).filter(|at| before.tiles[*at] != after.tiles[*at]).collect();
    assert_eq!((changed.len(), after.tiles.len()), (1, 6));
    let options = spatial_db::store::LoadOptions::default();
    bench.store.revert("t", report.run.unwrap(), &options, None).unwrap();
    assert_eq!(bench.store.imagery("t", u64::MAX).unwrap().unwrap(), before);
    // Without the layer there is no imagery any more.
    let layers = layers(&bench, "photo.tif", "");
    let only = layers.split("[[layer]]\nname = \"photo\"").next().unwrap().to_owned();
    bench.import(&only).unwrap();
    assert_eq!(bench.store.imagery("t", u64::MAX).unwrap(), None);
}

#[test]
fn a_photo_that_cannot_be_used_says_why_and_what_to_do() {
    let mut bench = Bench::new();
    photo(&bench.path("photo.tif"), colour);
    let folder = bench.folder.path().to_owned();
    let say = |error: &ImportError| format!("{error} {:?} {}", error.help(), error.code());

    run("gdal_translate", &["-q", "-ot", "Float32", "photo.tif", "float.tif"], &folder);
    let error = refused(&mut bench, "float.tif", "");
    assert!(say(&error).contains("Float32") && say(&error).contains("gdal_translate -ot Byte"), "{}", say(&error));

    run("gdal_translate", &["-q", "-of", "PNG", "photo.tif", "bare.png"], &folder);
    let _ = std::fs::remove_file(folder.join("bare.png.aux.xml"));
    let error = refused(&mut bench, "bare.png", "crs = \"EPSG:4549\"");
    assert!(say(&error).contains("world file") && say(&error).contains("imagery.none"), "{}", say(&error));

    let error = refused(&mut bench, "photo.tif", "crs = \"EPSG:4490\"");
    assert!(say(&error).contains("crs.wrong"), "{}", say(&error));

    std::fs::write(folder.join("text.tif"), "this is no picture").unwrap();
    let error = refused(&mut bench, "text.tif", "");
    assert!(say(&error).contains("text file"), "{}", say(&error));

    let whole = std::fs::read(folder.join("photo.tif")).unwrap();
    std::fs::write(folder.join("cut.tif"), &whole[..whole.len() / 2]).unwrap();
    let error = refused(&mut bench, "cut.tif", "");
    assert!(error.file().is_some_and(|file| file.ends_with("cut.tif")), "{}", say(&error));

    let error = refused(&mut bench, "photo.tif", "key = \"NAME\"");
    assert!(say(&error).contains("means nothing for the role imagery"), "{}", say(&error));
    let error = refused(&mut bench, "photo.tif", "pixel_m = 0");
    assert!(say(&error).contains("pixel_m"), "{}", say(&error));
    assert_eq!(bench.store.parks().unwrap().len(), 0, "nothing was written");
}
