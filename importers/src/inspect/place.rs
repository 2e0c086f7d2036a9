//! Which coordinate system coordinates are in, and which ordinate comes first, when nobody says so or says it wrongly.
//!
//! Whether degrees are shifted is left to `offset`; which fields hold coordinates to `coordinates`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::facts::FieldFacts;
use super::guess::Guess;
use super::offset::{self, Places};
use super::register;
use crate::crs::{Crs, Projector, within};
use crate::shifted::{SHIFTED_AREA, Shift};

/// A coordinate system that some coordinates may be in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// As the manifest writes it.
    pub crs: String,
    /// Its name.
    pub name: String,
    /// Why it comes into question.
    pub reason: String,
}

/// What is known and guessed about a layer's coordinates.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceGuess {
    /// The coordinate system as the manifest writes it; `None` where nothing decides.
    pub crs: Guess<Option<String>>,
    /// Its name.
    pub name: Option<String>,
    /// `xy` or `north_first`.
    pub axis_order: Guess<&'static str>,
    /// Other systems that come into question.
    pub candidates: Vec<Candidate>,
    /// The file itself says the coordinate system, and says it rightly.
    pub declared: bool,
    /// Middle of the layer, longitude and latitude, degrees.
    pub middle: Option<[f64; 2]>,
}

/// Coordinates as read.
#[derive(Debug)]
pub(super) struct Coordinates<'a> {
    pub(super) extent: [f64; 4],
    pub(super) centres: &'a [Option<[f64; 2]>],
    pub(super) fields: &'a [FieldFacts],
    /// Texts of the layer, and its name.
    pub(super) words: BTreeSet<&'a str>,
    /// CRS as the file writes it.
    pub(super) declared: Option<&'a str>,
    /// CRS that the person says for files that say none.
    pub(super) told: Option<&'a str>,
    /// Headers say that the first ordinate is north (`Some(true)`) or east.
    pub(super) north_first: Option<bool>,
}

/// A layer whose place is known.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) name: String,
    pub(super) crs: String,
    pub(super) places: Places<'a>,
}

impl Known<'_> {
    fn middle(&self) -> Option<[f64; 2]> {
        let at: Vec<[f64; 2]> = self.places.centres.iter().flatten().copied().collect();
        let mut lons: Vec<f64> = at.iter().map(|at| at[0]).collect();
        let mut lats: Vec<f64> = at.iter().map(|at| at[1]).collect();
        lons.sort_by(f64::total_cmp);
        lats.sort_by(f64::total_cmp);
        Some([*lons.get(lons.len() / 2)?, lats[lats.len() / 2]])
    }

    /// How far its features reach from their middle, m.
    fn reach_m(&self, middle: [f64; 2]) -> f64 {
        self.places.centres.iter().flatten().map(|at| distance_m(*at, middle)).fold(0.0, f64::max)
    }
}

/// How far from a known place coordinates may lie and still be of the same park, m.
const NEAR_M: f64 = 50_000.0;
/// Systems that are compared feature by feature.
const COMPARED: usize = 24;

/// Longitudes and latitudes of some coordinates.
pub(super) fn to_degrees(crs: &Crs, swap: bool, centres: &[Option<[f64; 2]>]) -> Vec<Option<[f64; 2]>> {
    let Ok(degrees) = Crs::from_epsg(4326) else { return Vec::new() };
    let Ok(projector) = Projector::new(crs, &degrees) else { return Vec::new() };
    let order = |[x, y]: [f64; 2]| if swap { [y, x] } else { [x, y] };
    let mut xs: Vec<f64> = centres.iter().map(|at| at.map_or(f64::NAN, |at| order(at)[0])).collect();
    let mut ys: Vec<f64> = centres.iter().map(|at| at.map_or(f64::NAN, |at| order(at)[1])).collect();
    projector.apply(&mut xs, &mut ys);
    let is_place = |x: f64, y: f64| x.abs() <= 180.0 && y.abs() <= 90.0;
    xs.into_iter().zip(ys).map(|(x, y)| is_place(x, y).then_some([x, y])).collect()
}

