//! What of a parcel is not on record: it leaves a value open and is named, whichever way it would decide.

use analysis::land::indicators::{Indicator, Input};
use analysis::land::scheme::{Rating, Scheme};
use analysis::land::{PhysicalUse, Ranked, land_sheet, ranked};
use analysis::sheet::Value;
use spatial_db::model::{Building, SurfaceKind};

use crate::by_hand::{block, empty};
use crate::indicators::{Bench, close, hall, industrial, two_works};

/// A hall of 4,000 m² on a hectare of industry 34, which wants .7: of 9 m it has .8, of 7 m .4. A height that nobody recorded decides
/// neither for its holder nor against.
#[test]
fn a_storey_of_unknown_height_leaves_the_ratio_open() {
    let with = |storey_height_m, height_m, floor_area_m2| {
        let mut park = empty();
        park.parcels = vec![industrial(1, block(0.0, 0.0, 100.0, 100.0))];
        park.buildings = vec![Building {
            storey_height_m,
            height_m,
            floor_area_m2,
            ..hall(1, block(10.0, 10.0, 80.0, 50.0), 1.0, 0.0)
        }];
        Bench::of(park, "2026-06-30")
    };
    for (storey_height_m, height_m, far, rating) in [
        (Some(9.0), None, 0.8, Rating::Efficient),
        (None, Some(9.0), 0.8, Rating::Efficient),
        (Some(7.0), None, 0.4, Rating::LowEfficiency),
        (None, Some(7.0), 0.4, Rating::LowEfficiency),
        // A height of nothing is none: the building's says it.
        (Some(0.0), Some(9.0), 0.8, Rating::Efficient),
    ] {
        let bench = with(storey_height_m, height_m, None);
        assert!(close(bench.value(0, Indicator::Far), far), "{:?}", bench.reading(0, Indicator::Far));
        assert_eq!(bench.rating(0, "national-2008"), rating, "{storey_height_m:?} {height_m:?}");
    }
    let open = with(None, None, None);
    assert_eq!(open.lacks(0, Indicator::Far), [Input::StoreyHeight]);
    assert!((open.reading(0, Indicator::Far).at_least - 0.4).abs() < 1e-9);
    assert_eq!(open.lacks(0, Indicator::AdminShare), [Input::StoreyHeight]);
    assert_eq!(open.rating(0, "national-2008"), Rating::Unknown);
    let explained = open.model().explain(0, Indicator::FloorArea);
    assert!(
        explained.notes.iter().any(|note| note.replace('\u{202f}', "").contains("4000 m² to 8000 m²")),
        "{:?}",
        explained.notes
    );
    assert!(explained.missing[0].contains("B1") && explained.missing[0].contains("height"), "{:?}", explained.missing);
    // A floor area on record is the least: it need not have the tall storey twice.
    let recorded = with(None, None, Some(4500.0));
    assert_eq!(recorded.lacks(0, Indicator::Far), [Input::StoreyHeight]);
    assert!((recorded.reading(0, Indicator::Far).at_least - 0.45).abs() < 1e-9);
    assert_eq!(recorded.rating(0, "national-2008"), Rating::Unknown, "4,500 to 8,000 m², and 7,000 are wanted");
    let notes = recorded.model().explain(0, Indicator::Far).notes;
    assert!(notes.iter().any(|note| note.replace('\u{202f}', "").contains("4500 m² to 8000 m²")), "{notes:?}");
    // One that the storeys twice do not reach is the floor area.
    assert!(close(with(None, None, Some(8200.0)).value(0, Indicator::Far), 0.82));
    let notes = with(Some(7.0), None, Some(4500.0)).model().explain(0, Indicator::Far).notes;
    assert!(!notes.iter().any(|note| note.contains("on record without storeys")), "{notes:?}");
    // Twice the storeys are no less than what the record has.
    assert!(close(with(Some(9.0), None, Some(8200.0)).value(0, Indicator::Far), 0.82));
    assert!(close(with(Some(9.0), None, Some(4500.0)).value(0, Indicator::Far), 0.8));
}

/// A floor area on record that neither storeys nor heights go with tells no more than one with storeys: tall ones may stand in it once.
#[test]
fn a_floor_area_on_record_without_storeys_is_the_least() {
    let with = |storey_height_m, height_m| {
        let mut park = empty();
        park.parcels = vec![industrial(1, block(0.0, 0.0, 100.0, 100.0))];
        let building = hall(1, block(10.0, 10.0, 80.0, 50.0), 1.0, 0.0);
        let floor_area_m2 = Some(4500.0);
        park.buildings = vec![Building { storeys: None, storey_height_m, height_m, floor_area_m2, ..building }];
        Bench::of(park, "2026-06-30")
    };
    for (storey_height_m, height_m) in [(None, None), (None, Some(9.0)), (Some(9.0), None)] {
        let open = with(storey_height_m, height_m);
        assert_eq!(open.lacks(0, Indicator::Far), [Input::StoreyHeight], "{storey_height_m:?} {height_m:?}");
        assert!((open.reading(0, Indicator::Far).at_least - 0.45).abs() < 1e-9);
        assert_eq!(open.rating(0, "national-2008"), Rating::Unknown, "4,500 to 9,000 m², and 7,000 are wanted");
        let notes = open.model().explain(0, Indicator::Far).notes;
        assert!(notes.iter().any(|note| note.contains("on record without storeys")), "{notes:?}");
        assert!(notes.iter().any(|note| note.replace('\u{202f}', "").contains("4500 m² to 9000 m²")), "{notes:?}");
    }
    // No storey is higher than its building, so none of these is tall, however many they are.
    for (storey_height_m, height_m) in [(None, Some(8.0)), (Some(8.0), None)] {
        let low = with(storey_height_m, height_m);
        assert!(close(low.value(0, Indicator::Far), 0.45), "{storey_height_m:?} {height_m:?}");
        assert_eq!(low.rating(0, "national-2008"), Rating::LowEfficiency);
    }
}

