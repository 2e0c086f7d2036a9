//! The tab of evaluation: scores of a scheme's goals with what each value is held against, land, potentials, clusters.

use analysis::evaluation::{Cluster, Clusters, Measure, Range};
use analysis::planner::{Amount, Goal, ZoneBoard};
use analysis::words::Words;
use bevy_egui::egui::{
    Align, Button, ComboBox, CornerRadius, Frame, Grid, Label, Layout, Margin, Panel, Rect, RichText, ScrollArea,
    Sense, Shape, Stroke, TextStyle, Ui, pos2, vec2,
};

use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::{Panels, look};

/// Widths of name, value, ideal, weight and score, points.
const NAME: f32 = 214.0;
const VALUE: f32 = 116.0;
const IDEAL: f32 = 62.0;
const WEIGHT: f32 = 44.0;
const SCORE: f32 = 92.0;
/// Height of a row and of a bar.
const ROW: f32 = 18.0;
const BAR: f32 = 10.0;
/// How far a part stands in from its goal.
const INDENT: f32 = 12.0;
/// Inputs that a hint names.
const MOST_INPUTS: usize = 8;

/// The tab from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Evaluation {
    /// Position of what is counted in the table of clusters.
    measure: usize,
}

/// The whole score, and the scheme to choose.
pub(super) fn head(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let schemes = panels.twin.input.planner.as_ref().map(|planner| planner.zone_schemes()).unwrap_or_default();
    let schemes: Vec<String> = schemes.iter().map(|scheme| words.words(scheme)).collect();
    let mut scheme = panels.desk.zone_scheme.min(schemes.len().saturating_sub(1));
    ComboBox::from_id_salt("planner-zone-scheme")
        .selected_text(schemes.get(scheme).cloned().unwrap_or_default())
        .width(260.0)
        .truncate()
        .show_ui(ui, |ui| {
            for (at, name) in schemes.iter().enumerate() {
                ui.selectable_value(&mut scheme, at, name);
            }
        })
        .response
        .on_hover_text(t!(words, "planner-zone-scheme"));
    if scheme != panels.desk.zone_scheme {
        panels.desk.zone_scheme = scheme;
    }
    let board = panels.desk.zone.get().cloned();
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        if let Some(board) = board {
            let said = summary(words, &board);
            ui.add(Label::new(RichText::new(said).strong()).truncate().selectable(false)).on_hover_ui(|ui| {
                ui.set_max_width(460.0);
                for note in &board.notes {
                    ui.label(format!("· {}", words.words(note)));
                }
            });
        }
        if panels.desk.zone.is_making() {
            ui.label(look::note(t!(words, "time-making")));
        }
    });
}

