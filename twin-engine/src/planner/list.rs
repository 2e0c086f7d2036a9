//! Which rows of the list of land are shown, and in which order.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use analysis::planner::{LandList, LandRow};

/// Square metres of a hectare.
const HECTARE_M2: f64 = 10_000.0;

/// What a person asked of the list. Numbers are kept as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Words of number, key, holder, address or zoning; every one must be there.
    pub text: String,
    /// Only idle, under-used and low-efficiency land.
    pub listed: bool,
    /// Physical use, by its position.
    pub physical: Option<usize>,
    /// Statutory state, by its position.
    pub state: Option<usize>,
    /// Rating, by its position.
    pub rating: Option<usize>,
    /// Standing of the case, by its position.
    pub case: Option<usize>,
    /// Zoning class.
    pub zoning: Option<String>,
    /// Smallest area, ha.
    pub least_ha: String,
    /// Largest area, ha.
    pub most_ha: String,
    /// Fewest years on the clock.
    pub least_years: String,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            text: String::new(),
            listed: true,
            physical: None,
            state: None,
            rating: None,
            case: None,
            zoning: None,
            least_ha: String::new(),
            most_ha: String::new(),
            least_years: String::new(),
        }
    }
}

/// A number as people type it, with a point or a comma; `None` for an empty field, `Err` for what is no number.
pub(crate) fn typed(text: &str) -> Result<Option<f64>, ()> {
    let text = text.trim().replace(',', ".");
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0).map(Some).ok_or(())
}

/// A column that rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    State,
    Physical,
    Name,
    Area,
    Years,
    Days,
    Zoning,
    Rating,
    Case,
}

impl Wanted {
    /// True where something but the choice of listed land is asked.
    pub(crate) fn is_narrowed(&self) -> bool {
        *self != Self { listed: self.listed, ..Self::default() }
    }

    /// The rows of `list` that are wanted, sorted; `true` beside a column is upwards. Without one they stay in order of rank.
    /// What is unknown comes last either way. A number that cannot be read asks nothing.
    pub(crate) fn rows(&self, list: &LandList, order: Option<(By, bool)>) -> Vec<usize> {
        let limit = |text: &str| typed(text).ok().flatten();
        let (least, most, years) = (limit(&self.least_ha), limit(&self.most_ha), limit(&self.least_years));
        let zoning = self.zoning.as_ref().map(|class| list.zonings.iter().position(|known| known == class));
        let sought: Vec<String> = self.text.split_whitespace().map(str::to_lowercase).collect();
        let fits = |row: &LandRow| {
            let hectares = row.area_m2 / HECTARE_M2;
            (row.listed || !self.listed)
                && self.physical.is_none_or(|physical| row.physical == physical)
                && self.state.is_none_or(|state| row.state == state)
                && self.rating.is_none_or(|rating| row.rating == rating)
                && self.case.is_none_or(|case| row.case == Some(case))
                && zoning.is_none_or(|zoning| zoning.is_some() && row.zoning == zoning)
                && least.is_none_or(|least| hectares >= least)
                && most.is_none_or(|most| hectares <= most)
                && years.is_none_or(|years| row.years.is_some_and(|own| own >= years))
                && sought.iter().all(|word| said(list, row).contains(word))
        };
        let mut rows: Vec<usize> = (0..list.rows.len()).filter(|at| fits(&list.rows[*at])).collect();
        if let Some((by, upwards)) = order {
            rows.sort_by(|a, b| compare(list, by, upwards, &list.rows[*a], &list.rows[*b]));
        }
        rows
    }
}

/// The file that the list of a park is written to.
pub(crate) fn csv_in(folder: &Path, park: &str) -> PathBuf {
    folder.join(format!("{park}-land.csv"))
}

/// Total area of rows, m².
pub(crate) fn total_m2(list: &LandList, rows: &[usize]) -> f64 {
    rows.iter().map(|at| list.rows[*at].area_m2).sum()
}

/// Everything of a row that is searched, in small letters.
fn said(list: &LandList, row: &LandRow) -> String {
    let zoning = row.zoning.and_then(|at| list.zonings.get(at));
    let all = [Some(&row.name), Some(&row.key), row.holder.as_ref(), row.address.as_ref(), zoning];
    all.into_iter().flatten().map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n")
}

