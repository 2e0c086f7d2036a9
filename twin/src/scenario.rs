//! A scenario file laid over a park, for the verbs that take one, and `twin scenario`.

mod accept;

use std::path::Path;
use std::sync::Arc;

use analysis::scenario::{Scenario, ScenarioError, ScenarioFile};
use spatial_db::model::ParkSnapshot;

pub(crate) use accept::{ScenarioGroup, for_window, run};

use crate::failure::Failure;
use crate::rules::tables;

/// A scenario file: its text and what it says.
fn read(path: &Path) -> Result<(String, ScenarioFile), Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Failure::EvaluationFile { path: path.to_path_buf(), source })?;
    let file = ScenarioFile::parse(&text).map_err(wrong(path))?;
    Ok((text, file))
}

fn wrong(path: &Path) -> impl Fn(ScenarioError) -> Failure + use<> {
    let path = path.to_path_buf();
    move |source| Failure::ScenarioWrong { path: path.clone(), source: Box::new(source) }
}

/// The park with the scenario's edits where one is named; the park itself is left as it is.
pub(crate) fn laid_over(park: Arc<ParkSnapshot>, path: Option<&Path>) -> Result<Arc<ParkSnapshot>, Failure> {
    let Some(path) = path else { return Ok(park) };
    let (_, file) = read(path)?;
    let park = Scenario::on(park, file).and_then(|scenario| scenario.park(&tables().land)).map_err(wrong(path))?;
    Ok(Arc::new(park))
}
