//! How the window stands with its source: what came, how far the first park is, and a banner when the source does not
//! answer.

use bevy_egui::egui::{
    Align2, Area, Color32, Context, Frame, Label, Margin, Order, Panel, ProgressBar, Rect, RichText, TextStyle, Ui,
    vec2,
};
use spatial_db::model::FeatureKind;

use super::{Panels, look};
use crate::inspect::grouped;
use crate::live::{Failed, Loading, Lost, News, NewsCounts, NewsRun, clock};
use crate::text::{Text, t};

/// Kinds told at the foot; the rest is told on hover.
const KINDS_TOLD: usize = 2;
/// Width of what stands in the middle of the window, points.
const WIDTH: f32 = 420.0;

/// The banner under the bar on top, while there is something to tell that does not pass by itself.
pub(super) fn banner(root: &mut Ui, panels: &Panels) {
    let live = &panels.live;
    if live.waiting {
        return;
    }
    let Some(Banner { first, then, detail }) = banner_of(panels.twin.words(), live.lost.as_ref(), live.failed.as_ref())
    else {
        return;
    };
    let tag = look::colour(panels.twin.theme().tag);
    let frame = Frame::side_top_panel(root.style())
        .fill(root.visuals().panel_fill.blend(tag.gamma_multiply(0.14)))
        .inner_margin(Margin::symmetric(12, 5));
    Panel::top("live").frame(frame).resizable(false).show(root, |ui| {
        ui.horizontal_wrapped(|ui| {
            let (mark, _) = ui.allocate_exact_size(vec2(8.0, 8.0), bevy_egui::egui::Sense::hover());
            ui.painter().circle_filled(mark.center(), 4.0, tag);
            let first = ui.add(Label::new(RichText::new(first).strong()).selectable(false));
            let then = ui.add(Label::new(then).wrap().selectable(false));
            if let Some(detail) = detail {
                first.on_hover_text(&detail);
                then.on_hover_text(&detail);
            }
        });
    });
}

/// What the banner says.
#[derive(Debug, PartialEq, Eq)]
struct Banner {
    first: String,
    then: String,
    /// More of it, on hover.
    detail: Option<String>,
}

fn banner_of(words: &Text, lost: Option<&Lost>, failed: Option<&Failed>) -> Option<Banner> {
    Some(match (lost, failed) {
        (Some(lost), _) => Banner {
            first: t!(words, "live-lost", since = clock(lost.since)),
            then: t!(words, "live-lost-stays", next = clock(lost.retry_at)),
            detail: Some(lines([Some(words.failure(&lost.reason)), words.failure_detail(&lost.reason)])),
        },
        (None, Some(failed)) => {
            Banner { first: t!(words, "live-failed-later"), then: said(words, failed), detail: detail(words, failed) }
        }
        (None, None) => return None,
    })
}

/// In the middle of the window until the first park is there: how far it is, or why it is not.
pub(super) fn wait(ctx: &Context, scene: Rect, panels: &Panels) {
    let live = &panels.live;
    if !live.waiting {
        return;
    }
    let words = panels.twin.words();
    let theme = panels.twin.theme();
    let middle = scene.center() - ctx.viewport_rect().center();
    Area::new("wait".into()).order(Order::Middle).anchor(Align2::CENTER_CENTER, middle).show(ctx, |ui| {
        let frame = Frame::popup(ui.style()).inner_margin(Margin::same(16));
        frame.show(ui, |ui| {
            ui.set_width(WIDTH.min(scene.width() - 48.0).max(160.0));
            match (&live.failed, &live.lost, live.loading) {
                (Some(failed), ..) => why(ui, words, &t!(words, "live-failed"), failed, None),
                (None, Some(lost), _) => lost_before(ui, words, lost),
                (None, None, loading) => how_far(ui, words, loading, look::colour(theme.accent)),
            }
        });
    });
}

fn lost_before(ui: &mut Ui, words: &Text, lost: &Lost) {
    let failed = Failed { message: lost.reason.clone(), hint: None };
    let next = t!(words, "live-next", next = clock(lost.retry_at));
    why(ui, words, &t!(words, "live-lost", since = clock(lost.since)), &failed, Some(next));
}

