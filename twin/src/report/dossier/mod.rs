//! `twin report dossier`: everything about one parcel on a page that prints on A4 and needs nothing beside it.

mod chart;
mod page;
mod photographs;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use analysis::land::indicators::LandModel;
use analysis::land::{Dossier, Ranked, photographs as photographs_of, ranked};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use clap::Args;
use geo::BoundingRect;
use spatial_db::cache::Cache;
use spatial_db::model::{Case, CaseEvent, CaseEventKind, ParkSnapshot, Presence};
use twin_engine::text::Text;
use twin_engine::{CameraChoice, CaptureOptions, Language, Stage, TwinInput};

use self::page::Page;
use super::land::scheme;
use super::write::whole;
use crate::at_hand::{AtHand, cases_of};
use crate::cli::{LanguageName, OverlayName};
use crate::failure::Failure;
use crate::origin::Origin;
use crate::print;
use crate::progress::Progress;
use crate::rules::tables;
use crate::shot::{indexed, overlays};

/// Size of a picture, px.
const PICTURE: (u32, u32) = (1280, 800);

/// Arguments of `twin report dossier`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  twin report dossier qingxi QX-02-03 --out qx-02-03.html\n  \
    twin report dossier qingxi QX-02-03 --lang zh --scheme national-2023 --out qx-02-03.html")]
pub(super) struct DossierArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    park: String,
    /// Number or key of the parcel
    parcel: String,
    /// HTML file to write
    #[arg(long, short)]
    out: PathBuf,
    /// Date the verdicts hold for; the park's own date if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    as_of: Option<NaiveDate>,
    /// Floors to hold the land against: a shipped scheme (see `twin report land --help`), or a file of your own
    #[arg(long, value_name = "NAME|FILE", default_value = "national-2008")]
    scheme: String,
    /// Language; that of the environment if not given
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
    /// Leave the drawn pictures out: quicker, and without a graphics adapter. Photographs of the case stay
    #[arg(long)]
    no_pictures: bool,
}

