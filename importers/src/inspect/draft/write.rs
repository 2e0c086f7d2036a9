//! The text of a drafted manifest. What stands in it is decided by the modules beside.

use std::fmt::Write;

use spatial_db::model::NetworkClass;
use spatial_db::schema::{GeometryKind, Role, Table, Unit};

use super::layer::{Drafted, WordsFrom, because};
use super::park::{self, Place};
use super::{Draft, DraftOptions};
use crate::inspect::Inspection;
use crate::inspect::coordinates::Columns;
use crate::inspect::guess::certainty;

/// Column at which comments begin, where the line leaves room.
const COMMENT_AT: usize = 44;

/// A text in quotes, as TOML wants it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A comment of one line.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `key = value`, with a comment in line with those around it.
fn line(out: &mut String, text: &str, comment: &str) {
    if comment.is_empty() {
        let _ = writeln!(out, "{text}");
        return;
    }
    let width = text.chars().map(|c| if ('\u{1100}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum::<usize>();
    let _ = writeln!(out, "{text}{}# {}", " ".repeat(COMMENT_AT.saturating_sub(width).max(2)), plain(comment));
}

/// Puts everything together.
pub(super) fn manifest(
    inspection: &Inspection,
    drafted: &[Drafted<'_>],
    place: &Place,
    options: &DraftOptions,
) -> Draft {
    let mut draft = Draft { text: String::new(), layers: Vec::new(), left_out: Vec::new(), unsure: Vec::new() };
    let crs = park::crs(drafted);
    let stem = options.out.file_stem().map(|stem| stem.to_string_lossy().replace(".park", "")).unwrap_or_default();
    let from_names = [stem.as_str(), &place.folder_name()]
        .into_iter()
        .filter(|text| *text != "park" && *text != "data")
        .find_map(park::slug);
    let slug = options.slug.clone().or(from_names).unwrap_or_else(|| "park".to_owned());
    let name = options.name.clone().unwrap_or_else(|| place.folder_name());
    let mut out = String::new();
    out.push_str("# Drafted by `twin manifest` from what the files hold. Every guess says how sure it is (certain, likely, unsure)\n");
    out.push_str("# and why: read it, correct it, then `twin import` this file. docs/manifest.md describes every key.\n\n[park]\n");
    line(&mut out, &format!("slug = {}", quoted(&slug)), "short name on the command line");
    line(
        &mut out,
        &format!("name = {}", quoted(if name.is_empty() { &slug } else { &name })),
        "name in pictures and reports",
    );
    line(&mut out, &format!("crs = {}", quoted(&crs.value)), &because(crs.confidence, &crs.reason));
    if let Some(root) = &place.root {
        line(&mut out, &format!("root = {}", quoted(root)), "folder of the files, as seen from here");
    }
    out.push_str("# licence = \"…\"        who may use the data\n# attribution = \"…\"    who surveyed it\n# as_of = 2024-12-31     date that the data describes\n");
    if crs.certainty() == "unsure" {
        draft.unsure.push(format!("the park's crs {}: {}", crs.value, crs.reason));
    }
    for one in drafted {
        let body = layer(one, drafted);
        match &one.left_out {
            None => {
                let _ = write!(out, "\n{body}");
                draft.layers.push((one.name.clone(), one.role.map(|role| role.to_string()).unwrap_or_default()));
                note_unsure(one, &mut draft);
            }
            Some(reason) => {
                let _ = writeln!(out, "\n# ── {} ──\n# Left out: {}", plain(&one.source), plain(reason));
                for text in body.lines().filter(|text| !text.starts_with('#') && !text.is_empty()) {
                    let _ = writeln!(out, "#   {text}");
                }
                draft.left_out.push((one.source.clone(), reason.clone()));
            }
        }
    }
    for failure in &inspection.failures {
        let _ = writeln!(
            out,
            "\n# ── {} ──\n# Could not be read: {}; {}",
            failure.file.display(),
            plain(&failure.reason),
            plain(&failure.fix)
        );
        draft.left_out.push((failure.file.display().to_string(), format!("{}; {}", failure.reason, failure.fix)));
    }
    draft.text = out;
    draft
}

fn note_unsure(one: &Drafted<'_>, draft: &mut Draft) {
    if certainty(one.confidence) == "unsure" {
        draft.unsure.push(format!(
            "{}: role {}: {}",
            one.source,
            one.role.map(|role| role.to_string()).unwrap_or_default(),
            one.reason
        ));
    }
    if let Some(place) = one.place()
        && place.crs.certainty() == "unsure"
    {
        draft.unsure.push(format!(
            "{}: crs {}: {}",
            one.source,
            place.crs.value.as_deref().unwrap_or("unknown"),
            place.crs.reason
        ));
    }
    if let Some(encoding) = one.file.encoding.as_ref().filter(|encoding| encoding.certainty() == "unsure") {
        draft.unsure.push(format!("{}: encoding {}: {}", one.source, encoding.value, encoding.reason));
    }
}

/// One `[[layer]]`.
fn layer(one: &Drafted<'_>, drafted: &[Drafted<'_>]) -> String {
    let mut out = String::new();
    let what = match (one.layer, one.raster) {
        (Some(layer), _) => {
            let rows =
                layer.rows.map_or_else(|| format!("more than {} rows", layer.sampled), |rows| format!("{rows} rows"));
            let kinds: Vec<String> = layer
                .geometry
                .iter()
                .map(|count| format!("{}{}", count.kind, if count.z { " with Z" } else { "" }))
                .collect();
            if kinds.is_empty() { format!("{rows}, no geometry") } else { format!("{rows} of {}", kinds.join(", ")) }
        }
        (None, Some(raster)) => format!("raster of {} × {}", raster.size[0], raster.size[1]),
        (None, None) => String::new(),
    };
    let _ = writeln!(out, "# ── {}: {what} ──", plain(&one.source));
    out.push_str("[[layer]]\n");
    line(&mut out, &format!("name = {}", quoted(&one.name)), "");
    let role = one.role.map_or_else(|| "?".to_owned(), |role| role.to_string());
    line(&mut out, &format!("role = {}", quoted(&role)), &because(one.confidence, &one.reason));
    line(&mut out, &format!("file = {}", quoted(&one.path)), "");
    if let Some(layer) = one.layer.filter(|_| one.file.layers.len() > 1) {
        line(&mut out, &format!("layer = {}", quoted(&layer.name)), "");
    }
    if let Some(filter) = one.format.and_then(|known| known.filter.as_ref()) {
        line(&mut out, &format!("filter = {}", quoted(filter)), "");
    }
    if one.format.is_some_and(|known| known.allow_empty) {
        line(&mut out, "allow_empty = true", "an extract may have none");
    }
    if let Some(encoding) =
        one.file.encoding.as_ref().filter(|encoding| encoding.value != "UTF-8" || encoding.reason.contains("but"))
    {
        line(
            &mut out,
            &format!("encoding = {}", quoted(&encoding.value)),
            &because(encoding.confidence, &encoding.reason),
        );
    }
    place(one, &mut out);
    coordinates(one, &mut out);
    if one.role.is_some_and(Role::is_raster) {
        if let Some(unit) = one.raster.and_then(|raster| raster.height_unit.as_ref()) {
            let _ =
                writeln!(out, "# z_unit = {}  {}", quoted(&unit.value), plain(&because(unit.confidence, &unit.reason)));
        }
        return out;
    }
    heights(one, &mut out);
    key(one, &mut out);
    network(one, drafted, &mut out);
    if !matches!(one.role, Some(Role::TerrainPoints)) {
        fields(one, &mut out);
    }
    out
}

fn place(one: &Drafted<'_>, out: &mut String) {
    let needs = one.wants().is_some() || one.role == Some(Role::TerrainPoints) || one.role.is_some_and(Role::is_raster);
    let Some(place) = one.place().filter(|_| needs) else { return };
    match &place.crs.value {
        Some(crs) if !place.declared => {
            line(out, &format!("crs = {}", quoted(crs)), &because(place.crs.confidence, &place.crs.reason));
        }
        None if !place.declared => {
            let _ = writeln!(out, "# crs = \"EPSG:…\"  {}", plain(&place.crs.reason));
        }
        _ => {
            let _ = writeln!(out, "# crs: {}", plain(&because(place.crs.confidence, &place.crs.reason)));
        }
    }
    for candidate in place.candidates.iter().filter(|_| !place.declared && place.crs.confidence < 0.75).take(3) {
        let _ = writeln!(
            out,
            "#   or {} ({}): {}",
            plain(&candidate.crs),
            plain(&candidate.name),
            plain(&candidate.reason)
        );
    }
    if place.axis_order.value != "xy" {
        line(
            out,
            &format!("axis_order = {}", quoted(place.axis_order.value)),
            &because(place.axis_order.confidence, &place.axis_order.reason),
        );
    }
}

fn coordinates(one: &Drafted<'_>, out: &mut String) {
    let Some(found) = one.coordinate_fields() else { return };
    let fields = one.fields();
    let mut write = |key: &str, field: usize| line(out, &format!("{key} = {}", quoted(&fields[field].name)), "");
    match found {
        Columns::Point([x, y])
            if one
                .wants()
                .is_none_or(|kind| matches!(kind, GeometryKind::Point | GeometryKind::PointZ | GeometryKind::Any)) =>
        {
            write("x", *x);
            write("y", *y);
        }
        Columns::Line(ends) => {
            for (key, field) in ["start_x", "start_y", "end_x", "end_y"].into_iter().zip(ends) {
                write(key, *field);
            }
        }
        Columns::Wkt(field) => write("wkt", *field),
        Columns::Point(_) => {}
    }
}

/// A key of the layer that names a field with a length.
fn length(one: &Drafted<'_>, column: &str, key: &str, out: &mut String) -> bool {
    let Some((field, mapped)) = one.field_of(column) else { return false };
    let value = match mapped.unit {
        Some(unit) => format!("{{ field = {}, unit = {} }}", quoted(&field.name), quoted(unit)),
        None => quoted(&field.name),
    };
    line(out, &format!("{key} = {value}"), &because(mapped.score.min(0.97), &mapped.reason));
    true
}

fn heights(one: &Drafted<'_>, out: &mut String) {
    match one.role {
        Some(Role::TerrainPoints) => {
            let in_geometry = one.layer.is_some_and(|layer| layer.sample.with_height * 2 > layer.sampled);
            if !in_geometry {
                length(one, "@elevation", "elevation", out);
            }
        }
        // Where the ground is told with a depth, that tells the fitting as well.
        Some(Role::NetworkNode(_))
            if one.field_of("ground_elevation_m").is_none() || one.field_of("depth_m").is_none() =>
        {
            length(one, "@elevation", "elevation", out);
        }
        _ => {}
    }
}

fn key(one: &Drafted<'_>, out: &mut String) {
    let Some(key) = &one.key else { return };
    let value = match (key.fields.as_slice(), &one.prefix) {
        ([], _) => quoted(if key.by_fid { "@fid" } else { "@row" }),
        ([field], None) => quoted(field),
        (fields, None) => format!("[{}]", fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(", ")),
        ([field], Some(prefix)) => format!("{{ field = {}, prefix = {} }}", quoted(field), quoted(prefix)),
        (fields, Some(prefix)) => {
            let names: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            format!("{{ fields = [{}], prefix = {} }}", names.join(", "), quoted(prefix))
        }
    };
    let mut reason = key.reason.clone();
    if one.prefix.is_some() {
        reason.push_str("; the prefix keeps it apart from another layer of the same table");
    }
    line(out, &format!("key = {value}"), &reason);
}

fn network(one: &Drafted<'_>, drafted: &[Drafted<'_>], out: &mut String) {
    let Some(Role::NetworkEdge(class)) = one.role else { return };
    if let Some(nodes) = &one.nodes {
        let ends = format!("{} of {} ends are points of", nodes.found, nodes.of);
        if let Some(layer) = nodes.layer {
            let text = format!("nodes = {}", quoted(&drafted[layer].name));
            line(out, &text, &format!("{ends} that layer"));
        } else {
            let _ = writeln!(out, "# {ends} the layers of its class");
        }
        for (column, key) in [("@from", "from"), ("@to", "to")] {
            if let Some((field, mapped)) = one.field_of(column) {
                line(
                    out,
                    &format!("{key} = {}", quoted(&field.name)),
                    &because(mapped.score.min(0.97), &mapped.reason),
                );
            }
        }
    }
    let mut told = false;
    for (column, key) in [
        ("@start_elevation", "start_elevation"),
        ("@end_elevation", "end_elevation"),
        ("@start_depth", "start_depth"),
        ("@end_depth", "end_depth"),
    ] {
        told |= length(one, column, key, out);
    }
    if told {
        match class {
            Some(NetworkClass::Drainage) => {
                line(out, "z_reference = \"invert\"", "likely (0.80): gravity pipes are surveyed at the inside bottom");
            }
            Some(_) if one.field_of("@start_depth").is_some() => line(
                out,
                "z_reference = \"crown\"",
                "likely (0.70): depths of other pipes and cables are those of their top (CJJ 61-2017)",
            ),
            _ => {}
        }
    } else if one.nodes.is_none() && one.layer.is_some_and(|layer| layer.sample.with_height == 0) {
        out.push_str("# assumed_depth_m = 1.0   nothing tells how deep it lies; this would place it below the terrain, with a warning\n");
    }
}

fn fields(one: &Drafted<'_>, out: &mut String) {
    let Some(table) = one.role.and_then(|role| Table::of(role.kind())) else { return };
    let mut body = String::new();
    let mut money = false;
    for column in table.columns {
        if let Some(words) = one.words.iter().find(|words| words.column == column.name) {
            if let WordsFrom::Constant(word) = &words.from {
                line(&mut body, &format!("{} = {{ value = {} }}", column.name, quoted(word)), &words.reason);
            }
            continue;
        }
        let Some((field, mapped)) = one.field_of(column.name) else { continue };
        let mut parts = vec![format!("field = {}", quoted(&field.name))];
        parts.extend(mapped.unit.map(|unit| format!("unit = {}", quoted(unit))));
        parts.extend(mapped.format.map(|format| format!("format = {}", quoted(format))));
        let value = if parts.len() == 1 { quoted(&field.name) } else { format!("{{ {} }}", parts.join(", ")) };
        money |= column.unit == Unit::Currency;
        line(&mut body, &format!("{} = {value}", column.name), &because(mapped.score.min(0.97), &mapped.reason));
    }
    let yuan = one
        .fields()
        .iter()
        .any(|field| field.name.contains('元') || field.name.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
    if money && table.column_index("currency").is_some() {
        if yuan {
            line(&mut body, "currency = { value = \"CNY\" }", "likely (0.80): Chinese headers");
        } else {
            body.push_str("# currency = { value = \"USD\" }   say which currency the amounts are in\n");
        }
    }
    for words in &one.words {
        if let WordsFrom::Fields { fields, map, otherwise, default, .. } = &words.from {
            word_map(words.column, fields, map, *otherwise, *default, &words.reason, &mut body);
        }
    }
    if !body.is_empty() {
        let _ = write!(out, "[layer.fields]\n{body}");
    }
}

fn word_map(
    column: &str,
    fields: &[String],
    map: &[(String, String, u64)],
    otherwise: Option<&str>,
    default: Option<&str>,
    reason: &str,
    out: &mut String,
) {
    let _ = writeln!(out, "[layer.fields.{column}]");
    match fields {
        [field] => line(out, &format!("field = {}", quoted(field)), reason),
        fields => {
            let names: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            line(out, &format!("fields = [{}]", names.join(", ")), reason);
            out.push_str("join = \"\"\n");
        }
    }
    if let Some(default) = default {
        line(out, &format!("default = {}", quoted(default)), "where the source says nothing");
    }
    let _ = writeln!(out, "[layer.fields.{column}.map]");
    for (word, meaning, rows) in map {
        line(out, &format!("{} = {}", quoted(word), quoted(meaning)), &format!("{rows} rows"));
    }
    if let Some(otherwise) = otherwise {
        line(out, &format!("\"*\" = {}", quoted(otherwise)), "every other word");
    }
}