fn why(ui: &mut Ui, words: &Text, heading: &str, failed: &Failed, next: Option<String>) {
    ui.add(Label::new(RichText::new(heading).text_style(TextStyle::Heading)).wrap());
    ui.add_space(4.0);
    let message = ui.add(Label::new(words.failure(&failed.message)).wrap());
    if let Some(detail) = detail(words, failed) {
        message.on_hover_text(detail);
    }
    if let Some(hint) = &failed.hint {
        ui.add_space(2.0);
        ui.add(Label::new(RichText::new(words.failure(hint)).weak()).wrap());
    }
    if let Some(next) = next {
        ui.add_space(4.0);
        ui.add(Label::new(look::note(next)).wrap());
    }
}

fn how_far(ui: &mut Ui, words: &Text, loading: Option<Loading>, accent: Color32) {
    let (step, counted) = match loading {
        None | Some(Loading::Database) => (t!(words, "live-database"), String::new()),
        Some(Loading::Reading { rows, of }) => (
            t!(words, "live-reading"),
            t!(words, "live-rows", rows = grouped(rows as f64, 0), of = grouped(of as f64, 0)),
        ),
        Some(Loading::Overlays { done, of }) => {
            (t!(words, "live-overlays"), t!(words, "live-overlays-done", done = done, of = of))
        }
    };
    ui.add(Label::new(step).selectable(false));
    ui.add_space(4.0);
    // No moving parts: the window rests while it waits.
    let share = loading.and_then(Loading::share).unwrap_or(0.0);
    ui.add(ProgressBar::new(share).desired_height(6.0).fill(accent).corner_radius(3));
    ui.add_space(2.0);
    ui.add(Label::new(look::note(counted)).selectable(false));
}

fn said(words: &Text, failed: &Failed) -> String {
    let hint = failed.hint.iter().map(|hint| words.failure(hint));
    hint.fold(words.failure(&failed.message), |all, hint| format!("{all} {hint}"))
}

/// The English of what was said in another language.
fn detail(words: &Text, failed: &Failed) -> Option<String> {
    let hint = failed.hint.as_ref().and_then(|hint| words.failure_detail(hint));
    let detail = lines([words.failure_detail(&failed.message), hint]);
    (!detail.is_empty()).then_some(detail)
}

