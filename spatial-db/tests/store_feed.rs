//! A park followed: what the feed gives is what the store holds, whatever ran in between and whoever was away.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;
use spatial_db::cluster::Cluster;
use spatial_db::model::FeatureKind::{self, Building, NetworkEdge, Parcel};
use spatial_db::model::TerrainGrid;
use spatial_db::store::{Arrival, Feed, FeedEvent, FeedOptions, Followed, LoadOptions, Reading, RunKind, Store};

use crate::support::{any, building, buildings, client, header, import, put, record, scratch};

fn unheard(_: Reading) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn followed(store: &mut Store) -> Followed {
    store.follow("p", None, &mut unheard).expect("a park")
}

/// Equal to what is read afresh, numbers that are none included.
fn assert_fresh(store: &mut Store, followed: &Followed) {
    let fresh = store.snapshot("p").expect("a park");
    assert_eq!(format!("{:?}", followed.snapshot), format!("{fresh:?}"));
}

/// What a step does to the park.
#[derive(Debug, Clone)]
enum Step {
    /// Contents of buildings in two layers, and of parcels and pipes, by key; of the ground; of the name.
    Import([Vec<(u8, u8)>; 3], Option<u8>, u8),
    /// Undoes one of the runs so far.
    Revert(prop::sample::Index),
    /// Somebody looks.
    CatchUp,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rows = || prop::collection::btree_map(0_u8..9, 0_u8..3, 0..7).prop_map(|rows| rows.into_iter().collect());
    let import = ([rows(), rows(), rows()], prop::option::of(0_u8..3), 0_u8..2)
        .prop_map(|(rows, ground, name)| Step::Import(rows, ground, name));
    let revert = prop::arbitrary::any::<prop::sample::Index>().prop_map(Step::Revert);
    prop::collection::vec(prop_oneof![3 => import, 2 => revert, 2 => Just(Step::CatchUp)], 1..10)
}

fn ground(n: u8) -> TerrainGrid {
    let heights_m = (0..6).map(|i| if i == n { f32::NAN } else { f32::from(n) + f32::from(i) }).collect();
    TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 1.0, columns: 3, rows: 2, heights_m }
}

fn load(store: &mut Store, rows: &[Vec<(u8, u8)>; 3], terrain: Option<u8>, name: u8) {
    let header = spatial_db::store::ParkHeader { name: format!("Park {name}"), ..header("p") };
    let mut load = store.begin_load(&header, any()).unwrap();
    let records = |kind: FeatureKind, rows: &[(u8, u8)]| {
        rows.iter().map(|(key, n)| record(kind, &format!("k{key}"), i64::from(*n))).collect()
    };
    put(&mut load, Building, "west", records(Building, &rows[0]));
    put(&mut load, Building, "east", records(Building, &rows[1]));
    put(&mut load, Parcel, "parcels", records(Parcel, &rows[2]));
    put(&mut load, NetworkEdge, "pipes", records(NetworkEdge, &rows[2]));
    let mut layers = vec!["west", "east", "parcels", "pipes"];
    if let Some(n) = terrain {
        load.terrain("ground", "dem.tif", &ground(n)).unwrap();
        layers.push("ground");
    }
    load.drop_layers_not_in(&layers).unwrap();
    load.commit(&json!({})).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn catching_up_is_reading_afresh(steps in steps()) {
        let (_database, mut store) = scratch();
        load(&mut store, &[vec![(1, 1)], vec![], vec![(2, 1)]], None, 0);
        let mut seen = followed(&mut store);
        for step in &steps {
            match step {
                Step::Import(rows, terrain, name) => load(&mut store, rows, *terrain, *name),
                Step::Revert(index) => {
                    let runs = store.runs("p").unwrap();
                    // Some cannot be undone by themselves.
                    let _ = store.revert("p", index.get(&runs).run_id, &LoadOptions::default(), None);
                    let _ = store.end_attempt(false, "refused");
                }
                Step::CatchUp => {
                    if let Some((new, arrival)) = store.catch_up("p", &seen, None, &mut unheard).unwrap() {
                        prop_assert!(!arrival.whole);
                        let differs = format!("{:?}", new.snapshot) != format!("{:?}", seen.snapshot);
                        prop_assert_eq!(differs, !arrival.is_nothing(), "{:?}", arrival);
                        seen = new;
                    }
                    assert_fresh(&mut store, &seen);
                }
            }
        }
        if let Some((new, _)) = store.catch_up("p", &seen, None, &mut unheard).unwrap() {
            seen = new;
        }
        assert_fresh(&mut store, &seen);
        prop_assert!(store.catch_up("p", &seen, None, &mut unheard).unwrap().is_none());
    }
}

