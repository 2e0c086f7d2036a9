//! Pictures of a drill at chosen moments, without a window: the same map, for reports.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use analysis::emergency::drill::{DrillFile, HandInject};

use super::{DrillRoom, Session};
use crate::capture::Stage;
use crate::error::EngineError;
use crate::input::CameraChoice;
use crate::scene::Meshed;

/// Time between two looks at a run that is on its way.
const BEAT: Duration = Duration::from_millis(5);
/// How the place of an incident is looked at: distance, m, and how far down, degrees.
const NEAR_M: f32 = 620.0;
const NEAR_PITCH_DEG: f32 = 42.0;

impl Stage {
    /// Plays a drill with its injects by hand on the park that is drawn. No frame is drawn meanwhile: it would take the processor from the run.
    ///
    /// # Errors
    /// [`EngineError::Drill`] where it cannot be run on this park.
    pub fn play_drill(&mut self, file: DrillFile, hand: Vec<HandInject>) -> Result<(), EngineError> {
        // A stage that is set up has its meshes.
        let meshed = self.world_mut().get_resource::<Meshed>().ok_or(EngineError::GivenUp)?;
        let picker = Arc::clone(&meshed.picker);
        let mut session = Session::new(file, hand, None, Path::new(""));
        while session.strand.finished().is_none() {
            session.step(&picker, None);
            if let Some(reason) = session.strand.failed.take() {
                return Err(EngineError::Drill { reason: reason.to_string() });
            }
            std::thread::sleep(BEAT);
        }
        self.world_mut().resource_mut::<DrillRoom>().session = Some(session);
        self.frame();
        Ok(())
    }

    /// Puts the clock of the drill there, seconds after its start.
    pub fn drill_at(&mut self, at_s: f64) {
        if let Some(session) = &mut self.world_mut().resource_mut::<DrillRoom>().session {
            session.jump(at_s);
        }
        self.frame();
    }

    /// A look at the place of the incident from its lee; `None` where it has none.
    pub fn drill_view(&mut self) -> Option<CameraChoice> {
        let room = self.world_mut().resource::<DrillRoom>();
        let played = room.session.as_ref()?.strand.played()?;
        let [x_m, y_m] = played.trace.place_m?;
        let bearing_deg = played.trace.wind(0.0).map_or(140.0, |wind| wind.from_deg as f32 + 130.0).rem_euclid(360.0);
        Some(CameraChoice::At { x_m, y_m, distance_m: NEAR_M, bearing_deg, pitch_deg: NEAR_PITCH_DEG })
    }
}
