//! What the window holds, for the log: asked for by an environment variable, told every ten seconds in which anything is drawn.
//!
//! Whoever looks for what grows compares two of these lines: memory that grows while no number does is the driver's or the allocator's.

use std::fmt;
use std::time::Duration;

use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;
use bevy_egui::EguiContexts;

use crate::app::RenderWatch;
use crate::bookmarks::Bookmarks;
use crate::film::studio::Studio;
use crate::history::History;
use crate::material::LayerMaterial;
use crate::scene::{Twin, Uploads};

/// Environment variable that has the counts told.
const COUNTS: &str = "TWIN_VIEW_COUNTS";
/// Least time between two lines.
const EVERY: Duration = Duration::from_secs(10);

/// What the window holds at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
struct Counts {
    /// Time since the window was asked for, s.
    at_s: u64,
    memory: Option<Memory>,
    entities: usize,
    meshes: usize,
    images: usize,
    /// Style buffers and the like.
    buffers: usize,
    materials: usize,
    /// Pipelines, and meshes and materials on the device.
    pipelines: usize,
    on_device: (usize, usize),
    /// Tiles that are made or wait to be uploaded.
    tiles: usize,
    /// Materials and answers of overlays that the scene keeps for the next switch.
    kept: (usize, usize),
    overlays: usize,
    verdicts: usize,
    /// Steps back and forth.
    steps: (usize, usize),
    bookmarks: usize,
    /// What panels keep from frame to frame, and their textures.
    panels: (usize, usize),
    filming: bool,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "counts at {} s: ", self.at_s)?;
        match &self.memory {
            Some(memory) => write!(f, "{:.1} MB, {:.1} MB of it compiled; ", memory.resident_mb, memory.compiled_mb)?,
            None => f.write_str("memory unknown; ")?,
        }
        write!(
            f,
            "pipelines {}, entities {}, meshes {} ({} on the device), materials {} ({}), images {}, buffers {}, tiles {}, ",
            self.pipelines,
            self.entities,
            self.meshes,
            self.on_device.0,
            self.materials,
            self.on_device.1,
            self.images,
            self.buffers,
            self.tiles,
        )?;
        write!(
            f,
            "kept {} and {}, overlays {} with {} verdicts, undo {} and {}, bookmarks {}, panels {} with {} textures, film {}",
            self.kept.0,
            self.kept.1,
            self.overlays,
            self.verdicts,
            self.steps.0,
            self.steps.1,
            self.bookmarks,
            self.panels.0,
            self.panels.1,
            if self.filming { "on" } else { "off" },
        )
    }
}

/// Memory of the process as the system counts it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Memory {
    resident_mb: f64,
    /// Machine code that belongs to no file: what a software driver made of shaders.
    compiled_mb: f64,
}

impl Memory {
    /// That of this process; `None` where the system does not tell.
    fn now() -> Option<Self> {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).ok();
        Some(Self { resident_mb: resident_mb(&read("status")?)?, compiled_mb: compiled_mb(&read("maps")?) })
    }
}

/// `VmRSS` of a `/proc/<pid>/status` (proc(5)), MB of 1024 × 1024 bytes.
fn resident_mb(status: &str) -> Option<f64> {
    let kb = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(kb.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

/// Executable mappings without a name in a `/proc/<pid>/maps` (proc(5)), MB of 1024 × 1024 bytes.
fn compiled_mb(maps: &str) -> f64 {
    let bytes = maps.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let (low, high) = fields.next()?.split_once('-')?;
        let executable = fields.next()?.contains('x');
        // Offset, device and inode come before the name.
        let named = fields.nth(3).is_some();
        let size = u64::from_str_radix(high, 16).ok()?.checked_sub(u64::from_str_radix(low, 16).ok()?)?;
        (executable && !named).then_some(size)
    });
    bytes.sum::<u64>() as f64 / f64::from(1024 * 1024)
}

/// Tells the counts where the environment asks for them.
pub(crate) fn plugin(app: &mut App) {
    if std::env::var_os(COUNTS).is_some_and(|asked| !asked.is_empty() && asked != "0") {
        app.add_systems(Last, tell);
    }
}

