//! The numbers of the moment and the conditions.

use analysis::emergency::drill::{DrillFile, DrillRun, drill_notes};
use bevy_egui::egui::{Color32, Grid, Label, RichText, Ui};

use super::super::{Panels, look};
use crate::drill::{Figures, clock};
use crate::inspect::grouped;
use crate::text::{Text, t};

/// A number with its unit, and whether it is one to worry about.
type Line = (String, String, bool);

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let theme = panels.twin.theme();
    let Some(session) = panels.drill.session.as_ref() else { return };
    let Some(played) = session.strand.played() else { return };
    let figures = Figures::at(played, session.now_s);
    let ink = look::colour(theme.ink);
    let bad = look::colour(theme.bad);
    look::group(ui, &t!(words, "drill-people"));
    grid(ui, "drill-people-numbers", &people(words, &figures), ink, bad);
    super::persons::show(ui, panels, words);
    let Some(session) = panels.drill.session.as_ref() else { return };
    let Some(played) = session.strand.played() else { return };
    look::group(ui, &t!(words, "drill-water"));
    grid(ui, "drill-water-numbers", &water(words, &figures), ink, bad);
    look::group(ui, &t!(words, "drill-conditions"));
    let wind = played.trace.wind(session.now_s);
    let weather = session.file.weather;
    let mut lines = Vec::new();
    if let Some(wind) = wind {
        let value = t!(words, "drill-wind-value", from = format!("{:.0}", wind.from_deg), speed = grouped(wind.m_s, 1));
        lines.push((t!(words, "drill-wind"), value, false));
        lines.push((t!(words, "drill-stability"), format!("{:?}", wind.stability), false));
    }
    lines.push((t!(words, "drill-air"), t!(words, "drill-celsius", value = grouped(weather.temperature_c, 0)), false));
    lines.push((t!(words, "drill-closed"), figures.closed.to_string(), figures.closed > 0));
    grid(ui, "drill-conditions-numbers", &lines, ink, bad);
    ui.add_space(4.0);
    ui.add(Label::new(look::note(t!(words, "drill-use"))).wrap());
    for note in notes(words, &session.file, &played.run) {
        ui.add(Label::new(look::note(note)).wrap());
    }
}

/// What was given and what the models leave out: all of it, as the report has it.
fn notes(words: &Text, file: &DrillFile, run: &DrillRun) -> Vec<String> {
    drill_notes(file, run).iter().map(|note| words.words(note)).collect()
}

fn people(words: &Text, figures: &Figures) -> Vec<Line> {
    let count = |value: u32| grouped(f64::from(value), 0);
    let mut lines = vec![
        (t!(words, "drill-inside"), count(figures.inside), false),
        (t!(words, "drill-on-the-way"), count(figures.on_the_way), false),
        (t!(words, "drill-out"), format!("{} / {}", count(figures.out), count(figures.persons)), false),
        (t!(words, "drill-cut-off"), count(figures.cut_off), figures.cut_off > 0),
        (t!(words, "drill-in-danger"), count(figures.in_danger), figures.in_danger > 0),
        (t!(words, "drill-exposed"), count(figures.exposed), figures.exposed > 0),
    ];
    if figures.unknown > 0 {
        lines.push((t!(words, "drill-unknown-buildings"), figures.unknown.to_string(), false));
    }
    lines
}

fn water(words: &Text, figures: &Figures) -> Vec<Line> {
    let time = |at: Option<f64>| at.map_or_else(|| t!(words, "drill-not-yet"), clock);
    let litres = match figures.water {
        None => look::NONE.to_owned(),
        Some((flow, 0)) => t!(words, "drill-litres", value = grouped(flow, 0)),
        Some((flow, unknown)) => {
            let known = t!(words, "drill-litres", value = grouped(flow, 0));
            t!(words, "drill-flow-unknown", flow = known, count = unknown)
        }
    };
    let unpowered = match figures.unpowered {
        None => t!(words, "unknown"),
        Some(count) if figures.power_known => count.to_string(),
        Some(count) => t!(words, "drill-buildings-least", count = count),
    };
    let dry = match figures.dry {
        None => t!(words, "unknown"),
        Some(count) if figures.dry_known => count.to_string(),
        Some(count) => t!(words, "drill-hydrants-least", count = count),
    };
    vec![
        (t!(words, "drill-first-engine"), time(figures.first_engine_s), false),
        (t!(words, "drill-first-water"), time(figures.first_water_s), false),
        (t!(words, "drill-flow"), litres, false),
        (t!(words, "drill-hydrants-dry"), dry, figures.dry.is_some_and(|count| count > 0)),
        (t!(words, "drill-unreached"), unreached(words, figures), figures.unreached.is_some_and(|count| count > 0)),
        (t!(words, "drill-unpowered"), unpowered, figures.unpowered.is_some_and(|count| count > 0)),
        (t!(words, "drill-endangered"), figures.endangered.to_string(), figures.endangered > 0),
    ]
}