/// Where a layer lies.
pub(super) fn guess(layer: &Coordinates<'_>, known: &[Known<'_>]) -> PlaceGuess {
    let [west, south, east, north] = layer.extent;
    let (x, y) = (f64::midpoint(west, east), f64::midpoint(south, north));
    let mut contradiction = String::new();
    if let Some(wkt) = layer.declared {
        match Crs::from_wkt(wkt) {
            Ok(crs) => match declared(layer, &crs, x, y, known) {
                Ok(guess) => return guess,
                Err(reason) => contradiction = format!("{reason}; "),
            },
            Err(reason) => contradiction = format!("the file names a system that cannot be used ({reason}); "),
        }
    } else if let Some(told) = layer.told
        && let Ok(crs) = Crs::from_text(told)
    {
        return stated(layer, told, &crs, x, y);
    }
    let mut guess = if is_degrees(x, y) { degrees(layer, x, y, known) } else { projected(layer, x, y, known) };
    guess.crs.reason = format!("{contradiction}{}", guess.crs.reason);
    guess
}

fn is_degrees(x: f64, y: f64) -> bool {
    (x.abs() <= 180.0 && y.abs() <= 90.0) || (y.abs() <= 180.0 && x.abs() <= 90.0)
}

fn written(crs: &Crs) -> Option<String> {
    crs.epsg().map(|code| format!("EPSG:{code}"))
}

/// The file says it: right, right with swapped axes, or wrong (`Err`).
fn declared(layer: &Coordinates<'_>, crs: &Crs, x: f64, y: f64, known: &[Known<'_>]) -> Result<PlaceGuess, String> {
    let bounds = crs.bounds();
    let fits = |x: f64, y: f64| bounds.is_none_or(|bounds| within(&bounds, x, y));
    let middle = |swap: bool| if swap { crs.lon_lat(y, x) } else { crs.lon_lat(x, y) };
    let far = |swap: bool| {
        let near_one = known
            .iter()
            .filter_map(Known::middle)
            .any(|at| middle(swap).is_some_and(|own| distance_m(at, own) < NEAR_M * 4.0));
        !known.is_empty() && !near_one
    };
    let swapped = fits(y, x) && (!fits(x, y) || (far(false) && !far(true)));
    if !fits(x, y) && !swapped {
        let (looks, _) = crate::crs::diagnose(crs, x, y, &|x, y| fits(x, y));
        return Err(format!(
            "the file says {}, but its coordinates ({x:.1}, {y:.1}) cannot be in it: {looks}",
            crs.label
        ));
    }
    let mut guess = Guess::new(
        written(crs),
        0.98,
        format!("the file says {} and its coordinates lie where that is used", crs.label),
    );
    if bounds.is_none() {
        guess.confidence = 0.9;
        guess.reason = format!("the file says {}; its register gives no area to check against", crs.label);
    }
    // Degrees in China may have been shifted whatever the file says; only a comparison tells.
    let mut name = crs.label.clone();
    let mut is_declared = true;
    if crs.is_geographic()
        && within(&SHIFTED_AREA, x, y)
        && let Some(found) = shift(layer, crs, swapped, known)
        && let Some(by) = found.value
    {
        guess = Guess::new(
            Some(by.as_str().to_owned()),
            found.confidence,
            format!("the file says {}, but {}", crs.label, found.reason),
        );
        name = Crs::from_text(by.as_str()).map_or(name, |crs| crs.label);
        is_declared = false;
    }
    let axis_order = if swapped {
        Guess::new(
            "north_first",
            0.95,
            format!("({x:.1}, {y:.1}) lies outside {} as written and inside the other way round", crs.label),
        )
    } else {
        Guess::new("xy", 0.97, "coordinates lie where the system is used, east first")
    };
    Ok(PlaceGuess {
        crs: guess,
        name: Some(name),
        axis_order,
        candidates: Vec::new(),
        declared: is_declared,
        middle: middle(swapped),
    })
}

fn stated(layer: &Coordinates<'_>, told: &str, crs: &Crs, x: f64, y: f64) -> PlaceGuess {
    let fits = |x: f64, y: f64| crs.bounds().is_none_or(|bounds| within(&bounds, x, y));
    let swapped = !fits(x, y) && fits(y, x) || layer.north_first == Some(true) && fits(y, x);
    let (sure, reason) = if fits(x, y) || swapped {
        (0.95, format!("you say {}, and the coordinates lie where it is used", crs.label))
    } else {
        (0.3, format!("you say {}, but the coordinates ({x:.1}, {y:.1}) lie outside it", crs.label))
    };
    let axis_order = if swapped {
        Guess::new("north_first", 0.9, "the coordinates fit the system with north first")
    } else {
        Guess::new("xy", 0.9, "the coordinates fit the system with east first")
    };
    let middle = if swapped { crs.lon_lat(y, x) } else { crs.lon_lat(x, y) };
    PlaceGuess {
        crs: Guess::new(Some(told.to_owned()), sure, reason),
        name: Some(crs.label.clone()),
        axis_order,
        candidates: Vec::new(),
        declared: false,
        middle,
    }
}

