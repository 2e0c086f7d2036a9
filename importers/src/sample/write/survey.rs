//! Survey tables of a network: points in GBK, lines in UTF-8 with a byte-order mark. X is north, Y is east.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::sample::SampleError;
use crate::sample::networks::{Kind, Network, POINT_WORDS, Section};

/// Folder of the survey.
pub(super) const FOLDER: &str = "管线";
const POINT_HEAD: &str = "Exp_No,Map_No,X,Y,High,Feature,Subsid,WellDeep,WellShape,WellMaterial,WellSize,WellPipes,Offset,Rotation,Address,Belong,MDate,SUnit,SDate,Note";
const LINE_HEAD: &str = "S_Exp,S_X,S_Y,S_Deep,E_Exp,E_X,E_Y,E_Deep,Type,Code,Material,PSize,DuctW,DuctH,Voltage,Pressure,CabNum,TotalHole,UsedHole,FlowDir,EmBed,Belong,MDate";

/// Path of the point table, relative to the park's folder.
pub(super) fn point_file(kind: Kind) -> PathBuf {
    Path::new(FOLDER).join(format!("{}_{}_点表.csv", kind.title, kind.code))
}

/// Path of the line table, relative to the park's folder.
pub(super) fn line_file(kind: Kind) -> PathBuf {
    Path::new(FOLDER).join(format!("{}_{}_线表.csv", kind.title, kind.code))
}

/// Write both tables; the water table gets one line whose end was never surveyed. Gives the number of such lines.
pub(super) fn write(dir: &Path, kind: Kind, network: &Network) -> Result<usize, SampleError> {
    let folder = dir.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|source| SampleError::Write { path: folder.clone(), source })?;
    super::put(&dir.join(point_file(kind)), &encoding_rs::GBK.encode(&points(kind, network)).0)?;
    let (lines, loose) = lines(kind, network);
    super::put(&dir.join(line_file(kind)), lines.as_bytes())?;
    Ok(loose)
}

/// Heads of the columns of ratings and loads.
fn head(kind: Kind, columns: &[&str]) -> String {
    let unit = kind.load_unit();
    unit.map_or_else(String::new, |unit| columns.iter().flat_map(|column| [",", *column, unit]).collect())
}

/// Their cells: empty where nobody wrote anything down.
fn cells(kind: Kind, values: &[Option<f64>]) -> String {
    let cell = |value: &Option<f64>| value.map_or_else(|| ",".to_owned(), |value| format!(",{value}"));
    if kind.load_unit().is_some() { values.iter().map(cell).collect() } else { String::new() }
}

/// Networks whose survey tells how valves and switches stand when all is well.
pub(super) fn is_parted(kind: Kind) -> bool {
    matches!(kind.class, "water" | "power")
}

fn points(kind: Kind, network: &Network) -> String {
    let mut links = vec![0_u32; network.points.len()];
    for pipe in &network.pipes {
        links[pipe.a] += 1;
        links[pipe.b] += 1;
    }
    let mut out = String::with_capacity(network.points.len() * 110);
    out.push_str(POINT_HEAD);
    out.push_str(&head(kind, &["RatedCap_", "ConnLoad_"]));
    let parted = is_parted(kind);
    out.push_str(if parted { ",NormState" } else { "" });
    out.push_str(if kind.class == "water" { ",OutPress_MPa\n" } else { "\n" });
    for (i, point) in network.points.iter().enumerate() {
        // A survey point is a feature of the line or an attachment, never both.
        let plain =
            POINT_WORDS.iter().any(|(word, kind)| *word == point.word && matches!(*kind, "junction" | "connection"));
        let (feature, attachment) = if plain { (point.word, "") } else { ("", point.word) };
        let well = matches!(point.word, "检修井" | "人孔" | "手孔" | "工井");
        let (shape, material) = if well { ("圆形", "砖混") } else { ("", "") };
        let size = if point.size_mm > 0 { point.size_mm.to_string() } else { String::new() };
        // Map sheets of 500 m.
        let sheet = format!("{:.1}-{:.1}", (point.xy.y / 500.0).floor() / 2.0, (point.xy.x / 500.0).floor() / 2.0);
        let _ = writeln!(
            out,
            "{}{},{sheet},{:.3},{:.3},{:.3},{feature},{attachment},{:.2},{shape},{material},{size},{},,,,{},2025/11/20,清溪测绘(合成),2025/11/12,{}{}{}",
            kind.code,
            i + 1,
            point.xy.y,
            point.xy.x,
            point.ground_m,
            point.depth_m,
            links[i],
            kind.operator(),
            cells(kind, &network.load_at(i)),
            match (parted, point.shut, kind.class) {
                (false, ..) => "",
                (true, false, _) => ",",
                (true, true, "power") => ",分闸",
                (true, true, _) => ",常闭",
            },
            match (kind.class, point.word) {
                ("water", "水源") => ",0.45",
                ("water", _) => ",",
                _ => "",
            },
        );
    }
    out
}

fn lines(kind: Kind, network: &Network) -> (String, usize) {
    let mut out = String::with_capacity(network.pipes.len() * 150);
    out.push('\u{feff}');
    out.push_str(LINE_HEAD);
    out.push_str(&head(kind, &["RatedCap_"]));
    out.push('\n');
    let code = format!("{}{}", kind.code, "1001");
    for (k, pipe) in network.pipes.iter().enumerate() {
        let (a, b) = (&network.points[pipe.a], &network.points[pipe.b]);
        let (size, duct_w, duct_h) = match pipe.section {
            Section::Round(d) => (d.to_string(), String::new(), String::new()),
            Section::Box(w, h) => (format!("{w}X{h}"), w.to_string(), h.to_string()),
        };
        let (holes, used) = match pipe.section {
            Section::Box(w, h) if matches!(kind.class, "power" | "telecom") => {
                let holes = (w / 150).max(1) * (h / 150).max(1);
                (holes.to_string(), (holes * 2 / 3).to_string())
            }
            _ => (String::new(), String::new()),
        };
        let buried = if matches!(pipe.section, Section::Box(..)) { "管沟" } else { "直埋" };
        let flow = if kind.gravity { "+" } else { "" };
        let material = if kind.gravity && !pipe.pressure.is_empty() { "钢" } else { kind.material };
        let _ = writeln!(
            out,
            "{}{},{:.3},{:.3},{:.3},{}{},{:.3},{:.3},{:.3},{},{code},{material},{size},{duct_w},{duct_h},{},{},,{holes},{used},{flow},{buried},{},{}/6/30{}",
            kind.code,
            pipe.a + 1,
            a.xy.y,
            a.xy.x,
            pipe.depth_a_m,
            kind.code,
            pipe.b + 1,
            b.xy.y,
            b.xy.x,
            pipe.depth_b_m,
            kind.code,
            kind.voltage,
            pipe.pressure,
            kind.operator(),
            pipe.year,
            cells(kind, &[network.rated(k)]),
        );
    }
    let mut loose = 0;
    if let (true, Some(point)) = (kind.class == "water", network.points.first()) {
        loose = 1;
        let _ = writeln!(
            out,
            "{0}1,{1:.3},{2:.3},1.40,{0}999999,,,,{0},{code},{3},100,,,,,,,,,直埋,{5},2012/6/30{4}",
            kind.code,
            point.xy.y,
            point.xy.x,
            kind.material,
            cells(kind, &[None]),
            kind.operator(),
        );
    }
    (out, loose)
}
