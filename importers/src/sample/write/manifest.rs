//! The manifest that lets the importer read the park back. The format is described in `docs/manifest.md`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::survey::{is_parted, line_file, point_file};
use super::{ATTRIBUTION, EPSG, EPSG_ZONED, PARK_NAME, drawing, features, geojson, photo, raster, tables};
use crate::sample::SampleError;
use crate::sample::emergency::RESOURCE_WORDS;
use crate::sample::land_records::{EVENT_WORDS, as_of};
use crate::sample::networks::{KINDS, Kind, POINT_WORDS};

/// The manifest.
pub(super) const FILE: &str = "park.toml";

/// Write the manifest.
pub(super) fn write(dir: &Path) -> Result<PathBuf, SampleError> {
    let mut out = format!(
        "# Which files make this park and how their fields map. Everything in it is made up.\n[park]\nslug = \"qingxi\"\nname = \"{PARK_NAME}\"\n\
         crs = \"EPSG:{EPSG}\"\nsynthetic = true\nlicence = \"CC0-1.0\"\nattribution = \"{ATTRIBUTION}\"\nas_of = {}\n",
        as_of().format("%Y-%m-%d")
    );
    layer(&mut out, "terrain", "terrain", raster::FILE, &[]);
    out.push_str(
        "\n# A drawn picture, no photo. A JPEG says nothing of its CRS; the world file beside it says the place.",
    );
    layer(&mut out, "orthophoto", "imagery", photo::FILE, &[&format!("crs = \"EPSG:{EPSG}\"")]);
    land(&mut out);
    base_map(&mut out);
    residents(&mut out);
    emergency(&mut out);
    for kind in KINDS {
        network(&mut out, kind);
    }
    let path = dir.join(FILE);
    super::put(&path, out.as_bytes())?;
    Ok(path)
}

/// Head of a layer with further keys as written.
fn layer(out: &mut String, name: &str, role: &str, file: &str, keys: &[&str]) {
    let _ = writeln!(out, "\n[[layer]]\nname = \"{name}\"\nrole = \"{role}\"\nfile = \"{file}\"");
    for key in keys {
        let _ = writeln!(out, "{key}");
    }
}

/// The fields of the layer: column and what stands behind `=`.
fn fields(out: &mut String, columns: &[(&str, &str)]) {
    out.push_str("[layer.fields]\n");
    for (column, source) in columns {
        let _ = writeln!(out, "{column} = {source}");
    }
}

fn map(pairs: &[(&str, &str)]) -> String {
    let entries: Vec<String> = pairs.iter().map(|(word, meaning)| format!("\"{word}\" = \"{meaning}\"")).collect();
    format!("{{ {} }}", entries.join(", "))
}

fn mapped(field: &str, pairs: &[(&str, &str)]) -> String {
    format!("{{ field = \"{field}\", map = {} }}", map(pairs))
}

const CNY: &str = "{ value = \"CNY\" }";

fn land(out: &mut String) {
    out.push_str("\n# Cadastre: GBK text declared by the code page byte of the DBF only.");
    layer(out, "parcels", "parcel", features::PARCEL_FILE, &[&format!("crs = \"EPSG:{EPSG}\""), "key = \"宗地代码\""]);
    fields(
        out,
        &[
            ("number", "\"宗地号\""),
            ("holder", "\"权利人\""),
            ("address", "\"坐落\""),
            ("land_use_code", "\"地类编码\""),
            ("land_use_scheme", "{ value = \"planning-2023\" }"),
            ("land_use", "\"地类名称\""),
            ("industry_code", "\"行业代码\""),
            ("recorded_area_m2", "\"宗地面积\""),
            ("recorded_floor_area_m2", "\"建筑面积\""),
            ("assessed_value", "{ field = \"土地总价\", unit = \"万元\" }"),
            ("currency", CNY),
            ("valid_from", "{ field = \"登记日期\", format = \"%Y/%m/%d\" }"),
        ],
    );
    layer(out, "contracts", "land_contract", tables::CONTRACTS, &["encoding = \"GBK\"", "key = \"合同编号\""]);
    let date = |field: &str| format!("{{ field = \"{field}\", format = \"%Y/%m/%d\" }}");
    fields(
        out,
        &[
            ("parcel_key", "\"宗地代码\""),
            ("enterprise_key", "\"统一社会信用代码\""),
            ("signed", &date("签订日期")),
            ("agreed_start", &date("约定开工")),
            ("agreed_completion", &date("约定竣工")),
            ("land_price", "{ field = \"成交价款_万元\", unit = \"万元\" }"),
            ("total_investment", "{ field = \"约定投资_万元\", unit = \"万元\" }"),
            ("currency", CNY),
            ("area_due_m2", "{ field = \"应开发面积_亩\", unit = \"亩\" }"),
        ],
    );
    layer(out, "land events", "land_event", tables::EVENTS, &["key = \"事件编号\""]);
    fields(
        out,
        &[
            ("contract_key", "\"合同编号\""),
            ("kind", &mapped("事件类型", &EVENT_WORDS)),
            ("date", "\"发生日期\""),
            ("developed_area_m2", "\"已开发面积_m2\""),
            ("invested", "{ field = \"已投资_万元\", unit = \"万元\" }"),
            ("note", "\"备注\""),
        ],
    );
    layer(out, "projects", "project", tables::PROJECTS, &["encoding = \"GBK\"", "key = \"项目编号\""]);
    let date = |field: &str| format!("{{ field = \"{field}\", format = \"%Y年%m月%d日\" }}");
    fields(
        out,
        &[
            ("name", "\"项目名称\""),
            ("contract_key", "\"合同编号\""),
            ("parcel_key", "\"宗地代码\""),
            ("enterprise_key", "\"统一社会信用代码\""),
            ("planned_approval", &date("计划核准")),
            ("planned_permit", &date("计划施工许可")),
            ("planned_start", &date("计划开工")),
            ("planned_completion", &date("计划竣工")),
            ("planned_production", &date("计划投产")),
            ("planned_investment", "{ field = \"计划投资_亿元\", unit = \"亿元\" }"),
            ("currency", CNY),
        ],
    );
}