/// Score, type and day in a line.
fn summary(words: &Text, board: &ZoneBoard) -> String {
    let types: Vec<String> = board.types.iter().map(|one| words.words(one)).collect();
    let types = types.join(" / ");
    match board.score {
        Some(score) => {
            t!(words, "planner-zone-scored", score = points(score), types = types, day = board.as_of)
        }
        None => t!(words, "planner-zone-unscored", types = types, day = board.as_of),
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text) {
    let Some(board) = panels.desk.zone.get().cloned() else {
        ui.add_space(8.0);
        let waits = panels.desk.zone.is_making();
        ui.label(look::note(if waits { t!(words, "time-making") } else { t!(words, "planner-zone-none") }));
        return;
    };
    let theme = panels.twin.theme();
    body(ui, &theme, words, &board, &mut panels.ui.planner.evaluation);
}

/// Scores on the left, land and potentials in the middle, clusters on the right.
fn body(ui: &mut Ui, theme: &Theme, words: &'static Text, board: &ZoneBoard, state: &mut Evaluation) {
    let frame = Frame::new().inner_margin(Margin { left: 12, right: 0, top: 2, bottom: 0 });
    let whole = ui.available_width();
    Panel::right("zone-clusters")
        .frame(frame)
        .resizable(true)
        .default_size((whole * 0.26).clamp(240.0, 460.0))
        .size_range(200.0..=620.0)
        .show(ui, |ui| {
            ScrollArea::both().id_salt("zone-clusters").auto_shrink([false, false]).show(ui, |ui| {
                industries(ui, words, board, state);
            });
        });
    Panel::right("zone-land")
        .frame(frame)
        .resizable(true)
        .default_size((whole * 0.3).clamp(260.0, 520.0))
        .size_range(220.0..=700.0)
        .show(ui, |ui| {
            ScrollArea::vertical().id_salt("zone-land").auto_shrink([false, false]).show(ui, |ui| {
                look::group(ui, &t!(words, "planner-zone-land"));
                amounts(ui, theme, words, &board.land);
                look::group(ui, &t!(words, "planner-zone-potentials"));
                amounts(ui, theme, words, &board.potentials);
                look::group(ui, &t!(words, "planner-zone-others"));
                amounts(ui, theme, words, &board.others);
            });
        });
    ScrollArea::vertical().id_salt("zone-goals").auto_shrink([false, false]).show(ui, |ui| {
        goals(ui, theme, words, &board.goals);
    });
}

/// A score for people: whole where it is known, else its range.
fn points(score: Range) -> String {
    match score.value() {
        Some(value) => format!("{value:.1}"),
        None => format!("{:.1} – {:.1}", score.low, score.high),
    }
}

fn goals(ui: &mut Ui, theme: &Theme, words: &'static Text, goals: &[Goal]) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (width, head) in [
            (NAME, t!(words, "planner-zone-goal")),
            (VALUE, t!(words, "planner-zone-value")),
            (IDEAL, t!(words, "planner-zone-ideal")),
            (WEIGHT, t!(words, "planner-zone-weight")),
            (SCORE, t!(words, "planner-zone-score")),
        ] {
            cell(ui, width, look::note(head));
        }
    });
    for one in goals {
        let row = ui.scope(|ui| goal(ui, theme, words, one)).response;
        row.on_hover_ui(|ui| {
            ui.set_max_width(460.0);
            ui.label(RichText::new(words.words(&one.label)).strong());
            if !one.way.is_empty() {
                ui.label(words.words(&one.way));
            }
            for cited in &one.cited {
                ui.label(look::note(words.words(cited)));
            }
            told(ui, words, &one.inputs, &one.missing);
        });
    }
}

fn goal(ui: &mut Ui, theme: &Theme, words: &'static Text, goal: &Goal) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let indent = INDENT * goal.depth as f32;
        ui.add_space(indent);
        let name = RichText::new(words.words(&goal.label));
        // What has parts sums them up.
        cell(ui, NAME - indent, if goal.ideal.is_none() && goal.depth < 2 { name.strong() } else { name });
        cell(ui, VALUE, RichText::new(goal.value.as_ref().map(|value| words.words(value)).unwrap_or_default()));
        cell(ui, IDEAL, look::note(goal.ideal.clone().unwrap_or_default()));
        cell(ui, WEIGHT, look::note(goal.weight.map(|weight| format!("{weight:.2}")).unwrap_or_default()));
        let Some(score) = goal.score else {
            cell(ui, SCORE, look::note(look::NONE));
            return;
        };
        let is_known = score.value().is_some();
        let shown = RichText::new(points(score));
        cell(ui, SCORE, if is_known { shown.strong() } else { shown.weak() });
        let room = (ui.available_width() - 8.0).clamp(30.0, 260.0);
        let (place, _) = ui.allocate_exact_size(vec2(room, ROW), Sense::hover());
        bar(ui, theme, place, score, 100.0);
    });
}

