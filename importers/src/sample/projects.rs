//! The office's ledger of projects: what was promised when the land was granted. Some projects are not in it, some days in
//! it are not settled.
//!
//! What happened is left to `land_records`.

use chrono::{Days, NaiveDate};

use super::dice::Dice;
use super::enterprises::Residents;
use super::land_records::{Register, as_of};
use super::parcels::Parcel;
use super::stories::Story;

/// A project in the ledger; money in 10 000 CNY.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) contract: Option<usize>,
    pub(super) parcel: usize,
    pub(super) enterprise: Option<usize>,
    /// Approval, permit, start, completion, production.
    pub(super) planned: [Option<NaiveDate>; 5],
    pub(super) investment: f64,
}

/// What is built, in the words of such ledgers.
const WORKS: [&str; 6] =
    ["新建厂房项目", "智能制造基地项目", "扩产项目", "研发生产基地项目", "仓储物流项目", "技改项目"];

fn after(date: NaiveDate, days: i64) -> NaiveDate {
    if days >= 0 { date + Days::new(days as u64) } else { date - Days::new(days.unsigned_abs()) }
}

/// Write the ledger: nine of ten contracts, and what is being negotiated over reserved land.
pub(super) fn ledger(seed: u64, parcels: &[Parcel], residents: &Residents, register: &Register) -> Vec<Project> {
    let mut projects = Vec::new();
    for (i, contract) in register.contracts.iter().enumerate() {
        let mut dice = Dice::new(seed, "project", i as u64);
        if !dice.chance(0.92) {
            continue;
        }
        let holder = contract.enterprise.map_or_else(
            || parcels[contract.parcel].number.clone(),
            |enterprise| residents.enterprises[enterprise].name.clone(),
        );
        let completion = after(contract.agreed_completion, dice.int(-40, 15));
        let days = [
            after(contract.signed, dice.int(10, 45)),
            after(contract.agreed_start, -dice.int(10, 45)),
            after(contract.agreed_start, -dice.int(0, 20)),
            completion,
            after(completion, dice.int(60, 150)),
        ];
        // Early milestones were often not written down.
        let kept = [0.8, 0.85, 1.0, 1.0, 0.9].map(|share| dice.chance(share));
        projects.push(Project {
            key: format!("XM{:05}", i + 1),
            name: format!("{holder}{}", dice.pick(&WORKS)),
            contract: Some(i),
            parcel: contract.parcel,
            enterprise: contract.enterprise,
            planned: [0, 1, 2, 3, 4].map(|m| kept[m].then_some(days[m])),
            investment: (contract.investment * dice.range(0.95, 1.2)).round(),
        });
    }
    for (i, parcel) in parcels.iter().enumerate().filter(|(_, parcel)| parcel.story == Story::Reserve) {
        let mut dice = Dice::new(seed, "negotiated project", i as u64);
        if dice.chance(0.5) {
            let approval = after(as_of(), dice.int(-30, 180));
            let days = [0, 150, 190, 820, 930].map(|days| Some(after(approval, days)));
            projects.push(Project {
                key: format!("ZS{:05}", i + 1),
                name: format!("{}招商项目", parcel.number),
                contract: None,
                parcel: i,
                enterprise: None,
                planned: days,
                investment: (parcel.area_m2() * dice.range(0.6, 1.0)).round(),
            });
        }
    }
    projects
}
