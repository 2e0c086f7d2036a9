//! `twin pitch brief`: one site on a page that prints on A4 and needs nothing beside it.

use std::collections::HashMap;

use analysis::overlay::{Class, Pattern};
use analysis::siting::{
    Brief, Connection, Finding, LINES_M, Match, NEIGHBOURS_M, Utility, Verdict, industry_words, outward, said,
    with_hall,
};
use analysis::words::Words;
use askama::Template;
use chrono::NaiveDate;
use spatial_db::model::FeatureId;
use twin_engine::Language;
use twin_engine::text::Text;

use super::arguments::BriefArguments;
use super::{Opened, chosen, drawing, held, pictures};
use crate::failure::Failure;
use crate::print;
use crate::progress::Progress;
use crate::report::whole;

/// The fact of what a site is joined of, by the key of its title.
const PARCELS: &str = "pitch-fact-parcels";

struct Tile {
    title: String,
    value: String,
    source: String,
    /// A row of its own: it is long.
    is_row: bool,
}

struct Need {
    title: String,
    how: String,
    wanted: String,
    has: String,
    verdict: &'static str,
    verdict_words: String,
    gap: String,
    because: String,
    source: String,
    date: String,
}

struct Step {
    class: &'static str,
    title: String,
    mark: String,
    evidence: String,
}

struct Line {
    utility: String,
    distance: String,
    left: String,
    source: String,
}

struct Trade {
    industry: String,
    parcels: usize,
    nearest: String,
}

/// What a colour of the pictures stands for.
struct Sign {
    /// Class of the style sheet, by its pattern.
    class: &'static str,
    /// Colour, as a style sheet writes it.
    colour: String,
    words: String,
}

/// Pictures of a site, and what their colours stand for.
#[derive(Default)]
pub(super) struct Drawn {
    /// Data addresses of JPEG files.
    pictures: Vec<String>,
    legend: Vec<Class>,
}

/// The page.
#[derive(Template)]
#[template(path = "brief.html")]
struct Page {
    lang: &'static str,
    title: String,
    park: String,
    pitch: String,
    prospect: String,
    note: String,
    contact: String,
    as_of: String,
    data: String,
    foot: String,
    standing: &'static str,
    standing_words: String,
    facts: Vec<Tile>,
    /// Of several parcels, which take a row of facts.
    is_joined: bool,
    pictures: Vec<String>,
    legend: Vec<Sign>,
    asked: String,
    need_heads: Vec<String>,
    needs: Vec<Need>,
    plan_title: String,
    /// Drawn here and safe.
    plan: String,
    plan_legend: Vec<Sign>,
    plan_note: String,
    readiness_title: String,
    level: String,
    steps: Vec<Step>,
    readiness_source: String,
    connections_title: String,
    line_heads: Vec<String>,
    lines: Vec<Line>,
    capacity_title: String,
    /// Drawn here and safe.
    capacity: String,
    chart_note: String,
    no_capacity: String,
    neighbours_title: String,
    trade_heads: Vec<String>,
    trades: Vec<Trade>,
    no_neighbours: String,
    contact_title: String,
    about: String,
    credit: String,
    made: String,
}

pub(super) fn run(arguments: &BriefArguments) -> Result<(), Failure> {
    let opened = Opened::of(&arguments.asked)?;
    let (ground, supplies) = (opened.ground(), opened.supplies());
    let matched = held(&ground, &opened, &supplies, &arguments.asked.file)?;
    let candidate = chosen(&matched, arguments.site.as_deref())?;
    let brief = matched.brief(candidate);
    let drawn = if arguments.no_pictures { Drawn::default() } else { drawn(&opened, &matched, candidate, &brief)? };
    let html = page(&opened, &brief, opened.language, &drawn)?;
    whole(&arguments.out, html.as_bytes())?;
    print::line(arguments.out.display().to_string())
}

