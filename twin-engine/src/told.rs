//! What a person does to the window, told in the log: whoever drives it without eyes, as its tests do, can follow.
//!
//! A line `now <what>: <how it is>` for each change; nothing is looked up while nobody listens.

use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use chrono::NaiveDate;
use spatial_db::model::ParkSnapshot;

use crate::attribute;
use crate::cut::Cut;
use crate::layers::Selection;
use crate::scene::{Meshed, Twin};
use crate::split::SceneArea;
use crate::tool::Tool;

/// Features that are told by their keys; of more, how many they are.
const BY_KEY: usize = 3;

/// What was told last.
#[derive(Debug, Default)]
struct Told {
    selection: Option<Selection>,
    day: Option<NaiveDate>,
    overlay: Option<String>,
    cut: Option<Cut>,
    tool: Option<Tool>,
    /// Corner and size of the scene in the window, and its scale factor.
    area: Option<(UVec2, UVec2, f32)>,
}

/// The system that tells.
pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Last, tell.run_if(somebody_listens.and_then(resource_exists::<Meshed>)));
}

fn somebody_listens() -> bool {
    tracing::enabled!(tracing::Level::INFO)
}

fn tell(
    twin: Res<Twin>,
    tool: Res<Tool>,
    area: Res<SceneArea>,
    windows: Query<&Window, With<PrimaryWindow>>,
    mut told: Local<Told>,
) {
    if told.selection.as_ref() != Some(&twin.shown.selection) {
        tracing::info!("now selection: {}", selected(&twin.input.snapshot, &twin.shown.selection));
        told.selection = Some(twin.shown.selection.clone());
    }
    if let Some(day) = twin.day().filter(|day| told.day != Some(*day)) {
        tracing::info!("now day: {day}");
        told.day = Some(day);
    }
    let overlay = twin.overlay().map_or("none", |overlay| overlay.name.as_str());
    if told.overlay.as_deref() != Some(overlay) {
        tracing::info!("now overlay: {overlay}");
        told.overlay = Some(overlay.to_owned());
    }
    if told.cut.as_ref() != Some(&twin.cut) {
        tracing::info!("now cut: {}", open(&twin.cut));
        told.cut = Some(twin.cut.clone());
    }
    if told.tool != Some(*tool) {
        tracing::info!("now tool: {:?}", *tool);
        told.tool = Some(*tool);
    }
    let scale = windows.iter().next().map_or(1.0, Window::scale_factor);
    let now = area.0.map(|(corner, size)| (corner, size, scale));
    if let Some((corner, size, scale)) = now.filter(|_| told.area != now) {
        tracing::info!("now scene: {} {} {} {} at scale {scale}", corner.x, corner.y, size.x, size.y);
        told.area = now;
    }
}

fn selected(park: &ParkSnapshot, selection: &Selection) -> String {
    let ids = selection.ids();
    if ids.is_empty() {
        return "nothing".to_owned();
    }
    if ids.len() > BY_KEY {
        return format!("{} features", ids.len());
    }
    let keys = ids.iter().map(|id| {
        let key = attribute::row_of(park, *id).and_then(|row| attribute::key(park, id.kind, row));
        format!("{:?} {}", id.kind, key.unwrap_or("?"))
    });
    keys.collect::<Vec<_>>().join(", ")
}

fn open(cut: &Cut) -> String {
    let section = cut.section.map(|plane| {
        let [from, to] = [plane.from, plane.to];
        format!("section from {:.1} {:.1} to {:.1} {:.1}", from[0], from[1], to[0], to[1])
    });
    let dig = cut.dig.as_ref().map(|dig| format!("pit of {} corners, {:.1} m deep", dig.outline.len(), dig.depth_m));
    let parts: Vec<String> = section.into_iter().chain(dig).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{FeatureId, FeatureKind};

    use super::*;
    use crate::fixture;

    #[test]
    fn few_features_are_told_by_their_keys_and_many_by_their_number() {
        let park = fixture::tiny().snapshot;
        let of = |rows: &[usize]| rows.iter().map(|row| park.parcels[*row].id).collect::<Selection>();
        let keys: Vec<&str> = park.parcels.iter().map(|parcel| parcel.provenance.key.as_str()).collect();
        assert_eq!(selected(&park, &Selection::default()), "nothing");
        assert_eq!(selected(&park, &of(&[2, 0])), format!("Parcel {}, Parcel {}", keys[2], keys[0]));
        assert_eq!(selected(&park, &of(&[0, 1, 2, 3])), "4 features");
        let gone = Selection::from(Some(FeatureId::new(FeatureKind::Building, 999_999)));
        assert_eq!(selected(&park, &gone), "Building ?");
    }

    #[test]
    fn what_is_cut_open_is_told_with_its_places() {
        let section = Some(crate::SectionPlane { from: [1.0, 2.0], to: [30.5, 4.0] });
        let dig = Some(crate::Dig { outline: vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.5]], depth_m: 2.5 });
        assert_eq!(open(&Cut::default()), "nothing");
        assert_eq!(open(&Cut { section, ..Cut::default() }), "section from 1.0 2.0 to 30.5 4.0");
        let both = open(&Cut { section, dig, ..Cut::default() });
        assert!(both.ends_with("; pit of 3 corners, 2.5 m deep"), "{both}");
    }
}
