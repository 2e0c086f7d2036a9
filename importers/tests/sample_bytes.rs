//! The same options give the same bytes; other seeds other ones; a folder with something else in it is left alone.

use std::cell::RefCell;

use importers::sample::{FEWEST_PARCELS, SampleError, SampleOptions, SampleProgress, generate};

use crate::sample_support::{bytes, make};

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (one, two) = (make(1, 200), make(1, 200));
    let (first, second) = (bytes(&one.dir), bytes(&two.dir));
    assert!(first.len() > 30, "{} files", first.len());
    for ((name, a), (other, b)) in first.iter().zip(&second) {
        assert_eq!(name, other);
        assert!(a == b, "{} differs", name.display());
    }
    assert_eq!(first.len(), second.len());
    let total: usize = first.iter().map(|file| file.1.len()).sum();
    assert_eq!(one.summary.bytes, total as u64);
}

#[test]
fn another_seed_gives_other_bytes() {
    let (one, two) = (make(1, 80), make(2, 80));
    let same: Vec<String> = bytes(&one.dir)
        .into_iter()
        .zip(bytes(&two.dir))
        .filter(|(a, b)| a == b)
        .map(|(a, _)| a.0.display().to_string())
        .collect();
    // Shape, licence and manifest do not depend on the seed.
    for name in &same {
        assert!(["LICENCE.txt", "park.toml", "宗地.prj"].contains(&name.as_str()), "{name} is the same for two seeds");
    }
}

#[test]
fn a_folder_in_use_is_refused_and_an_old_park_replaced() {
    let keep = tempfile::tempdir().unwrap();
    let dir = keep.path().join("a/b");
    let options = SampleOptions { parcels: 60, ..SampleOptions::default() };
    generate(&dir, &options, &|_| {}).unwrap();
    generate(&dir, &SampleOptions { seed: 3, ..options }, &|_| {}).unwrap();
    assert!(std::fs::read_to_string(dir.join("README.md")).unwrap().contains("seed 3"));

    std::fs::write(dir.join("mine.txt"), "do not touch").unwrap();
    match generate(&dir, &options, &|_| {}) {
        Err(SampleError::FolderInUse { found, .. }) => assert_eq!(found, "mine.txt"),
        other => panic!("{other:?}"),
    }
    assert!(std::fs::read_to_string(dir.join("README.md")).unwrap().contains("seed 3"));
    // Nothing half written is left beside it.
    let beside: Vec<_> = std::fs::read_dir(dir.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 1);
}

#[test]
fn too_few_parcels_are_refused_before_anything_is_written() {
    let keep = tempfile::tempdir().unwrap();
    let dir = keep.path().join("park");
    let options = SampleOptions { parcels: FEWEST_PARCELS - 1, ..SampleOptions::default() };
    assert!(matches!(generate(&dir, &options, &|_| {}), Err(SampleError::TooFewParcels { .. })));
    assert!(!dir.exists());
}

#[test]
fn progress_counts_up_to_the_end() {
    let keep = tempfile::tempdir().unwrap();
    let heard: RefCell<Vec<SampleProgress>> = RefCell::new(Vec::new());
    let options = SampleOptions { parcels: FEWEST_PARCELS, ..SampleOptions::default() };
    generate(&keep.path().join("park"), &options, &|p| heard.borrow_mut().push(*p)).unwrap();
    let heard = heard.into_inner();
    for (k, progress) in heard.iter().enumerate() {
        assert_eq!((progress.done, progress.total), (k, heard.len()));
    }
}
