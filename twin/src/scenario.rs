//! A scenario file laid over a park, for the verbs that take one.

use std::path::Path;
use std::sync::Arc;

use analysis::rules::RuleSet;
use analysis::scenario::{Scenario, ScenarioFile};
use spatial_db::model::ParkSnapshot;

use crate::failure::Failure;

/// The park with the scenario's edits where one is named; the park itself is left as it is.
pub(crate) fn laid_over(park: Arc<ParkSnapshot>, path: Option<&Path>) -> Result<Arc<ParkSnapshot>, Failure> {
    let Some(path) = path else { return Ok(park) };
    let text =
        std::fs::read_to_string(path).map_err(|source| Failure::EvaluationFile { path: path.to_path_buf(), source })?;
    let wrong = |source| Failure::ScenarioWrong { path: path.to_path_buf(), source: Box::new(source) };
    let file = ScenarioFile::parse(&text).map_err(wrong)?;
    let park = Scenario::on(park, file).and_then(|scenario| scenario.park(&RuleSet::shipped())).map_err(wrong)?;
    Ok(Arc::new(park))
}
