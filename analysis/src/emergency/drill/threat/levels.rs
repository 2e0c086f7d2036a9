//! Whether the levels of a flood say anything of a park's ground.

use spatial_db::model::TerrainGrid;

use super::super::DrillError;
use super::super::file::DrillFile;
use crate::emergency::hazard::{Flood, flood};
use crate::words;

/// Levels that the terrain has nothing to say of: a drill that would be dry, or under water as a whole, without a word.
pub(super) fn check_levels(
    file: &DrillFile,
    slug: &str,
    terrain: &TerrainGrid,
    levels: &[(f64, f64)],
    from: Option<&[[f64; 2]]>,
) -> Result<(), DrillError> {
    let line = file.line_of("levels");
    let Some((low, high)) = terrain.height_range_m() else {
        return Err(file
            .wrong("levels", words!("drill-wrong-heights", "the terrain of park {park} has no heights", park = slug)));
    };
    let mut wet = false;
    for &(minute, level_m) in levels {
        let water = Flood { level_m, from };
        let extent = flood(terrain, &water).map_err(|source| DrillError::Hazard { line, source })?;
        if level_m > high {
            let reason = words!(
                "drill-wrong-level",
                "the level of minute {minute}, {level} m, stands over the highest ground of park {park} ({low} to {high} m): how far the water goes is not known",
                minute = minute.to_string(),
                level = level_m.to_string(),
                park = slug,
                low = format!("{low:.1}"),
                high = format!("{high:.1}")
            );
            return Err(file.wrong("levels", reason));
        }
        wet |= extent.area_m2 > 0.0;
    }
    if !wet {
        let (low, high) = (format!("{low:.1}"), format!("{high:.1}"));
        let reason = if from.is_some() {
            words!(
                "drill-wrong-dry-joined",
                "no level wets any ground joined to the places in `from`: that of park {park} lies at {low} to {high} m, in the terrain's heights",
                park = slug,
                low = low,
                high = high
            )
        } else {
            words!(
                "drill-wrong-dry",
                "no level wets any ground: that of park {park} lies at {low} to {high} m, in the terrain's heights",
                park = slug,
                low = low,
                high = high
            )
        };
        return Err(file.wrong("levels", reason));
    }
    Ok(())
}