/// Figures one below the other; those of one unit that is a measure of land share an axis.
fn amounts(ui: &mut Ui, theme: &Theme, words: &'static Text, all: &[Amount]) {
    let hectares = all.iter().filter(|amount| amount.unit == "ha").filter_map(|amount| amount.range);
    let whole = hectares.map(|range| if range.high.is_finite() { range.high } else { range.low }).fold(0.0, f64::max);
    for amount in all {
        let row = ui
            .scope(|ui| {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    let width = (ui.available_width() * 0.5).max(120.0);
                    cell(ui, width, RichText::new(words.words(&amount.label)));
                    cell(ui, VALUE, RichText::new(words.words(&amount.shown)));
                    let range = amount.range.filter(|_| amount.unit == "ha" && whole > 0.0);
                    if let Some(range) = range {
                        let room = (ui.available_width() - 8.0).clamp(20.0, 200.0);
                        let (place, _) = ui.allocate_exact_size(vec2(room, ROW), Sense::hover());
                        bar(ui, theme, place, range, whole);
                    }
                });
            })
            .response;
        row.on_hover_ui(|ui| {
            ui.set_max_width(460.0);
            ui.label(RichText::new(words.words(&amount.label)).strong());
            ui.label(words.words(&amount.way));
            told(ui, words, &amount.inputs, &amount.missing);
        });
    }
}

/// What went into a figure, and what is missing of it.
fn told(ui: &mut Ui, words: &Text, inputs: &[Words], missing: &[Words]) {
    for input in inputs.iter().take(MOST_INPUTS) {
        ui.label(look::note(format!("· {}", words.words(input))));
    }
    if inputs.len() > MOST_INPUTS {
        ui.label(look::note(t!(words, "planner-more-inputs", count = inputs.len() - MOST_INPUTS)));
    }
    for missing in missing {
        ui.label(t!(words, "planner-missing", what = words.words(missing)));
    }
}

/// Industries by what is counted.
fn industries(ui: &mut Ui, words: &'static Text, board: &ZoneBoard, state: &mut Evaluation) {
    ui.label(RichText::new(t!(words, "planner-zone-clusters")).text_style(TextStyle::Heading).size(look::BODY));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (at, measure) in Measure::ALL.into_iter().enumerate() {
            let label = words.words(&measure.label().into());
            if ui.add(Button::selectable(state.measure == at, label)).clicked() {
                state.measure = at;
            }
        }
    });
    let Some(clusters) = board.clusters.get(state.measure) else { return };
    let unit = format!("{} · {}", clusters.year, clusters.unit);
    ui.label(look::note(unit));
    Grid::new("zone-industries").num_columns(6).spacing([12.0, 3.0]).striped(true).show(ui, |ui| {
        for head in [
            t!(words, "planner-zone-industry"),
            t!(words, "planner-zone-enterprises"),
            t!(words, "planner-zone-amount"),
            t!(words, "planner-zone-share"),
            t!(words, "planner-zone-quotient"),
            t!(words, "planner-zone-herfindahl"),
        ] {
            ui.label(look::note(head));
        }
        ui.end_row();
        for cluster in &clusters.clusters {
            industry(ui, cluster);
            ui.end_row();
        }
        all_industries(ui, words, clusters);
        ui.end_row();
    });
    ui.add_space(4.0);
    for missing in &clusters.missing {
        ui.add(Label::new(look::note(t!(words, "planner-missing", what = words.words(missing)))).wrap());
    }
    for note in &board.cluster_notes {
        ui.add(Label::new(look::note(words.words(note))).wrap());
    }
}

/// A figure that may not be known.
fn figure(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| look::NONE.to_owned(), |value| format!("{value:.digits$}"))
}

/// An amount; where an enterprise's figure is missing, what is on record at the least.
fn counted(amount: Option<f64>, on_record: f64) -> String {
    match amount {
        Some(amount) => grouped(amount, 0),
        None => format!("≥ {}", grouped(on_record, 0)),
    }
}