fn compare(list: &LandList, by: By, upwards: bool, a: &LandRow, b: &LandRow) -> Ordering {
    let turned = |order: Ordering| if upwards { order } else { order.reverse() };
    let known = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => turned(a.total_cmp(&b)),
        (a, b) => a.is_none().cmp(&b.is_none()),
    };
    match by {
        By::State => turned(a.state.cmp(&b.state)),
        By::Physical => turned(a.physical.cmp(&b.physical)),
        By::Rating => turned(a.rating.cmp(&b.rating)),
        By::Case => known(a.case.map(|case| case as f64), b.case.map(|case| case as f64)),
        By::Name => turned(a.name.cmp(&b.name)),
        By::Area => turned(a.area_m2.total_cmp(&b.area_m2)),
        By::Years => known(a.years, b.years),
        By::Days => known(a.days_left.map(|days| days as f64), b.days_left.map(|days| days as f64)),
        By::Zoning => {
            let class = |row: &LandRow| row.zoning.and_then(|at| list.zonings.get(at));
            match (class(a), class(b)) {
                (Some(a), Some(b)) => turned(a.cmp(b)),
                (a, b) => a.is_none().cmp(&b.is_none()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use analysis::words::Words;
    use spatial_db::model::{FeatureId, FeatureKind};

    use super::*;

    fn row(id: i64, area_ha: f64, state: usize, years: Option<f64>, zoning: Option<usize>) -> LandRow {
        LandRow {
            id: FeatureId::new(FeatureKind::Parcel, id),
            key: format!("K{id}"),
            name: format!("P-{id:03}"),
            holder: (id == 2).then(|| "Example Works".to_owned()),
            address: None,
            zoning,
            area_m2: area_ha * HECTARE_M2,
            physical: usize::from(id != 1),
            state,
            rating: 1,
            case: (id != 4).then_some(usize::from(id == 3) * 2),
            proviso: None,
            listed: id != 4,
            against_holder: None,
            years,
            days_left: years.map(|years| 365 - (years * 365.0) as i64),
            reason: Words::from("because"),
        }
    }

    fn list() -> LandList {
        LandList {
            as_of: chrono::NaiveDate::MIN,
            scheme: Words::default(),
            uses: Vec::new(),
            states: Vec::new(),
            ratings: Vec::new(),
            cases: Vec::new(),
            zonings: vec!["0901 retail".into(), "1001 industrial".into()],
            rows: vec![
                row(1, 2.0, 1, Some(1.5), Some(1)),
                row(2, 0.8, 4, Some(0.4), Some(0)),
                row(3, 5.0, 7, None, None),
                row(4, 3.0, 6, Some(3.0), Some(1)),
            ],
            notes: Vec::new(),
        }
    }

    fn ids(wanted: &Wanted, order: Option<(By, bool)>) -> Vec<i64> {
        let list = list();
        wanted.rows(&list, order).into_iter().map(|at| list.rows[at].id.id).collect()
    }

    #[test]
    fn each_question_leaves_out_what_does_not_fit() {
        let all = Wanted { listed: false, ..Wanted::default() };
        assert_eq!(ids(&Wanted::default(), None), [1, 2, 3], "in order of rank, listed land only");
        assert_eq!(ids(&all, None), [1, 2, 3, 4]);
        let with = |change: fn(&mut Wanted)| {
            let mut wanted = all.clone();
            change(&mut wanted);
            ids(&wanted, None)
        };
        assert_eq!(with(|w| w.least_ha = "2".into()), [1, 3, 4], "the limit itself is in");
        assert_eq!(with(|w| (w.least_ha, w.most_ha) = ("1".into(), "3,0".into())), [1, 4]);
        assert_eq!(with(|w| w.least_years = "1".into()), [1, 4], "no clock is no year on it");
        assert_eq!(with(|w| w.state = Some(7)), [3]);
        assert_eq!(with(|w| w.physical = Some(0)), [1]);
        assert_eq!(with(|w| w.rating = Some(0)), [0_i64; 0]);
        assert_eq!(with(|w| w.case = Some(2)), [3]);
        assert_eq!(with(|w| w.case = Some(0)), [1, 2], "where cases are not at hand nobody knows that there is none");
        assert_eq!(with(|w| w.zoning = Some("1001 industrial".into())), [1, 4]);
        assert_eq!(with(|w| w.zoning = Some("no class of this park".into())), [0_i64; 0], "nor those without a class");
        assert_eq!(with(|w| w.text = "WORKS p-002".into()), [2], "every word, in any case");
        assert_eq!(with(|w| w.text = "retail".into()), [2]);
        assert_eq!(with(|w| w.least_ha = "many".into()), [1, 2, 3, 4], "what is no number asks nothing");
    }

    #[test]
    fn unknown_comes_last_in_either_direction() {
        let all = Wanted { listed: false, ..Wanted::default() };
        assert_eq!(ids(&all, Some((By::Years, true))), [2, 1, 4, 3]);
        assert_eq!(ids(&all, Some((By::Years, false))), [4, 1, 2, 3]);
        assert_eq!(ids(&all, Some((By::Days, true))), [4, 1, 2, 3]);
        assert_eq!(ids(&all, Some((By::Area, false))), [3, 4, 1, 2]);
        assert_eq!(ids(&all, Some((By::Zoning, false))), [1, 4, 2, 3]);
        assert_eq!(ids(&all, Some((By::State, true))), [1, 2, 4, 3]);
        assert_eq!(ids(&all, Some((By::Case, true))), [1, 2, 3, 4]);
        assert_eq!(ids(&all, Some((By::Case, false))), [3, 1, 2, 4]);
    }

    #[test]
    fn totals_and_numbers_are_read_as_people_mean_them() {
        let list = list();
        assert!((total_m2(&list, &[0, 1]) - 28_000.0).abs() < 1e-6);
        assert_eq!((typed(" 1,5 "), typed(""), typed("-1"), typed("x")), (Ok(Some(1.5)), Ok(None), Err(()), Err(())));
        assert!(!Wanted { listed: false, ..Wanted::default() }.is_narrowed());
        assert!(Wanted { text: "a".into(), ..Wanted::default() }.is_narrowed());
    }
}
