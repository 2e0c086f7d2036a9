//! A flight from one view to another: short, eased, and given up as soon as a person takes the camera.

use std::time::Duration;

use bevy::prelude::*;
use bevy::window::RequestRedraw;

use super::Orbit;

/// Time that a flight takes.
const LASTS: Duration = Duration::from_millis(550);

/// The flight under way, if any.
#[derive(Resource, Debug, Default)]
pub(crate) struct Flight(Option<(Orbit, Orbit, Option<Duration>)>);

impl Flight {
    /// Sets off from `from` to `to`.
    pub(crate) fn begin(&mut self, from: Orbit, to: Orbit) {
        self.0 = Some((from, Orbit { size: from.size, corner: from.corner, ..to }.limited(), None));
    }

    /// Stays where the camera is.
    pub(crate) fn stop(&mut self) {
        self.0 = None;
    }
}

/// Moves the camera along.
pub(super) fn fly(
    time: Res<Time<Real>>,
    mut flight: ResMut<Flight>,
    mut orbit: ResMut<Orbit>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if flight.0.is_none() {
        return;
    }
    let now = time.elapsed();
    let Some((from, to, started)) = &mut flight.0 else { return };
    // The clock starts with the first frame: the frame before may have taken long.
    let since = now.saturating_sub(*started.get_or_insert(now));
    let share = (since.as_secs_f32() / LASTS.as_secs_f32()).clamp(0.0, 1.0);
    *orbit = Orbit { size: orbit.size, corner: orbit.corner, ..between(from, to, share) };
    if share >= 1.0 {
        flight.0 = None;
    }
    redraw.write(RequestRedraw);
}

/// The view `share` of the way, eased at both ends, the shorter way round.
pub(crate) fn between(from: &Orbit, to: &Orbit, share: f32) -> Orbit {
    let s = share * share * (3.0 - 2.0 * share);
    let turn = (to.bearing_deg - from.bearing_deg + 540.0).rem_euclid(360.0) - 180.0;
    let log = |d: f32| d.max(1.0).ln();
    let level = (log(from.distance_m) + (log(to.distance_m) - log(from.distance_m)) * s).exp();
    // A long way is flown a little higher, so that the ground does not rush by.
    let apart = from.target.distance(to.target) / from.distance_m.max(to.distance_m);
    let climb = 1.0 + 0.25 * (apart - 1.0).clamp(0.0, 2.0) * (1.0 - (2.0 * s - 1.0).powi(2));
    Orbit {
        target: from.target.lerp(to.target, s),
        distance_m: if share >= 1.0 { to.distance_m } else { level * climb },
        bearing_deg: from.bearing_deg + turn * s,
        pitch_deg: from.pitch_deg + (to.pitch_deg - from.pitch_deg) * s,
        size: from.size,
        corner: from.corner,
    }
    .limited()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flight_begins_and_ends_where_it_should_and_turns_the_shorter_way() {
        let from = Orbit { bearing_deg: 350.0, ..Orbit::default() };
        let to = Orbit { bearing_deg: 20.0, distance_m: 90.0, target: Vec3::new(400.0, 3.0, 80.0), ..from };
        assert_eq!(between(&from, &to, 0.0).target, from.target);
        let end = between(&from, &to, 1.0);
        assert!((end.bearing_deg - to.bearing_deg).abs() < 1e-3 && end.target.distance(to.target) < 1e-3);
        assert!((end.distance_m - to.distance_m).abs() < 1e-2);
        let half = between(&from, &to, 0.5).bearing_deg;
        assert!((half - 5.0).abs() < 1e-3, "{half}: over north, not round by the south");
    }
}