fn lines(all: [Option<String>; 2]) -> String {
    all.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// What came, at the foot; all of it on hover.
pub(super) fn note(ui: &mut Ui, words: &Text, news: &News) {
    let short = told(words, news, KINDS_TOLD);
    let label = Label::new(RichText::new(&short).size(look::SMALL + 1.0)).truncate().selectable(false);
    let response = ui.add(label);
    let all = told(words, news, usize::MAX);
    if all != short {
        response.on_hover_text(all);
    }
}

/// News in words, of at most so many kinds.
fn told(words: &Text, news: &News, most: usize) -> String {
    let mut parts: Vec<String> = news.counts.iter().take(most).map(|counts| of_kind(words, counts)).collect();
    if news.ground {
        parts.push(t!(words, "news-ground"));
    }
    if news.photo {
        parts.push(t!(words, "news-photo"));
    }
    if news.counts.len() > most {
        parts.push("…".to_owned());
    }
    if parts.is_empty() {
        parts.push(t!(words, "news-nothing"));
    }
    let what = parts.join("  ");
    match news.last {
        None => t!(words, "news-earlier", what = what),
        Some(NewsRun { run, undid: Some(undid), finished }) if news.runs == 1 => {
            t!(words, "news-undone", what = what, run = run, undid = undid, time = clock(finished))
        }
        Some(NewsRun { run, finished, .. }) if news.runs <= 1 => {
            t!(words, "news-run", what = what, run = run, time = clock(finished))
        }
        Some(NewsRun { run, finished, .. }) => {
            t!(words, "news-runs", what = what, count = news.runs, run = run, time = clock(finished))
        }
    }
}

fn of_kind(words: &Text, counts: &NewsCounts) -> String {
    let number = |count: u64| grouped(count as f64, 0);
    let mut ops = Vec::new();
    if counts.added > 0 {
        ops.push(t!(words, "news-added", count = number(counts.added)));
    }
    if counts.removed > 0 {
        ops.push(t!(words, "news-removed", count = number(counts.removed)));
    }
    if counts.changed > 0 {
        ops.push(t!(words, "news-changed", count = number(counts.changed)));
    }
    let kind = match counts.kind {
        FeatureKind::Parcel => t!(words, "layer-parcels"),
        FeatureKind::Building => t!(words, "layer-buildings"),
        FeatureKind::RoadEdge => t!(words, "layer-roads"),
        FeatureKind::Surface => t!(words, "layer-surfaces"),
        FeatureKind::NetworkEdge => t!(words, "news-pipes"),
        FeatureKind::NetworkNode => t!(words, "news-fittings"),
        FeatureKind::EmergencyResource => t!(words, "layer-resources"),
        FeatureKind::HazardSource => t!(words, "layer-hazards"),
        _ => t!(words, "news-records"),
    };
    t!(words, "news-of", kind = kind, ops = ops.join(", "))
}

#[cfg(test)]
mod tests {
    use spatial_db::package::PackageError;
    use spatial_db::store::Store;

    use super::*;
    use crate::causes;
    use crate::text::Language;

    #[test]
    fn the_banner_of_a_lost_database_and_of_a_damaged_package_speak_chinese() {
        let (chinese, english) = (Text::of(Language::Chinese), Text::of(Language::English));
        let at = "2024-03-01T11:05:00Z".parse().unwrap();
        // Nobody listens there.
        let away = Store::connect("postgresql://ann@127.0.0.1:1/twin?connect_timeout=2").unwrap_err();
        let lost = Lost { since: at, retry_at: at, reason: causes::in_words(&away) };
        let banner = banner_of(chinese, Some(&lost), None).expect("a banner");
        let latin = |text: &str| text.chars().filter(char::is_ascii_alphabetic).count();
        assert_eq!((latin(&banner.first), latin(&banner.then)), (0, 0), "{banner:?}");
        let detail = banner.detail.expect("why");
        let (translated, raw) = detail.split_once('\n').expect("both languages");
        assert!(translated.contains("没有数据库服务器响应") && translated.contains("127.0.0.1"), "{translated}");
        assert_eq!(raw, format!("详细信息（英文）：{}", lost.reason));
        assert!(raw.contains("no database server answers at "), "{raw}");
        // In English there is nothing to say twice.
        let banner = banner_of(english, Some(&lost), None).expect("a banner");
        assert_eq!(banner.detail.as_deref(), Some(lost.reason.as_str()));

        let damaged = PackageError::Damaged { path: "park.gpkg".into(), reason: "the sums differ".to_owned() };
        let failed = Failed { message: causes::in_words(&damaged), hint: Some("look at the log".into()) };
        let banner = banner_of(chinese, None, Some(&failed)).expect("a banner");
        assert_eq!(banner.first, "新数据无法显示，图面仍为此前状态");
        assert!(banner.then.starts_with("park.gpkg 已损坏"), "{}", banner.then);
        assert!(banner.then.ends_with("详细信息（英文）：look at the log"), "{}", banner.then);
        assert_eq!(banner.detail, Some(format!("详细信息（英文）：{damaged}")));
        let banner = banner_of(english, None, Some(&failed)).expect("a banner");
        assert_eq!((banner.then, banner.detail), (format!("{damaged} look at the log"), None));
        assert_eq!(banner_of(chinese, None, None), None);
    }

    #[test]
    fn news_say_what_came_with_which_run() {
        let words = Text::of(Language::English);
        let at = "2024-03-01T11:05:00Z".parse().unwrap();
        let counts = |kind, added, changed, removed| NewsCounts { kind, added, changed, removed };
        let mut news = News {
            counts: vec![
                counts(FeatureKind::Parcel, 1200, 3, 0),
                counts(FeatureKind::Building, 0, 0, 4),
                counts(FeatureKind::Tenancy, 0, 2, 0),
            ],
            runs: 1,
            last: Some(NewsRun { run: 41, undid: None, finished: at }),
            ..News::default()
        };
        let all = told(words, &news, usize::MAX);
        assert!(
            all.starts_with("Parcels: +1\u{202f}200, 3 changed  Buildings: −4  Records: 2 changed · run 41, "),
            "{all}"
        );
        let short = told(words, &news, 2);
        assert!(short.contains("Buildings: −4  … · run 41"), "{short}");
        news.counts.clear();
        assert!(told(words, &news, 2).starts_with("nothing changed · run 41, "));
        news.last = Some(NewsRun { run: 42, undid: Some(41), finished: at });
        news.ground = true;
        assert!(told(words, &news, 2).starts_with("ground · run 42 undid run 41, "));
        news.runs = 3;
        assert!(told(words, &news, 2).contains("3 runs up to 42"));
        news.last = None;
        assert!(told(Text::of(Language::Chinese), &news, 2).contains("恢复"));
    }
}