/// Buildings without water: so many at least, or unknown, where not all of the supply is on record.
pub(super) fn unreached(words: &Text, figures: &Figures) -> String {
    match figures.unreached {
        None => t!(words, "unknown"),
        Some(count) if figures.unreached_known => count.to_string(),
        Some(count) => t!(words, "drill-buildings-least", count = count),
    }
}

fn grid(ui: &mut Ui, id: &str, lines: &[Line], ink: Color32, bad: Color32) {
    Grid::new(id).num_columns(2).spacing([10.0, 2.0]).show(ui, |ui| {
        for (label, value, worries) in lines {
            ui.add(Label::new(RichText::new(label).size(look::SMALL + 1.0)).selectable(false));
            let colour = if *worries { bad } else { ink };
            ui.label(RichText::new(value).strong().color(colour));
            ui.end_row();
        }
    });
}

#[cfg(test)]
mod tests {
    use analysis::emergency::drill::{DrillTables, run_drill};
    use spatial_db::cache::Cache;

    use super::*;
    use crate::drill::AlertState;
    use crate::drill::tests::{LEAK, park};
    use crate::text::Language;

    /// Nothing has happened, and everything is known.
    fn quiet() -> Figures {
        Figures {
            state: AlertState::Quiet,
            persons: 0,
            inside: 0,
            on_the_way: 0,
            out: 0,
            cut_off: 0,
            in_danger: 0,
            exposed: 0,
            endangered: 0,
            first_engine_s: None,
            first_water_s: None,
            last_out_s: None,
            water: None,
            dry: Some(0),
            dry_known: true,
            unreached: Some(0),
            unreached_known: true,
            unpowered: Some(0),
            power_known: true,
            closed: 0,
            unknown: 0,
        }
    }

    #[test]
    fn dry_hydrants_are_so_many_at_least_without_a_source_on_record() {
        let said = |dry, dry_known| {
            let figures = Figures { dry, dry_known, ..quiet() };
            let line = water(Text::of(Language::English), &figures).swap_remove(3);
            (line.1, line.2)
        };
        assert_eq!(said(Some(2), true), ("2".to_owned(), true));
        assert_eq!(said(Some(2), false), ("2 at least".to_owned(), true));
        assert_eq!(said(None, false), ("unknown".to_owned(), false));
        assert_eq!(said(Some(0), true), ("0".to_owned(), false));
    }

    #[test]
    fn what_is_not_known_of_water_and_power_is_not_told_as_a_plain_number() {
        let figures =
            |water, unreached, unpowered, power_known| Figures { water, unreached, unpowered, power_known, ..quiet() };
        let said = |figures: &Figures| {
            let lines = water(Text::of(Language::English), figures);
            (lines[2].1.clone(), lines[4].1.clone(), lines[5].1.clone())
        };
        let told = |flow: &str, dry: &str, power: &str| (flow.to_owned(), dry.to_owned(), power.to_owned());
        assert_eq!(said(&figures(Some((30.0, 0)), Some(0), Some(3), true)), told("30 L/s", "0", "3"));
        let some = figures(Some((30.0, 2)), Some(4), Some(3), false);
        assert_eq!(said(&some), told("30 L/s + 2 unknown", "4", "3 at least"));
        // A flood has no place to bring water to: that is not a place without water.
        assert_eq!(said(&figures(None, None, None, false)), told(look::NONE, "unknown", "unknown"));
    }

    #[test]
    fn buildings_without_water_are_so_many_at_least_or_unknown_without_a_source_on_record() {
        let said = |unreached, unreached_known| {
            let figures = Figures { unreached, unreached_known, ..quiet() };
            let line = water(Text::of(Language::English), &figures).swap_remove(4);
            (line.1, line.2)
        };
        assert_eq!(said(Some(3), true), ("3".to_owned(), true));
        assert_eq!(said(Some(3), false), ("3 at least".to_owned(), true));
        assert_eq!(said(None, false), ("unknown".to_owned(), false));
        assert_eq!(said(Some(0), true), ("0".to_owned(), false));
        let least = Figures { unreached: Some(3), unreached_known: false, ..quiet() };
        assert_eq!(unreached(Text::of(Language::Chinese), &least), "至少 3 栋");
    }

    #[test]
    fn the_console_tells_every_note_of_the_report_the_weather_first() {
        let (file, cache) = (DrillFile::parse(LEAK).expect("a drill"), Cache::build(park().snapshot));
        let run = run_drill(&file, &cache, &DrillTables::shipped(), &[]).expect("a run");
        let said = notes(Text::of(Language::English), &file, &run);
        assert!(said[0].starts_with("Weather as the file gives it: wind 3 m/s at 10 m from 90°, class D"), "{said:?}");
        assert!(said.iter().any(|note| note.starts_with("Leak: a hole of 12 mm")), "{said:?}");
        assert!(said.last().is_some_and(|note| note.starts_with("Seed 11, file ")), "{said:?}");
        assert_eq!(said.len(), drill_notes(&file, &run).len());
    }
}
