//! What is shown, as something to keep: one step of undo, a scene file, a bookmark. The camera goes with scenes alone.

use std::collections::HashMap;

use bevy::prelude::*;
use chrono::NaiveDate;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot};

use crate::attribute;
use crate::camera::Orbit;
use crate::camera::control::grounded;
use crate::cut::Cut;
use crate::input::CameraChoice;
use crate::layers::{LayerKey, LayerState, Layers, Selection};
use crate::network::is_made_here;
use crate::recolour::{self, Recolour};
use crate::scene::{Meshed, Twin};
use crate::scene_file::{FeatureKey, Filter, LayerLook, SceneFile, SplitLook};
use crate::siting::LaidLook;
use crate::split::{Right, Side};
use crate::style::Shown;
use crate::theme::ThemeChoice;
use crate::time::presence_on;

/// Most features of a selection that a scene keeps by name.
const MOST_KEYS: usize = 2000;

/// How much of what is shown a scene does not keep.
pub(crate) fn not_kept(twin: &Twin) -> Option<Missing> {
    let over = twin.shown.selection.ids().len().saturating_sub(MOST_KEYS);
    (over > 0).then_some(Missing::NotKept(over))
}

/// Everything that undo takes back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moment {
    /// Switches and selection, with nothing hovered. What stood is left out: for a city that takes megabytes, and the day tells it.
    pub shown: Shown,
    /// The day; `None` for a park that is not looked at by date.
    pub day: Option<NaiveDate>,
    /// The right part of a split picture, its line and overlay; what stood is left out.
    pub right: Option<Right>,
    /// Its day.
    pub right_day: Option<NaiveDate>,
    /// What is cut open.
    pub cut: Cut,
    /// What a scene laid on the land of a site.
    pub laid: Option<LaidLook>,
    /// Theme.
    pub theme: ThemeChoice,
    /// Filter of the table.
    pub filter: Filter,
    /// What a layer is coloured by, where that is looked at.
    pub recoloured_by: Option<Recolour>,
}

impl Moment {
    /// The moment of the twin.
    pub(crate) fn of(twin: &Twin, filter: &Filter) -> Self {
        let there = |right: &Right| right.there.as_ref().map(|there| there.on);
        Self {
            shown: Shown { hovered: None, there: None, ..twin.shown.clone() },
            day: twin.day(),
            right: twin.right.as_ref().map(|right| Right { at: right.at, there: None, overlay: right.overlay }),
            right_day: twin.right.as_ref().and_then(there),
            cut: twin.cut.clone(),
            laid: twin.laid.clone(),
            theme: twin.theme,
            filter: filter.clone(),
            recoloured_by: twin.recoloured_by.clone().filter(|_| recolour::is_shown(twin)),
        }
    }

    /// The twin as it was then; the filter is handed back.
    pub(crate) fn restore(self, twin: &mut Twin) -> Filter {
        // What stood on a day that stays is not worked out again.
        let kept = twin.shown.there.clone().filter(|there| Some(there.on) == self.day);
        let left = kept.or_else(|| presence_on(twin, self.day?, Side::Left));
        let kept = twin.right.as_ref().and_then(|right| right.there.clone());
        let kept = kept.filter(|there| Some(there.on) == self.right_day);
        let right = kept.or_else(|| presence_on(twin, self.right_day?, Side::Right));
        twin.shown = Shown { there: left, ..self.shown };
        twin.right = self.right.map(|of| Right { there: right, ..of });
        twin.cut = self.cut;
        twin.laid = self.laid;
        twin.theme = self.theme;
        // Of the days that are looked at now: so after them.
        if let Some(by) = self.recoloured_by.filter(|by| twin.recoloured_by.as_ref() != Some(by)) {
            recolour::apply(twin, &by);
        }
        self.filter
    }
}

