//! Enterprises: who holds and rents what, and their figures of several years. All names are made up.
//!
//! Contracts over land are left to `land_records`.

use chrono::{Datelike, NaiveDate};

use super::dice::Dice;
use super::massing::{Massing, VACANT, completion_year};
use super::parcels::Parcel;
use super::site::Purpose;
use super::stories::Story;
use super::zoning::LandUse;

/// A resident enterprise.
#[derive(Debug)]
pub(super) struct Enterprise {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) industry: &'static str,
    pub(super) state: &'static str,
    /// Land it holds, m².
    land_m2: f64,
    /// Floor it uses, m².
    floor_m2: f64,
    /// First year of production; `None` before production.
    since: Option<i32>,
}

/// Who uses which floor.
#[derive(Debug)]
pub(super) struct Tenancy {
    pub(super) enterprise: usize,
    pub(super) building: usize,
    pub(super) floor_m2: f64,
    pub(super) from: NaiveDate,
    pub(super) to: Option<NaiveDate>,
}

/// Figures of a year; money in 10 000 CNY.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) enterprise: usize,
    pub(super) year: i32,
    pub(super) output: f64,
    pub(super) tax: f64,
    pub(super) fixed_assets: f64,
    pub(super) employees: i64,
}

/// Enterprises and all about them.
#[derive(Debug, Default)]
pub(super) struct Residents {
    pub(super) enterprises: Vec<Enterprise>,
    pub(super) tenancies: Vec<Tenancy>,
    pub(super) figures: Vec<Figures>,
    /// Enterprise that holds each parcel.
    pub(super) holder: Vec<Option<usize>>,
}

/// Years with figures.
const YEARS: std::ops::RangeInclusive<i32> = 2021..=2025;

const FIRST: [&str; 40] = [
    "恒", "瑞", "华", "鼎", "诚", "宏", "盛", "泰", "中", "科", "博", "远", "联", "嘉", "立", "德", "金", "凯", "汇",
    "新", "明", "宇", "海", "星", "锐", "信", "佳", "昌", "亿", "捷", "景", "维", "航", "蓝", "玉", "卓", "晟", "衡",
    "启", "沃",
];
const SECOND: [&str; 40] = [
    "昱", "达", "捷", "安", "源", "通", "康", "杰", "益", "创", "洋", "腾", "能", "越", "迈", "峰", "凌", "特", "邦",
    "润", "辉", "和", "森", "程", "朗", "拓", "格", "诺", "图", "威", "隆", "晖", "瀚", "川", "岩", "祥", "钧", "驰",
    "序", "禾",
];

fn trades(land_use: LandUse) -> &'static [(&'static str, &'static str)] {
    match land_use {
        LandUse::Light => &[
            ("39", "电子科技"),
            ("39", "半导体"),
            ("38", "电气"),
            ("40", "仪器仪表"),
            ("35", "智能装备"),
            ("27", "生物医药"),
            ("13", "食品"),
            ("18", "服饰"),
            ("24", "文体用品"),
            ("39", "光电"),
        ],
        LandUse::Medium => &[
            ("34", "精密机械"),
            ("33", "金属制品"),
            ("36", "汽车零部件"),
            ("29", "橡塑"),
            ("30", "新型建材"),
            ("37", "轨道交通装备"),
            ("17", "纺织"),
            ("22", "纸制品"),
            ("32", "有色金属"),
            ("35", "专用设备"),
        ],
        LandUse::Chemical => {
            &[("26", "精细化工"), ("26", "新材料"), ("26", "电子化学品"), ("25", "能源化工"), ("28", "化学纤维")]
        }
        LandUse::Logistics => &[("59", "供应链"), ("59", "冷链物流"), ("59", "仓储物流")],
        LandUse::Research => {
            &[("73", "研究院"), ("65", "软件"), ("73", "检测技术"), ("65", "工业互联网"), ("73", "生命科学")]
        }
        LandUse::Commerce => &[("61", "酒店管理"), ("52", "商业管理"), ("70", "商务服务")],
        _ => &[("70", "公寓管理"), ("70", "物业管理")],
    }
}

fn day(year: i32, ordinal: u32) -> NaiveDate {
    NaiveDate::from_yo_opt(year, ordinal.clamp(1, 365)).unwrap_or_default()
}

/// Enterprises for the parcels, tenants for the buildings, figures for the years.
pub(super) fn settle(seed: u64, parcels: &[Parcel], massing: &Massing) -> Residents {
    let mut residents = Residents { holder: vec![None; parcels.len()], ..Residents::default() };
    let mut dice = Dice::new(seed, "enterprises", 0);
    let mut previous: Option<(usize, usize)> = None;
    for (i, parcel) in parcels.iter().enumerate() {
        if matches!(parcel.story, Story::Public | Story::Reserve | Story::NoRecord) {
            continue;
        }
        // A neighbour in the same block sometimes belongs to the same enterprise.
        let shared = previous.filter(|&(at, _)| {
            parcels[at].block == parcel.block
                && parcels[at].land_use == parcel.land_use
                && parcel.story == parcels[at].story
        });
        let enterprise = match shared {
            Some((_, enterprise)) if dice.chance(0.14) => enterprise,
            _ => {
                let since = (!unfinished(parcel.story)).then(|| completion_year(seed, i, parcel.story) + 1);
                let state = match parcel.story {
                    Story::Closed => "停产",
                    story if unfinished(story) => "筹建",
                    _ => "在营",
                };
                residents.found(&mut dice, parcel.land_use, state, since)
            }
        };
        residents.enterprises[enterprise].land_m2 += parcel.area_m2();
        residents.holder[i] = Some(enterprise);
        previous = Some((i, enterprise));
    }
    residents.let_floors(seed, parcels, massing);
    residents.keep_books(seed);
    residents
}