fn distance_m(a: [f64; 2], b: [f64; 2]) -> f64 {
    let east = (a[0] - b[0]) * 111_320.0 * f64::midpoint(a[1], b[1]).to_radians().cos();
    east.hypot((a[1] - b[1]) * 111_320.0)
}

/// Whether degrees are shifted, against whichever known layer shows the same features.
fn shift(layer: &Coordinates<'_>, crs: &Crs, swap: bool, known: &[Known<'_>]) -> Option<Guess<Option<Shift>>> {
    let centres = to_degrees(crs, swap, layer.centres);
    let features = Places { centres, fields: layer.fields };
    known
        .iter()
        .filter(|known| known.crs != "GCJ-02" && known.crs != "BD-09")
        .filter_map(|known| offset::shift_of(&features, &known.places, &known.name))
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
}

/// Chinese writing: Han characters, and neither kana nor Hangul.
fn is_chinese(words: &BTreeSet<&str>) -> bool {
    let has = |low: char, high: char| words.iter().any(|word| word.chars().any(|c| (low..=high).contains(&c)));
    has('\u{4e00}', '\u{9fff}') && !has('\u{3040}', '\u{30ff}') && !has('\u{ac00}', '\u{d7a3}')
}

/// Field names that the district service of `AMap` (高德) gives to administrative areas.
const AMAP_FIELDS: [&str; 3] = ["adcode", "citycode", "ctadcode"];

fn degrees(layer: &Coordinates<'_>, x: f64, y: f64, known: &[Known<'_>]) -> PlaceGuess {
    let possible = |x: f64, y: f64| x.abs() <= 180.0 && y.abs() <= 90.0;
    let near = |x: f64, y: f64| known.iter().filter_map(Known::middle).any(|at| distance_m(at, [x, y]) < NEAR_M * 4.0);
    let chinese = is_chinese(&layer.words);
    let in_china = |x: f64, y: f64| within(&[73.0, 17.0, 135.5, 54.0], x, y);
    let axis_order = match (possible(x, y), possible(y, x)) {
        (true, false) => Guess::new("xy", 0.97, "the first ordinate is beyond 90, so it is the longitude"),
        (false, true) => Guess::new(
            "north_first",
            0.97,
            format!("the second ordinate ({y:.2}) is beyond 90, so it is the longitude"),
        ),
        _ if near(y, x) && !near(x, y) => {
            Guess::new("north_first", 0.9, "the other way round they would lie far from the other layers")
        }
        _ if near(x, y) && !near(y, x) => Guess::new("xy", 0.95, "so they lie beside the other layers"),
        _ if layer.north_first == Some(true) => {
            Guess::new("north_first", 0.8, "the headers say that the first is the latitude")
        }
        _ if chinese && in_china(y, x) && !in_china(x, y) => {
            Guess::new("north_first", 0.9, "the text is Chinese, and only with latitude first they lie in China")
        }
        _ => Guess::new(
            "xy",
            if layer.north_first == Some(false) { 0.9 } else { 0.65 },
            "both orders are possible; most files write the longitude first",
        ),
    };
    let swap = axis_order.value == "north_first";
    let (lon, lat) = if swap { (y, x) } else { (x, y) };
    let mut candidates = Vec::new();
    let crs = if in_china(lon, lat) {
        china_degrees(layer, swap, chinese, known, &mut candidates)
    } else {
        Guess::new(
            Some("EPSG:4326".to_owned()),
            0.8,
            format!(
                "the values are degrees ({lon:.3}° E, {lat:.3}° N); WGS 84 is the common system, others differ by a few metres at most"
            ),
        )
    };
    let name = crs.value.as_deref().and_then(|text| Crs::from_text(text).ok()).map(|crs| crs.label);
    PlaceGuess { crs, name, axis_order, candidates, declared: false, middle: Some([lon, lat]) }
}