fn industry(ui: &mut Ui, cluster: &Cluster) {
    ui.label(cluster.code.as_str());
    ui.label(cluster.enterprises.to_string());
    ui.label(counted(cluster.amount, cluster.on_record));
    ui.label(cluster.share.map_or_else(|| look::NONE.to_owned(), |share| format!("{:.1} %", share * 100.0)));
    let quotient = RichText::new(figure(cluster.quotient, 2));
    ui.label(if cluster.specialised == Some(true) { quotient.strong() } else { quotient });
    ui.label(figure(cluster.herfindahl, 3));
}

/// The last line: the zone, and how concentrated it is.
fn all_industries(ui: &mut Ui, words: &Text, clusters: &Clusters) {
    let enterprises: usize = clusters.clusters.iter().map(|cluster| cluster.enterprises).sum();
    let on_record: f64 = clusters.clusters.iter().map(|cluster| cluster.on_record).sum();
    ui.label(RichText::new(t!(words, "planner-zone-all-industries")).strong());
    ui.label(enterprises.to_string());
    ui.label(counted(clusters.total, on_record));
    ui.label(String::new());
    ui.label(String::new());
    ui.label(match (clusters.concentration, clusters.herfindahl_on_record) {
        (Some(concentration), _) => {
            format!("{} {}", figure(clusters.herfindahl, 3), words.words(&concentration.words()))
        }
        (None, Some(index)) => t!(words, "planner-zone-on-record", index = format!("{index:.3}")),
        (None, None) => look::NONE.to_owned(),
    });
}

fn cell(ui: &mut Ui, width: f32, text: RichText) {
    ui.allocate_ui_with_layout(vec2(width, ROW), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.set_max_width(width);
        ui.add(Label::new(text).truncate().selectable(false));
    });
}

/// A range on an axis from nothing to `whole`: full up to the lowest, paler up to the highest, with an open end.
fn bar(ui: &Ui, theme: &Theme, place: Rect, range: Range, whole: f64) {
    let painter = ui.painter();
    let (soft, accent) = (look::colour(theme.ink_soft), look::colour(theme.accent));
    let track = Rect::from_center_size(place.center(), vec2(place.width(), BAR));
    painter.rect_filled(track, CornerRadius::same(2), soft.gamma_multiply(0.16));
    let [low, high] = ends(range, whole).map(|share| track.min.x + track.width() * share);
    let part = |to: f32| Rect::from_min_max(track.min, pos2(to, track.max.y));
    painter.rect_filled(part(high), CornerRadius::same(2), accent.gamma_multiply(0.35));
    painter.rect_filled(part(low), CornerRadius::same(2), accent);
    if high > low {
        let end = [pos2(high, track.min.y), pos2(high, track.max.y)];
        painter.extend(Shape::dashed_line(&end, Stroke::new(1.5, accent), 2.0, 2.0));
    }
}

/// Where a range begins and ends on an axis, as shares of it.
fn ends(range: Range, whole: f64) -> [f32; 2] {
    [range.low, range.high].map(|value| (value / whole).clamp(0.0, 1.0) as f32)
}

#[cfg(test)]
mod tests {
    use analysis::evaluation::{Account, Books, EvaluationRules, clusters};
    use chrono::NaiveDate;

    use super::super::drawn::drawn;
    use super::*;
    use crate::text::Language;
    use crate::theme::ThemeChoice;

    /// Published case L4: shares of 0.4, 0.3, 0.15, 0.1 and 0.05, whose squares add up to 0.285.
    fn l4() -> Vec<Clusters> {
        let accounts =
            [("26", 80.0), ("39", 60.0), ("59", 30.0), ("35", 20.0), ("13", 10.0)].map(|(code, output)| Account {
                park: "p".into(),
                key: code.into(),
                name: code.into(),
                industry: Some(code.into()),
                sectors: None,
                figures: [Some(output), None, None, Some(10.0)],
            });
        let books = Books {
            year: 2024,
            currencies: ["CNY".to_owned()].into(),
            accounts: accounts.into(),
            not_yet: 0,
            silent: 0,
            divided: false,
        };
        let rules = EvaluationRules::shipped();
        Measure::ALL.into_iter().map(|measure| clusters(&books, measure, None, &rules)).collect()
    }

