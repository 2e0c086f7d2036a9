//! Are coordinates shifted as Chinese map services shift them? Found out against places that are known.
//!
//! Features are matched by a value that both sides share, else each with its nearest neighbour.

use std::collections::HashMap;

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::facts::FieldFacts;
use super::guess::Guess;
use crate::shifted::Shift;

/// Metres per degree of latitude.
const DEGREE_M: f64 = 111_320.0;
/// Pairs below which a comparison says nothing.
const FEWEST: usize = 3;

/// Features with known or assumed places.
#[derive(Debug)]
pub(super) struct Places<'a> {
    /// Longitude and latitude of every row's middle, degrees.
    pub(super) centres: Vec<Option<[f64; 2]>>,
    /// The fields, for values to match by.
    pub(super) fields: &'a [FieldFacts],
}

/// How well two sets of places agree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Agreement {
    /// Median distance of pairs, m.
    pub(super) median_m: f64,
    pub(super) pairs: usize,
    /// How they were matched, in words.
    pub(super) by: String,
}

fn metres(a: [f64; 2], b: [f64; 2]) -> f64 {
    let east = (a[0] - b[0]) * DEGREE_M * f64::midpoint(a[1], b[1]).to_radians().cos();
    east.hypot((a[1] - b[1]) * DEGREE_M)
}

fn median(mut distances: Vec<f64>) -> Option<f64> {
    if distances.len() < FEWEST {
        return None;
    }
    distances.sort_by(f64::total_cmp);
    Some(distances[distances.len() / 2])
}

/// Rows of both sides that share a value which is unique on each: the pair of fields with the most such values.
fn shared_values(a: &Places<'_>, b: &Places<'_>) -> Option<(String, Vec<(usize, usize)>)> {
    let mut best: Option<(String, Vec<(usize, usize)>)> = None;
    for left in a.fields.iter().filter(|field| is_name(field)) {
        let rows: HashMap<&str, usize> =
            left.texts.iter().enumerate().filter_map(|(row, text)| Some((text.as_deref()?, row))).collect();
        for right in b.fields.iter().filter(|field| is_name(field)) {
            let pairs: Vec<(usize, usize)> = right
                .texts
                .iter()
                .enumerate()
                .filter_map(|(row, text)| Some((*rows.get(text.as_deref()?)?, row)))
                .filter(|(x, y)| {
                    a.centres.get(*x).is_some_and(Option::is_some) && b.centres.get(*y).is_some_and(Option::is_some)
                })
                .collect();
            if pairs.len() >= FEWEST && best.as_ref().is_none_or(|(_, found)| pairs.len() > found.len()) {
                best = Some((format!("{} = {}", left.name, right.name), pairs));
            }
        }
    }
    best
}

/// A field whose values tell features apart, and are no mere running numbers.
fn is_name(field: &FieldFacts) -> bool {
    let telling = field.values.keys().filter(|value| value.chars().count() >= 2).count();
    field.known >= FEWEST as u64
        && field.distinct as u64 * 10 >= field.known * 9
        && telling * 2 > field.distinct
        && field.kind != "number"
}

/// How far the features lie from where they are known to be, once moved by `place`.
pub(super) fn agreement(
    features: &Places<'_>,
    known: &Places<'_>,
    place: &dyn Fn([f64; 2]) -> [f64; 2],
) -> Option<Agreement> {
    if let Some((by, pairs)) = shared_values(features, known) {
        let distances: Vec<f64> = pairs
            .iter()
            .filter_map(|(left, right)| Some(metres(place(features.centres[*left]?), known.centres[*right]?)))
            .collect();
        let pairs = distances.len();
        return median(distances).map(|median_m| Agreement { median_m, pairs, by: format!("matched by {by}") });
    }
    let scale = known.centres.iter().flatten().next().map_or(1.0, |at| at[1].to_radians().cos());
    let flat = |at: [f64; 2]| [at[0] * scale, at[1]];
    let tree: RTree<GeomWithData<[f64; 2], [f64; 2]>> =
        RTree::bulk_load(known.centres.iter().flatten().map(|at| GeomWithData::new(flat(*at), *at)).collect());
    let distances: Vec<f64> = features
        .centres
        .iter()
        .flatten()
        .filter_map(|at| {
            let at = place(*at);
            tree.nearest_neighbor(&flat(at)).map(|near| metres(at, near.data))
        })
        .collect();
    let pairs = distances.len();
    median(distances).map(|median_m| Agreement { median_m, pairs, by: "each with its nearest neighbour".to_owned() })
}

/// Whether degrees are shifted, against places of the same features that are known in WGS 84. `None` where the two do
/// not show the same features.
pub(super) fn shift_of(features: &Places<'_>, known: &Places<'_>, known_as: &str) -> Option<Guess<Option<Shift>>> {
    let plain = agreement(features, known, &|at| at)?;
    let (shift, moved) = [Shift::Gcj02, Shift::Bd09]
        .into_iter()
        .filter_map(|shift| Some((shift, agreement(features, known, &|at| shift.true_place(at))?)))
        .min_by(|a, b| a.1.median_m.total_cmp(&b.1.median_m))?;
    let how = format!("{} features, {}", plain.pairs, plain.by);
    let residuals = format!(
        "median distance from {known_as} {:.1} m as they are, {:.1} m moved back from {} ({how})",
        plain.median_m,
        moved.median_m,
        shift.as_str()
    );
    // The same features, drawn by different hands, lie within some metres of each other.
    if moved.median_m < 30.0 && moved.median_m * 4.0 < plain.median_m {
        let sure = if moved.median_m < 5.0 && moved.pairs >= 5 { 0.97 } else { 0.85 };
        return Some(Guess::new(Some(shift), sure, residuals));
    }
    if plain.median_m < 30.0 && plain.median_m * 4.0 < moved.median_m {
        return Some(Guess::new(None, 0.95, residuals));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Vec<Option<[f64; 2]>> {
        (0..100).map(|i| Some([121.4 + f64::from(i % 10) * 0.0011, 31.2 + f64::from(i / 10) * 0.0009])).collect()
    }

    fn shift(by: Option<Shift>) -> Option<Guess<Option<Shift>>> {
        let moved = grid().into_iter().map(|at| at.map(|at| by.map_or(at, |by| by.shown_at(at)))).collect();
        let features = Places { centres: moved, fields: &[] };
        shift_of(&features, &Places { centres: grid(), fields: &[] }, "the survey")
    }

    #[test]
    fn neighbours_tell_which_service_moved_them() {
        for by in [Shift::Gcj02, Shift::Bd09] {
            let guess = shift(Some(by)).unwrap();
            assert_eq!(guess.value, Some(by), "{guess:?}");
            assert!(guess.reason.contains("moved back"), "{guess:?}");
        }
        assert_eq!(shift(None).unwrap().value, None);
    }

    #[test]
    fn other_features_say_nothing() {
        let far =
            Places { centres: grid().into_iter().map(|at| at.map(|[x, y]| [x + 0.3, y + 0.2])).collect(), fields: &[] };
        assert_eq!(shift_of(&far, &Places { centres: grid(), fields: &[] }, "the survey"), None);
    }
}