/// Pictures of a site with the hall on it, drawn from what a prospect may see: what is written in them is given away with them. No
/// words stand in them, so that they are the same in every language.
pub(super) fn drawn(opened: &Opened, matched: &Match<'_, '_>, candidate: u32, brief: &Brief) -> Result<Drawn, Failure> {
    let mut park = opened.shown();
    // Verdicts go by the numbers of the store; what is shown is numbered anew, and of parcels keeps the key.
    let numbers: HashMap<&str, FeatureId> =
        opened.park().parcels.iter().map(|parcel| (parcel.provenance.key.as_str(), parcel.id)).collect();
    for parcel in &mut park.parcels {
        if let Some(id) = numbers.get(parcel.provenance.key.as_str()) {
            parcel.id = *id;
        }
    }
    let progress = Progress::new(false);
    progress.show("drawing", &brief.title);
    let mut overlay = matched.overlay(Some(candidate));
    if let Some(fit) = &brief.fit {
        park = with_hall(&park, fit, said::HALL.english);
        overlay = fit.on(overlay);
    }
    if let Some(turning) = &brief.turning {
        overlay = turning.on(overlay);
    }
    let legend = overlay.classes.clone();
    let pictures = pictures::pictures(park, overlay, &brief.boundary);
    progress.finish();
    Ok(Drawn { pictures: pictures?, legend })
}

/// The page of a site.
pub(super) fn page(opened: &Opened, brief: &Brief, language: Language, drawn: &Drawn) -> Result<String, Failure> {
    let asked: Vec<(Utility, NaiveDate, f64)> = opened
        .file
        .needs
        .iter()
        .filter_map(|need| need.want.supply().map(|(utility, by)| (utility, by, need.want.figure().0)))
        .collect();
    Page::new(opened, brief, Text::of(language), drawn, &asked).render().map_err(|source| Failure::Page { source })
}

fn metres(value: f64) -> String {
    format!("{value:.0} m")
}

/// A band of distances.
pub(super) fn band((from, to): (f64, f64)) -> String {
    if to.is_finite() { format!("{from:.0}–{to:.0} m") } else { format!("≥ {from:.0} m") }
}

/// What is left at a connection on the first day, in words; "unknown" where nobody knows.
pub(super) fn left(one: &Connection, text: &Text) -> String {
    let unit = one.utility.unit();
    let say = |words: &Words| text.words(words);
    let unknown = || text.words(&said::UNKNOWN.into());
    let Some(step) = one.supply.remaining.first() else { return unknown() };
    if one.utility == Utility::Telecom {
        return say(&said::routes(step.low, step.high));
    }
    match (step.low.is_finite(), step.high.is_finite()) {
        (true, true) => {
            let (low, high) = (outward(step.low, false), outward(step.high, true));
            if step.low == step.high {
                format!("{:.1} {unit}", step.low)
            } else if low == high {
                format!("{low} {unit}")
            } else {
                format!("{low}–{high} {unit}")
            }
        }
        (false, true) => say(&said::at_most(&format!("{} {unit}", outward(step.high, true)))),
        (true, false) => say(&said::at_least(&format!("{} {unit}", outward(step.low, false)))),
        (false, false) => unknown(),
    }
}