/// The scene that the twin shows from `orbit`.
pub(crate) fn scene_of(twin: &Twin, filter: &Filter, meshed: &Meshed, orbit: &Orbit) -> SceneFile {
    // A scene looks at the ground: what is looked at may be the middle of a tower, or in the air over a slope.
    let orbit = grounded(orbit, meshed);
    let at = meshed.geometry.origin.park_from_scene(orbit.target);
    let layers = LayerKey::ALL
        .into_iter()
        .map(|key| (key, twin.shown.layers.get(key)))
        .filter(|(_, state)| *state != LayerState::default())
        .map(|(key, LayerState { visible, opacity })| LayerLook { layer: key.as_str().into(), visible, opacity })
        .collect();
    let recoloured = twin.overlay().filter(|overlay| overlay.name == recolour::NAME);
    let record = twin.record_day();
    let day = |side| twin.shown_on(side).there.map(|there| there.on);
    SceneFile {
        overlay: twin.overlay().filter(|overlay| !is_made_here(overlay)).map(|overlay| overlay.name.clone()),
        as_of: day(Side::Left).filter(|day| Some(*day) != record),
        theme: twin.theme,
        underground: twin.shown.underground,
        photo: twin.shown.photo,
        sun: twin.shown.sun,
        camera: CameraChoice::At {
            x_m: round(at[0], 100.0),
            y_m: round(at[1], 100.0),
            distance_m: round(orbit.distance_m.into(), 10.0) as f32,
            bearing_deg: round(orbit.bearing_deg.into(), 100.0) as f32,
            pitch_deg: round(orbit.pitch_deg.clamp(6.0, 89.0).into(), 100.0) as f32,
        },
        layers,
        recolour: recoloured.and_then(|_| twin.recoloured_by.clone()),
        filter: (!filter.expression.is_empty()).then(|| filter.clone()),
        selection: keys(&twin.input.snapshot, &twin.shown.selection),
        split: twin.right.as_ref().map(|right| SplitLook {
            at: right.at,
            as_of: day(Side::Right),
            overlay: twin
                .overlay_on(Side::Right)
                .filter(|overlay| !is_made_here(overlay) || overlay.name == recolour::NAME)
                .map(|overlay| overlay.name.clone()),
        }),
        cut: (twin.cut != Cut::default()).then(|| twin.cut.clone()),
        laid: twin.laid_by_pitch.clone().or_else(|| twin.laid.clone()),
        ..SceneFile::default()
    }
}

fn round(value: f64, per_unit: f64) -> f64 {
    (value * per_unit).round() / per_unit
}

/// Shows what `scene` says, but for its camera. What the park does not have is left out and told.
pub(crate) fn show(twin: &mut Twin, scene: &SceneFile) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut layers = Layers::all();
    for look in &scene.layers {
        if let Some(key) = LayerKey::parse(&look.layer) {
            layers.set(key, LayerState { visible: look.visible, opacity: look.opacity });
        }
    }
    let record = twin.record_day();
    let day = scene.as_of.or(record);
    // The days first: a layer is coloured by what stood on them.
    twin.shown.there = day.and_then(|day| presence_on(twin, day, Side::Left));
    twin.right = scene.split.as_ref().map(|split| {
        let there = split.as_of.or(day).and_then(|day| presence_on(twin, day, Side::Right));
        Right { at: split.at, there, overlay: None }
    });
    let overlay = match &scene.recolour {
        Some(wanted) => {
            let made = recolour::apply(twin, wanted);
            if made.is_none() {
                let column = wanted.column.clone();
                missing.push(if wanted.lacks_standard() { Missing::Standard(column) } else { Missing::Column(column) });
            }
            made
        }
        None => named(twin, scene.overlay.as_deref(), &mut missing),
    };
    let selection = selected(&twin.input.snapshot, &scene.selection);
    if selection.len() < scene.selection.len() {
        missing.push(Missing::Features(scene.selection.len() - selection.len()));
    }
    twin.theme = scene.theme;
    twin.cut = scene.cut.clone().unwrap_or_default();
    twin.laid.clone_from(&scene.laid);
    twin.shown = Shown {
        overlay,
        hovered: None,
        selection,
        layers,
        underground: scene.underground,
        photo: scene.photo && twin.input.imagery.is_some(),
        sun: scene.sun,
        there: twin.shown.there.take(),
    };
    if let Some(split) = &scene.split {
        let overlay = split.overlay.as_deref().map_or(overlay, |name| named(twin, Some(name), &mut missing));
        twin.right = twin.right.take().map(|right| Right { overlay, ..right });
    }
    missing
}