/// A park without a single yard on record is one whose yards nobody surveyed: coverage is known from below, land without a building
/// is vacant as far as buildings go, and a floor that the buildings alone reach is met.
#[test]
fn yards_that_nobody_surveyed_are_not_none() {
    let mut park = two_works();
    park.parcels.push(industrial(3, block(200.0, 0.0, 100.0, 100.0)));
    let surveyed = Bench::of(park.clone(), "2026-06-30");
    assert!(close(surveyed.value(0, Indicator::Coverage), 0.32));
    assert_eq!(surveyed.rating(0, "national-2023"), Rating::LowEfficiency, "32 of 40 %");
    park.surfaces.retain(|surface| surface.kind != SurfaceKind::StorageYard);
    let open = Bench::of(park, "2026-06-30");
    assert_eq!(open.lacks(0, Indicator::Coverage), [Input::StorageYards]);
    let reading = open.reading(0, Indicator::Coverage);
    assert!((reading.at_least - 0.22).abs() < 1e-9 && reading.completeness < 1.0, "{reading:?}");
    assert_eq!(open.rating(0, "national-2023"), Rating::Unknown);
    let bare = |bench: &Bench| {
        let (model, scheme) = (bench.model(), Scheme::named("shanghai").unwrap());
        let all = ranked(&model, &scheme);
        let sheet = land_sheet(&model, &scheme, &all.iter().collect::<Vec<_>>());
        let at = sheet.columns.iter().position(|column| column.name == "open_points").unwrap();
        let row = all.iter().position(|land| land.slot == 2).unwrap();
        let told = matches!(&sheet.rows[row].cells[at], Value::Text(words) if words.contains("storage yards"));
        assert_eq!(sheet.notes.iter().any(|note| note.contains("Open storage yards are not on record")), told);
        let land = &all[row];
        assert_eq!((land.physical, land.listed()), (PhysicalUse::Vacant, true), "vacant land is listed either way");
        (land.physical_is_bad(), told, land.physical_reason.contains("as far as buildings go"))
    };
    assert_eq!(bare(&surveyed), (Some(true), false, false));
    assert_eq!(bare(&open), (None, true, true));
}

/// Ground that no survey covered may be green.
#[test]
fn green_is_known_where_the_whole_cover_is() {
    let mut park = two_works();
    park.surfaces.retain(|surface| surface.kind != SurfaceKind::Paved);
    let bench = Bench::of(park, "2026-06-30");
    assert_eq!(bench.lacks(0, Indicator::GreenShare), [Input::GroundCover]);
    let reading = bench.reading(0, Indicator::GreenShare);
    // Yard, grass and footprints are 4,700 m² of the hectare.
    assert!((reading.at_least - 0.15).abs() < 1e-9 && (reading.completeness - 0.47).abs() < 1e-6, "{reading:?}");
    assert_eq!(bench.lacks(1, Indicator::GreenShare), [Input::GroundCover]);
}

/// Built land that nobody uses is listed and says so; a shell is told.
#[test]
fn built_land_that_is_empty_by_record_is_listed() {
    let mut park = two_works();
    let mut states = |states: [&str; 3]| {
        for (building, state) in park.buildings.iter_mut().zip(states) {
            building.state = Some(state.into());
        }
        Bench::of(park.clone(), "2026-06-30")
    };
    let said = |bench: &Bench| {
        let (model, scheme) = (bench.model(), Scheme::named("shanghai").unwrap());
        let mut all = ranked(&model, &scheme);
        all.sort_by_key(|land| land.slot);
        let told = |land: &Ranked<'_>| {
            assert_eq!(land.physical, PhysicalUse::InUse, "by what stands on it");
            (land.listed(), land.empty_by_record, land.physical_reason.to_string())
        };
        [told(&all[0]), told(&all[1])]
    };
    // The hall's 2,000 m² are 83 % of the floor of the first.
    let [first, second] = said(&states(["空置", "在用", "在建"]));
    assert_eq!((first.0, first.1), (false, false), "{}", first.2);
    assert!(!second.0 && second.2.ends_with("not finished: 1 of 1 buildings"), "{}", second.2);
    let [first, second] = said(&states(["空置", "空置", "在用"]));
    assert_eq!((first.0, first.1), (true, true));
    assert!(first.2.contains("empty by record: 100.0 %"), "{}", first.2);
    assert!(!second.0 && !second.2.contains("not finished"), "{}", second.2);
}
