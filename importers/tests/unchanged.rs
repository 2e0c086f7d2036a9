//! The same files again: recorded as a run, with nothing read and nothing touched; one byte more and all is read.
#![allow(clippy::result_large_err, reason = "as in the crate")]

use std::io::Write;

use importers::{ImportOptions, ImportReport, import};

use crate::support::{self, Bench, layer, reader};

const LAYERS: &str = "[[layer]]\nname = \"firms\"\nrole = \"enterprise\"\nfile = \"firms.csv\"\nkey = \"id\"\n\
                      [layer.fields]\nname = \"name\"\n";

/// An import as a person runs it.
fn bring_in(bench: &mut Bench, layers: &str) -> ImportReport {
    let text = format!("[park]\nslug = \"t\"\ncrs = \"EPSG:4549\"\n\n{layers}");
    let manifest = bench.write("t.park.toml", &text);
    import(&mut bench.store, &manifest, &ImportOptions::new(reader())).unwrap()
}

/// Number and last writing transaction of every row.
fn rows(bench: &Bench) -> Vec<(String, String)> {
    bench.client().query(&sql!("enterprise_writers"), &[]).unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[test]
fn nothing_is_read_twice() {
    let mut bench = Bench::new();
    let file = bench.write("firms.csv", "id,name\n1,Alpha\n2,Beta\n2,Twin of Beta\n,Nobody\n");
    let first = bring_in(&mut bench, LAYERS);
    assert_eq!(first.same_as_run, None);
    let before = rows(&bench);

    // Written anew with the same bytes, it is the same file.
    std::fs::write(&file, std::fs::read(&file).unwrap()).unwrap();
    let second = bring_in(&mut bench, LAYERS);
    assert_eq!(second.same_as_run, first.run);
    assert_ne!(second.run, first.run);
    let firms = layer(&second, "firms");
    assert_eq!((firms.read, firms.added, firms.unchanged, firms.quarantined), (4, 0, 2, 2));
    assert_eq!(second.issue_totals, first.issue_totals);
    assert_eq!(second.issues, first.issues);
    assert_eq!(rows(&bench), before);
    assert_eq!(bench.quarantine().len(), 2);

    let third = bring_in(&mut bench, LAYERS);
    assert_eq!(third.same_as_run, second.run);
    assert_eq!(layer(&third, "firms"), firms);

    // Whoever wants them read has them read.
    let manifest = bench.path("t.park.toml");
    let read = import(&mut bench.store, &manifest, &support::options()).unwrap();
    assert_eq!((read.same_as_run, layer(&read, "firms")), (None, firms));
    assert_eq!(rows(&bench), before);

    let mut appended = std::fs::OpenOptions::new().append(true).open(&file).unwrap();
    appended.write_all(b"3,Gamma\n").unwrap();
    let fourth = bring_in(&mut bench, LAYERS);
    assert_eq!(fourth.same_as_run, None);
    assert_eq!((layer(&fourth, "firms").added, layer(&fourth, "firms").unchanged), (1, 2));
    assert_eq!(rows(&bench)[..2], before[..]);
}

/// A revert changes the park and not the files: they have to be read again.
#[test]
fn a_revert_is_no_import_to_compare_with() {
    let mut bench = Bench::new();
    bench.write("firms.csv", "id,name\n1,Alpha\n");
    bring_in(&mut bench, LAYERS);
    bench.write("firms.csv", "id,name\n1,Alpha and sons\n");
    let changed = bring_in(&mut bench, LAYERS);
    let options = spatial_db::store::LoadOptions { command: "revert".to_owned(), ..Default::default() };
    bench.store.revert("t", changed.run.unwrap(), &options, None).unwrap();
    let again = bring_in(&mut bench, LAYERS);
    assert_eq!(again.same_as_run, None);
    assert_eq!(layer(&again, "firms").changed, 1);
    assert_eq!(bench.park("t").enterprises[0].name, "Alpha and sons");
}

/// What the manifest says counts as much as what the files say.
#[test]
fn another_manifest_is_another_import() {
    let mut bench = Bench::new();
    bench.write("firms.csv", "id,name\n1,Alpha\n");
    bring_in(&mut bench, LAYERS);
    let again =
        bring_in(&mut bench, &LAYERS.replace("name = \"name\"", "name = { field = \"name\", prefix = \"The \" }"));
    assert_eq!(again.same_as_run, None);
    assert_eq!(bench.park("t").enterprises[0].name, "The Alpha");
}
