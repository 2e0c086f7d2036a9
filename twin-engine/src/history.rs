//! Undo and redo of what is shown. A drag along the years or along an opacity is one step, not a hundred.

use std::time::Duration;

use bevy::prelude::*;

use crate::cut::Cut;
use crate::layers::LayerKey;
use crate::moment::Moment;
use crate::scene::Twin;
use crate::ui::Ui;

/// Steps that are kept.
const MOST_STEPS: usize = 200;
/// Changes of the same thing within this time are one step.
const TOGETHER: Duration = Duration::from_millis(900);

/// What was shown before, and what was taken back.
#[derive(Resource, Debug, Default)]
pub(crate) struct History {
    now: Option<Moment>,
    past: Vec<Moment>,
    future: Vec<Moment>,
    last: Option<(Changed, Duration)>,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changed {
    Day,
    Opacity(LayerKey),
    Line,
    Cut,
    Sun,
    Filter,
    Colours,
    Other,
}

impl Changed {
    /// What differs between two moments, where it is one thing that people drag or type.
    fn between(a: &Moment, b: &Moment) -> Self {
        let same_shown = |mut like: crate::style::Shown, f: fn(&mut crate::style::Shown, &crate::style::Shown)| {
            f(&mut like, &b.shown);
            like == b.shown
        };
        let coloured = |moment: &Moment| moment.recoloured_by.as_ref().map(|by| (by.kind, by.column.clone()));
        if a.recoloured_by != b.recoloured_by {
            // Another number of classes, or another ramp, of the same column.
            let same_column = coloured(a).is_some() && coloured(a) == coloured(b);
            let else_same = Moment { recoloured_by: None, ..a.clone() } == Moment { recoloured_by: None, ..b.clone() };
            return if same_column && else_same { Self::Colours } else { Self::Other };
        }
        if a.laid != b.laid {
            return Self::Other;
        }
        let line = |moment: &Moment| moment.right.as_ref().map(|right| right.at);
        let others_same = a.theme == b.theme && a.cut == b.cut;
        let left_same = a.shown == b.shown && a.day == b.day;
        let right_same = a.right == b.right && a.right_day == b.right_day;
        if a.theme == b.theme && a.filter == b.filter && right_same && left_same {
            let same_parts = |part: fn(&Cut) -> bool| part(&a.cut) == part(&b.cut);
            // To open or close one is a step of its own; to drag it is not.
            if same_parts(|cut| cut.section.is_some()) && same_parts(|cut| cut.dig.is_some()) {
                return Self::Cut;
            }
        }
        let filter_same = a.filter == b.filter;
        if others_same && filter_same && right_same {
            if a.shown == b.shown {
                return Self::Day;
            }
            if a.day == b.day && same_shown(a.shown.clone(), |like, b| like.layers = b.layers) {
                return faded(a, b).map_or(Self::Other, Self::Opacity);
            }
            if a.day == b.day && same_shown(a.shown.clone(), |like, b| like.sun = b.sun) {
                return Self::Sun;
            }
        }
        if others_same && left_same {
            if filter_same && line(a) != line(b) && line(a).is_some() && line(b).is_some() {
                return Self::Line;
            }
            if !filter_same && right_same {
                return Self::Filter;
            }
        }
        Self::Other
    }
}

/// The layer that is drawn more or less opaque, where it is one alone. What is switched on or off is a step, however fast it follows.
fn faded(a: &Moment, b: &Moment) -> Option<LayerKey> {
    let states = |key: &LayerKey| (a.shown.layers.get(*key), b.shown.layers.get(*key));
    let mut differ = LayerKey::ALL.into_iter().filter(|key| states(key).0 != states(key).1);
    let only = differ.next().filter(|_| differ.next().is_none())?;
    let (before, after) = states(&only);
    (before.visible == after.visible).then_some(only)
}

impl History {
    /// True when there is something to take back.
    pub(crate) fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// True when there is something to bring back.
    pub(crate) fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Steps that can be taken back, and that can be brought back.
    pub(crate) fn steps(&self) -> (usize, usize) {
        (self.past.len(), self.future.len())
    }

    /// Takes note of what is shown `at` this time.
    fn note(&mut self, moment: Moment, at: Duration) {
        let Some(before) = &self.now else {
            self.now = Some(moment);
            return;
        };
        if *before == moment {
            return;
        }
        let changed = Changed::between(before, &moment);
        let goes_on = changed != Changed::Other
            && self.last.is_some_and(|(what, when)| what == changed && at.saturating_sub(when) < TOGETHER);
        if !goes_on {
            self.past.extend(self.now.take());
            if self.past.len() > MOST_STEPS {
                self.past.remove(0);
            }
        }
        self.future.clear();
        self.last = Some((changed, at));
        self.now = Some(moment);
    }

    /// The moment before.
    pub(crate) fn undo(&mut self) -> Option<Moment> {
        let moment = self.past.pop()?;
        self.future.extend(self.now.replace(moment.clone()));
        self.last = None;
        Some(moment)
    }