#[test]
fn what_came_is_counted_by_kind_over_several_runs() {
    let (_database, mut store) = scratch();
    import(&mut store, "p", buildings(0..5));
    let seen = followed(&mut store);
    assert_eq!(seen.run_id(), Some(1));
    // Two new, one other, one gone; then one of the new ones goes again.
    let mut rows = buildings(1..7);
    rows[0] = building("b1", 50);
    import(&mut store, "p", rows.clone());
    rows.pop();
    import(&mut store, "p", rows);
    let (new, arrival) = store.catch_up("p", &seen, None, &mut unheard).unwrap().expect("something came");
    assert_eq!(arrival.runs.iter().map(|run| run.run_id).collect::<Vec<_>>(), [2, 3]);
    let [counts] = arrival.counts[..] else { panic!("{arrival:?}") };
    assert_eq!((counts.kind, counts.added, counts.changed, counts.removed), (Building, 1, 1, 1));
    // A run that brings the same again changes nothing, and is told.
    let same = new.snapshot.buildings.len();
    let mut load = store.begin_load(&header("p"), any()).unwrap();
    put(&mut load, Building, "buildings", {
        let mut rows = buildings(1..6);
        rows[0] = building("b1", 50);
        rows
    });
    load.commit(&json!({})).unwrap();
    let (new, arrival) = store.catch_up("p", &new, None, &mut unheard).unwrap().expect("a run");
    assert!(arrival.is_nothing() && arrival.runs.len() == 1, "{arrival:?}");
    assert_eq!(new.snapshot.buildings.len(), same);
    // Undoing the second run is a run of its own kind.
    store.revert("p", 3, &LoadOptions::default(), None).unwrap();
    let (_, arrival) = store.catch_up("p", &new, None, &mut unheard).unwrap().expect("a run");
    assert_eq!((arrival.runs[0].kind, arrival.runs[0].reverts), (RunKind::Revert, Some(3)));
    assert_eq!(arrival.counts[0].added, 1);
}

#[test]
fn who_may_not_read_the_log_reads_the_park_whole() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..5));
    let grant = "INSERT INTO twin.park_access SELECT park_id, 'twin_viewer' FROM twin.park";
    client(&database).execute(grant, &[]).unwrap();
    let mut viewer = Store::connect(&format!("{}?options=-c%20role%3Dtwin_viewer", database.url())).unwrap();
    let seen = followed(&mut viewer);
    import(&mut store, "p", buildings(1..8));
    let (new, arrival) = viewer.catch_up("p", &seen, None, &mut unheard).unwrap().expect("a run");
    assert_fresh(&mut store, &new);
    let [counts] = arrival.counts[..] else { panic!("{arrival:?}") };
    assert!(arrival.whole);
    assert_eq!((counts.added, counts.changed, counts.removed), (3, 0, 1));
}

#[test]
fn a_store_put_back_to_an_earlier_moment_is_read_whole() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..5));
    import(&mut store, "p", buildings(0..6));
    let seen = followed(&mut store);
    // As if a backup had been put back and another import had got the same number.
    client(&database).batch_execute("UPDATE twin.import_run SET finished = finished + interval '1 s'").unwrap();
    let (new, arrival) = store.catch_up("p", &seen, None, &mut unheard).unwrap().expect("another moment");
    assert!(arrival.whole && arrival.is_nothing(), "{arrival:?}");
    assert_fresh(&mut store, &new);
}

/// The next event but for words about reading.
fn event(feed: &Feed, patience: Duration) -> FeedEvent {
    let until = Instant::now() + patience;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match feed.next_within(left) {
            Some(FeedEvent::Reading(_)) => {}
            Some(event) => return event,
            None => panic!("nothing came within {patience:?}"),
        }
    }
}

fn park(event: FeedEvent) -> (Followed, Option<Arrival>) {
    match event {
        FeedEvent::Park(followed, arrival) => (*followed, arrival),
        other => panic!("{other:?}"),
    }
}

