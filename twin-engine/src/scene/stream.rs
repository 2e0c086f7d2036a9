//! Which buckets are meshed at which level: those that the camera needs, the near ones first, in the background.
//!
//! What a level looks like is left to `bucket`; entities are left to `spawn`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bevy::prelude::Entity;
use rayon::prelude::*;

use super::SceneGeometry;
use super::plan::{Bucket, Level};
use crate::camera::Orbit;
use crate::mesh::{Layer, TileMesh};
use crate::sun::Sun;

/// Most buckets that are being made or wait to be uploaded: some frames' worth, since new ones are asked for once a frame.
const MOST_IN_WORK: usize = 128;
/// Care that is taken of a picture, which nobody waits for frame by frame.
pub(super) const PICTURE_CARE: f32 = 4.0;

/// Buildings from which a park is a city, and the care that is taken of one in the window of a machine without a graphics card: at a
/// street every outline, edge and shadow for kilometres is more than two cores draw while the camera moves.
pub(super) const CITY: usize = 5_000;
pub(super) const CITY_CARE: f32 = 0.5;

/// How much of a view is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Detail {
    /// How much smaller than in a window things keep their outline.
    pub(super) care: f32,
    /// What is there stays a little longer than it would be made: for a camera that sways, not for pictures, which must not tell
    /// where the camera came from.
    pub(super) lingers: bool,
}

/// A bucket as triangles.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) bucket: usize,
    pub(super) level: Level,
    pub(super) tile: TileMesh,
}

/// A bucket's state.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct State {
    /// Level that is shown, also where it has no triangle.
    pub(super) shown: Option<Level>,
    /// What shows it.
    pub(super) entity: Option<Entity>,
    wanted: Option<Level>,
    asked: Option<Level>,
    /// What is being made of it is out of date already.
    again: bool,
}

/// The buckets of a scene on their way to the screen.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) states: Vec<State>,
    /// Buckets that want another level, the most urgent last.
    queue: Vec<usize>,
    in_work: usize,
    made: Arc<Mutex<VecDeque<Made>>>,
    /// Where the camera stood when that was decided.
    viewed: Option<Orbit>,
    /// How much was wanted then.
    detail: Detail,
    /// All of a view was there once.
    was_complete: bool,
    /// The sun that casts the shadows.
    sun: Sun,
}

impl Stream {
    pub(super) fn new(geometry: &SceneGeometry, sun: Sun) -> Self {
        Self {
            states: vec![State::default(); geometry.buckets.len()],
            queue: Vec::new(),
            in_work: 0,
            made: Arc::default(),
            viewed: None,
            detail: Detail { care: 0.0, lingers: false },
            was_complete: false,
            sun,
        }
    }

    /// The sun that casts the shadows.
    pub(super) fn sun(&self) -> Sun {
        self.sun
    }

    /// Has shadows cast by another sun: those that are shown stay until theirs are made.
    pub(super) fn relight(&mut self, buckets: &[Bucket], sun: Sun) {
        if self.sun == sun {
            return;
        }
        self.sun = sun;
        for (_, state) in buckets.iter().zip(&mut self.states).filter(|(bucket, _)| bucket.layer == Layer::Shadow) {
            state.again = state.asked.is_some();
            state.shown = None;
        }
        self.viewed = None;
    }

    /// True once all of a view was there.
    pub(super) fn was_complete(&self) -> bool {
        self.was_complete
    }

    /// True when all that this view needs is there.
    pub(super) fn is_settled(&self, orbit: &Orbit) -> bool {
        self.viewed.as_ref() == Some(orbit) && self.queue.is_empty() && self.in_work == 0
    }

    /// Buckets that are being made, wait to be uploaded or wait for either.
    pub(super) fn under_way(&self) -> usize {
        self.queue.len() + self.in_work
    }

    /// The view that was decided on last.
    pub(super) fn viewed(&self) -> Option<Orbit> {
        self.viewed
    }