    /// The moment that was taken back last.
    pub(crate) fn redo(&mut self) -> Option<Moment> {
        let moment = self.future.pop()?;
        self.past.extend(self.now.replace(moment.clone()));
        self.last = None;
        Some(moment)
    }
}

/// Systems of the history.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<History>().add_systems(Last, take_note);
}

fn take_note(time: Res<Time<Real>>, twin: Res<Twin>, ui: Res<Ui>, mut history: ResMut<History>) {
    if twin.is_changed() || ui.is_changed() {
        history.note(Moment::of(&twin, &ui.table.filter()), time.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::NaiveDate;
    use spatial_db::model::Presence;

    use super::*;
    use crate::fixture;
    use crate::input::TimeSource;
    use crate::layers::LayerState;
    use crate::scene_file::Filter;
    use crate::split::{Right, Side};
    use crate::style::Shown;
    use crate::time::{look_at, presence_on};

    fn filter(expression: &str) -> Filter {
        Filter { kind: spatial_db::model::FeatureKind::Parcel, expression: expression.into() }
    }

    #[test]
    fn steps_are_taken_back_and_brought_back_in_order() {
        let mut twin = Twin::new(fixture::tiny(), Shown::default());
        let mut history = History::default();
        let mut seconds = 0;
        let mut note = |history: &mut History, twin: &Twin| {
            seconds += 5;
            history.note(Moment::of(twin, &filter("")), Duration::from_secs(seconds));
        };
        note(&mut history, &twin);
        assert!(!history.can_undo());
        for overlay in [Some(0), Some(1), None] {
            twin.shown.overlay = overlay;
            note(&mut history, &twin);
        }
        // Hovering is nothing to take back.
        twin.shown.hovered = Some(twin.input.snapshot.parcels[0].id);
        note(&mut history, &twin);
        let mut undone = Vec::new();
        while let Some(moment) = history.undo() {
            undone.push(moment.shown.overlay);
        }
        assert_eq!(undone, [Some(1), Some(0), None]);
        assert_eq!(history.redo().unwrap().shown.overlay, Some(0));
        // What is done after an undo ends what could be brought back.
        twin.shown.hovered = None;
        twin.shown.overlay = Some(1);
        twin.shown.underground = true;
        note(&mut history, &twin);
        assert!(!history.can_redo() && history.can_undo());
    }

    #[test]
    fn a_layer_coloured_by_something_else_is_a_step_that_is_taken_back() {
        use crate::recolour::{NAME, Ramp, Recolour, Scheme, apply};
        let by = |column: &str, classes| Recolour {
            kind: spatial_db::model::FeatureKind::Building,
            column: column.into(),
            scheme: Scheme::Equal,
            classes,
            ramp: Ramp::default(),
        };
        let mut twin = Twin::new(fixture::tiny(), Shown::default());
        let mut history = History::default();
        history.note(Moment::of(&twin, &filter("")), Duration::ZERO);
        // One column, then another whose classes are dragged.
        for (at, what) in [by("height_m", 4), by("storeys", 3), by("storeys", 5), by("storeys", 6)].iter().enumerate() {
            twin.shown.overlay = apply(&mut twin, what);
            history.note(Moment::of(&twin, &filter("")), Duration::from_millis(5000 + at as u64 * 200));
        }
        let shown = |twin: &Twin| {
            let overlay = twin.overlay().filter(|overlay| overlay.name == NAME);
            overlay.map(|overlay| (overlay.title.to_string(), twin.recoloured_by.clone().map(|by| by.column)))
        };
        let last = shown(&twin);
        assert_eq!(history.steps(), (3, 0), "a column, another, and the drag of its classes");
        history.undo().unwrap().restore(&mut twin);
        assert_eq!((shown(&twin), twin.recoloured_by.as_ref().map(|by| by.classes)), (last.clone(), Some(3)));
        history.undo().unwrap().restore(&mut twin);
        let before = shown(&twin);
        assert_eq!(before.clone().unwrap().1.as_deref(), Some("height_m"));
        assert_ne!(before, last);
        // What was restored is what is shown: no step of its own.
        history.note(Moment::of(&twin, &filter("")), Duration::from_mins(1));
        assert!(history.can_redo());
        history.redo().unwrap();
        history.redo().unwrap().restore(&mut twin);
        assert_eq!((shown(&twin), twin.recoloured_by.as_ref().map(|by| by.classes)), (last, Some(6)));
    }

    #[test]
    fn a_drag_is_one_step_and_two_drags_are_two() {
        let mut twin = Twin::new(fixture::tiny(), Shown::default());
        let mut history = History::default();
        history.note(Moment::of(&twin, &filter("")), Duration::ZERO);
        for (start, opacities) in [(0, [80, 60, 40]), (10, [50, 70, 90])] {
            for (at, opacity) in opacities.into_iter().enumerate() {
                twin.shown.layers.set(LayerKey::Roads, LayerState { visible: true, opacity });
                let now = Duration::from_secs(start) + Duration::from_millis(100 * (at as u64 + 1));
                history.note(Moment::of(&twin, &filter("")), now);
            }
        }
        let opacity = |moment: Moment| moment.shown.layers.get(LayerKey::Roads).opacity;
        assert_eq!(history.undo().map(opacity), Some(40));
        assert_eq!(history.undo().map(opacity), Some(100));
        assert!(!history.can_undo());
    }

    #[test]
    fn layers_switched_one_after_the_other_are_a_step_each() {
        let mut twin = Twin::new(fixture::tiny(), Shown::default());
        let mut history = History::default();
        history.note(Moment::of(&twin, &filter("")), Duration::ZERO);
        let hidden = LayerState { visible: false, opacity: 100 };
        let faint = LayerState { visible: true, opacity: 30 };
        let changes = [(LayerKey::Roads, hidden), (LayerKey::Parcels, hidden), (LayerKey::Surfaces, faint)];
        for (at, (key, state)) in changes.into_iter().enumerate() {
            twin.shown.layers.set(key, state);
            history.note(Moment::of(&twin, &filter("")), Duration::from_millis(100 * (at as u64 + 1)));
        }
        assert_eq!(history.steps(), (3, 0));
        history.undo().unwrap().restore(&mut twin);
        history.undo().unwrap().restore(&mut twin);
        let visible = |key| twin.shown.layers.get(key).visible;
        assert!(!visible(LayerKey::Roads) && visible(LayerKey::Parcels));
    }

    #[test]
    fn steps_keep_days_and_not_what_stood_on_them() {
        let [record, early, late] =
            [(2024, 6, 30), (2010, 1, 1), (2021, 1, 1)].map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap());
        let mut input = fixture::tiny();
        input.time =
            Some(TimeSource { as_of: record, overlay_on: Arc::new(|_, _| None), later: Vec::new(), at_once: None });
        let mut twin = Twin::new(input, Shown::default());
        let mut history = History::default();
        let mut seconds = 0;
        let mut note = |history: &mut History, twin: &Twin| {
            seconds += 5;
            history.note(Moment::of(twin, &filter("")), Duration::from_secs(seconds));
        };
        note(&mut history, &twin);
        let stood = Arc::downgrade(twin.shown.there.as_ref().unwrap());
        look_at(&mut twin, Some(early));
        note(&mut history, &twin);
        assert!(stood.upgrade().is_none(), "a step holds on to what stood");
        twin.right = Some(Right { at: 0.5, there: presence_on(&twin, late, Side::Right), overlay: None });
        note(&mut history, &twin);
        twin.right = None;
        note(&mut history, &twin);
        assert_eq!(history.steps(), (3, 0));

        // Each day's parcels come back with it: they are on record since 2019.
        let on_record =
            |there: Option<&Arc<Presence>>| there.map(|there| there.parcels.iter().filter(|is| **is).count());
        history.undo().unwrap().restore(&mut twin);
        let right = twin.right.as_ref().and_then(|right| right.there.as_ref());
        assert_eq!((right.map(|there| there.on), on_record(right)), (Some(late), Some(8)));
        assert_eq!((twin.day(), on_record(twin.shown.there.as_ref())), (Some(early), Some(0)));
        history.undo().unwrap().restore(&mut twin);
        assert!(twin.right.is_none());
        history.undo().unwrap().restore(&mut twin);
        assert_eq!((twin.day(), on_record(twin.shown.there.as_ref())), (Some(record), Some(8)));
        assert_eq!(history.steps(), (0, 3));
    }

    #[test]
    fn a_drag_along_the_years_is_one_step() {
        let day = |month| NaiveDate::from_ymd_opt(2023, month, 1).unwrap();
        let mut input = fixture::tiny();
        input.time =
            Some(TimeSource { as_of: day(1), overlay_on: Arc::new(|_, _| None), later: Vec::new(), at_once: None });
        let mut twin = Twin::new(input, Shown::default());
        let mut history = History::default();
        for month in 1..=4 {
            look_at(&mut twin, Some(day(month)));
            history.note(Moment::of(&twin, &filter("")), Duration::from_millis(u64::from(month) * 200));
        }
        assert_eq!(history.undo().and_then(|moment| moment.day), Some(day(1)));
        assert!(!history.can_undo());
    }

    #[test]
    fn letters_of_a_filter_are_one_step() {
        let twin = Twin::new(fixture::tiny(), Shown::default());
        let mut history = History::default();
        for (at, text) in ["", "a", "ar", "area > 5"].into_iter().enumerate() {
            history.note(Moment::of(&twin, &filter(text)), Duration::from_millis(at as u64 * 200));
        }
        assert_eq!(history.undo().map(|moment| moment.filter.expression), Some(String::new()));
        assert!(!history.can_undo());
    }
}
