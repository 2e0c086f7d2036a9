//! A made-up city of N buildings with terrain, parcels, roads and labels, or a park from its package: time to the first complete
//! picture, frames of the whole and of a street, the worst frame of a flight down to it, switches, steps of time, picks, and memory.
//!
//! `cargo run --example city [buildings or package.gpkg [width height]] [--parts] [--msaa]`

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use analysis::overlay::{Class, Overlay, Pattern, Swatch, Verdict};
use chrono::{Months, NaiveDate};
use geo::{Coord, LineString, MultiLineString, MultiPolygon, Polygon};
use spatial_db::model::{Building, FeatureKind, Parcel, Park, ParkSnapshot, Provenance, RoadEdge, Term, TerrainGrid};
use spatial_db::package::Package;
use twin_engine::{CameraChoice, CaptureOptions, Stage, TimeSource, TwinInput};

const FRAMES: usize = 30;
/// Spacing of the buildings, m, and buildings along a block.
const SPACING_M: f64 = 36.0;
const PER_BLOCK: usize = 6;
/// Width of a street, m.
const STREET_M: f64 = 18.0;
/// Aimed for where something changes: it is seen in the next frame, and that frame takes no longer than others.
const ONE_FRAME: &str = "one frame aimed for";

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, arguments): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let parts = flags.iter().any(|flag| flag == "--parts");
    let smooth = flags.iter().any(|flag| flag == "--msaa");
    let number = |at: usize, or: usize| arguments.get(at).map_or(Ok(or), |text| text.parse());
    let (width, height) = (number(1, 1280)?, number(2, 720)?);
    let began = Instant::now();
    let package = arguments.first().map(Path::new).filter(|path| path.extension().is_some_and(|end| end == "gpkg"));
    let city = match package {
        Some(path) => Package::open(path)?.snapshot(&|_| {})?,
        None => city(number(0, 10_000)?),
    };
    let count = city.buildings.len();
    let city = Arc::new(city);
    let overlays = [0, 1].map(|turn| Arc::new(overlay(&city, turn)));
    let features = city.buildings.len() + city.parcels.len() + city.roads.len();
    println!("{count} buildings, {features} features in all, made in {:.1} s", began.elapsed().as_secs_f64());
    let middle = [0, 1].map(|axis| median(&city, axis));
    let off_m = |at: [f64; 2]| (at[0] - middle[0]).abs().max((at[1] - middle[1]).abs());
    let side_m = city.buildings.iter().filter_map(place).map(off_m).fold(0.0, f64::max) * 2.0;
    let known = Arc::clone(&city);
    // Made anew for each day, as a window has it: copies kept at hand would count as the city's own memory.
    let of = Arc::clone(&city);
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).ok_or("no such day")?;
    let time = Some(TimeSource {
        as_of: first,
        overlay_on: Arc::new(move |_: NaiveDate, name: &str| {
            let turn = (0..2).find(|turn| overlay_name(*turn) == name)?;
            Some(overlay(&of, turn))
        }),
        later: Vec::new(),
        at_once: None,
    });
    let input = TwinInput {
        snapshot: city,
        overlays: overlays.into(),
        active: None,
        imagery: None,
        time,
        planner: None,
        apart: None,
    };
    let options = CaptureOptions {
        width: width as u32,
        height: height as u32,
        camera: CameraChoice::WholePark,
        ..CaptureOptions::default()
    };
    let before_mb = memory_mb("VmHWM");
    let began = Instant::now();
    let mut stage = Stage::new(input, &options, if smooth { 4 } else { 1 })?;
    println!("{width}×{height}, {}", stage.adapter());
    println!("first complete picture after {:.1} s, {}", began.elapsed().as_secs_f64(), memory());
    // A picture that is kept shows finer detail than a window with as many samples: the window is what is timed here.
    stage.draw_as_window();
    stage.turn(0.5);
    stage.picture()?;
    tell_passes(&mut stage);
    if parts {
        tell_parts(&mut stage);
    }
    let [whole_aim, street_aim] = if (width, height) == (1280, 720) { aims(count) } else { [""; 2] };
    tell("whole city, camera turning", frames(&mut stage, FRAMES, |stage, _| stage.turn(0.5)), whole_aim);
    let street = |distance_m: f32, bearing_deg: f32| CameraChoice::At {
        x_m: middle[0],
        y_m: middle[1],
        distance_m,
        bearing_deg,
        pitch_deg: 18.0,
    };
    let far = (side_m * 1.6) as f32;
    // Evenly in zoom.
    let way = |step: usize| street(far * (150.0 / far).powf(step as f32 / 59.0), 140.0);
    tell("flight from the whole city to a street", frames(&mut stage, 60, |stage, step| stage.look(way(step))), "");
    stage.look(street(150.0, 140.0));
    stage.picture()?;
    tell_passes(&mut stage);
    if parts {
        tell_parts(&mut stage);
        stage.look(street(150.0, 140.0));
        stage.picture()?;
    }
    let turn = |stage: &mut Stage, at: usize| stage.look(street(150.0, 140.0 + at as f32 * 0.5));
    tell("street, camera turning", frames(&mut stage, FRAMES, turn), street_aim);
    stage.look(CameraChoice::WholePark);
    stage.picture()?;
    tell("whole city, nothing changes", frames(&mut stage, FRAMES, |_, _| {}), "");
    let meshes = stage.meshes();
    let switch = |stage: &mut Stage, at: usize| stage.show_overlay(Some(at % 2));
    tell("overlay of all buildings switched every frame", frames(&mut stage, FRAMES, switch), ONE_FRAME);
    let select = |stage: &mut Stage, at: usize| stage.select(known.buildings.get(at * 37 % count).map(|one| one.id));
    tell("another building selected every frame", frames(&mut stage, FRAMES, select), ONE_FRAME);
    stage.select(None);
    let step = |stage: &mut Stage, at: usize| stage.look_at_day(first - Months::new(12 * (at as u32 % 40 + 1)));
    tell("another year looked at every frame", frames(&mut stage, FRAMES, step), ONE_FRAME);
    assert_eq!(stage.meshes(), meshes, "no mesh is made anew for an overlay, a highlight or another year");
    tell_picks(&mut stage, "whole city");
    stage.look(street(150.0, 140.0));
    stage.picture()?;
    tell_picks(&mut stage, "street");
    // Fewer pixels while the camera moves, where a frame takes long; the first frames find out.
    stage.pace_as_window();
    frames(&mut stage, 8, turn);
    tell("street, as a window draws it while it turns", frames(&mut stage, FRAMES, turn), street_aim);
    println!("  {:.0} % of each side drawn, all of it as soon as the camera rests", stage.share() * 100.0);
    stage.look(CameraChoice::WholePark);
    stage.picture()?;
    let turn = |stage: &mut Stage, _: usize| stage.turn(0.5);
    frames(&mut stage, 8, turn);
    tell("whole city, as a window draws it while it turns", frames(&mut stage, FRAMES, turn), whole_aim);
    println!("  {:.0} % of each side drawn", stage.share() * 100.0);
    println!(
        "{}, {before_mb:.0} MB of it before anything was drawn; 2,048 MB aimed for with 1,000,000 buildings",
        memory()
    );
    Ok(())
}

