//! Underground networks as survey tables know them: points with ground height, lines with depths at both ends.
//!
//! Where routes run is left to `routes`; falling sewers to `sewers`; everything under pressure or in ducts to `pressure`; where rings
//! are parted when all is well to `rings`.

mod loads;
mod pressure;
mod rings;
mod routes;
mod sewers;
mod water;

use loads::Loads;

use super::layout::Layout;
use super::parcels::Parcel;
use super::plane::P;
use super::streets::Streets;
use super::terrain::Terrain;

/// What networks are laid through.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) seed: u64,
    pub(super) layout: &'a Layout,
    pub(super) streets: &'a Streets,
    pub(super) terrain: &'a Terrain<'a>,
    pub(super) parcels: &'a [Parcel],
    /// Parcels with buildings to connect.
    pub(super) served: &'a [bool],
    /// Thin networks out: no connections to parcels, fewer chambers. For parks of district size.
    pub(super) sparse: bool,
}

/// A surveyed point.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) xy: P,
    /// Height of the ground, m.
    pub(super) ground_m: f64,
    /// Depth of the chamber or fitting, m.
    pub(super) depth_m: f64,
    /// Word of the fitting or chamber.
    pub(super) word: &'static str,
    /// Chamber diameter or nominal size, mm.
    pub(super) size_mm: u32,
    /// Parcel that is connected here.
    pub(super) serves: Option<usize>,
    /// Whether it is a valve or switch that lets nothing pass when all is well.
    pub(super) shut: bool,
}

/// A surveyed line between two points.
#[derive(Debug, Clone)]
pub(super) struct Pipe {
    pub(super) a: usize,
    pub(super) b: usize,
    /// Depths at both ends, m: to the top, for drains to the inside bottom.
    pub(super) depth_a_m: f64,
    pub(super) depth_b_m: f64,
    pub(super) section: Section,
    pub(super) year: i32,
    pub(super) pressure: &'static str,
}

/// Cross-section of a line, mm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Round(u32),
    Box(u32, u32),
}

/// One network's tables.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) points: Vec<Point>,
    pub(super) pipes: Vec<Pipe>,
    /// What it can carry and what hangs on it.
    loads: Loads,
}

impl Network {
    /// Rating and contracted load of a point.
    pub(super) fn load_at(&self, point: usize) -> [Option<f64>; 2] {
        self.loads.points.get(point).copied().unwrap_or_default()
    }

    /// Rating of a line.
    pub(super) fn rated(&self, line: usize) -> Option<f64> {
        self.loads.lines.get(line).copied().flatten()
    }
}

/// A network of the survey, its words and how to read its depths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// Subtype code of CJJ 61-2017, also the prefix of point numbers.
    pub(super) code: &'static str,
    /// Class word of the store.
    pub(super) class: &'static str,
    /// File name stem.
    pub(super) title: &'static str,
    pub(super) material: &'static str,
    pub(super) voltage: &'static str,
    /// Depths are to the inside bottom.
    pub(super) gravity: bool,
    which: Which,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Water,
    Storm,
    Sewage,
    Gas,
    Heat,
    Power,
    Telecom,
    Nitrogen,
    Hydrogen,
    Tunnel,
}

impl Kind {
    /// Who operates it, in the survey's column `Belong`: names that are plainly made up, of whom nobody can be called by mistake.
    pub(super) const fn operator(self) -> &'static str {
        match self.which {
            Which::Water => "清溪供水(合成)",
            Which::Storm | Which::Sewage => "清溪排水(合成)",
            Which::Gas => "清溪燃气(合成)",
            Which::Heat => "清溪热力(合成)",
            Which::Power => "清溪供电(合成)",
            Which::Telecom => "清溪通信(合成)",
            Which::Nitrogen | Which::Hydrogen => "清溪工业气体(合成)",
            Which::Tunnel => "清溪管廊(合成)",
        }
    }

    /// Unit in the names of the columns of ratings and loads, where they are kept.
    pub(super) fn load_unit(self) -> Option<&'static str> {
        loads::loading(self.which).map(|loading| loading.unit)
    }

    /// Load of a hectare in that unit.
    pub(super) fn load_per_ha(self) -> Option<f64> {
        loads::loading(self.which).map(|loading| loading.per_ha)
    }
}

