//! A scenario shown beside the park on record, or beside another scenario: both parks are one scene, and each part of a split picture
//! hides what the other alone has.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use analysis::planner::Compared;
use bevy::prelude::*;
use chrono::NaiveDate;
use spatial_db::model::{FeatureId, ParkSnapshot, Presence};

use super::Desk;
use crate::input::{OverlayOn, TwinInput};
use crate::live::Wake;
use crate::network::is_made_here;
use crate::scene::{Exchange, Meshed, Twin, Uploads};
use crate::split::{Right, Side};
use crate::time::Years;

/// What a scenario makes of a park.
#[derive(Clone)]
pub struct WhatIf {
    /// Every feature of the park on record (or of the other scenario) and of the scenario.
    pub both: Arc<ParkSnapshot>,
    /// How they differ.
    pub apart: Apart,
    /// Indicators before and after.
    pub compared: Vec<Compared>,
}

/// What is on one side only.
#[derive(Clone)]
pub struct Apart {
    /// Features that only the scenario has.
    pub added: HashSet<FeatureId>,
    /// Features that the scenario takes away.
    pub gone: HashSet<FeatureId>,
    /// Name of another scenario that stands in the record's place, and its overlays by the names of those of the record.
    pub before: Option<(String, OverlayOn)>,
    /// Overlays of the scenario, by the names of those of the record.
    pub after: OverlayOn,
}

impl fmt::Debug for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apart").field("added", &self.added).field("gone", &self.gone).finish_non_exhaustive()
    }
}

impl fmt::Debug for WhatIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhatIf").field("apart", &self.apart).field("compared", &self.compared).finish_non_exhaustive()
    }
}

/// What is there on a day on a side: of a scenario beside the record, each side's own.
pub(crate) fn presence(input: &TwinInput, day: NaiveDate, side: Side) -> Presence {
    let mut there = Presence::on(&input.snapshot, day);
    let Some(apart) = &input.apart else { return there };
    let hidden = match side {
        Side::Left => &apart.added,
        Side::Right => &apart.gone,
    };
    let park = &input.snapshot;
    for (parcel, is_there) in park.parcels.iter().zip(&mut there.parcels) {
        *is_there &= !hidden.contains(&parcel.id);
    }
    for (building, is_there) in park.buildings.iter().zip(&mut there.buildings) {
        *is_there &= !hidden.contains(&building.id);
    }
    there
}

/// Puts the scenario beside the record, or takes it away again, as the panel wants it.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn stand_beside(
    mut desk: ResMut<Desk>,
    mut twin: ResMut<Twin>,
    years: Res<Years>,
    exchange: Option<Res<Exchange>>,
    meshed: Option<Res<Meshed>>,
    uploads: Option<Res<Uploads>>,
    wake: Option<Res<Wake>>,
    mut commands: Commands,
) {
    let desk = desk.bypass_change_detection();
    let shown = twin.input.apart.is_some();
    // While a scenario is on its way to the scene, the record that it stands beside is still the one to come back to.
    if !shown && exchange.is_none() {
        desk.record = None;
        desk.beside = None;
    }
    let wanted = desk.wanted_beside(&twin).cloned();
    if shown == wanted.is_some() && (!shown || desk.beside == wanted) {
        return;
    }
    // Overlays of a day that is left meanwhile would be taken for those of the next.
    let ready = uploads.is_some_and(|uploads| uploads.is_done()) && exchange.is_none() && !years.is_making();
    let (Some(meshed), true) = (meshed, ready) else { return };
    let record = desk.record.clone().unwrap_or_else(|| record_of(&twin));
    let wake = wake.map(|wake| Wake::clone(&wake));
    let done = move || {
        if let Some(wake) = wake {
            wake.wake();
        }
    };
    let made =
        wanted.and_then(|edits| Some((edits, desk.what_if_made()?.both.clone(), desk.what_if_made()?.apart.clone())));
    let next = if let Some((edits, both, apart)) = made {
        if twin.right.is_none() {
            let right = Right { at: 0.5, there: twin.shown.there.clone(), overlay: twin.shown.overlay };
            twin.right = Some(right);
        }
        desk.record = Some(record.clone());
        desk.beside = Some(edits);
        TwinInput { snapshot: both, apart: Some(Arc::new(apart)), ..record }
    } else {
        twin.right = None;
        record
    };
    commands.insert_resource(Exchange::begin(&twin, &meshed, next, None, done));
}

