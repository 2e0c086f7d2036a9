//! Views that a park comes with: what a package carries, beside the views of whoever looks at it.

use std::time::Duration;

use bevy::prelude::*;
use bevy::window::RequestRedraw;

use crate::action::Action;
use crate::scene::{Meshed, Twin};
use crate::text::Language;
use crate::tour::{Stop, Tour};

/// Where offered views come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferedKind {
    /// The views that the packer kept in the window.
    Bookmarks,
    /// A tour, by its name.
    Tour(String),
    /// Single scenes.
    Scenes,
}

/// Views that a park comes with.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// Where they come from.
    pub kind: OfferedKind,
    /// The views in their order.
    pub tour: Tour,
}

/// All that is offered, and what of it cannot be read.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub(crate) struct Offers {
    /// The groups.
    pub groups: Vec<Offered>,
    /// Names and reasons of what cannot be read.
    pub unreadable: Vec<String>,
}

impl Offers {
    /// A view by its group and place.
    pub(crate) fn stop(&self, group: usize, at: usize) -> Option<&Stop> {
        self.groups.get(group)?.tour.stops.get(at)
    }
}

/// A tour that goes from stop to stop by itself, until a person takes over.
#[derive(Resource, Debug, Default)]
pub(crate) struct Playing {
    /// Its group among the offers; `None` while nothing plays.
    pub group: Option<usize>,
    next: usize,
    due: Option<Duration>,
}

impl Playing {
    /// Plays a group of the offers from its first stop on.
    pub(crate) fn of(group: Option<usize>) -> Self {
        Self { group, ..Self::default() }
    }

    /// The stop to go to at a moment, and how long to stay there; `None` while the one before is still shown. After the last
    /// nothing plays any more.
    fn step(&mut self, now: Duration, stops: &[Stop]) -> Option<usize> {
        let due = *self.due.get_or_insert(now);
        if self.group.is_none() || now < due {
            return None;
        }
        let Some(stop) = stops.get(self.next) else {
            self.group = None;
            return None;
        };
        let at = self.next;
        self.next += 1;
        self.due = Some(now + Duration::from_secs_f32((stop.hold_secs + stop.travel_secs).max(0.5)));
        Some(at)
    }
}

/// Moves a tour on, with what is said at each stop.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(crate) fn play(
    time: Res<Time<Real>>,
    offers: Res<Offers>,
    meshed: Option<Res<Meshed>>,
    hands: (Res<ButtonInput<KeyCode>>, Res<ButtonInput<MouseButton>>),
    mut playing: ResMut<Playing>,
    mut twin: ResMut<Twin>,
    mut actions: MessageWriter<Action>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let (Some(group), Some(_)) = (playing.group, meshed) else { return };
    redraw.write(RequestRedraw);
    let taken_over = hands.0.get_just_pressed().next().is_some() || hands.1.get_just_pressed().next().is_some();
    let Some(offered) = offers.groups.get(group).filter(|_| !taken_over) else {
        playing.group = None;
        twin.caption.clear();
        return;
    };
    if let Some(at) = playing.step(time.elapsed(), &offered.tour.stops) {
        let caption = &offered.tour.stops[at].caption;
        let words = match twin.words().language() {
            Language::English => &caption.en,
            Language::Chinese => &caption.zh,
        };
        words.clone_into(&mut twin.caption);
        actions.write(Action::Offered { group, at });
    } else if playing.group.is_none() {
        twin.caption.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene_file::SceneFile;

    #[test]
    fn a_tour_stays_at_each_stop_as_long_as_it_says_and_then_ends() {
        let stop = |hold_secs, travel_secs| Stop {
            hold_secs,
            travel_secs,
            ..Stop::of("stop".to_owned(), SceneFile::default())
        };
        let stops = [stop(2.0, 1.0), stop(4.0, 0.0)];
        let mut playing = Playing::of(Some(0));
        let seen: Vec<(u64, usize)> = (5..20)
            .filter_map(|second| playing.step(Duration::from_secs(second), &stops).map(|at| (second, at)))
            .collect();
        assert_eq!(seen, [(5, 0), (8, 1)]);
        assert_eq!(playing.group, None);
    }
}