/// What is held for the device.
type Held<'w> =
    (Res<'w, Assets<Mesh>>, Res<'w, Assets<Image>>, Res<'w, Assets<ShaderBuffer>>, Res<'w, Assets<LayerMaterial>>);

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn tell(
    time: Res<Time<Real>>,
    twin: Res<Twin>,
    uploads: Option<Res<Uploads>>,
    history: Res<History>,
    bookmarks: Res<Bookmarks>,
    studio: Res<Studio>,
    watch: Res<RenderWatch>,
    (meshes, images, buffers, materials): Held<'_>,
    entities: Query<Entity>,
    mut contexts: EguiContexts,
    mut told: Local<Option<Duration>>,
) {
    let now = time.elapsed();
    if told.is_some_and(|told| now.saturating_sub(told) < EVERY) {
        return;
    }
    *told = Some(now);
    let state = watch.state();
    let panels = contexts.ctx_mut().map_or((0, 0), |ctx| {
        let textures = ctx.tex_manager().read().num_allocated();
        (ctx.memory(|memory| memory.data.len()), textures)
    });
    let counts = Counts {
        at_s: now.as_secs(),
        memory: Memory::now(),
        entities: entities.iter().count(),
        meshes: meshes.len(),
        images: images.len(),
        buffers: buffers.len(),
        materials: materials.len(),
        pipelines: state.pipelines,
        on_device: (state.meshes, state.materials),
        tiles: uploads.as_ref().map_or(0, |uploads| uploads.under_way()),
        kept: uploads.as_ref().map_or((0, 0), |uploads| uploads.kept()),
        overlays: twin.input.overlays.len() + twin.right_overlays.len(),
        verdicts: twin.input.overlays.iter().map(|overlay| overlay.verdicts.len()).sum::<usize>()
            + twin.right_overlays.iter().map(|overlay| overlay.verdicts.len()).sum::<usize>(),
        steps: history.steps(),
        bookmarks: bookmarks.tour.stops.len(),
        panels,
        filming: studio.progress().is_some(),
    };
    tracing::info!("{counts}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_its_line() {
        let status = "Name:\ttwin\nVmHWM:\t  999424 kB\nVmRSS:\t  634880 kB\nRssAnon:\t  500000 kB\n";
        assert_eq!(resident_mb(status), Some(620.0));
        assert_eq!(resident_mb("Name:\ttwin\n"), None);
        assert_eq!(resident_mb("VmRSS:\tmuch\n"), None);
    }

    #[test]
    fn only_executable_mappings_without_a_name_are_compiled_code() {
        let maps = "\
55d0c0000000-55d0c0800000 r-xp 00001000 fe:00 131 /usr/bin/twin
7f0000000000-7f0000100000 r-xp 00000000 00:00 0
7f0000100000-7f0000200000 rw-p 00000000 00:00 0
7f0000200000-7f0000280000 r-xp 00000000 00:00 0
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                          [vdso]
";
        assert_eq!(compiled_mb(maps), 1.5);
        assert_eq!(compiled_mb("no map at all\n"), 0.0);
    }

    #[test]
    fn a_line_tells_every_number() {
        let counts = Counts {
            at_s: 120,
            memory: Some(Memory { resident_mb: 620.04, compiled_mb: 1.5 }),
            pipelines: 57,
            entities: 2110,
            meshes: 1840,
            on_device: (1839, 60),
            materials: 61,
            images: 12,
            buffers: 5,
            tiles: 3,
            kept: (58, 7),
            overlays: 14,
            verdicts: 18_000,
            steps: (45, 2),
            bookmarks: 4,
            panels: (812, 1),
            filming: true,
        };
        assert_eq!(
            counts.to_string(),
            "counts at 120 s: 620.0 MB, 1.5 MB of it compiled; pipelines 57, entities 2110, meshes 1840 (1839 on the \
             device), materials 61 (60), images 12, buffers 5, tiles 3, kept 58 and 7, overlays 14 with 18000 verdicts, \
             undo 45 and 2, bookmarks 4, panels 812 with 1 textures, film on"
        );
        let unknown = Counts { memory: None, ..Counts::default() }.to_string();
        assert!(unknown.starts_with("counts at 0 s: memory unknown; pipelines 0,"), "{unknown}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_takes_some_memory() {
        let memory = Memory::now().expect("proc");
        assert!(memory.resident_mb > 1.0 && memory.compiled_mb >= 0.0, "{memory:?}");
    }
}