/// The park on record as it is shown: its overlays are those of the day looked at.
fn record_of(twin: &Twin) -> TwinInput {
    let mut record = twin.input.clone();
    record.overlays.retain(|overlay| !is_made_here(overlay));
    if let (Some(time), Some(day)) = (&mut record.time, twin.shown.there.as_ref().map(|there| there.on)) {
        time.as_of = day;
    }
    record
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc::sync_channel;
    use std::time::Duration;

    use analysis::network::permit::Permit;
    use analysis::planner::{LandList, ParcelSheet, ProjectChart, ZoneBoard, project_chart};
    use analysis::scenario::{Edit, ScenarioFile};
    use analysis::sheet::Sheet;
    use analysis::words::Words;
    use spatial_db::model::FeatureKind;

    use super::*;
    use crate::capture::Stage;
    use crate::fixture;
    use crate::input::CaptureOptions;
    use crate::live::{Failure, Live, Update as Told, add_live};
    use crate::planner::{Follow, Planner, SheetForm};
    use crate::text::Language;
    use crate::ui::{PlannerTab, Ui};

    /// A planner whose scenarios take buildings away.
    #[derive(Debug)]
    struct Office(Arc<ParkSnapshot>);

    impl Planner for Office {
        fn schemes(&self) -> Vec<Words> {
            Vec::new()
        }

        fn land(&self, day: NaiveDate, _: usize) -> LandList {
            LandList::empty(day)
        }

        fn parcel(&self, _: NaiveDate, _: usize, _: FeatureId) -> Option<ParcelSheet> {
            None
        }

        fn projects(&self, day: NaiveDate) -> ProjectChart {
            project_chart(&self.0, day)
        }

        fn zone_schemes(&self) -> Vec<Words> {
            Vec::new()
        }

        fn zone(&self, _: NaiveDate, _: usize) -> Option<ZoneBoard> {
            None
        }

        fn what_if(&self, scenario: &ScenarioFile, _: Option<&ScenarioFile>, _: NaiveDate) -> Result<WhatIf, Words> {
            let mut gone = HashSet::new();
            for edit in &scenario.edits {
                let Edit::RemoveBuilding { building } = edit else { continue };
                let found = self.0.buildings.iter().find(|one| one.provenance.key == *building);
                gone.insert(found.ok_or_else(|| Words::from(format!("there is no building {building}")))?.id);
            }
            let apart =
                Apart { added: HashSet::new(), gone, before: None, after: Arc::new(|_: NaiveDate, _: &str| None) };
            Ok(WhatIf { both: Arc::clone(&self.0), apart, compared: Vec::new() })
        }

        fn land_csv(
            &self,
            _: NaiveDate,
            _: usize,
            _: &[FeatureId],
            _: Language,
            _: &Follow,
        ) -> Result<Vec<u8>, String> {
            Ok(Vec::new())
        }

        fn write_sheet(
            &self,
            _: NaiveDate,
            _: &Sheet,
            _: &serde_json::Value,
            _: (SheetForm, &Path),
            _: Language,
            _: &Follow,
        ) -> Result<(), String> {
            Ok(())
        }

        fn permit_page(&self, _: NaiveDate, _: &Permit, _: Language) -> Result<String, String> {
            Ok(String::new())
        }
    }

    fn prepared(mut input: TwinInput) -> TwinInput {
        input.planner = Some(Arc::new(Office(Arc::clone(&input.snapshot))));
        input
    }

    /// The tiny park after an import: its first building is gone.
    fn later() -> TwinInput {
        let mut input = fixture::tiny();
        let mut park = (*input.snapshot).clone();
        park.buildings.remove(0);
        input.snapshot = park.into();
        prepared(input)
    }

    /// Draws until `settled`, each frame looked at by `watch`.
    fn until(stage: &mut Stage, watch: impl Fn(&Twin), settled: impl Fn(&World) -> bool) {
        for _ in 0..4000 {
            stage.frame();
            watch(stage.world_mut().resource::<Twin>());
            if settled(stage.world_mut()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("it never settles");
    }

    fn remove(key: &str) -> Edit {
        Edit::RemoveBuilding { building: key.to_owned() }
    }

    fn gone(world: &World) -> Vec<i64> {
        let apart = world.resource::<Twin>().input.apart.as_ref();
        let mut ids: Vec<i64> = apart.into_iter().flat_map(|apart| apart.gone.iter().map(|id| id.id)).collect();
        ids.sort_unstable();
        ids
    }

    /// A split picture, an import from elsewhere and an edit of a scenario, all at once.
    #[test]
    fn a_scenario_in_the_split_picture_outlives_an_import_that_comes_while_it_is_edited() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::for_film(prepared(fixture::tiny()), &options, None).expect("a headless stage");
        let (tell, told) = sync_channel(4);
        let mut panels = Ui::default();
        panels.planner.turn(PlannerTab::WhatIf);
        stage.app_mut().insert_resource(Failure::default()).insert_resource(panels);
        // Before what a live window adds: the order of the two must not hang on which was added first.
        crate::planner::plugin(stage.app_mut());
        add_live(stage.app_mut(), Live::default(), Some(told));
        let keys: Vec<(String, i64)> =
            later().snapshot.buildings.iter().map(|one| (one.provenance.key.clone(), one.id.id)).collect();
        let edit = |stage: &mut Stage, edit: Edit| {
            let mut desk = stage.world_mut().resource_mut::<Desk>();
            desk.draft.add(edit);
            desk.draft.shown = true;
        };
        edit(&mut stage, remove(&keys[0].0));
        until(&mut stage, |_| {}, |world| gone(world) == [keys[0].1]);
        assert!(stage.world_mut().resource::<Twin>().right.is_some(), "the picture is split");
        let on_right = presence(&stage.world_mut().resource::<Twin>().input, NaiveDate::MAX, Side::Right);
        assert_eq!(on_right.buildings.iter().filter(|there| !**there).count(), 1);

        // An import, and an edit while it is on its way.
        tell.send(Told::Park(Box::new(later()), None)).unwrap();
        stage.frame();
        edit(&mut stage, remove(&keys[1].0));
        let before = fixture::tiny().snapshot.buildings.len();
        let is_whole = |twin: &Twin| {
            let here = twin.input.snapshot.buildings.len();
            let office = twin.input.planner.as_ref().is_some();
            assert!(office && (here == before || here + 1 == before), "one state or the other");
        };
        let mut wanted = vec![keys[0].1, keys[1].1];
        wanted.sort_unstable();
        until(&mut stage, is_whole, |world| {
            world.resource::<Twin>().input.snapshot.buildings.len() + 1 == before && gone(world) == wanted
        });
        assert!(stage.world_mut().resource::<Twin>().right.is_some(), "still split");

        // What cannot be made any more is told, and leaves what is shown.
        let first = fixture::tiny().snapshot.buildings[0].provenance.key.clone();
        edit(&mut stage, remove(&first));
        until(&mut stage, is_whole, |world| world.resource::<Desk>().draft.refused.is_some());
        assert_eq!(stage.world_mut().resource::<Desk>().draft.edits().len(), 2);
        assert_eq!(gone(stage.world_mut()), wanted);

        // Away from the record again: it is the state after the import, with its overlays.
        stage.world_mut().resource_mut::<Desk>().draft.shown = false;
        until(&mut stage, is_whole, |world| world.resource::<Twin>().input.apart.is_none());
        let twin = stage.world_mut().resource::<Twin>();
        assert_eq!((twin.input.snapshot.buildings.len() + 1, twin.right.is_none()), (before, true));
        assert_eq!(twin.input.overlays.len(), fixture::tiny().overlays.len());
        let picture = stage.picture().expect("a picture");
        let mut fresh = Stage::for_film(later(), &options, None).expect("a headless stage");
        let opened = fresh.picture().expect("a picture");
        let differing = picture.pixels().zip(opened.pixels()).filter(|(a, b)| a != b).count();
        assert!(differing < 200, "as if it had been opened so: {differing} pixels differ");
    }

    #[test]
    fn each_side_hides_what_the_other_alone_has() {
        let mut input = fixture::tiny();
        let day = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        let id = |kind, id| FeatureId::new(kind, id);
        let apart = Apart {
            added: HashSet::from([id(FeatureKind::Building, 2), id(FeatureKind::Parcel, 8)]),
            gone: HashSet::from([id(FeatureKind::Building, 1)]),
            before: None,
            after: Arc::new(|_: NaiveDate, _: &str| None),
        };
        let whole = presence(&input, day, Side::Left);
        assert!(whole.buildings.iter().chain(&whole.parcels).all(|there| *there), "without a scenario all is there");
        input.apart = Some(Arc::new(apart));
        let (left, right) = (presence(&input, day, Side::Left), presence(&input, day, Side::Right));
        assert_eq!((left.buildings[0], left.buildings[1], left.parcels[7]), (true, false, false));
        assert_eq!((right.buildings[0], right.buildings[1], right.parcels[7]), (false, true, true));
        assert_eq!(left.edges, right.edges);
    }
}