fn china_degrees(
    layer: &Coordinates<'_>,
    swap: bool,
    chinese: bool,
    known: &[Known<'_>],
    candidates: &mut Vec<Candidate>,
) -> Guess<Option<String>> {
    let candidate = |crs: &str, reason: &str| Candidate {
        crs: crs.to_owned(),
        name: Crs::from_text(crs).map(|crs| crs.label).unwrap_or_default(),
        reason: reason.to_owned(),
    };
    let plain = if chinese { "EPSG:4490" } else { "EPSG:4326" };
    if let Ok(crs) = Crs::from_epsg(4326)
        && let Some(found) = shift(layer, &crs, swap, known)
    {
        let word = found.value.map_or(plain, Shift::as_str);
        return Guess::new(Some(word.to_owned()), found.confidence, found.reason);
    }
    let amap: Vec<&str> = layer
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .filter(|name| AMAP_FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known)))
        .collect();
    let unless = "give a survey of the same features with --reference to find out: the shift is 300 to 700 m";
    if !amap.is_empty() {
        candidates.push(candidate(plain, "if the areas were surveyed or have been moved back already"));
        return Guess::new(
            Some("GCJ-02".to_owned()),
            0.65,
            format!(
                "degrees in China with the fields {} of AMap's district service, whose coordinates are shifted; {unless}",
                amap.join(", ")
            ),
        );
    }
    candidates.push(candidate("GCJ-02", "if it was taken from AMap, Tencent or another map service"));
    candidates.push(candidate("BD-09", "if it was taken from Baidu's map"));
    let reason = if chinese {
        format!("degrees in China and Chinese text: CGCS2000, which agrees with WGS 84 within a metre; {unless}")
    } else {
        format!("degrees in China; {unless}")
    };
    Guess::new(Some(plain.to_owned()), 0.7, reason)
}

/// A projected system that brings the coordinates near a known place, or whose zone number they carry.
struct Fit {
    code: u32,
    name: String,
    swap: bool,
    score: f64,
    reason: String,
}

fn projected(layer: &Coordinates<'_>, x: f64, y: f64, known: &[Known<'_>]) -> PlaceGuess {
    let mut fits = near_known(layer, x, y, known);
    let mut from_known = true;
    if fits.is_empty() {
        from_known = false;
        fits = zones(x, y, is_chinese(&layer.words));
    }
    if let Some(north_first) = layer.north_first {
        for fit in &mut fits {
            fit.score += if fit.swap == north_first { 0.02 } else { -0.02 };
        }
    }
    fits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.code.cmp(&b.code)));
    let candidates: Vec<Candidate> = fits
        .iter()
        .skip(1)
        .take(6)
        .map(|fit| Candidate { crs: format!("EPSG:{}", fit.code), name: fit.name.clone(), reason: fit.reason.clone() })
        .collect();
    // Numbers alone say too little for Web Mercator: local grids in feet have its size.
    let best = fits.first().filter(|best| best.code != 3857 || best.score > 0.5);
    let Some(best) = best else { return undecided(layer, x, y, known) };
    let tie = fits.get(1).map_or(0.0, |second| second.score);
    let confidence = (best.score - (tie - best.score + 0.1).max(0.0) * 0.5).clamp(0.3, 0.97);
    let tied = if from_known && best.score - tie < 0.05 && !candidates.is_empty() {
        format!(
            "; {} fits as well, and features of the same kind on both sides would tell them apart",
            candidates[0].crs
        )
    } else {
        String::new()
    };
    let axis_order = if best.swap {
        Guess::new(
            "north_first",
            0.93,
            format!("the first ordinate ({x:.0}) is a northing in {}, the second ({y:.0}) an easting", best.name),
        )
    } else {
        Guess::new("xy", 0.95, format!("the first ordinate ({x:.0}) is an easting in {}", best.name))
    };
    let crs = Crs::from_epsg(best.code).ok();
    let middle = crs.as_ref().and_then(|crs| if best.swap { crs.lon_lat(y, x) } else { crs.lon_lat(x, y) });
    PlaceGuess {
        crs: Guess::new(Some(format!("EPSG:{}", best.code)), confidence, format!("{}{tied}", best.reason)),
        name: Some(format!("EPSG:{} ({})", best.code, best.name)),
        axis_order,
        candidates,
        declared: false,
        middle,
    }
}