/// Something that a scene speaks of and the park does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// An overlay.
    Overlay(String),
    /// A column to colour by.
    Column(String),
    /// Colours of a standard for a column.
    Standard(String),
    /// So many features of the selection.
    Features(usize),
    /// So many features of a selection that is too large to be kept.
    NotKept(usize),
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Overlay(name) => write!(f, "an overlay {name:?}"),
            Self::Column(name) => write!(f, "a column {name:?}"),
            Self::Standard(name) => write!(f, "colours of a standard for the column {name:?}"),
            Self::Features(count) => write!(f, "{count} selected features"),
            Self::NotKept(count) => write!(f, "{count} selected features more than a scene keeps"),
        }
    }
}

fn named(twin: &Twin, name: Option<&str>, missing: &mut Vec<Missing>) -> Option<usize> {
    let name = name?;
    let at = twin.input.overlays.iter().position(|overlay| overlay.name == name);
    if at.is_none() {
        missing.push(Missing::Overlay(name.to_owned()));
    }
    at
}

/// The selection by the keys of the sources, as far as a scene keeps them.
fn keys(park: &ParkSnapshot, selection: &Selection) -> Vec<FeatureKey> {
    let mut wanted: HashMap<FeatureId, usize> =
        selection.ids().iter().take(MOST_KEYS).enumerate().map(|(at, id)| (*id, at)).collect();
    let mut found: Vec<(usize, FeatureKey)> = Vec::new();
    for kind in attribute::KINDS {
        if !wanted.keys().any(|id| id.kind == kind) {
            continue;
        }
        for row in 0..attribute::len(park, kind) {
            if let (Some(id), Some(key)) = (attribute::id(park, kind, row), attribute::key(park, kind, row))
                && let Some(at) = wanted.remove(&id)
            {
                found.push((at, FeatureKey { kind, key: key.to_owned() }));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, key)| key).collect()
}

fn selected(park: &ParkSnapshot, keys: &[FeatureKey]) -> Selection {
    let mut wanted: HashMap<(FeatureKind, &str), usize> =
        keys.iter().enumerate().map(|(at, key)| ((key.kind, key.key.as_str()), at)).collect();
    let mut found: Vec<(usize, FeatureId)> = Vec::new();
    for kind in attribute::KINDS {
        if !keys.iter().any(|key| key.kind == kind) {
            continue;
        }
        for row in 0..attribute::len(park, kind) {
            if let (Some(id), Some(key)) = (attribute::id(park, kind, row), attribute::key(park, kind, row))
                && let Some(at) = wanted.remove(&(kind, key))
            {
                found.push((at, id));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::camera::view_of;
    use crate::fixture;
    use crate::pick::Picker;
    use crate::scene::SceneGeometry;

    #[test]
    fn a_scene_brings_the_eye_back_whatever_is_looked_at() {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        let meshed = Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) };
        let twin = Twin::new(input, Shown::default());
        let on_ground = view_of(CameraChoice::WholePark, &meshed.geometry, &Orbit::default());
        // After a flight to a tower its middle is looked at; after a pan over a slope, a place in the ground.
        for up_m in [0.0, 40.0, -12.0] {
            let orbit = Orbit { target: on_ground.target + Vec3::Y * up_m, ..on_ground };
            let filter = Filter { kind: FeatureKind::Parcel, expression: String::new() };
            let scene = scene_of(&twin, &filter, &meshed, &orbit);
            let back = view_of(scene.camera, &meshed.geometry, &on_ground);
            let off_m = back.eye().distance(orbit.eye());
            assert!(off_m < 0.5, "{up_m} m over the ground the eye comes back {off_m} m off");
        }
    }
}
