//! An import alone, in a process of its own, for the importers' own tests: they kill it. `twin import` is for people.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use importers::reader::ReaderCommand;
use importers::{ImportOptions, import};
use spatial_db::store::Store;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, manifest, reader, rest @ ..] = &arguments[..] else {
        eprintln!("usage: twin-import DATABASE_URL MANIFEST READER [MILLISECONDS UNTIL CANCELLED]");
        return ExitCode::from(2);
    };
    let cancel = Arc::new(AtomicBool::new(false));
    if let Some(after) = rest.first().and_then(|text| text.parse().ok()) {
        let flag = Arc::clone(&cancel);
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(after));
            flag.store(true, Ordering::Relaxed);
        });
    }
    let options = ImportOptions {
        cancel: Some(cancel),
        allow_shrink: true,
        command: "twin-import".to_owned(),
        ..ImportOptions::new(ReaderCommand { program: PathBuf::from(reader), args: Vec::new() })
    };
    let outcome = Store::connect(url)
        .map_err(|error| error.to_string())
        .and_then(|mut store| import(&mut store, manifest.as_ref(), &options).map_err(|error| error.to_string()))
        .and_then(|report| serde_json::to_string(&report).map_err(|error| error.to_string()));
    match outcome {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(words) => {
            eprintln!("twin-import: {words}");
            ExitCode::FAILURE
        }
    }
}