/// Systems in which the coordinates lie beside layers whose place is known.
fn near_known(layer: &Coordinates<'_>, x: f64, y: f64, known: &[Known<'_>]) -> Vec<Fit> {
    let mut fits: Vec<(f64, Fit, Crs, usize)> = Vec::new();
    let Ok(degrees) = Crs::from_epsg(4326) else { return Vec::new() };
    let mut middles: Vec<(usize, [f64; 2])> = Vec::new();
    for (index, one) in known.iter().enumerate() {
        let Some(at) = one.middle() else { continue };
        if middles.iter().all(|(_, other)| distance_m(at, *other) > NEAR_M) && middles.len() < 4 {
            middles.push((index, at));
        }
    }
    for (index, at) in middles {
        let reach = known[index].reach_m(at).min(4.0 * NEAR_M);
        for registered in register::meant_for(at) {
            if fits.iter().any(|(_, fit, ..)| fit.code == registered.code) {
                continue;
            }
            let Ok(crs) = Crs::from_epsg(registered.code) else { continue };
            let Ok(projector) = Projector::new(&degrees, &crs) else { continue };
            let (mut east, mut north) = ([at[0]], [at[1]]);
            projector.apply(&mut east, &mut north);
            let unit = crs.metres_per_unit().unwrap_or(1.0);
            for (swap, (own_x, own_y)) in [(false, (x, y)), (true, (y, x))] {
                let away = (own_x - east[0]).hypot(own_y - north[0]) * unit;
                if away.is_nan() || away > NEAR_M + reach {
                    continue;
                }
                let used = known.iter().any(|known| known.crs == format!("EPSG:{}", registered.code));
                let mut score = 0.6 + habit(&registered.name) + if used { 0.2 } else { 0.0 };
                score -= away / (NEAR_M + reach) * 0.2;
                let by = if used { ", which other layers use" } else { "" };
                let reason = format!(
                    "in {}{by}, they lie {:.1} km from the middle of {}",
                    registered.name,
                    away / 1000.0,
                    known[index].name
                );
                fits.push((
                    away,
                    Fit { code: registered.code, name: registered.name.clone(), swap, score, reason },
                    crs.clone(),
                    index,
                ));
            }
        }
    }
    fits.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
    for (_, fit, crs, index) in fits.iter_mut().take(COMPARED) {
        let features = Places { centres: to_degrees(crs, fit.swap, layer.centres), fields: layer.fields };
        let Some(agreement) = offset::agreement(&features, &known[*index].places, &|at| at) else { continue };
        if agreement.median_m < 10.0 {
            fit.score += 0.25 - agreement.median_m * 0.02;
            fit.reason = format!(
                "in {}, {} features lie {:.1} m from those of {} ({})",
                fit.name, agreement.pairs, agreement.median_m, known[*index].name, agreement.by
            );
        }
    }
    fits.into_iter().map(|(_, fit, ..)| fit).collect()
}

/// How usual a system is, for those that fit equally well.
fn habit(name: &str) -> f64 {
    // CGCS2000 is the only one allowed for new data in China since July 2018.
    if name.starts_with("CGCS2000") {
        0.1
    } else if name.starts_with("WGS 84 / UTM") || name.starts_with("ETRS89") || name.starts_with("NAD83(2011)") {
        0.06
    } else if name.starts_with("Xian 1980") {
        0.03
    } else {
        0.0
    }
}