impl Page {
    fn new(opened: &Opened, brief: &Brief, text: &Text, drawn: &Drawn, asked: &[(Utility, NaiveDate, f64)]) -> Self {
        let park = opened.park();
        let say = |words: &Words| text.words(words);
        let heads = |heads: &[analysis::words::Phrase]| -> Vec<String> {
            heads.iter().map(|head| text.words(&(*head).into())).collect()
        };
        let mut need_heads = heads(&said::NEEDS[..5]);
        need_heads[4] = format!("{} · {}", need_heads[4], text.words(&said::NEEDS[5].into()));
        let credit = analysis::sheet::credits(&park.park).iter().map(say).collect::<Vec<_>>().join(" · ");
        let data = say(&analysis::sheet::origin(park.park.synthetic));
        // Of what day the records are that a fact or a line comes from.
        let day = park.park.as_of.map_or_else(|| text.words(&said::UNKNOWN.into()), |day| day.to_string());
        let dated = |source: String| if source.is_empty() { source } else { format!("{source} · {day}") };
        let prospect =
            if opened.file.prospect.is_empty() { String::new() } else { say(&said::made_for(&opened.file.prospect)) };
        Self {
            lang: text.language().code(),
            title: say(&brief.title),
            park: park.park.name.clone(),
            pitch: opened.file.name.clone(),
            prospect,
            note: opened.file.note.clone(),
            contact: opened.file.contact.clone(),
            as_of: say(&said::as_of(opened.as_of)),
            // Inside a string of the style sheet.
            foot: format!("{} · {data}", park.park.name).replace(['"', '\\', '<', '\n'], " "),
            data,
            standing: brief.standing.as_str(),
            standing_words: say(&brief.standing.words()),
            facts: brief
                .facts
                .iter()
                .map(|fact| Tile {
                    title: say(&fact.title),
                    value: say(&fact.value),
                    source: dated(say(&fact.source)),
                    is_row: fact.title.key() == Some(PARCELS),
                })
                .collect(),
            is_joined: brief.facts.iter().any(|fact| fact.title.key() == Some(PARCELS)),
            pictures: drawn.pictures.clone(),
            legend: drawn.legend.iter().map(|class| sign(class, text)).collect(),
            asked: text.words(&said::ASKED.into()),
            need_heads,
            needs: brief.needs.iter().map(|finding| need(finding, text)).collect(),
            plan_title: text.words(&said::PLAN.into()),
            plan: drawing::plan(brief, park, opened.as_of, text),
            plan_legend: drawing::plan_legend(brief, text)
                .into_iter()
                .map(|(colour, words)| Sign { class: "plain", colour: colour.to_owned(), words })
                .collect(),
            plan_note: brief.plan_note().map(|note| say(&note)).unwrap_or_default(),
            readiness_title: text.words(&said::READINESS.into()),
            level: say(&said::level(brief.level, brief.readiness.len())),
            steps: brief
                .readiness
                .iter()
                .map(|step| Step {
                    class: match step.there {
                        Some(true) => "yes",
                        Some(false) => "no",
                        None => "open",
                    },
                    title: say(&step.title),
                    mark: match step.there {
                        Some(true) => say(&Verdict::Fit.words()),
                        Some(false) => say(&Verdict::Gap.words()),
                        None => say(&Verdict::Unknown.words()),
                    },
                    evidence: say(&step.evidence),
                })
                .collect(),
            readiness_source: say(&brief.readiness_source),
            connections_title: text.words(&said::CONNECTIONS.into()),
            line_heads: heads(&said::LINES),
            lines: brief
                .connections
                .iter()
                .map(|one| {
                    let unknown = || text.words(&said::UNKNOWN.into());
                    Line {
                        utility: say(&one.utility.title()),
                        distance: match (one.distance_m, one.served) {
                            (Some(distance), _) => say(&said::at_most(&metres(distance))),
                            (None, Some(_)) => say(&said::no_line(LINES_M)),
                            (None, None) => unknown(),
                        },
                        left: left(one, text),
                        source: dated(say(&one.source)),
                    }
                })
                .collect(),
            capacity_title: text.words(&said::CAPACITY.into()),
            capacity: drawing::capacity(&brief.connections, asked, opened.as_of, text),
            chart_note: say(&said::chart()),
            no_capacity: say(&said::no_capacity()),
            neighbours_title: text.words(&said::NEIGHBOURS.into()),
            trade_heads: heads(&said::TRADES),
            trades: brief
                .neighbours
                .iter()
                .take(10)
                .map(|one| Trade {
                    industry: say(&industry_words(&one.industry)),
                    parcels: one.parcels,
                    nearest: band(one.nearest_m),
                })
                .collect(),
            no_neighbours: say(&said::no_neighbours(NEIGHBOURS_M)),
            contact_title: text.words(&said::CONTACT.into()),
            about: say(&said::note()),
            credit,
            made: format!("ParkTwin {}", env!("CARGO_PKG_VERSION")),
        }
    }
}

fn sign(class: &Class, text: &Text) -> Sign {
    let [red, green, blue] = class.colour;
    Sign {
        class: match class.pattern {
            Pattern::Solid => "plain",
            Pattern::Hatch => "hatch",
            Pattern::CrossHatch => "cross",
            Pattern::Dots => "dots",
        },
        colour: format!("#{red:02x}{green:02x}{blue:02x}"),
        words: text.words(&class.label),
    }
}

fn need(finding: &Finding, text: &Text) -> Need {
    let must = finding.must;
    Need {
        title: text.words(&finding.title),
        how: if must { text.words(&said::MUST.into()) } else { text.words(&said::wish(finding.weight)) },
        wanted: text.words(&finding.wanted),
        has: text.words(&finding.has),
        verdict: finding.verdict.as_str(),
        verdict_words: text.words(&finding.verdict.words()),
        gap: finding.gap.as_ref().map(|gap| text.words(gap)).unwrap_or_default(),
        because: text.words(&finding.because),
        source: text.words(&finding.source),
        date: finding.date.map_or_else(|| text.words(&said::UNKNOWN.into()), |day| day.to_string()),
    }
}
