//! The reading process alone, for the importers' own tests. `twin` has the same as a hidden verb.

fn main() -> std::process::ExitCode {
    let outcome = importers::reader::serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock());
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("twin-read: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
