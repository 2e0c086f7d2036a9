//! Land contracts and what happened under them until the date the park is described at, one story a parcel.
//!
//! Whether land is idle follows from these records; deciding it is left to `analysis`.

use chrono::{Days, NaiveDate};

use super::dice::Dice;
use super::enterprises::Residents;
use super::massing::completion_year;
use super::parcels::Parcel;
use super::stories::Story;
use super::zoning::LandUse;

/// A land contract; money in 10 000 CNY.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) key: String,
    pub(super) parcel: usize,
    pub(super) enterprise: Option<usize>,
    pub(super) signed: NaiveDate,
    pub(super) agreed_start: NaiveDate,
    pub(super) agreed_completion: NaiveDate,
    pub(super) price: f64,
    pub(super) investment: f64,
    pub(super) area_due_m2: f64,
}

/// An event under a contract.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) contract: usize,
    /// Word of the register.
    pub(super) kind: &'static str,
    pub(super) date: NaiveDate,
    pub(super) developed_m2: Option<f64>,
    pub(super) invested: Option<f64>,
    pub(super) note: &'static str,
}

/// Words of the register and what they mean to the store.
pub(super) const EVENT_WORDS: [(&str, &str); 10] = [
    ("项目核准", "approval"),
    ("土地交付", "delivery"),
    ("施工许可", "permit"),
    ("开工", "start"),
    ("进度核查", "progress"),
    ("停工", "suspension"),
    ("复工", "resumption"),
    ("竣工", "completion"),
    ("投产", "production"),
    ("政府原因", "government_cause"),
];

/// The date the park is described at.
pub(super) fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 30).unwrap_or_default()
}

fn back(days: i64) -> NaiveDate {
    as_of() - Days::new(days.max(0) as u64)
}

fn after(date: NaiveDate, days: i64) -> NaiveDate {
    if days >= 0 { date + Days::new(days as u64) } else { date - Days::new(days.unsigned_abs()) }
}

/// Contracts and events.
#[derive(Debug, Default)]
pub(super) struct Register {
    pub(super) contracts: Vec<Contract>,
    pub(super) events: Vec<Event>,
}

/// Write the register.
pub(super) fn register(seed: u64, parcels: &[Parcel], residents: &Residents) -> Register {
    let mut register = Register::default();
    for (i, parcel) in parcels.iter().enumerate() {
        if matches!(parcel.story, Story::Public | Story::Reserve | Story::NoRecord | Story::OldUse) {
            continue;
        }
        let mut dice = Dice::new(seed, "contract", i as u64);
        let start = agreed_start(seed, i, parcel.story, &mut dice);
        let signed = after(start, -dice.int(170, 340));
        let (price_m2, invest_m2) = match parcel.land_use {
            LandUse::Commerce | LandUse::Living => (dice.range(0.24, 0.40), dice.range(0.9, 1.4)),
            LandUse::Research => (dice.range(0.06, 0.10), dice.range(0.7, 1.1)),
            LandUse::Logistics => (dice.range(0.040, 0.052), dice.range(0.36, 0.52)),
            _ => (dice.range(0.036, 0.050), dice.range(0.52, 0.95)),
        };
        let area = parcel.area_m2();
        let contract = Contract {
            key: format!("990001{}B{:06}", signed.format("%Y"), i + 1),
            parcel: i,
            enterprise: residents.holder[i],
            signed,
            agreed_start: start,
            agreed_completion: after(start, dice.int(660, 760)),
            price: (area * price_m2).round(),
            investment: (area * invest_m2).round(),
            area_due_m2: (area * dice.range(0.88, 1.0)).round(),
        };
        register.contracts.push(contract);
        register.tell(parcel.story, &mut dice);
    }
    register
}

fn agreed_start(seed: u64, i: usize, story: Story, dice: &mut Dice) -> NaiveDate {
    match story {
        Story::NotYetDue if dice.chance(0.5) => after(as_of(), dice.int(30, 120)),
        Story::NotYetDue => back(dice.int(60, 300)),
        Story::Building => back(dice.int(310, 560)),
        Story::Late => back(dice.int(400, 690)),
        Story::VeryLate => back(dice.int(790, 1500)),
        Story::StalledArea | Story::StalledMoney => back(dice.int(1150, 1800)),
        Story::Excused => back(dice.int(470, 900)),
        story => {
            // Two building years before the year of completion.
            let year = completion_year(seed, i, story);
            let end = NaiveDate::from_yo_opt(year, dice.int(60, 350) as u32).unwrap_or_else(as_of);
            after(end, -dice.int(500, 640))
        }
    }
}

