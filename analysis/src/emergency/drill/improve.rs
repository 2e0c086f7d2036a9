//! What is to be done better after a drill: actions with an owner and a date, and the objectives that nobody sees to yet.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::file::{Action, DrillFile, Objective};
use super::log::HandInject;
use super::outcome::{Outcome, Rated, Rating};
use super::report::DrillChapter;
use super::run::DrillRun;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// An action to do better: written down by hand, after the drill or in it. One of the same name later is the same action, told anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Improvement {
    /// Its name in the log.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// Role of the drill that sees to it.
    pub owner: String,
    /// Day until which.
    pub due: NaiveDate,
    /// Objective that it serves, if one of the drill's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    /// Day on which it was done; none: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<NaiveDate>,
}

impl Improvement {
    /// Why it cannot be written down.
    pub(super) fn check(&self, file: &DrillFile) -> Result<(), Words> {
        if self.id.trim().is_empty() || self.text.trim().is_empty() {
            return Err(words!("drill-wrong-improvement", "an improvement needs a name and words"));
        }
        if file.roles.iter().all(|role| role.id != self.owner) {
            return Err(words!(
                "drill-wrong-owner",
                "there is no role {role} to see to the improvement {id}",
                role = format!("{:?}", self.owner),
                id = format!("{:?}", self.id)
            ));
        }
        match &self.objective {
            Some(id) if file.objectives.iter().all(|one| one.id != *id) => Err(words!(
                "drill-wrong-for",
                "there is no objective {objective} for the improvement {id}",
                objective = format!("{id:?}"),
                id = format!("{:?}", self.id)
            )),
            _ => Ok(()),
        }
    }

    /// How it stands on a day. What is said to be done on a later day is not done yet.
    pub fn standing(&self, today: NaiveDate) -> Standing {
        match self.done {
            Some(day) if day <= today => Standing::Done(day),
            _ if self.due < today => Standing::Overdue,
            _ => Standing::Open,
        }
    }
}

/// How an improvement stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not done, and not due before that day.
    Open,
    /// Not done, and due before that day.
    Overdue,
    /// Done on that day.
    Done(NaiveDate),
}

impl Standing {
    /// In words.
    pub fn words(self) -> Words {
        match self {
            Self::Open => phrase("drill-improve-open", "open").into(),
            Self::Overdue => phrase("drill-improve-overdue", "overdue").into(),
            Self::Done(day) => words!("drill-improve-done", "done on {day}", day = day),
        }
    }
}

/// The improvements that were written down by hand, each as it was told last, in the order in which they came first.
pub fn improvements(hand: &[HandInject]) -> Vec<Improvement> {
    let mut found: Vec<Improvement> = Vec::new();
    for inject in hand {
        if let Action::Improve(told) = &inject.does {
            match found.iter_mut().find(|known| known.id == told.id) {
                Some(known) => known.clone_from(told),
                None => found.push(told.clone()),
            }
        }
    }
    found
}

/// Objectives of which an expected action was late or missed, or nobody knows or has marked whether it was met, and that no improvement
/// serves.
pub fn unattended<'a>(file: &'a DrillFile, outcome: &Outcome, known: &[Improvement]) -> Vec<&'a Objective> {
    let open = |objective: &&Objective| {
        outcome.rated.iter().any(|one| one.objective == objective.id && (failed(one) || unsure(one)))
    };
    let served =
        |objective: &&Objective| known.iter().any(|one| one.objective.as_deref() == Some(objective.id.as_str()));
    file.objectives.iter().filter(|one| open(one) && !served(one)).collect()
}

/// True for an expected action that was late or missed.
fn failed(one: &Rated) -> bool {
    matches!(one.rating, Rating::Late | Rating::Missed)
}

/// True for an expected action of which nobody knows how it went, or which was due and nobody has marked.
fn unsure(one: &Rated) -> bool {
    matches!(one.rating, Rating::Unknown | Rating::NotMarked)
}

/// How an objective of [`unattended`] stands: not met, or nobody knows.
pub fn unattended_words(outcome: &Outcome, objective: &Objective) -> Words {
    if outcome.rated.iter().any(|one| one.objective == objective.id && failed(one)) {
        phrase("drill-improve-unmet", "objective not met").into()
    } else {
        phrase("drill-improve-unsure", "not known whether the objective was met").into()
    }
}

/// The chapter of improvements as they stand on a day: owner, date and objective of each, and the objectives that were not met, or of which
/// nobody knows, and have none.
pub fn improvement_chapter(file: &DrillFile, run: &DrillRun, today: NaiveDate) -> DrillChapter {
    let known = improvements(&run.log.hand);
    let nothing = || Words::from("–");
    let role = |id: &str| file.roles.iter().find(|role| role.id == id).map_or(id, |role| role.name.as_str()).to_owned();
    let objective =
        |id: &str| file.objectives.iter().find(|one| one.id == id).map_or(id, |one| one.text.as_str()).to_owned();
    let mut rows: Vec<(bool, Vec<Words>)> = known
        .iter()
        .map(|one| {
            let standing = one.standing(today);
            let cells = vec![
                Words::from(one.text.as_str()),
                standing.words(),
                Words::from(role(&one.owner)),
                Words::from(one.due.to_string()),
                one.objective.as_deref().map_or_else(nothing, |id| Words::from(objective(id))),
            ];
            (standing == Standing::Overdue, cells)
        })
        .collect();
    rows.extend(unattended(file, &run.outcome, &known).into_iter().map(|one| {
        let cells = vec![
            phrase("drill-improve-none", "no action yet").into(),
            unattended_words(&run.outcome, one),
            nothing(),
            nothing(),
            Words::from(one.text.as_str()),
        ];
        (true, cells)
    }));
    if rows.is_empty() {
        let none = phrase("drill-improve-empty", "none written down").into();
        rows.push((false, vec![none, nothing(), nothing(), nothing(), nothing()]));
    }
    let heads: [Phrase; 5] = [
        phrase("drill-improve-what", "Improvement"),
        phrase("drill-improve-state", "State"),
        phrase("drill-improve-owner", "Owner"),
        phrase("drill-improve-until", "Until"),
        phrase("drill-head-objective", "Objective"),
    ];
    DrillChapter {
        name: "improvements",
        title: words!("drill-improve-title", "Improvement actions as they stand on {day}", day = today),
        heads: heads.map(Words::from).to_vec(),
        rows,
    }
}
