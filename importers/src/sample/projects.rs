//! The office's ledger of projects: what was promised when the land was granted. Some projects are not in it, some days in
//! it are not settled.
//!
//! What happened is left to `land_records`.

use chrono::{Days, NaiveDate};

use super::dice::Dice;
use super::enterprises::Residents;
use super::land_records::{Register, as_of};
use super::networks::KINDS;
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
    /// Loads that it will bring, in the order of [`LOADS`]; empty where nobody has asked.
    pub(super) loads: [Option<f64>; 6],
}

/// Columns of loads: the network, and the head of the column.
pub(super) const LOADS: [(&str, &str); 6] = [
    ("GD", "用电_kVA"),
    ("SS", "用水_m3d"),
    ("WS", "排水_m3d"),
    ("MQ", "用气_m3h"),
    ("RS", "用热_MW"),
    ("DX", "光纤_端口"),
];

/// What a project on a parcel will draw; every tenth has not said.
fn loads(seed: u64, parcel: &Parcel, index: u64) -> [Option<f64>; 6] {
    let mut dice = Dice::new(seed, "project loads", index);
    if dice.chance(0.1) {
        return [None; 6];
    }
    let hectares = parcel.area_m2() / 10_000.0;
    LOADS.map(|(code, _)| {
        let per_ha = KINDS.iter().find(|kind| kind.code == code)?.load_per_ha()?;
        let load = hectares * per_ha * dice.range(0.5, 1.3);
        Some(if load < 10.0 { (load * 100.0).round() / 100.0 } else { load.round() })
    })
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
            loads: loads(seed, &parcels[contract.parcel], i as u64),
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
                loads: loads(seed, parcel, 1_000_000 + i as u64),
            });
        }
    }
    projects
}