impl Register {
    fn add(&mut self, kind: &'static str, date: NaiveDate, progress: Option<(f64, f64)>, note: &'static str) {
        if date > as_of() {
            return;
        }
        let contract = self.contracts.len() - 1;
        let (due, investment) = (self.contracts[contract].area_due_m2, self.contracts[contract].investment);
        self.events.push(Event {
            contract,
            kind,
            date,
            developed_m2: progress.map(|p| (p.0 * due).round()),
            invested: progress.map(|p| (p.1 * investment).round()),
            note,
        });
    }

    /// Events of the last contract.
    fn tell(&mut self, story: Story, dice: &mut Dice) {
        let (signed, start) = {
            let contract = &self.contracts[self.contracts.len() - 1];
            (contract.signed, contract.agreed_start)
        };
        self.add("项目核准", after(signed, dice.int(5, 40)), None, "");
        if story == Story::Excused {
            let reasons = ["文物勘探，暂缓施工", "控制性详细规划调整", "土地未按约定交付", "高压线迁改未完成"];
            let date = after(start, dice.int(-60, 20));
            let reason = *dice.pick(&reasons);
            self.add("政府原因", date, None, reason);
            return;
        }
        self.add("土地交付", after(signed, dice.int(45, 120)), None, "");
        if matches!(story, Story::Late | Story::VeryLate | Story::NotYetDue) {
            if story != Story::VeryLate && dice.chance(0.5) {
                self.add("施工许可", after(start, -dice.int(5, 40)), None, "");
            }
            if story == Story::VeryLate && dice.chance(0.6) {
                self.add("进度核查", after(start, dice.int(380, 520)), Some((0.0, 0.0)), "现场未动工");
            }
            return;
        }
        self.add("施工许可", after(start, -dice.int(5, 40)), None, "");
        let began = after(start, dice.int(-20, 70));
        self.add("开工", began, None, "");
        match story {
            Story::Building => {
                if dice.chance(0.3) {
                    self.add("停工", after(began, dice.int(70, 110)), None, "总包单位更换");
                    self.add("复工", after(began, dice.int(130, 190)), None, "");
                }
                let done = dice.range(0.38, 0.75);
                self.add("进度核查", after(began, dice.int(195, 230)), Some((done, done * dice.range(0.75, 1.0))), "");
            }
            Story::StalledArea | Story::StalledMoney => {
                let (developed, invested) = if story == Story::StalledArea {
                    (dice.range(0.08, 0.29), dice.range(0.27, 0.42))
                } else {
                    (dice.range(0.35, 0.52), dice.range(0.08, 0.22))
                };
                self.add("进度核查", after(began, dice.int(150, 220)), Some((developed * 0.7, invested * 0.7)), "");
                self.add("进度核查", after(began, dice.int(300, 380)), Some((developed, invested)), "");
                let reasons = ["资金链断裂", "股东纠纷", "市场变化，项目暂停"];
                let date = after(began, dice.int(390, 560));
                let reason = *dice.pick(&reasons);
                self.add("停工", date, None, reason);
            }
            _ => {
                let span = dice.int(430, 600);
                self.add("进度核查", after(began, span / 2), Some((dice.range(0.4, 0.6), dice.range(0.35, 0.55))), "");
                let (developed, invested) = if story == Story::FirstPhase {
                    (dice.range(0.45, 0.55), dice.range(0.5, 0.7))
                } else {
                    (1.0, dice.range(0.95, 1.12))
                };
                let done = after(began, span);
                let note = if story == Story::FirstPhase { "一期竣工，二期用地预留" } else { "" };
                self.add("竣工", done, Some((developed, invested)), note);
                self.add("投产", after(done, dice.int(50, 160)), None, "");
            }
        }
    }
}
