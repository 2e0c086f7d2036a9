//! Colours, letters and spaces of the panels, from the theme of the picture.

use bevy_egui::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, RichText, Shadow, Stroke, TextStyle, Ui, Visuals, vec2,
};

use crate::frame::BOLD;
use crate::theme::{Rgb, Theme, ThemeChoice, size};

/// What egui's style was made for.
pub(super) type Styled = (ThemeChoice, bool);

/// Size of letters in panels, points.
pub(super) const BODY: f32 = 13.0;
/// Signs on buttons: back, on, up, away.
pub(super) const BACK: &str = "◀";
/// On.
pub(super) const ON: &str = "▶";
/// Up.
pub(super) const UP: &str = "↑";
/// Away.
pub(super) const AWAY: &str = "×";
/// Nothing yet.
pub(super) const NONE: &str = "–";
/// Keep.
pub(super) const KEEP: &str = "+";
/// Size of notes in panels, points.
pub(super) const SMALL: f32 = 11.0;

/// The colour for egui.
pub(super) fn colour(c: Rgb) -> Color32 {
    Color32::from_rgb(c.0, c.1, c.2)
}

/// Gives egui the theme, where it has another.
pub(super) fn apply(ctx: &Context, theme: &Theme, choice: ThemeChoice, bold: bool, styled: &mut Option<Styled>) {
    if *styled == Some((choice, bold)) {
        return;
    }
    *styled = Some((choice, bold));
    let heading = if bold { FontFamily::Name(BOLD.into()) } else { FontFamily::Proportional };
    let visuals = visuals(theme, choice);
    ctx.all_styles_mut(|style| {
        style.visuals = visuals.clone();
        for (name, points) in [
            (TextStyle::Body, BODY),
            (TextStyle::Button, BODY),
            (TextStyle::Small, SMALL),
            (TextStyle::Monospace, 12.0),
        ] {
            style.text_styles.insert(name, FontId::new(points, FontFamily::Proportional));
        }
        style.text_styles.insert(TextStyle::Heading, FontId::new(15.0, heading.clone()));
        style.spacing.item_spacing = vec2(8.0, 5.0);
        style.spacing.button_padding = vec2(8.0, 3.0);
        style.spacing.interact_size.y = 22.0;
        style.spacing.window_margin = Margin::same(12);
        style.spacing.menu_margin = Margin::same(6);
        style.spacing.scroll.floating = true;
        style.animation_time = 0.1;
    });
}

fn visuals(theme: &Theme, choice: ThemeChoice) -> Visuals {
    let dark = choice == ThemeChoice::Dark;
    let mut visuals = if dark { Visuals::dark() } else { Visuals::light() };
    let (ink, soft, panel, line) =
        (colour(theme.ink), colour(theme.ink_soft), colour(theme.panel), colour(theme.panel_line));
    let accent = colour(theme.accent);
    visuals.panel_fill = panel;
    visuals.window_fill = panel;
    visuals.window_stroke = Stroke::new(1.0, line);
    visuals.window_corner_radius = CornerRadius::same(size::RADIUS as u8);
    visuals.menu_corner_radius = CornerRadius::same(size::RADIUS as u8);
    visuals.window_shadow = Shadow { offset: [0, 3], blur: 14, spread: 0, color: Color32::from_black_alpha(38) };
    visuals.popup_shadow = visuals.window_shadow;
    visuals.weak_text_color = Some(soft);
    visuals.hyperlink_color = accent;
    visuals.selection.bg_fill = accent.gamma_multiply(if dark { 0.45 } else { 0.18 });
    visuals.selection.stroke = Stroke::new(1.0, if dark { Color32::WHITE } else { colour(theme.accent) });
    visuals.extreme_bg_color = colour(theme.panel.over(theme.ground, 0.35));
    // Blended in linear light, where the same share of light ink on a dark panel shows far more.
    visuals.faint_bg_color = colour(theme.ink.over(theme.panel, if dark { 0.006 } else { 0.035 }));
    // A blinking cursor would have the whole scene drawn twice a second.
    visuals.text_cursor.blink = false;
    visuals.striped = false;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = bevy_egui::egui::style::HandleShape::Circle;
    let raised = |share: f32| colour(theme.ink.over(theme.panel, if dark { share * 0.4 } else { share }));
    let corner = CornerRadius::same(4);
    for (widget, share, text, edge) in [
        (&mut visuals.widgets.noninteractive, 0.0, ink, line),
        (&mut visuals.widgets.inactive, 0.06, ink, raised(0.10)),
        (&mut visuals.widgets.hovered, 0.11, ink, raised(0.22)),
        (&mut visuals.widgets.active, 0.17, ink, accent),
        (&mut visuals.widgets.open, 0.11, ink, raised(0.22)),
    ] {
        widget.bg_fill = raised(share);
        widget.weak_bg_fill = raised(share);
        widget.bg_stroke = Stroke::new(if share == 0.06 { 0.0 } else { 1.0 }, edge);
        widget.fg_stroke = Stroke::new(1.2, text);
        widget.corner_radius = corner;
        widget.expansion = 0.0;
    }
    visuals
}

/// Small letters, less ink.
pub(super) fn note(text: impl Into<String>) -> RichText {
    RichText::new(text).size(SMALL).weak()
}

/// Heading of a group in a panel.
pub(super) fn group(ui: &mut Ui, text: &str) {
    ui.add_space(6.0);
    ui.add(
        bevy_egui::egui::Label::new(RichText::new(text).text_style(TextStyle::Heading).size(BODY)).selectable(false),
    );
    ui.add_space(2.0);
}
