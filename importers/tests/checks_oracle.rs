//! What the checks find in real parks is what PostGIS finds by measuring every pair. Run where `TWIN_REAL_DATA` is set.

#[path = "../../spatial-db/tests/support/oracle.rs"]
mod oracle;

use std::collections::BTreeMap;

use postgres::{Client, NoTls};
use spatial_db::checks::CheckSettings;

use crate::support::{Bench, real_data};

fn measured(manifest: &str, folder: &str) -> Option<BTreeMap<String, usize>> {
    let data = real_data()?;
    let mut bench = Bench::new();
    let report = bench.import_kept(manifest, &data.join(folder)).unwrap_or_else(|error| panic!("{error}"));
    let park_id = bench.store.park(&report.park).unwrap().park_id;
    let mut client = Client::connect(&bench.database.url(), NoTls).unwrap();
    let found =
        oracle::assert_as_measured(&mut client, park_id, &CheckSettings::default()).expect("PostGIS measures it");
    println!("{manifest}: {found:?}");
    Some(found)
}

fn of(found: &BTreeMap<String, usize>, code: &str) -> usize {
    found.get(code).copied().unwrap_or(0)
}

#[test]
fn gaeu_whose_parcels_cover_the_ground() {
    let Some(found) = measured("gaeu_ch.park.toml", "gaeu_ch") else { return };
    assert_eq!((of(&found, "parcel.overlap"), of(&found, "parcel.gap")), (0, 0), "{found:?}");
    assert_eq!(of(&found, "building.on_several_parcels"), 45, "{found:?}");
}

#[test]
fn cambridge_whose_parcels_lie_in_blocks() {
    let Some(found) = measured("cambridge_us.park.toml", "cambridge_us") else { return };
    assert_eq!(of(&found, "parcel.overlap") + of(&found, "geometry.near_duplicate"), 24, "{found:?}");
}

#[test]
fn ubc_whose_land_uses_are_few_and_large() {
    let Some(found) = measured("ubc_ca.park.toml", "ubc_ca") else { return };
    assert!(of(&found, "building.overlap") > 0 && of(&found, "parcel.overlap") > 0, "{found:?}");
}
