//! Copies of a database for tests: each holds what the original held, and goes its own way.

use crate::support::{buildings, import, scratch};

#[test]
fn a_copy_holds_what_its_original_held_and_neither_knows_of_the_other() {
    let (original, mut store) = scratch();
    import(&mut store, "p", buildings(0..5));
    let before = format!("{:?}", store.snapshot("p").unwrap());
    drop(store);
    let (one, other) = (original.copy().unwrap(), original.copy().unwrap());
    assert!(one.url() != other.url() && one.url() != original.url());
    let mut changed = one.store().unwrap();
    assert_eq!(format!("{:?}", changed.snapshot("p").unwrap()), before);
    import(&mut changed, "p", buildings(0..7));
    assert_eq!(changed.snapshot("p").unwrap().buildings.len(), 7);
    for untouched in [&original, &other] {
        assert_eq!(format!("{:?}", untouched.store().unwrap().snapshot("p").unwrap()), before);
    }
    // Numbers go on where the original stood: the next run is the second, not the first again.
    drop(original);
    assert_eq!(changed.runs("p").unwrap().iter().map(|run| run.run_id).collect::<Vec<_>>(), [1, 2]);
}