/// Long enough for a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_feed_tells_of_an_import_at_once_and_of_other_parks_not_at_all() {
    let (database, mut store) = scratch();
    import(&mut store, "p", buildings(0..5));
    import(&mut store, "q", buildings(0..5));
    // Asked seldom: what comes, comes by notification.
    let options = FeedOptions { ask_every: Duration::from_mins(10), ..FeedOptions::default() };
    let feed = Feed::start(&database.url(), "p", options).unwrap();
    let (first, none) = park(event(&feed, PATIENCE));
    assert!(none.is_none());
    assert_fresh(&mut store, &first);
    import(&mut store, "q", buildings(0..9));
    assert!(feed.next_within(Duration::from_millis(700)).is_none(), "another park");
    import(&mut store, "p", buildings(0..7));
    let committed = Instant::now();
    let (second, arrival) = park(event(&feed, PATIENCE));
    assert!(committed.elapsed() < Duration::from_secs(1), "{:?}", committed.elapsed());
    assert_eq!(arrival.expect("an arrival").counts[0].added, 2);
    assert_fresh(&mut store, &second);
}

#[test]
fn a_park_that_is_not_there_ends_the_feed() {
    let (database, _store) = scratch();
    let feed = Feed::start(&database.url(), "atlantis", FeedOptions::default()).unwrap();
    assert!(matches!(event(&feed, PATIENCE), FeedEvent::Ended(_)));
    assert!(feed.next_event().is_none());
}

/// A server of its own that is stopped in the end.
struct OwnServer {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl OwnServer {
    fn start() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::Builder::new().prefix("parktwin-feed-").tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let cluster = Cluster::open(folder.path()).unwrap();
        cluster.ensure_running().unwrap();
        cluster.ensure_database("twin").unwrap();
        Self { cluster, folder }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _ = self.cluster.stop();
        let _ = &self.folder;
    }
}

#[test]
fn a_server_that_goes_away_is_missed_found_again_and_what_was_missed_is_told() {
    let server = OwnServer::start();
    let url = server.cluster.url("twin");
    import(&mut Store::connect(&url).unwrap(), "p", buildings(0..5));
    let options = FeedOptions {
        first_retry: Duration::from_millis(100),
        longest_retry: Duration::from_millis(400),
        ..FeedOptions::default()
    };
    let feed = Feed::start(&url, "p", options.clone()).unwrap();
    park(event(&feed, PATIENCE));

    server.cluster.stop().unwrap();
    let stopped = Instant::now();
    let FeedEvent::Lost { since, retry_at, .. } = event(&feed, PATIENCE) else { panic!("it was not missed") };
    assert!(stopped.elapsed() < Duration::from_secs(2), "{:?}", stopped.elapsed());
    assert!(retry_at > since);
    // It is tried again and again, each time after a longer wait, and it is lost since the same moment.
    let mut waits = vec![retry_at - since];
    for _ in 0..3 {
        let FeedEvent::Lost { since: still, retry_at, error } = event(&feed, PATIENCE) else { panic!("found again?") };
        assert_eq!(still, since);
        assert!(error.to_string().contains("no database server answers"), "{error}");
        waits.push(retry_at - chrono::Utc::now());
    }
    assert!(waits[3] > waits[0] && waits[3] <= chrono::TimeDelta::milliseconds(400), "{waits:?}");

    server.cluster.ensure_running().unwrap();
    let mut store = Store::connect(&url).unwrap();
    import(&mut store, "p", buildings(0..8));
    loop {
        match event(&feed, PATIENCE) {
            FeedEvent::Lost { .. } => {}
            FeedEvent::Back => break,
            other => panic!("{other:?}"),
        }
    }
    // The import may have come before the feed was back, or after.
    let (now, arrival) = park(event(&feed, PATIENCE));
    assert_eq!(arrival.expect("an arrival").counts[0].added, 3);
    assert_fresh(&mut store, &now);
    drop(store);

    // Ended while the server is away: the thread goes by itself.
    server.cluster.stop().unwrap();
    let FeedEvent::Lost { .. } = event(&feed, PATIENCE) else { panic!("it was not missed") };
    drop(feed);
}

#[test]
fn a_feed_begins_before_its_server_does() {
    let server = OwnServer::start();
    let url = server.cluster.url("twin");
    import(&mut Store::connect(&url).unwrap(), "p", buildings(0..5));
    server.cluster.stop().unwrap();
    let options = FeedOptions { longest_retry: Duration::from_millis(300), ..FeedOptions::default() };
    let feed = Feed::start(&url, "p", options).unwrap();
    let FeedEvent::Lost { .. } = event(&feed, PATIENCE) else { panic!("a server that is not there") };
    server.cluster.ensure_running().unwrap();
    loop {
        match event(&feed, PATIENCE) {
            FeedEvent::Lost { .. } => {}
            FeedEvent::Back => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(park(event(&feed, PATIENCE)).0.snapshot.buildings.len(), 5);
}