pub(super) fn run(arguments: &DossierArguments) -> Result<(), Failure> {
    let scheme = scheme(&arguments.scheme)?;
    let progress = Progress::new(false);
    let origin = Origin::of(&arguments.park);
    let (snapshot, _) = origin.load(false, &progress)?;
    let as_of = arguments.as_of.or(snapshot.park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
    let language = arguments.lang.map_or_else(Language::from_environment, Into::into);
    let files = origin.sources(snapshot.park.park_id)?;
    // A package carries no cases, and not everyone who may see the land may see them.
    let cases = cases_of(origin)?.map(|cases| Arc::new(up_to(cases, arguments.as_of)));
    // Those of a day that was asked for are cut off above.
    let at_hand = cases.clone().map(|cases| AtHand::new(cases, Some(as_of)));
    let cache = Cache::build(Arc::clone(&snapshot));
    let rules = &tables().land;
    let model = LandModel::of(&cache, &Presence::on(&snapshot, as_of), rules, as_of)
        .with_cases(at_hand.as_ref().map(|cases| cases.on(as_of)));
    let all = ranked(&model, &scheme);
    let land = wanted(&all, &snapshot, &arguments.parcel, as_of)?;
    let dossier = Dossier::of(&model, &scheme, land, cases.as_deref().map(Vec::as_slice), &files);
    let pictures = if arguments.no_pictures {
        Vec::new()
    } else {
        progress.show("drawing", &arguments.parcel);
        pictures(&snapshot, land, as_of, at_hand.as_ref(), language)?
    };
    let key = snapshot.parcels[land.slot].provenance.key.as_str();
    let photographs = match (origin, &cases) {
        (Origin::Store(slug), Some(cases)) => {
            photographs::shown(slug, &photographs_of(cases.as_slice(), key), Text::of(language))?
        }
        _ => (Vec::new(), String::new()),
    };
    progress.finish();
    let page = Page::new(&dossier, &snapshot.park, as_of, Text::of(language), pictures, photographs);
    let html = page.render().map_err(|source| Failure::Page { source })?;
    whole(&arguments.out, html.as_bytes())?;
    print::line(arguments.out.display().to_string())
}

/// What was so on the day that was asked for. The day of the data is none: an office works on while its survey grows old.
fn up_to(mut cases: Vec<Case>, as_of: Option<NaiveDate>) -> Vec<Case> {
    if let Some(as_of) = as_of {
        for case in &mut cases {
            let days: HashMap<i32, NaiveDate> =
                case.entries().iter().map(|entry| (entry.event.seq, entry.day)).collect();
            // A correction has no day of its own: it stays with the entry that it corrects.
            let day = |event: &CaseEvent| match (event.kind, event.refers) {
                (CaseEventKind::Correction, Some(entry)) => days.get(&entry).copied(),
                _ => days.get(&event.seq).copied(),
            };
            case.events.retain(|event| day(event).is_some_and(|day| day <= as_of));
        }
    }
    cases
}

/// The parcel of that number or key.
fn wanted<'r, 'a>(
    all: &'r [Ranked<'a>],
    park: &ParkSnapshot,
    named: &str,
    as_of: NaiveDate,
) -> Result<&'r Ranked<'a>, Failure> {
    let is = |land: &&Ranked<'_>| {
        let parcel = &park.parcels[land.slot];
        parcel.provenance.key == named || parcel.number.as_deref() == Some(named)
    };
    all.iter().find(is).ok_or_else(|| {
        let known = all.iter().take(5).map(|land| {
            let parcel = &park.parcels[land.slot];
            parcel.number.clone().unwrap_or_else(|| parcel.provenance.key.clone())
        });
        Failure::NoParcel {
            parcel: named.to_owned(),
            park: park.park.slug.clone(),
            as_of,
            some: known.collect::<Vec<_>>().join(", "),
        }
    })
}

/// The parcel from the south-east and from above, with its surroundings, as data addresses of JPEG files. It is in the middle and not
/// selected: the legend knows no selection, and its blue is that of a state.
fn pictures(
    snapshot: &Arc<ParkSnapshot>,
    land: &Ranked<'_>,
    as_of: NaiveDate,
    cases: Option<&AtHand>,
    language: Language,
) -> Result<Vec<String>, Failure> {
    let parcel = &snapshot.parcels[land.slot];
    let Some(bounds) = parcel.boundary.bounding_rect() else { return Ok(Vec::new()) };
    let (x_m, y_m) = bounds.center().x_y();
    let size_m = bounds.width().hypot(bounds.height()) as f32;
    let view = |bearing_deg: f32, pitch_deg: f32, times: f32| CameraChoice::At {
        x_m,
        y_m,
        distance_m: size_m * times,
        bearing_deg,
        pitch_deg,
    };
    let (made, time) = overlays(&indexed(snapshot), &[OverlayName::Idle], Some(as_of), cases, &mut |_, _| {});
    let input = TwinInput {
        snapshot: Arc::clone(snapshot),
        overlays: made,
        active: None,
        imagery: None,
        time: Some(time),
        planner: None,
        apart: None,
    };
    let options = CaptureOptions {
        width: PICTURE.0,
        height: PICTURE.1,
        camera: view(140.0, 38.0, 2.6),
        language,
        ..CaptureOptions::default()
    };
    let mut stage = Stage::new(input, &options, 4)?;
    let mut pictures = vec![address(&stage.picture()?)?];
    stage.look(view(180.0, 89.0, 3.2));
    pictures.push(address(&stage.picture()?)?);
    Ok(pictures)
}

/// A picture as a data address.
pub(crate) fn address(picture: &image::RgbImage) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 88)
        .encode_image(picture)
        .map_err(|source| Failure::PagePicture { source })?;
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes)))
}
