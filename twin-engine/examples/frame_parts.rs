//! Where the time of a frame goes: processor time of the whole picture of a park, headless, and without each of its passes.
//!
//! `frame_parts <database url> <park> [width height [samples]]`

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use spatial_db::store::Store;
use twin_engine::{CameraChoice, CaptureOptions, Stage, TwinInput};

const FRAMES: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, slug, sizes @ ..] = arguments.as_slice() else { return Err("give a database url and a park".into()) };
    let number = |at: usize, or: u32| sizes.get(at).map_or(Ok(or), |text| text.parse());
    let (width, height, samples) = (number(0, 1280)?, number(1, 720)?, number(2, 1)?);
    let snapshot = Arc::new(Store::connect(url)?.snapshot(slug)?);
    for frame in [true, false] {
        let input = TwinInput {
            snapshot: snapshot.clone(),
            overlays: Vec::new(),
            active: None,
            imagery: None,
            time: None,
            planner: None,
            apart: None,
        };
        let options =
            CaptureOptions { width, height, camera: CameraChoice::WholePark, frame, ..CaptureOptions::default() };
        let mut stage = Stage::new(input, &options, samples)?;
        println!(
            "{width}×{height}, {samples} sample, {}",
            if frame { "with the picture's frame" } else { "scene alone" }
        );
        let whole = processor(&mut stage);
        println!("  all passes                {:6.1} ms", millis(whole));
        if frame {
            continue;
        }
        let passes = stage.passes();
        let words: Vec<String> = passes.iter().map(|(pass, (triangles, _))| format!("{pass:?} {triangles}")).collect();
        println!("  triangles: {}", words.join(", "));
        for (pass, (triangles, vertices)) in passes {
            // The first frame moves the camera, the second shows what it sees.
            stage.look(CameraChoice::WholePark);
            stage.frame();
            stage.frame();
            stage.hide(pass);
            let without = processor(&mut stage);
            let took = millis(whole) - millis(without);
            println!("  {:<14} {triangles:>9} triangles {vertices:>9} vertices {took:+6.1} ms", format!("{pass:?}"));
        }
    }
    Ok(())
}

/// Processor time per frame, of all threads: on software rendering that is the drawing, and other work on the machine does not
/// count. Linux counts in steps of 10 ms, so over many frames.
fn processor(stage: &mut Stage) -> Duration {
    let spent = || {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Duration::from_millis(ticks * 10)
    };
    let before = spent();
    for _ in 0..FRAMES {
        stage.frame();
    }
    spent().saturating_sub(before) / FRAMES as u32
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
