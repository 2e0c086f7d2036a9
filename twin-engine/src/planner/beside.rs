//! A scenario shown beside the park on record: both parks are one scene, and each part of a split picture hides what the other
//! alone has.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use analysis::planner::Compared;
use bevy::prelude::*;
use chrono::NaiveDate;
use spatial_db::model::{FeatureId, ParkSnapshot, Presence};

use super::Desk;
use crate::input::{OverlaysOn, TwinInput};
use crate::live::Wake;
use crate::network::is_made_here;
use crate::scene::{Exchange, Meshed, Twin, Uploads};
use crate::split::{Right, Side};
use crate::time::Years;

/// What a scenario makes of a park.
#[derive(Clone)]
pub struct WhatIf {
    /// Every feature of the park on record and of the scenario.
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
    /// Overlays of the scenario, in the order of those of the record.
    pub after: OverlaysOn,
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
    if !shown {
        desk.record = None;
        desk.beside = None;
    }
    let wanted = desk.wanted_beside(&twin);
    if shown == wanted.is_some() && (!shown || desk.beside == wanted.as_ref().map(|(version, _)| *version)) {
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
    let next = if let Some((version, what_if)) = wanted {
        if twin.right.is_none() {
            let right = Right { at: 0.5, there: twin.shown.there.clone(), overlay: twin.shown.overlay };
            twin.right = Some(right);
        }
        desk.record = Some(record.clone());
        desk.beside = Some(version);
        TwinInput { snapshot: Arc::clone(&what_if.both), apart: Some(Arc::new(what_if.apart.clone())), ..record }
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
    use spatial_db::model::FeatureKind;

    use super::*;
    use crate::fixture;

    #[test]
    fn each_side_hides_what_the_other_alone_has() {
        let mut input = fixture::tiny();
        let day = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        let id = |kind, id| FeatureId::new(kind, id);
        let apart = Apart {
            added: HashSet::from([id(FeatureKind::Building, 2), id(FeatureKind::Parcel, 8)]),
            gone: HashSet::from([id(FeatureKind::Building, 1)]),
            after: Arc::new(|_| Vec::new()),
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