/// What the size of the numbers gives away by itself: zone numbers before eastings, Web Mercator.
fn zones(x: f64, y: f64, chinese: bool) -> Vec<Fit> {
    let mut fits = Vec::new();
    for (swap, (east, north)) in [(false, (x, y)), (true, (y, x))] {
        let zone = (east / 1e6).floor() as u32;
        let offset = east - f64::from(zone) * 1e6 - 500_000.0;
        let in_zone = (1.7e6..6.1e6).contains(&north);
        // Codes of the EPSG register: three systems, zones of 3° and of 6°.
        let (families, half_width): (&[(&str, u32)], f64) = match zone {
            25..=45 => (
                &[
                    ("CGCS2000 / 3-degree Gauss-Kruger zone", 4513),
                    ("Xian 1980 / 3-degree Gauss-Kruger zone", 2349),
                    ("Beijing 1954 / 3-degree Gauss-Kruger zone", 2401),
                ],
                200_000.0,
            ),
            13..=23 => (
                &[
                    ("CGCS2000 / Gauss-Kruger zone", 4491),
                    ("Xian 1980 / Gauss-Kruger zone", 2327),
                    ("Beijing 1954 / Gauss-Kruger zone", 21413),
                ],
                350_000.0,
            ),
            _ => (&[], 0.0),
        };
        let first = if zone >= 25 { 25 } else { 13 };
        if in_zone && offset.abs() < half_width {
            for (rank, (family, base)) in families.iter().enumerate() {
                let datum = if rank == 0 {
                    "the only datum for new data in China since July 2018"
                } else {
                    "an older datum, up to some 100 m away"
                };
                fits.push(Fit {
                    code: base + zone - first,
                    name: format!("{family} {zone}"),
                    swap,
                    score: [0.8, 0.55, 0.5][rank],
                    reason: format!("the eastings ({east:.0}) carry the zone number {zone} in front; {datum}"),
                });
            }
        }
        let spherical =
            east.abs() < 20_037_509.0 && north.abs() < 20_037_509.0 && east.abs() > 4e5 && north.abs() > 4e5;
        let in_china = (8.0e6..1.52e7).contains(&east) && (1.9e6..7.2e6).contains(&north);
        if spherical && (in_china && chinese || east.abs() > 1e6 && north.abs() > 1e6 && !(0.0..1e6).contains(&east)) {
            let score = if in_china && chinese {
                0.72
            } else if east.abs() > 1e6 {
                0.5
            } else {
                0.4
            };
            fits.push(Fit {
                code: 3857,
                name: "WGS 84 / Pseudo-Mercator".to_owned(),
                swap,
                score: score - if swap { 0.1 } else { 0.0 },
                reason: "both ordinates have the size of Web Mercator".to_owned(),
            });
        }
    }
    fits
}

/// Nothing decides: what comes into question, and what would decide.
fn undecided(layer: &Coordinates<'_>, x: f64, y: f64, known: &[Known<'_>]) -> PlaceGuess {
    let grid = |east: f64, north: f64| (1e5..9.5e5).contains(&east) && (1e6..1e7).contains(&north);
    let swap = grid(y, x) && !grid(x, y);
    let (east, north) = if swap { (y, x) } else { (x, y) };
    let chinese = is_chinese(&layer.words);
    let mut candidates = Vec::new();
    let candidate =
        |crs: &str, name: &str, reason: String| Candidate { crs: crs.to_owned(), name: name.to_owned(), reason };
    let reason = if grid(east, north) {
        let latitude = north / 111_000.0;
        if chinese && (1.7e6..6.1e6).contains(&north) {
            candidates.push(candidate(
                "EPSG:4534 … EPSG:4554",
                "CGCS2000, 3° zones without number",
                format!("central meridian 75° … 135° E: take the one nearest to the park, at about {latitude:.0}° N"),
            ));
            candidates.push(candidate(
                "EPSG:4502 … EPSG:4512",
                "CGCS2000, 6° zones without number",
                "for maps of 1:25 000 and smaller".to_owned(),
            ));
        }
        candidates.push(candidate(
            "EPSG:32601 … EPSG:32660",
            "WGS 84 / UTM, northern zones",
            format!("a place at about {latitude:.0}° N; south of the equator EPSG:32701 … EPSG:32760"),
        ));
        "an easting and a northing without anything that tells the zone".to_owned()
    } else if x.abs() < 1e5 && y.abs() < 1e5 {
        "small numbers: a local grid, or a drawing that was never placed on the earth".to_owned()
    } else {
        format!(
            "({x:.1}, {y:.1}) may be Web Mercator (EPSG:3857), a grid in feet or another that numbers alone do not tell"
        )
    };
    let decide = if known.is_empty() {
        "name a file of the same place that says its system (or --reference FILE), or say it with --crs EPSG:…"
    } else {
        "in no system of the register they lie near the other layers; say it with --crs EPSG:…"
    };
    let axis_order = if swap {
        Guess::new(
            "north_first",
            0.7,
            format!("the first ordinate ({x:.0}) has the size of a northing, the second of an easting"),
        )
    } else {
        Guess::new("xy", 0.6, "the usual order")
    };
    PlaceGuess {
        crs: Guess::new(None, 0.0, format!("{reason}; {decide}")),
        name: None,
        axis_order,
        candidates,
        declared: false,
        middle: None,
    }
}