    /// Decides what `orbit` needs; hands back the buckets of which nothing is needed any more.
    pub(super) fn look(&mut self, geometry: &SceneGeometry, orbit: &Orbit, detail: Detail) -> Vec<usize> {
        if self.viewed.as_ref() == Some(orbit) && self.detail == detail {
            return Vec::new();
        }
        (self.viewed, self.detail) = (Some(*orbit), detail);
        let (eye, ahead, sight_m) = (orbit.eye(), -orbit.outward(), orbit.sight_m(geometry.ground_y()));
        let mut gone = Vec::new();
        let mut urgent: Vec<(bool, u8, f32, usize)> = Vec::new();
        for (at, (bucket, state)) in geometry.buckets.iter().zip(&mut self.states).enumerate() {
            let nearest = eye.max(bucket.lowest).min(bucket.highest);
            let away = nearest.distance(eye);
            // What haze hides needs no detail.
            let px_per_m = if away > sight_m { 0.0 } else { orbit.px_per_metre(away) };
            let now = state.shown.filter(|_| detail.lingers);
            state.wanted = bucket.level(px_per_m, now, detail.care);
            match state.wanted {
                None if state.shown.is_some() || state.entity.is_some() => gone.push(at),
                Some(wanted) if state.shown != Some(wanted) => {
                    // What lies behind the camera can wait.
                    let middle = bucket.lowest.midpoint(bucket.highest);
                    let behind = if (middle - eye).dot(ahead) < 0.0 { 3.0 } else { 1.0 };
                    urgent.push((state.shown.is_some(), rank(bucket.layer), away * behind, at));
                }
                _ => {}
            }
        }
        urgent.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then(b.2.total_cmp(&a.2)));
        self.queue = urgent.into_iter().map(|(.., at)| at).collect();
        gone
    }

    /// Has buckets meshed in the background.
    pub(super) fn ask(&mut self, geometry: &Arc<SceneGeometry>) {
        while self.in_work < MOST_IN_WORK {
            let Some(bucket) = self.next() else { break };
            let Some(level) = self.states[bucket].wanted else { continue };
            self.states[bucket].asked = Some(level);
            self.in_work += 1;
            let (geometry, made, sun) = (geometry.clone(), self.made.clone(), self.sun);
            rayon::spawn(move || {
                // One that cannot be made is left out; the window goes on.
                let make = || geometry.mesh_lit(&geometry.buckets[bucket], level, sun);
                let tile = std::panic::catch_unwind(std::panic::AssertUnwindSafe(make)).unwrap_or_else(|_| {
                    let layer = geometry.buckets[bucket].layer;
                    tracing::error!("bucket {bucket} of {layer:?} could not be made and is left out");
                    TileMesh::new(layer)
                });
                if let Ok(mut made) = made.lock() {
                    made.push_back(Made { bucket, level, tile });
                }
            });
        }
    }

    /// All that is wanted, meshed while the caller waits.
    pub(super) fn make_all(&mut self, geometry: &SceneGeometry) -> Vec<Made> {
        let mut wanted = Vec::new();
        while let Some(bucket) = self.next() {
            wanted.extend(self.states[bucket].wanted.map(|level| (bucket, level)));
        }
        let make = |(bucket, level): (usize, Level)| Made {
            bucket,
            level,
            tile: geometry.mesh_lit(&geometry.buckets[bucket], level, self.sun),
        };
        wanted.into_par_iter().map(make).collect()
    }

    /// The most urgent bucket that nobody works on.
    fn next(&mut self) -> Option<usize> {
        loop {
            let bucket = self.queue.pop()?;
            let state = &self.states[bucket];
            // One that is being made is looked at again when it is done.
            if state.asked.is_none() && state.wanted != state.shown {
                return Some(bucket);
            }
        }
    }

    /// What the background has made, one at a time.
    pub(super) fn take(&mut self) -> Option<Made> {
        let made = self.made.lock().ok().and_then(|mut made| made.pop_front())?;
        self.in_work -= 1;
        Some(made)
    }

    /// Notes that a bucket is shown at a level; true where another level is wanted by now.
    pub(super) fn shown(&mut self, bucket: usize, level: Level) {
        let state = &mut self.states[bucket];
        (state.shown, state.asked) = (Some(level).filter(|_| !state.again), None);
        state.again = false;
        if state.wanted.is_some_and(|wanted| state.shown != Some(wanted)) {
            self.queue.push(bucket);
        }
    }

    /// True where a bucket at a level serves the view as it is by now: as wanted, or better than nothing.
    pub(super) fn is_of_use(&self, bucket: usize, level: Level) -> bool {
        let state = &self.states[bucket];
        state.wanted == Some(level) || (state.wanted.is_some() && state.shown.is_none())
    }

    /// Notes that what was made of a bucket is of no use any more.
    pub(super) fn pass_over(&mut self, bucket: usize) {
        let state = &mut self.states[bucket];
        (state.asked, state.again) = (None, false);
        if state.wanted.is_some() && state.wanted != state.shown {
            self.queue.push(bucket);
        }
    }

    /// Notes that nothing of a bucket is shown. What is being made of it is looked at when it comes.
    pub(super) fn let_go(&mut self, bucket: usize) -> Option<Entity> {
        let state = &mut self.states[bucket];
        state.shown = None;
        state.entity.take()
    }

    /// Notes whether all is there.
    pub(super) fn note_complete(&mut self) {
        self.was_complete |= self.viewed.is_some() && self.queue.is_empty() && self.in_work == 0;
    }
}

/// What is made first.
fn rank(layer: Layer) -> u8 {
    match layer {
        Layer::Building | Layer::Hazard => 0,
        Layer::Parcel | Layer::Road | Layer::RoadCasing | Layer::Surface => 1,
        Layer::ParcelLine | Layer::SurfaceLine => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests;
