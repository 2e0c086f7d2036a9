//! Registers without geometry: enterprises, tenancies, yearly figures, land contracts, events and projects, as CSV in both encodings.

use std::fmt::Write;
use std::path::Path;

use crate::sample::SampleError;
use crate::sample::park::Park;
use crate::sample::projects::LOADS;

pub(super) const ENTERPRISES: &str = "企业名录.csv";
pub(super) const TENANCIES: &str = "入驻台账.csv";
pub(super) const FIGURES: &str = "企业年度.csv";
pub(super) const CONTRACTS: &str = "土地合同.csv";
pub(super) const EVENTS: &str = "土地事件.csv";
pub(super) const PROJECTS: &str = "项目台账.csv";

/// Write the registers. Gives how many values are no numbers where numbers should stand, and no dates where dates should.
pub(super) fn write(dir: &Path, park: &Park<'_>) -> Result<(usize, usize), SampleError> {
    let gbk = |name: &str, text: &str| super::put(&dir.join(name), &encoding_rs::GBK.encode(text).0);
    let utf8 = |name: &str, text: &str| super::put(&dir.join(name), format!("\u{feff}{text}").as_bytes());
    gbk(ENTERPRISES, &enterprises(park))?;
    utf8(TENANCIES, &tenancies(park))?;
    let (figures, odd) = figures(park);
    gbk(FIGURES, &figures)?;
    gbk(CONTRACTS, &contracts(park))?;
    utf8(EVENTS, &events(park))?;
    let (projects, unsettled) = projects(park);
    gbk(PROJECTS, &projects)?;
    Ok((odd, unsettled))
}

fn enterprises(park: &Park<'_>) -> String {
    let mut out = String::from("统一社会信用代码,企业名称,行业代码,经营状态\n");
    for e in &park.residents.enterprises {
        let _ = writeln!(out, "{},{},{},{}", e.key, e.name, e.industry, e.state);
    }
    out
}

fn tenancies(park: &Park<'_>) -> String {
    let mut out = String::from("序号,统一社会信用代码,建筑编号,宗地代码,使用面积_m2,起始日期,终止日期\n");
    for (k, t) in park.residents.tenancies.iter().enumerate() {
        let building = &park.massing.buildings[t.building];
        let _ = writeln!(
            out,
            "RZ{:06},{},{},{},{:.0},{},{}",
            k + 1,
            park.residents.enterprises[t.enterprise].key,
            building.key,
            park.parcels[building.parcel].key,
            t.floor_m2,
            t.from.format("%Y-%m-%d"),
            t.to.map(|to| to.format("%Y-%m-%d").to_string()).unwrap_or_default(),
        );
    }
    out
}

fn figures(park: &Park<'_>) -> (String, usize) {
    let mut out = String::from("统一社会信用代码,年度,工业产值_万元,税收_万元,固定资产_万元,从业人员\n");
    let mut odd = 0;
    let strange = park.residents.figures.len() / 2;
    for (k, f) in park.residents.figures.iter().enumerate() {
        // One tax figure was never handed in, and somebody wrote so.
        let tax = if k == strange {
            odd = 1;
            "未报".to_owned()
        } else {
            format!("{:.1}", f.tax)
        };
        let key = &park.residents.enterprises[f.enterprise].key;
        let _ = writeln!(out, "{key},{},{:.1},{tax},{:.0},{}", f.year, f.output, f.fixed_assets, f.employees);
    }
    (out, odd)
}

fn contracts(park: &Park<'_>) -> String {
    let mut out = String::from(
        "合同编号,宗地代码,统一社会信用代码,签订日期,约定开工,约定竣工,成交价款_万元,约定投资_万元,应开发面积_亩\n",
    );
    for c in &park.register.contracts {
        let date = |d: chrono::NaiveDate| d.format("%Y/%m/%d").to_string();
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{:.0},{:.0},{:.3}",
            c.key,
            park.parcels[c.parcel].key,
            c.enterprise.map_or("", |e| park.residents.enterprises[e].key.as_str()),
            date(c.signed),
            date(c.agreed_start),
            date(c.agreed_completion),
            c.price,
            c.investment,
            // 15 mu to the hectare.
            c.area_due_m2 * 15.0 / 10_000.0,
        );
    }
    out
}

fn events(park: &Park<'_>) -> String {
    let mut out = String::from("事件编号,合同编号,事件类型,发生日期,已开发面积_m2,已投资_万元,备注\n");
    for (k, e) in park.register.events.iter().enumerate() {
        let number = |value: Option<f64>| value.map(|v| format!("{v:.0}")).unwrap_or_default();
        let _ = writeln!(
            out,
            "SJ{:06},{},{},{},{},{},{}",
            k + 1,
            park.register.contracts[e.contract].key,
            e.kind,
            e.date.format("%Y-%m-%d"),
            number(e.developed_m2),
            number(e.invested),
            e.note,
        );
    }
    out
}

/// The ledger as its clerk keeps it: a title above the heading, days written out, some still to be settled.
fn projects(park: &Park<'_>) -> (String, usize) {
    let mut out = String::from("清溪工业园项目推进台账（虚构数据）\n");
    out.push_str(
        "项目编号,项目名称,合同编号,宗地代码,统一社会信用代码,计划核准,计划施工许可,计划开工,计划竣工,计划投产,计划投资_亿元",
    );
    for (_, head) in LOADS {
        out.extend([",", head]);
    }
    out.push('\n');
    let mut unsettled = 0;
    for (k, project) in park.projects.iter().enumerate() {
        let enterprise = project.enterprise.map_or("", |e| park.residents.enterprises[e].key.as_str());
        let contract = project.contract.map_or("", |c| park.register.contracts[c].key.as_str());
        let _ = write!(
            out,
            "{},{},{contract},{},{enterprise}",
            project.key, project.name, park.parcels[project.parcel].key
        );
        for (milestone, day) in project.planned.iter().enumerate() {
            let day = day.map(|day| day.format("%Y年%-m月%-d日").to_string()).unwrap_or_default();
            // Two days of production were never settled, and the clerk wrote so.
            if milestone == 4 && (k == 7 || k == 19) {
                unsettled += 1;
                out.push_str(",待定");
            } else {
                let _ = write!(out, ",{day}");
            }
        }
        let _ = write!(out, ",{:.4}", project.investment / 10_000.0);
        for load in project.loads {
            let _ = write!(out, ",{}", load.map(|load| load.to_string()).unwrap_or_default());
        }
        out.push('\n');
    }
    (out, unsettled)
}