fn base_map(out: &mut String) {
    layer(out, "buildings", "building", features::BASE_FILE, &["layer = \"建筑物\"", "key = \"建筑编号\""]);
    let states =
        [("在用", "in use"), ("空置", "vacant"), ("在建", "under construction"), ("停建", "construction stopped")];
    fields(
        out,
        &[
            ("name", "\"名称\""),
            ("address", "\"坐落\""),
            ("use_text", "\"用途\""),
            ("storeys", "\"层数\""),
            ("storey_height_m", "\"层高_m\""),
            ("height_m", "\"高度_m\""),
            ("floor_area_m2", "\"建筑面积_m2\""),
            ("base_elevation_m", "\"室内地坪_m\""),
            ("year_built", "\"竣工年份\""),
            ("state", &mapped("状态", &states)),
        ],
    );
    layer(out, "roads", "road", features::BASE_FILE, &["layer = \"道路中心线\"", "key = \"路段编号\""]);
    let classes = [("主干路", "arterial"), ("次干路", "collector"), ("支路", "local"), ("铁路专用线", "rail")];
    fields(out, &[("name", "\"道路名称\""), ("class", &mapped("道路等级", &classes)), ("width_m", "\"路幅宽_m\"")]);
    layer(out, "ground cover", "surface", features::BASE_FILE, &["layer = \"地表覆盖\"", "key = \"编号\""]);
    let kinds = [("水面", "water"), ("绿地", "grass"), ("林地", "forest")];
    fields(out, &[("kind", &mapped("类型", &kinds)), ("name", "\"名称\"")]);
    out.push_str("\n# A drawing has no CRS of its own; its eastings carry the zone number 40.");
    layer(
        out,
        "yards",
        "surface",
        drawing::FILE,
        &["encoding = \"GBK\"", &format!("crs = \"EPSG:{EPSG_ZONED}\""), "attributes = \"none\""],
    );
    let layers: Vec<(&str, &str)> = drawing::LAYERS
        .iter()
        .map(|(layer, kind)| (*layer, if *kind == crate::sample::surfaces::STORAGE { "storage_yard" } else { "paved" }))
        .collect();
    fields(out, &[("kind", &mapped("Layer", &layers))]);
    layer(out, "hazard sources", "hazard_source", features::BASE_FILE, &["layer = \"危险源\"", "key = \"危险源编号\""]);
    let kinds =
        [("储罐", "tank"), ("仓库", "warehouse"), ("制冷系统", "refrigeration"), ("调压站", "pressure regulator")];
    fields(
        out,
        &[
            ("name", "\"名称\""),
            ("kind", &mapped("类别", &kinds)),
            ("substance", "\"物质\""),
            ("cas", "\"CAS\""),
            ("quantity_t", "\"最大存量_t\""),
            ("height_m", "\"高度_m\""),
            ("diameter_m", "\"直径_m\""),
        ],
    );
}

fn residents(out: &mut String) {
    let code = "\"统一社会信用代码\"";
    layer(out, "enterprises", "enterprise", tables::ENTERPRISES, &["encoding = \"GBK\"", "key = \"统一社会信用代码\""]);
    let states = [("在营", "operating"), ("停产", "suspended"), ("筹建", "preparing")];
    fields(
        out,
        &[("name", "\"企业名称\""), ("industry_code", "\"行业代码\""), ("state", &mapped("经营状态", &states))],
    );
    layer(out, "tenancies", "tenancy", tables::TENANCIES, &["key = \"序号\""]);
    fields(
        out,
        &[
            ("enterprise_key", code),
            ("building_key", "\"建筑编号\""),
            ("parcel_key", "\"宗地代码\""),
            ("floor_area_m2", "\"使用面积_m2\""),
            ("valid_from", "\"起始日期\""),
            ("valid_to", "\"终止日期\""),
        ],
    );
    let key = "key = { fields = [\"统一社会信用代码\", \"年度\"], join = \"/\" }";
    layer(out, "yearly figures", "enterprise_year", tables::FIGURES, &["encoding = \"GBK\"", key]);
    fields(
        out,
        &[
            ("enterprise_key", code),
            ("year", "\"年度\""),
            ("output", "{ field = \"工业产值_万元\", unit = \"万元\" }"),
            ("tax", "{ field = \"税收_万元\", unit = \"万元\" }"),
            ("fixed_assets", "{ field = \"固定资产_万元\", unit = \"万元\" }"),
            ("employees", "\"从业人员\""),
            ("currency", CNY),
        ],
    );
}