fn unfinished(story: Story) -> bool {
    matches!(
        story,
        Story::Building
            | Story::NotYetDue
            | Story::Late
            | Story::VeryLate
            | Story::StalledArea
            | Story::StalledMoney
            | Story::Excused
    )
}

impl Residents {
    fn found(&mut self, dice: &mut Dice, land_use: LandUse, state: &'static str, since: Option<i32>) -> usize {
        let number = self.enterprises.len();
        let &(industry, trade) = dice.pick(trades(land_use));
        // Every pair of brand characters comes up once before one comes up again, then with a number.
        let pair = (number * 547 + 131) % (FIRST.len() * SECOND.len());
        let round = number / (FIRST.len() * SECOND.len());
        let again = if round == 0 { String::new() } else { format!("第{}", round + 1) };
        let name = format!("清溪{}{}{again}{trade}有限公司", FIRST[pair % FIRST.len()], SECOND[pair / FIRST.len()]);
        self.enterprises.push(Enterprise {
            key: format!("91990001MAQX{number:06}"),
            name,
            industry,
            state,
            land_m2: 0.0,
            floor_m2: 0.0,
            since,
        });
        number
    }

    fn let_floors(&mut self, seed: u64, parcels: &[Parcel], massing: &Massing) {
        let mut dice = Dice::new(seed, "tenancies", 0);
        for (b, building) in massing.buildings.iter().enumerate() {
            let (Some(holder), Some(year)) = (self.holder[building.parcel], building.year) else { continue };
            if building.floor_area_m2 < 150.0 {
                continue;
            }
            let story = parcels[building.parcel].story;
            let from = day(year + 1, dice.int(1, 200) as u32);
            if story == Story::Closed {
                let to = day(dice.int(2023, 2025) as i32, dice.int(1, 365) as u32);
                self.tenancies.push(Tenancy {
                    enterprise: holder,
                    building: b,
                    floor_m2: building.floor_area_m2,
                    from,
                    to: Some(to),
                });
                continue;
            }
            if building.state == VACANT {
                // Empty now; some had a tenant before.
                if dice.chance(0.6) {
                    let to = day(dice.int(2024, 2025) as i32, dice.int(1, 365) as u32);
                    let floor_m2 = building.floor_area_m2;
                    self.tenancies.push(Tenancy { enterprise: holder, building: b, floor_m2, from, to: Some(to) });
                }
                continue;
            }
            let let_by_floor = matches!(building.purpose, Purpose::Factory | Purpose::Shop) && building.storeys >= 3;
            if !let_by_floor || !dice.chance(0.26) {
                self.tenancies.push(Tenancy {
                    enterprise: holder,
                    building: b,
                    floor_m2: building.floor_area_m2,
                    from,
                    to: None,
                });
                self.enterprises[holder].floor_m2 += building.floor_area_m2;
                continue;
            }
            let per_floor = building.floor_area_m2 / f64::from(building.storeys);
            for floor in 0..building.storeys {
                let floor_m2 = per_floor.round();
                let (enterprise, from) = match dice.unit() {
                    x if floor == 0 || x < 0.38 => (holder, from),
                    x if x < 0.58 => {
                        let since = dice.int(i64::from(year) + 1, 2025) as i32;
                        (
                            self.found(&mut dice, parcels[building.parcel].land_use, "在营", Some(since)),
                            day(since, dice.int(1, 300) as u32),
                        )
                    }
                    // Nobody rents this floor.
                    _ => continue,
                };
                self.tenancies.push(Tenancy { enterprise, building: b, floor_m2, from, to: None });
                self.enterprises[enterprise].floor_m2 += floor_m2;
            }
        }
    }

    fn keep_books(&mut self, seed: u64) {
        for (e, enterprise) in self.enterprises.iter().enumerate() {
            let mut dice = Dice::new(seed, "figures", e as u64);
            let Some(since) = enterprise.since else { continue };
            // 10 000 CNY a year for each m² of land, or of floor for tenants; chemicals and chips make more of it.
            let base = enterprise.land_m2.max(enterprise.floor_m2 * 0.6).max(400.0);
            let intensity = match enterprise.industry {
                "39" | "27" | "26" | "25" => 1.15,
                "59" => 0.32,
                "61" | "52" | "70" => 0.28,
                _ => 0.72,
            };
            let skill = if dice.chance(0.11) { dice.range(0.05, 0.22) } else { (0.45 * dice.bell()).exp() };
            let tax_rate = dice.range(0.028, 0.062);
            for year in YEARS {
                let closed = enterprise.state == "停产" && year >= 2024;
                if year < since {
                    continue;
                }
                let ramp = (0.45 + 0.2 * f64::from(year - since)).min(1.0);
                let cycle = [0.96, 0.98, 0.97, 1.03, 1.06][(year - YEARS.start()) as usize % 5];
                let running = if closed { 0.0 } else { ramp * cycle * dice.range(0.92, 1.08) };
                let output = base * intensity * skill * running;
                self.figures.push(Figures {
                    enterprise: e,
                    year,
                    output: (output * 10.0).round() / 10.0,
                    tax: (output * tax_rate * 10.0).round() / 10.0,
                    fixed_assets: (base * 0.62 * (0.9 + 0.03 * f64::from(year - since)) * (0.5 + 0.5 * intensity))
                        .round(),
                    employees: if closed { 0 } else { (3.0 + output / dice.range(95.0, 150.0)).round() as i64 },
                });
            }
        }
    }
}

/// The first of July of the year in which the park was founded, for registers without a better date.
pub(super) fn founded() -> NaiveDate {
    let date = day(2013, 182);
    debug_assert_eq!(date.year(), 2013);
    date
}