    fn board() -> ZoneBoard {
        let goal = |depth: usize, name: &str, score: Range, ideal: Option<&str>| Goal {
            depth,
            name: name.into(),
            label: name.into(),
            weight: Some(0.25),
            score: Some(score),
            value: ideal.map(|_| "0.7117".into()),
            ideal: ideal.map(str::to_owned),
            way: "A2 / A".into(),
            cited: Vec::new(),
            inputs: Vec::new(),
            missing: Vec::new(),
        };
        let land = Amount {
            name: "A".into(),
            label: "A: built-up construction land".into(),
            range: Some(Range::exactly(771.29)),
            shown: "771.29 ha".into(),
            unit: "ha".into(),
            way: "Σ 3".into(),
            inputs: Vec::new(),
            missing: Vec::new(),
        };
        let years =
            Amount { name: "years-of-supply".into(), shown: "≥ 5.0 a".into(), unit: "a".into(), ..land.clone() };
        ZoneBoard {
            as_of: NaiveDate::from_ymd_opt(2024, 12, 31).unwrap(),
            types: vec!["industry-led".into()],
            score: Some(Range::new(72.5, 81.0)),
            goals: vec![
                goal(0, "Land use", Range::new(72.5, 81.0), None),
                goal(1, "Industrial land share", Range::exactly(100.0), Some("≥ 0.6")),
            ],
            land: vec![land],
            others: Vec::new(),
            potentials: vec![years],
            clusters: l4(),
            notes: Vec::new(),
            cluster_notes: Vec::new(),
        }
    }

    fn shown(board: &ZoneBoard, state: &mut Evaluation, language: Language) -> Vec<String> {
        let theme = Theme::of(ThemeChoice::Daylight);
        drawn(|ui| body(ui, &theme, Text::of(language), board, state))
    }

    #[test]
    fn the_panel_draws_scores_land_potentials_and_clusters() {
        let (board, mut state) = (board(), Evaluation::default());
        let said = shown(&board, &mut state, Language::English);
        for part in [
            "Land use",
            "72.5 – 81.0",
            "Industrial land share",
            "0.7117",
            "≥ 0.6",
            "100.0",
            "771.29 ha",
            "≥ 5.0 a",
            "26",
            "40.0 %",
            "0.285 highly concentrated",
        ] {
            assert!(said.iter().any(|text| text == part), "{part:?} in {said:?}");
        }
        // Five alike among employees.
        state.measure = 3;
        let said = shown(&board, &mut state, Language::Chinese);
        assert!(said.iter().any(|text| text.starts_with("0.200 ")), "{said:?}");
        assert!(!said.iter().any(|text| text.starts_with("0.285")), "{said:?}");
    }

    #[test]
    fn the_line_says_score_type_and_day() {
        let (words, board) = (Text::of(Language::English), board());
        let said = summary(words, &board);
        assert!(said.contains("72.5 – 81.0") && said.contains("industry-led") && said.contains("2024-12-31"), "{said}");
        let said = summary(words, &ZoneBoard { score: None, ..board });
        assert!(!said.contains("72.5") && said.contains("industry-led"), "{said}");
    }

    #[test]
    fn a_range_ends_where_its_values_are_and_never_off_the_axis() {
        assert_eq!(ends(Range::new(25.0, 50.0), 100.0), [0.25, 0.5]);
        assert_eq!(ends(Range::new(25.0, f64::INFINITY), 100.0), [0.25, 1.0]);
        assert_eq!(ends(Range::exactly(120.0), 100.0), [1.0, 1.0]);
    }
}
