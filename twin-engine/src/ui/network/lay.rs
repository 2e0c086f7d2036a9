//! What is known of a planned line: network, size, pressure, how it is laid, how deep it lies.

use analysis::network::clearance::{Course, End, Laid, Planned, Stage};
use bevy_egui::egui::{ComboBox, DragValue, Grid, Ui};
use spatial_db::model::NetworkClass;

use crate::text::{Text, t};

/// Width of a box of choices, points.
const CHOICE: f32 = 150.0;
/// Ground above an end where nothing tells how much there was, m.
const COVER_M: f64 = 1.0;

/// The fields; `ground_m` is the ground at its first and last corner, where it is known.
pub(super) fn fields(ui: &mut Ui, words: &'static Text, planned: &mut Planned, ground_m: [Option<f64>; 2]) {
    Grid::new("network-planned").num_columns(2).spacing([8.0, 4.0]).show(ui, |ui| {
        ui.label(t!(words, "section-class"));
        ComboBox::from_id_salt("planned-class")
            .selected_text(words.stored("network", planned.class.as_str()))
            .width(CHOICE)
            .show_ui(ui, |ui| {
                for class in NetworkClass::ALL {
                    ui.selectable_value(&mut planned.class, class, words.stored("network", class.as_str()));
                }
            });
        ui.end_row();
        size(ui, words, planned);
        if planned.class == NetworkClass::Gas {
            ui.label(t!(words, "net-pressure"));
            ComboBox::from_id_salt("planned-pressure")
                .selected_text(stage_label(planned.pressure, words))
                .width(CHOICE)
                .show_ui(ui, |ui| {
                    for stage in std::iter::once(None).chain(Stage::ALL.map(Some)) {
                        ui.selectable_value(&mut planned.pressure, stage, stage_label(stage, words));
                    }
                });
            ui.end_row();
        }
        if planned.class == NetworkClass::Telecom {
            ui.label(t!(words, "net-laid"));
            ComboBox::from_id_salt("planned-laid")
                .selected_text(laid_label(planned.laid, words))
                .width(CHOICE)
                .show_ui(ui, |ui| {
                    for laid in [None, Some(Laid::Direct), Some(Laid::Duct)] {
                        ui.selectable_value(&mut planned.laid, laid, laid_label(laid, words));
                    }
                });
            ui.end_row();
        }
        depth(ui, words, planned, ground_m);
    });
}

fn size(ui: &mut Ui, words: &Text, planned: &mut Planned) {
    let mut cornered = planned.duct_mm.is_some();
    ui.label(t!(words, "net-shape"));
    if ui.checkbox(&mut cornered, t!(words, "net-with-corners")).changed() {
        planned.duct_mm = cornered.then_some([planned.diameter_mm; 2]);
    }
    ui.end_row();
    if let Some([width, height]) = &mut planned.duct_mm {
        ui.label(t!(words, "net-width"));
        ui.add(millimetres(width));
        ui.end_row();
        ui.label(t!(words, "net-height"));
        ui.add(millimetres(height));
    } else {
        ui.label(t!(words, "net-diameter"));
        ui.add(millimetres(&mut planned.diameter_mm));
    }
    ui.end_row();
}

fn depth(ui: &mut Ui, words: &Text, planned: &mut Planned, ground_m: [Option<f64>; 2]) {
    let mut each = matches!(planned.course, Course::Ends(_));
    ui.label(t!(words, "net-depth"));
    if ui.checkbox(&mut each, t!(words, "net-each-end")).changed() {
        planned.course = turned(&planned.course, each);
    }
    ui.end_row();
    let high_m = planned.duct_mm.map_or(planned.diameter_mm, |[_, height]| height) / 1000.0;
    match &mut planned.course {
        Course::Cover(cover_m) => {
            ui.label(t!(words, "net-cover"));
            ui.add(metres(cover_m).range(0.0..=30.0));
            ui.end_row();
        }
        Course::Ends([from, to]) => {
            ui.label(t!(words, "net-end-from"));
            ui.horizontal(|ui| end(ui, words, "planned-from", from, ground_m[0].map(|ground| ground - high_m)));
            ui.end_row();
            ui.label(t!(words, "net-end-to"));
            ui.horizontal(|ui| end(ui, words, "planned-to", to, ground_m[1].map(|ground| ground - high_m)));
            ui.end_row();
        }
        // No field makes one.
        Course::Axis(_) => {}
    }
}