/// Aimed for in a frame of the whole city and in one at a street, where software draws 1280×720.
fn aims(count: usize) -> [&'static str; 2] {
    match count {
        10_000 => ["50 ms aimed for", "50 ms aimed for"],
        115_436 => ["150 ms aimed for", "60 ms aimed for"],
        _ => ["", ""],
    }
}

/// Where a building stands: its first corner.
fn place(building: &Building) -> Option<[f64; 2]> {
    building.footprint.0.first()?.exterior().0.first().map(|at| [at.x, at.y])
}

fn median(city: &ParkSnapshot, axis: usize) -> f64 {
    let mut values: Vec<f64> = city.buildings.iter().filter_map(place).map(|at| at[axis]).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Picks all over the picture.
fn tell_picks(stage: &mut Stage, what: &str) {
    let mut met = 0;
    let mut took: Vec<f64> = (0..1000_u16)
        .map(|at| {
            let (id, took) = stage.pick(f32::from(at % 40) / 40.0, f32::from(at / 40) / 25.0);
            met += usize::from(id.is_some());
            took.as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!(
        "1,000 picks, {what:<33} median {:>6.3} ms  worst {:>6.3} ms  {met} met something; 1 ms aimed for",
        took[500], took[999]
    );
}

/// Times of frames, and the processor time of each on average, ms: other work on the machine does not count in it.
struct Took {
    frames: Vec<Duration>,
    processor_ms: f64,
}

fn frames(stage: &mut Stage, count: usize, mut before: impl FnMut(&mut Stage, usize)) -> Took {
    let spent = processor_ms();
    let frames = (0..count)
        .map(|at| {
            before(stage, at);
            stage.frame()
        })
        .collect();
    Took { frames, processor_ms: (processor_ms() - spent) / count as f64 }
}

/// Times of frames, and what was aimed for, if anything was.
fn tell(what: &str, mut took: Took, aim: &str) {
    took.frames.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let (median, worst) = (took.frames[took.frames.len() / 2], took.frames[took.frames.len() - 1]);
    let line = format!(
        "{what:<46} median {:>6.1} ms  worst {:>6.1} ms  processor {:>6.1} ms  {aim}",
        ms(median),
        ms(worst),
        took.processor_ms
    );
    println!("{}", line.trim_end());
}

/// Triangles of every pass that is drawn.
fn tell_passes(stage: &mut Stage) {
    let passes = stage.passes();
    let words: Vec<String> = passes.iter().map(|(pass, (triangles, _))| format!("{pass:?} {triangles}")).collect();
    println!("  {}", words.join(", "));
}

/// Processor time of each pass: of frames with it less that of frames without. Takes a while.
fn tell_parts(stage: &mut Stage) {
    let whole = frames(stage, FRAMES, |_, _| {}).processor_ms;
    for (pass, _) in stage.passes() {
        stage.turn(0.01);
        stage.frame();
        stage.frame();
        stage.hide(pass);
        let without = frames(stage, FRAMES, |_, _| {}).processor_ms;
        println!("    {:<14} {:+6.1} of {whole:.1} ms", format!("{pass:?}"), whole - without);
    }
}

/// Processor time of all threads so far, ms. Linux counts in steps of 10 ms.
fn processor_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() * 10.0
}

/// Resident memory now and at most so far.
fn memory() -> String {
    format!("memory {:.0} MB, {:.0} MB at most", memory_mb("VmRSS"), memory_mb("VmHWM"))
}

/// Resident memory now (`VmRSS`) or at most so far (`VmHWM`), MB; 0 where the system does not tell.
fn memory_mb(which: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).map_or(0.0, |kb| kb / 1024.0)
}

/// Blocks of buildings with wings, a parcel under each, streets around each block, on rolling ground.
fn city(count: usize) -> ParkSnapshot {
    let mut city = ParkSnapshot::empty(Park::made_up("city", "City", 4550));
    let side = (count as f64).sqrt().ceil() as usize;
    let at = |i: usize| 500_000.0 + i as f64 * SPACING_M + (i / PER_BLOCK) as f64 * STREET_M;
    let north = |i: usize| at(i) - 500_000.0 + 3_400_000.0;
    let [of_buildings, of_parcels, of_roads] = ["b", "p", "r"].map(Term::from);
    let from = |layer: &Term, row: usize| Provenance {
        key: format!("{layer}{row}"),
        layer: layer.clone(),
        source_row: row as i64,
        ..Provenance::default()
    };
    for i in 0..count {
        let (x, y) = (at(i % side), north(i / side));
        let wing = 8.0 + (i * 7919 % 9) as f64;
        let corners = [(2., 2.), (28., 2.), (28., wing), (wing, wing), (wing, 26.), (2., 26.)];
        // Closed, and no longer than it is, as a reader makes them: a ring that is closed later keeps room for as many corners again.
        let ring = |corners: &[(f64, f64)]| {
            let around = corners.iter().chain(corners.first()).map(|(dx, dy)| (x + dx, y + dy));
            let mut ring: Vec<Coord<f64>> = Vec::with_capacity(corners.len() + 1);
            ring.extend(around.map(Coord::from));
            LineString(ring)
        };
        city.buildings.push(Building {
            storeys: Some(1.0 + (i * 7 % 9) as f64),
            storey_height_m: Some(3.2),
            year_built: Some(1950 + (i % 70) as i32),
            valid_from: NaiveDate::from_ymd_opt(1986 + (i % 40) as i32, 1, 1),
            ..Building::bare(
                i as i64 + 1,
                from(&of_buildings, i),
                MultiPolygon(vec![Polygon::new(ring(&corners), Vec::new())]),
            )
        });
        let edge = SPACING_M - 1.0;
        city.parcels.push(Parcel {
            number: Some(format!("{}-{}", i / 1000, i % 1000)),
            ..Parcel::bare(
                i as i64 + 1,
                from(&of_parcels, i),
                MultiPolygon(vec![Polygon::new(ring(&[(0., 0.), (edge, 0.), (edge, edge), (0., edge)]), Vec::new())]),
            )
        });
    }
    let (low, high) = (0, side);
    for street in (PER_BLOCK..side).step_by(PER_BLOCK) {
        let middle = STREET_M / 2.0;
        let lines = [
            vec![(at(street) - middle, north(low)), (at(street) - middle, north(high))],
            vec![(at(low), north(street) - middle), (at(high), north(street) - middle)],
        ];
        for line in lines {
            let row = city.roads.len();
            city.roads.push(RoadEdge {
                width_m: Some(10.0),
                ..RoadEdge::bare(row as i64 + 1, from(&of_roads, row), MultiLineString(vec![line.into()]))
            });
        }
    }
    let cell_m = (at(side) - 500_000.0 + 800.0) / 300.0;
    let wave = |i: usize| (i as f64 * cell_m / 900.0).sin() * 9.0;
    city.terrain = Some(TerrainGrid {
        origin_x_m: 499_600.0,
        origin_y_m: 3_399_600.0,
        cell_m,
        columns: 301,
        rows: 301,
        heights_m: (0..301 * 301).map(|i| (20.0 + wave(i % 301) + wave(i / 301)) as f32).collect(),
    });
    city
}

fn overlay_name(turn: usize) -> String {
    format!("made-up-{turn}")
}

/// A class for every building.
fn overlay(city: &ParkSnapshot, turn: usize) -> Overlay {
    let colours = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
    let classes = colours.iter().enumerate().map(|(at, colour)| Class {
        label: format!("class {at}").as_str().into(),
        colour: *colour,
        pattern: Pattern::Solid,
        swatch: Swatch::Area,
        count: city.buildings.len() / colours.len(),
        measure: None,
    });
    let verdict = |(row, building): (usize, &Building)| {
        (building.id, Verdict { class: (row + turn) % colours.len(), value: None, outline: None, facts: Vec::new() })
    };
    Overlay {
        name: overlay_name(turn),
        title: "Made up".into(),
        target: FeatureKind::Building,
        unit: "".into(),
        as_of: chrono::NaiveDate::MIN,
        source: "made up".into(),
        classes: classes.collect(),
        verdicts: city.buildings.iter().enumerate().map(verdict).collect(),
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: Vec::new(),
    }
}