const fn kind(
    which: Which,
    code: &'static str,
    class: &'static str,
    title: &'static str,
    material: &'static str,
) -> Kind {
    let gravity = matches!(which, Which::Storm | Which::Sewage);
    let voltage = if matches!(which, Which::Power) { "10kV" } else { "" };
    Kind { code, class, title, material, voltage, gravity, which }
}

/// Every network of the survey; together all eight classes.
pub(super) const KINDS: [Kind; 10] = [
    kind(Which::Water, "SS", "water", "给水", "球墨铸铁"),
    kind(Which::Storm, "YS", "drainage", "雨水", "钢筋混凝土"),
    kind(Which::Sewage, "WS", "drainage", "污水", "HDPE"),
    kind(Which::Gas, "MQ", "gas", "燃气", "PE"),
    kind(Which::Heat, "RS", "heat", "热力", "钢"),
    kind(Which::Power, "GD", "power", "电力", "铜/排管"),
    kind(Which::Telecom, "DX", "telecom", "通信", "光纤/PVC管"),
    kind(Which::Nitrogen, "DQ", "industrial", "氮气", "不锈钢"),
    kind(Which::Hydrogen, "QQ", "industrial", "氢气", "不锈钢"),
    kind(Which::Tunnel, "ZH", "other", "综合管廊", "钢筋混凝土"),
];

/// Words for points and what they mean to the store.
pub(super) const POINT_WORDS: [(&str, &str); 22] = [
    ("直线点", "junction"),
    ("三通", "junction"),
    ("四通", "junction"),
    ("多通", "junction"),
    ("阀门", "valve"),
    ("消防栓", "hydrant"),
    ("检修井", "manhole"),
    ("人孔", "manhole"),
    ("手孔", "manhole"),
    ("工井", "manhole"),
    ("雨水篦", "inlet"),
    ("出水口", "outfall"),
    ("泵站", "pump"),
    ("污水处理厂", "outfall"),
    ("水源", "source"),
    ("调压站", "source"),
    ("热源厂", "source"),
    ("变电站", "source"),
    ("通信机楼", "source"),
    ("气站", "source"),
    ("预留口", "connection"),
    ("环网柜", "switch"),
];

/// Lay one network.
pub(super) fn lay(kind: Kind, ground: &Ground<'_>) -> Network {
    let mut network = match kind.which {
        Which::Storm => sewers::storm(ground),
        Which::Sewage => sewers::sewage(ground),
        Which::Water => water::water(ground),
        Which::Gas => pressure::gas(ground),
        Which::Heat => pressure::heat(ground),
        Which::Power => pressure::power(ground),
        Which::Telecom => pressure::telecom(ground),
        Which::Nitrogen => pressure::industrial(ground, 0.0),
        Which::Hydrogen => pressure::industrial(ground, 1.1),
        Which::Tunnel => pressure::tunnel(ground),
    };
    name_joints(&mut network);
    match kind.which {
        Which::Water => rings::part(&mut network, "水源", "直线点", "阀门"),
        Which::Power => rings::part(&mut network, "变电站", "工井", "环网柜"),
        _ => {}
    }
    network.loads = loads::load(kind, ground, &network);
    network
}

/// A plain joint is called by how many lines it joins, hydrants' and buildings' included.
fn name_joints(network: &mut Network) {
    let mut links = vec![0_u32; network.points.len()];
    for pipe in &network.pipes {
        links[pipe.a] += 1;
        links[pipe.b] += 1;
    }
    for (point, links) in network.points.iter_mut().zip(links) {
        if matches!(point.word, "直线点" | "三通") {
            point.word = match links {
                0..=2 => "直线点",
                3 => "三通",
                4 => "四通",
                _ => "多通",
            };
        }
    }
}