/// A course with a depth for each end, or with one all along.
fn turned(course: &Course, each: bool) -> Course {
    match (course, each) {
        (Course::Cover(cover_m), true) => Course::Ends([End::Cover(*cover_m); 2]),
        (Course::Ends([End::Cover(cover_m), _] | [_, End::Cover(cover_m)]), false) => Course::Cover(*cover_m),
        (Course::Ends(_), false) => Course::Cover(COVER_M),
        _ => course.clone(),
    }
}

/// A number that is typed counts once Enter or another field takes it.
fn millimetres(mm: &mut f64) -> DragValue<'_> {
    DragValue::new(mm).update_while_editing(false).range(10.0..=4000.0).speed(5.0).fixed_decimals(0)
}

/// As [`millimetres`].
fn metres(m: &mut f64) -> DragValue<'_> {
    DragValue::new(m).update_while_editing(false).speed(0.02).fixed_decimals(2).suffix(" m")
}

/// How deep an end lies; `flush_m` is where its bottom would be with its top at the ground, m.
fn end(ui: &mut Ui, words: &Text, id: &str, end: &mut End, flush_m: Option<f64>) {
    let label = |covered: bool| if covered { t!(words, "net-cover") } else { t!(words, "net-invert") };
    let covered = matches!(end, End::Cover(_));
    let mut chosen = covered;
    ComboBox::from_id_salt(id).selected_text(label(covered)).width(96.0).show_ui(ui, |ui| {
        for one in [true, false] {
            ui.selectable_value(&mut chosen, one, label(one));
        }
    });
    if chosen != covered {
        *end = other_way(*end, flush_m);
    }
    let (End::Cover(m) | End::Invert(m)) = end;
    ui.add(metres(m));
}

/// The same depth told the other way; where the ground is not known, a depth to begin with.
fn other_way(end: End, flush_m: Option<f64>) -> End {
    match (end, flush_m) {
        (End::Cover(cover_m), Some(flush_m)) => End::Invert(flush_m - cover_m),
        (End::Cover(_), None) => End::Invert(0.0),
        (End::Invert(level_m), Some(flush_m)) => End::Cover(flush_m - level_m),
        (End::Invert(_), None) => End::Cover(COVER_M),
    }
}

fn stage_label(stage: Option<Stage>, words: &Text) -> String {
    match stage {
        None => t!(words, "net-not-told"),
        Some(Stage::Low) => t!(words, "net-stage-low"),
        Some(Stage::Medium) => t!(words, "net-stage-medium"),
        Some(Stage::SubHighB) => t!(words, "net-stage-sub-high-b"),
        Some(Stage::SubHighA) => t!(words, "net-stage-sub-high-a"),
        Some(Stage::High) => t!(words, "net-stage-high"),
    }
}

fn laid_label(laid: Option<Laid>, words: &Text) -> String {
    match laid {
        None => t!(words, "net-not-told"),
        Some(Laid::Direct) => t!(words, "net-laid-direct"),
        Some(Laid::Duct) => t!(words, "net-laid-duct"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_depth_told_the_other_way_is_the_same_depth() {
        // The ground at 10 m, a pipe of 0.4 m with 1.5 m above it: its bottom lies at 8.1 m.
        let invert = other_way(End::Cover(1.5), Some(9.6));
        let End::Invert(level_m) = invert else { panic!("{invert:?}") };
        assert!((level_m - 8.1).abs() < 1e-12);
        let cover = other_way(invert, Some(9.6));
        let End::Cover(cover_m) = cover else { panic!("{cover:?}") };
        assert!((cover_m - 1.5).abs() < 1e-12);
        assert_eq!(other_way(End::Invert(3.0), None), End::Cover(COVER_M));
        let ends = turned(&Course::Cover(2.0), true);
        assert_eq!(ends, Course::Ends([End::Cover(2.0); 2]));
        assert_eq!(turned(&ends, false), Course::Cover(2.0));
        assert_eq!(turned(&Course::Ends([End::Invert(3.0), End::Cover(1.2)]), false), Course::Cover(1.2));
    }
}
