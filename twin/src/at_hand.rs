//! The cases of a park, where they are at hand: a package carries none, and not everybody may see them.

use std::sync::Arc;

use analysis::land::CasesUpTo;
use chrono::{Local, NaiveDate};
use spatial_db::model::Case;
use spatial_db::store::StoreError;

use crate::failure::Failure;
use crate::origin::Origin;
use crate::parks::store;

/// Cases that are at hand.
#[derive(Debug, Clone)]
pub(crate) struct AtHand {
    cases: Arc<Vec<Case>>,
    /// The day of the data, on which cases are told up to today: an office works on while its survey grows old.
    record: Option<NaiveDate>,
}

impl AtHand {
    /// Cases beside data of the day `record`. Without one, they are told up to whichever day is looked at.
    pub(crate) fn new(cases: Arc<Vec<Case>>, record: Option<NaiveDate>) -> Self {
        Self { cases, record }
    }

    /// The cases of a park beside data of the day `record`; `None` where they are not at hand.
    pub(crate) fn of(origin: Origin<'_>, record: Option<NaiveDate>) -> Result<Option<Self>, Failure> {
        Ok(cases_of(origin)?.map(|cases| Self::new(Arc::new(cases), record)))
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Case] {
        &self.cases
    }

    /// True on the day of the data, where they are told up to today.
    pub(crate) fn are_of_today_on(&self, day: NaiveDate) -> bool {
        self.record == Some(day)
    }

    /// The cases up to the day that bears on verdicts of `day`.
    pub(crate) fn on(&self, day: NaiveDate) -> CasesUpTo<'_> {
        let day = if self.are_of_today_on(day) { day.max(Local::now().date_naive()) } else { day };
        CasesUpTo { cases: &self.cases, day }
    }
}

/// The cases of a park; `None` where they are not at hand.
pub(crate) fn cases_of(origin: Origin<'_>) -> Result<Option<Vec<Case>>, Failure> {
    match origin {
        Origin::Store(slug) => match store()?.cases(slug) {
            Err(StoreError::CasesHidden) => Ok(None),
            cases => Ok(Some(cases?)),
        },
        Origin::Package(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_day_of_the_data_cases_are_told_up_to_today() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let cases = AtHand::new(Arc::default(), Some(day("2020-06-30")));
        assert!(cases.on(day("2020-06-30")).day > day("2024-01-01"), "an office works on");
        for other in ["2019-12-31", "2020-07-01"] {
            assert_eq!(cases.on(day(other)).day, day(other), "another day is asked for on purpose");
        }
        assert_eq!(AtHand::new(Arc::default(), None).on(day("2020-06-30")).day, day("2020-06-30"));
    }
}