fn emergency(out: &mut String) {
    layer(out, "emergency resources", "emergency_resource", geojson::FILE, &["key = \"编号\""]);
    fields(
        out,
        &[
            ("kind", &mapped("类别", &RESOURCE_WORDS)),
            ("name", "\"名称\""),
            ("state", &mapped("状态", &[("正常", "working"), ("停用", "out of service")])),
            ("capacity", "\"容量\""),
            ("flow_l_s", "\"流量_Ls\""),
            ("bearing_deg", "\"朝向_度\""),
            ("range_m", "\"视距_m\""),
        ],
    );
}

fn quoted(fields: &[String]) -> String {
    fields.iter().map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(", ")
}

fn network(out: &mut String, kind: Kind) {
    let mut point_attributes: Vec<String> = ["Map_No", "Feature", "SDate", "Belong"].map(str::to_owned).into();
    let mut line_attributes: Vec<String> =
        ["TotalHole", "UsedHole", "FlowDir", "EmBed", "Belong"].map(str::to_owned).into();
    // Ratings and loads stay with each point and line as the utility wrote them.
    if let Some(unit) = kind.load_unit() {
        point_attributes.extend([format!("RatedCap_{unit}"), format!("ConnLoad_{unit}")]);
        line_attributes.push(format!("RatedCap_{unit}"));
    }
    if is_parted(kind) {
        point_attributes.push("NormState".to_owned());
    }
    if kind.class == "water" {
        point_attributes.push("OutPress_MPa".to_owned());
    }
    let (points, lines) = (format!("{} points", kind.code), format!("{} lines", kind.code));
    let _ = write!(out, "\n# {}: X is north and Y is east, as in every Chinese survey table.", kind.title);
    let crs = format!("crs = \"EPSG:{EPSG}\"");
    layer(
        out,
        &points,
        &format!("network.{}.node", kind.class),
        &point_file(kind).to_string_lossy(),
        &[
            "encoding = \"GBK\"",
            &crs,
            "axis_order = \"north_first\"",
            "x = \"X\"",
            "y = \"Y\"",
            "key = \"Exp_No\"",
            &format!("attributes = [{}]", quoted(&point_attributes)),
        ],
    );
    let words = format!("{{ fields = [\"Feature\", \"Subsid\"], join = \"\", map = {} }}", map(&POINT_WORDS));
    let subtype = format!("{{ value = \"{}\" }}", kind.code);
    fields(
        out,
        &[
            ("kind", &words),
            ("subtype", &subtype),
            ("ground_elevation_m", "\"High\""),
            ("depth_m", "\"WellDeep\""),
            ("material", "\"WellMaterial\""),
            ("size_mm", "\"WellSize\""),
        ],
    );
    layer(
        out,
        &lines,
        &format!("network.{}.edge", kind.class),
        &line_file(kind).to_string_lossy(),
        &[
            &crs,
            "axis_order = \"north_first\"",
            "start_x = \"S_X\"",
            "start_y = \"S_Y\"",
            "end_x = \"E_X\"",
            "end_y = \"E_Y\"",
            &format!("nodes = \"{points}\""),
            "from = \"S_Exp\"",
            "to = \"E_Exp\"",
            "start_depth = \"S_Deep\"",
            "end_depth = \"E_Deep\"",
            "z_from = [\"depth\"]",
            &format!("z_reference = \"{}\"", if kind.gravity { "invert" } else { "crown" }),
            "key = { fields = [\"S_Exp\", \"E_Exp\"], join = \"-\" }",
            &format!("attributes = [{}]", quoted(&line_attributes)),
        ],
    );
    let size = if matches!(kind.class, "power" | "telecom" | "other") {
        vec![("width_mm", "\"DuctW\""), ("height_mm", "\"DuctH\"")]
    } else {
        vec![("diameter_mm", "\"PSize\"")]
    };
    let mut columns = vec![
        ("subtype", "\"Type\""),
        ("material", "\"Material\""),
        ("pressure", "\"Pressure\""),
        ("voltage", "\"Voltage\""),
        ("survey_level", "{ value = \"B\" }"),
    ];
    columns.extend(size);
    fields(out, &columns);
}
