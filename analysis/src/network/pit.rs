//! Whether an outline, a depth and a distance make a pit.

use geo::{Line, LineIntersection, coord, line_intersection::line_intersection};
use spatial_db::cache::Cache;

use super::section::height;

/// Why a pit cannot be dug as it is drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PitError {
    /// No area can be made of them.
    #[error("a pit needs three corners that differ and more, not {0}")]
    FewCorners(usize),
    /// A corner, a depth or a distance that is no number.
    #[error("{0} of the pit is not a number")]
    NotANumber(&'static str),
    /// Two of its sides cross or lie on each other.
    #[error("sides {} and {} of the outline meet at {:.2}, {:.2}: give the corners in order round the pit", sides[0], sides[1], place[0], place[1])]
    CrossesItself {
        /// The sides, counted from 1: the first leads from the first corner to the second.
        sides: [usize; 2],
        /// Where.
        place: [f64; 2],
    },
    /// A depth that leads upwards, or nowhere.
    #[error("a depth of {0} m is no pit: it counts downwards from the ground, above zero")]
    Depth(f64),
    /// A caution distance below zero.
    #[error("a caution distance of {0} m is less than none")]
    Caution(f64),
    /// A floor that lies above the ground.
    #[error(
        "the floor at {floor_m:.2} m lies above the ground, which is no higher than {ground_m:.2} m at the corners"
    )]
    AboveGround {
        /// Elevation of the floor, m.
        floor_m: f64,
        /// Highest ground at the corners, m.
        ground_m: f64,
    },
}

/// Holds an outline and a caution distance to what a pit can be; a depth below the ground where one is given.
///
/// # Errors
/// [`PitError`].
pub fn check_pit(outline: &[[f64; 2]], depth_m: Option<f64>, caution_m: f64) -> Result<(), PitError> {
    for (value, what) in [(depth_m.unwrap_or(1.0), "the depth"), (caution_m, "the caution distance")] {
        if !value.is_finite() {
            return Err(PitError::NotANumber(what));
        }
    }
    if !outline.iter().flatten().all(|ordinate| ordinate.is_finite()) {
        return Err(PitError::NotANumber("a corner"));
    }
    if let Some(depth) = depth_m.filter(|depth| *depth <= 0.0) {
        return Err(PitError::Depth(depth));
    }
    if caution_m < 0.0 {
        return Err(PitError::Caution(caution_m));
    }
    let mut corners: Vec<[f64; 2]> = outline.to_vec();
    corners.dedup();
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    let count = corners.len();
    if count < 3 {
        return Err(PitError::FewCorners(count));
    }
    let at = |corner: usize| coord! { x: corners[corner % count][0], y: corners[corner % count][1] };
    let side = |from: usize| Line::new(at(from), at(from + 1));
    for first in 0..count {
        for second in first + 1..count {
            let neighbours = second == first + 1 || (first == 0 && second == count - 1);
            let place = match line_intersection(side(first), side(second)) {
                None => continue,
                Some(LineIntersection::SinglePoint { .. }) if neighbours => continue,
                Some(LineIntersection::SinglePoint { intersection, .. }) => intersection,
                Some(LineIntersection::Collinear { intersection }) => intersection.start,
            };
            return Err(PitError::CrossesItself { sides: [first + 1, second + 1], place: [place.x, place.y] });
        }
    }
    Ok(())
}

/// Holds a floor to the ground at the corners, where that is known.
///
/// # Errors
/// [`PitError::AboveGround`], [`PitError::NotANumber`].
pub fn check_floor(cache: &Cache, outline: &[[f64; 2]], floor_m: f64) -> Result<(), PitError> {
    if !floor_m.is_finite() {
        return Err(PitError::NotANumber("the floor"));
    }
    match outline.iter().filter_map(|corner| height(cache, *corner)).reduce(f64::max) {
        Some(ground_m) if floor_m >= ground_m => Err(PitError::AboveGround { floor_m, ground_m }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use spatial_db::model::TerrainGrid;

    use super::*;
    use crate::network::by_hand::empty;

    const PIT: [[f64; 2]; 4] = [[50.0, 50.0], [70.0, 50.0], [70.0, 60.0], [50.0, 60.0]];

    #[test]
    fn what_is_no_pit_is_refused_with_words() {
        let said = |outline: &[[f64; 2]], depth: f64, caution: f64| {
            check_pit(outline, Some(depth), caution).map_err(|error| error.to_string())
        };
        assert_eq!(said(&PIT, 2.5, 1.0), Ok(()));
        let mut closed = PIT.to_vec();
        closed.extend([PIT[3], PIT[0]]);
        assert_eq!(said(&closed, 2.5, 0.0), Ok(()), "closed by its first corner, one given twice");
        let bow = [PIT[0], PIT[2], PIT[1], PIT[3]];
        assert_eq!(
            said(&bow, 2.5, 1.0).unwrap_err(),
            "sides 1 and 3 of the outline meet at 60.00, 55.00: give the corners in order round the pit"
        );
        let spike = [[0.0, 0.0], [9.0, 0.0], [4.0, 0.0], [4.0, 5.0]];
        assert!(matches!(check_pit(&spike, None, 1.0), Err(PitError::CrossesItself { .. })));
        assert!(matches!(
            check_pit(&[[0.0, 0.0], [9.0, 0.0], [4.0, 0.0]], None, 1.0),
            Err(PitError::CrossesItself { .. })
        ));
        assert!(said(&[PIT[0], PIT[1], PIT[0], PIT[1]], 2.5, 1.0).is_err());
        assert_eq!(check_pit(&PIT[..2], None, 1.0), Err(PitError::FewCorners(2)));
        assert!(said(&[PIT[0], PIT[1], [f64::NAN, 3.0]], 2.5, 1.0).unwrap_err().contains("a corner"));
        assert!(said(&PIT, f64::NAN, 1.0).unwrap_err().contains("the depth"));
        assert!(said(&PIT, 2.5, f64::INFINITY).unwrap_err().contains("caution"));
        assert_eq!(check_pit(&PIT, Some(-2.0), 1.0), Err(PitError::Depth(-2.0)));
        assert_eq!(check_pit(&PIT, Some(2.0), -1.0), Err(PitError::Caution(-1.0)));
        let mut park = empty();
        let heights_m = vec![10.0; 21 * 21];
        park.terrain =
            Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
        let cache = Cache::build(Arc::new(park));
        assert_eq!(check_floor(&cache, &PIT, 9.9), Ok(()));
        assert_eq!(check_floor(&cache, &PIT, 10.5), Err(PitError::AboveGround { floor_m: 10.5, ground_m: 10.0 }));
        assert!(check_floor(&cache, &PIT, f64::NAN).is_err());
    }
}
