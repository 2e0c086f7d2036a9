//! `twin report zone` and `twin report clusters`: evaluation of parks, districts and a city.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::evaluation::{
    EvaluationError, Level, Measure, Potential, Range, Reference, SHIPPED, Scheme, Scored, TypedInputs, Weights, Zone,
    ZoneReport, all_parks, cluster_charts, cluster_notes, cluster_sheet, clusters, notes, parcel_sheet, report,
    score_charts, zone_sheet,
};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::{Park, ParkSnapshot};
use twin_engine::Language;
use twin_engine::text::Text;

use super::drawings::Drawing;
use super::write::Outgoing;
use super::{Asked, Format, drawings};
use crate::cli::{DEFAULT_ZONE_SCHEME, LanguageName};
use crate::failure::Failure;
use crate::planner::ZoneBasis;
use crate::rules::tables;
use crate::scenario::laid_over;

/// Which parks, on which dates.
#[derive(Debug, Args)]
pub(super) struct Zones {
    /// Short names of parks (`twin parks` lists them), or packages (`twin pack`)
    #[arg(required = true, value_name = "PARK")]
    parks: Vec<String>,
    /// Date the evaluation holds for, several with commas; the earliest of the parks' own dates if not given
    #[arg(long, value_name = "DATE", value_delimiter = ',', value_parser = crate::cli::day)]
    as_of: Vec<NaiveDate>,
    /// Ends of these years instead: 2021..2025, or 2023
    #[arg(long, value_name = "YEARS", value_parser = years, conflicts_with = "as_of")]
    years: Option<(i32, i32)>,
    /// A district of parks, NAME=park,park; may be given several times
    #[arg(long, value_name = "NAME=PARKS", value_parser = district)]
    district: Vec<(String, Vec<String>)>,
    /// Name for all parks together
    #[arg(long, value_name = "NAME")]
    city: Option<String>,
    /// What persons type in for a park: decisions on parcels and figures (docs/evaluation.md); may be given several times
    #[arg(long, value_name = "TOML")]
    inputs: Vec<PathBuf>,
    /// A scenario (scenes/README.md) laid over its park; the record stays as it is
    #[arg(long, value_name = "RON")]
    scenario: Option<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// File to write instead of standard output; a GeoPackage needs one
    #[arg(long, short, required_if_eq("format", "gpkg"))]
    out: Option<PathBuf>,
    /// Language of heads and words; that of the environment if not given
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
}

/// Arguments of `twin report zone`.
#[derive(Debug, Args)]
#[command(after_help = "docs/evaluation.md has the formulas and the format of schemes and inputs.\n\nExamples:\n  \
    twin report zone qingxi\n  twin report zone east west --years 2021..2025 --district \"North=east,west\" --format csv\n  \
    twin report zone qingxi --parcels --format gpkg --out sums.gpkg")]
pub(super) struct ZoneArguments {
    #[command(flatten)]
    zones: Zones,
    /// Shipped scheme (province-example, etdz-2021, shanghai-2020) or a scheme file
    #[arg(long, value_name = "NAME|TOML", default_value = DEFAULT_ZONE_SCHEME)]
    scheme: String,
    /// List the parcels of one park instead, each with the sums that it goes into and why
    #[arg(long)]
    parcels: bool,
}

/// Arguments of `twin report clusters`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  twin report clusters qingxi --by jobs\n  \
    twin report clusters east west --years 2023..2025 --reference province-2024.toml --format csv")]
pub(super) struct ClusterArguments {
    #[command(flatten)]
    zones: Zones,
    /// What is counted
    #[arg(long, value_enum, default_value = "output")]
    by: MeasureName,
    /// Figures of a larger region to compare with (docs/evaluation.md)
    #[arg(long, value_name = "TOML")]
    reference: Option<PathBuf>,
}

/// Figures that enterprises report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MeasureName {
    /// Output value
    Output,
    /// Tax paid
    Tax,
    /// Fixed assets
    FixedAssets,
    /// Employees
    Jobs,
}

impl From<MeasureName> for Measure {
    fn from(name: MeasureName) -> Self {
        match name {
            MeasureName::Output => Self::Output,
            MeasureName::Tax => Self::Tax,
            MeasureName::FixedAssets => Self::FixedAssets,
            MeasureName::Jobs => Self::Jobs,
        }
    }
}

/// `2021..2025` or `2023`.
fn years(text: &str) -> Result<(i32, i32), String> {
    let year = |text: &str| match text.trim().parse() {
        Ok(year) if (1900..=2200).contains(&year) => Ok(year),
        _ => Err(format!("`{text}` is no year")),
    };
    let (first, last) = match text.split_once("..") {
        Some((first, last)) => (year(first)?, year(last.trim_start_matches('='))?),
        None => (year(text)?, year(text)?),
    };
    if first > last || last - first > 50 {
        return Err("write the years as FIRST..LAST, at most 50".to_owned());
    }
    Ok((first, last))
}

/// `North=east,west`.
fn district(text: &str) -> Result<(String, Vec<String>), String> {
    let (name, parks) = text.split_once('=').ok_or("write it as NAME=park,park")?;
    let parks: Vec<String> =
        parks.split(',').map(|park| park.trim().to_owned()).filter(|park| !park.is_empty()).collect();
    if name.trim().is_empty() || parks.is_empty() {
        return Err("write it as NAME=park,park".to_owned());
    }
    Ok((name.trim().to_owned(), parks))
}

/// Reads a file that a person wrote for the evaluation.
fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::EvaluationFile { path: path.to_path_buf(), source })
}

fn wrong(path: &Path) -> impl FnOnce(EvaluationError) -> Failure + use<> {
    let path = path.to_path_buf();
    move |source| Failure::EvaluationWrong { path, source: Box::new(source) }
}

/// A shipped scheme, or one of the user's own.
fn scheme(named: &str) -> Result<Scheme, Failure> {
    if let Some(scheme) = tables().evaluation_scheme(named) {
        return Ok(scheme.clone());
    }
    if !named.contains(['.', '/', '\\']) {
        let known: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        return Err(Failure::NoScheme { name: named.to_owned(), known: known.join(", ") });
    }
    let path = Path::new(named);
    Scheme::parse(&read(path)?).map_err(wrong(path))
}

/// What a person typed in for a park.
fn typed_in(path: &Path) -> Result<TypedInputs, Failure> {
    TypedInputs::parse(&read(path)?).map_err(wrong(path))
}

/// Figures of a larger region.
fn larger_region(path: &Path) -> Result<Reference, Failure> {
    Reference::parse(&read(path)?).map_err(wrong(path))
}

/// What a window evaluates its park by: the scheme asked for, then those that are shipped; what was typed in; what to compare with.
pub(crate) fn basis(named: &str, inputs: Option<&Path>, reference: Option<&Path>) -> Result<ZoneBasis, Failure> {
    let mut schemes = vec![scheme(named)?];
    for (_, scheme) in &tables().evaluation_schemes {
        if scheme.name != schemes[0].name {
            schemes.push(scheme.clone());
        }
    }
    let typed = inputs.map(typed_in).transpose()?;
    Ok(ZoneBasis { schemes, typed, reference: reference.map(larger_region).transpose()? })
}

/// What was loaded.
struct Loaded {
    zones: Vec<(Level, Zone)>,
    parks: Vec<Arc<ParkSnapshot>>,
    dates: Vec<NaiveDate>,
}

impl Zones {
    fn load(&self) -> Result<Loaded, Failure> {
        let mut inputs: BTreeMap<String, TypedInputs> = BTreeMap::new();
        for path in &self.inputs {
            let typed = typed_in(path)?;
            let park = typed.park.clone();
            if inputs.insert(park.clone(), typed).is_some() {
                return Err(Failure::InputsTwice { path: path.clone(), park });
            }
        }
        for (district, members) in &self.district {
            let mut seen = BTreeSet::new();
            if let Some(park) = members.iter().find(|park| !seen.insert(park.as_str())) {
                return Err(Failure::MemberTwice { district: district.clone(), park: park.clone() });
            }
        }
        let mut parks: Vec<Arc<ParkSnapshot>> = Vec::new();
        for park in &self.parks {
            let (snapshot, _) = self.asked(park).load()?;
            // A park named twice would count twice.
            if !parks.iter().any(|other| other.park.slug == snapshot.park.slug) {
                parks.push(snapshot);
            }
        }
        for park in inputs.keys().chain(self.district.iter().flat_map(|(_, parks)| parks)) {
            if !parks.iter().any(|snapshot| snapshot.park.slug == *park) {
                return Err(Failure::NotReported { park: park.clone() });
            }
        }
        if let Some(path) = &self.scenario {
            let [park] = &mut parks[..] else { return Err(Failure::ScenarioOfSeveral) };
            *park = laid_over(Arc::clone(park), Some(path))?;
        }
        let dates = self.dates(&parks);
        let caches: Vec<Cache> = parks.iter().map(|snapshot| Cache::build(Arc::clone(snapshot))).collect();
        let (rules, evaluation) = (&tables().land, &tables().evaluation);
        let language = self.lang.map_or_else(Language::from_environment, Into::into);
        let city = self.city.clone().unwrap_or_else(|| Text::of(language).words(&all_parks()));
        let mut zones = Vec::new();
        for date in &dates {
            let of_parks: HashMap<&str, Zone> = caches
                .iter()
                .map(|cache| {
                    let slug = cache.snapshot().park.slug.as_str();
                    (slug, Zone::of(cache, rules, evaluation, inputs.get(slug), *date))
                })
                .collect();
            for (name, members) in &self.district {
                let parts: Vec<Zone> = members.iter().map(|park| of_parks[park.as_str()].clone()).collect();
                zones.push((Level::District, Zone::join(name, &parts)));
            }
            let in_order: Vec<Zone> = parks.iter().map(|park| of_parks[park.park.slug.as_str()].clone()).collect();
            if parks.len() > 1 {
                zones.push((Level::City, Zone::join(&city, &in_order)));
            }
            zones.extend(in_order.into_iter().map(|zone| (Level::Park, zone)));
        }
        Ok(Loaded { zones, parks, dates })
    }

    /// The dates, in order, each once.
    fn dates(&self, parks: &[Arc<ParkSnapshot>]) -> Vec<NaiveDate> {
        let mut dates = match self.years {
            Some((first, last)) => (first..=last).filter_map(|year| NaiveDate::from_ymd_opt(year, 12, 31)).collect(),
            None => self.as_of.clone(),
        };
        if dates.is_empty() {
            let earliest = parks.iter().filter_map(|park| park.park.as_of).min();
            dates.push(earliest.unwrap_or_else(|| chrono::Local::now().date_naive()));
        }
        dates.sort_unstable();
        dates.dedup();
        dates
    }

    /// What every report asks, for one of the parks.
    fn asked(&self, park: &str) -> Asked {
        Asked {
            park: park.to_owned(),
            as_of: None,
            scenario: None,
            format: self.format,
            out: self.out.clone(),
            lang: self.lang,
        }
    }
}

/// The parks as one header, for the title and the credits.
fn header(parks: &[Arc<ParkSnapshot>]) -> ParkSnapshot {
    let joined = |of: fn(&Park) -> Option<&str>| {
        let mut all: Vec<&str> = parks.iter().filter_map(|snapshot| of(&snapshot.park)).collect();
        all.dedup();
        (!all.is_empty()).then(|| all.join("; "))
    };
    let first = &parks[0].park;
    ParkSnapshot::empty(Park {
        slug: parks.iter().map(|snapshot| snapshot.park.slug.as_str()).collect::<Vec<_>>().join("+"),
        name: joined(|park| Some(&park.name)).unwrap_or_default(),
        synthetic: parks.iter().any(|snapshot| snapshot.park.synthetic),
        attribution: joined(|park| park.attribution.as_deref()),
        licence: joined(|park| park.licence.as_deref()),
        ..first.clone()
    })
}

pub(super) fn run(arguments: &ZoneArguments) -> Result<(), Failure> {
    let scheme = scheme(&arguments.scheme)?;
    let Loaded { zones, parks, dates } = arguments.zones.load()?;
    let asked = arguments.zones.asked(&parks[0].park.slug);
    let as_of = *dates.last().unwrap_or(&NaiveDate::MIN);
    if arguments.parcels || arguments.zones.format == Format::Gpkg {
        let ([park], [_]) = (&parks[..], &dates[..]) else { return Err(Failure::ParcelsOfSeveral) };
        let Some((_, zone)) = zones.first() else { return Ok(()) };
        let slots: HashMap<&str, usize> =
            park.parcels.iter().enumerate().map(|(i, parcel)| (parcel.provenance.key.as_str(), i)).collect();
        let sheet = parcel_sheet(zone, &|key| slots.get(key).copied());
        return Outgoing { asked: &asked, park, as_of, sheet: &sheet }
            .write(|text| [("parcels".to_owned(), lines(zone, text).into())].into_iter().collect());
    }
    let reports = report(zones, &scheme, &tables().evaluation);
    let whole = arguments.zones.format != Format::Table;
    let sheet = zone_sheet(&reports, &scheme, whole);
    let park = header(&parks);
    let drawn = |text: &Text| -> Vec<Drawing> {
        score_charts(&reports).iter().map(|chart| drawings::bars(chart, text)).collect()
    };
    Outgoing { asked: &asked, park: &park, as_of, sheet: &sheet }.write_drawn(drawn, |text| {
        let said: Vec<String> = notes(&reports, &scheme).iter().map(|note| text.words(note)).collect();
        let all: Vec<Value> = reports.iter().map(|report| zone_json(report, text)).collect();
        let scheme = json!({
            "name": scheme.name, "title": text.words(&scheme.title()), "citation": text.words(&scheme.citation()),
            "standard": scheme.standard, "edition": scheme.edition, "status": scheme.status,
            "scores": scheme.weights == Weights::Known, "notes": said,
        });
        [("scheme".to_owned(), scheme), ("zones".to_owned(), all.into())].into_iter().collect()
    })
}

pub(super) fn run_clusters(arguments: &ClusterArguments) -> Result<(), Failure> {
    let reference = arguments.reference.as_deref().map(larger_region).transpose()?;
    if arguments.zones.format == Format::Gpkg {
        return Err(Failure::NoMapOfClusters);
    }
    let Loaded { mut zones, parks, dates } = arguments.zones.load()?;
    zones.sort_by_key(|(level, zone)| (*level, zone.as_of));
    let rules = &tables().evaluation;
    let measure = Measure::from(arguments.by);
    let all: Vec<_> = zones
        .iter()
        .map(|(level, zone)| (*level, zone.name.clone(), clusters(&zone.books[0], measure, reference.as_ref(), rules)))
        .collect();
    let sheet = cluster_sheet(&all, cluster_notes(rules, reference.as_ref()));
    let asked = arguments.zones.asked(&parks[0].park.slug);
    let park = header(&parks);
    let as_of = *dates.last().unwrap_or(&NaiveDate::MIN);
    let drawn = |text: &Text| -> Vec<Drawing> {
        cluster_charts(&all).iter().map(|chart| drawings::bars(chart, text)).collect()
    };
    Outgoing { asked: &asked, park: &park, as_of, sheet: &sheet }.write_drawn(drawn, |text| {
        let all: Vec<Value> = all
            .iter()
            .map(|(level, name, found)| {
                let industries: Vec<Value> = found
                    .clusters
                    .iter()
                    .map(|cluster| {
                        json!({
                            "industry": cluster.code, "enterprises": cluster.enterprises, "amount": cluster.amount,
                            "on_record": cluster.on_record, "share": cluster.share, "location_quotient": cluster.quotient,
                            "specialised": cluster.specialised, "herfindahl": cluster.herfindahl,
                        })
                    })
                    .collect();
                json!({
                    "level": level_name(*level), "zone": name, "year": found.year, "measure": found.measure.name(),
                    "unit": found.unit, "industries": industries, "total": found.total, "herfindahl": found.herfindahl,
                    "herfindahl_on_record": found.herfindahl_on_record,
                    "concentration": found.concentration.map(|concentration| text.words(&concentration.words())),
                    "missing": said(&found.missing, text),
                })
            })
            .collect();
        [("zones".to_owned(), all.into())].into_iter().collect()
    })
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Park => "park",
        Level::District => "district",
        Level::City => "city",
    }
}

fn said(words: &[analysis::words::Words], text: &Text) -> Vec<String> {
    words.iter().map(|words| text.words(words)).collect()
}

/// Value, lowest and highest; null for what nothing bounds.
fn range(range: Range) -> Map<String, Value> {
    let finite = |value: f64| value.is_finite().then_some(value);
    let Value::Object(object) = json!({ "value": range.value(), "low": finite(range.low), "high": finite(range.high) })
    else {
        return Map::new();
    };
    object
}

fn with(range_of: Range, more: Value) -> Value {
    let mut object = range(range_of);
    if let Value::Object(more) = more {
        object.extend(more);
    }
    object.into()
}

fn zone_json(report: &ZoneReport, text: &Text) -> Value {
    let zone = &report.zone;
    let keys = |positions: &[usize]| positions.iter().map(|i| zone.lines[*i].key.as_str()).collect::<Vec<_>>();
    let sums: Vec<Value> = report
        .sums
        .iter()
        .map(|sum| {
            let more = json!({
                "sum": sum.sum.letters(), "label": text.words(&sum.sum.label().into()), "unit": "m²",
                "parcels": keys(&sum.parcels), "open": keys(&sum.open),
            });
            with(sum.area_m2, more)
        })
        .collect();
    let indicators: Vec<Value> = report
        .indicators
        .values()
        .map(|indicator| {
            let inputs: Vec<Value> = indicator
                .inputs
                .iter()
                .map(|input| {
                    let more = json!({
                        "label": text.words(&input.label), "unit": text.words(&input.unit),
                        "source": text.words(&input.source),
                        "date": input.date,
                    });
                    with(input.range, more)
                })
                .collect();
            let moved = report.moves.get(indicator.name).copied().unwrap_or_default();
            let more = json!({
                "name": indicator.name, "label": text.words(&indicator.label), "unit": text.words(&indicator.unit),
                "formula": text.words(&indicator.formula), "citation": text.words(&indicator.citation),
                "inputs": inputs, "missing": said(&indicator.missing, text), "change": moved.change.map(range),
                "best": moved.ranks.map(|[best, _]| best), "worst": moved.ranks.map(|[_, worst]| worst),
            });
            with(indicator.range, more)
        })
        .collect();
    let evaluation = report.evaluation.as_ref().map(|evaluation| {
        let areas: Vec<Value> = evaluation
            .areas
            .iter()
            .map(|area| {
                let nodes: Vec<Value> = area.nodes.iter().map(|node| node_json(node, text)).collect();
                with(area.score, json!({ "area": area.area, "weight": area.weight, "nodes": nodes }))
            })
            .collect();
        with(evaluation.score, json!({ "areas": areas }))
    });
    let standing = report.standing.as_ref().map(|standing| {
        json!({ "rank": standing.rank(), "best": standing.ranks[0], "worst": standing.ranks[1], "change": standing.change.map(range) })
    });
    json!({
        "level": level_name(report.level), "zone": zone.name, "parks": zone.parks, "as_of": zone.as_of,
        "synthetic": zone.synthetic, "types": report.types, "sums": sums, "indicators": indicators, "score": evaluation,
        "standing": standing,
        "potentials": report.potentials.iter().map(|potential| potential_json(potential, text)).collect::<Vec<_>>(),
    })
}

fn node_json(node: &Scored, text: &Text) -> Value {
    let parts: Vec<Value> = node.parts.iter().map(|part| node_json(part, text)).collect();
    let more = json!({
        "node": node.name, "label": text.words(&node.title()), "weight": node.weight, "of": node.value.map(range),
        "unit": text.words(&node.unit), "ideal": node.ideal, "way": text.words(&node.way), "status": node.status,
        "missing": said(&node.missing, text), "parts": parts,
    });
    with(node.score, more)
}

fn potential_json(potential: &Potential, text: &Text) -> Value {
    let more = json!({
        "name": potential.name, "label": text.words(&potential.label), "unit": potential.unit,
        "formula": text.words(&potential.formula), "missing": said(&potential.missing, text),
    });
    with(potential.amount.unwrap_or(Range::ANY), more)
}

fn lines(zone: &Zone, text: &Text) -> Vec<Value> {
    zone.lines
        .iter()
        .map(|line| {
            let decision = |decision: &analysis::evaluation::Decision<bool>| {
                json!({ "answer": decision.answer, "because": text.words(&decision.because) })
            };
            json!({
                "parcel": line.key, "number": line.number, "area_m2": line.area_m2,
                "footprint_m2": line.footprints_m2().value(),
                "floor_m2": range(line.floor_m2), "yard_m2": line.yards_surveyed.then_some(line.yard_m2),
                "class": text.words(&line.group.because), "built": decision(&line.built),
                "supplied": decision(&line.supplied), "ready": decision(&line.ready), "idle": decision(&line.idle),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_districts_are_checked() {
        assert_eq!(years("2021..2025"), Ok((2021, 2025)));
        assert_eq!(years("2023"), Ok((2023, 2023)));
        assert!(years("2025..2021").is_err() && years("x").is_err() && years("1..2").is_err());
        assert_eq!(district("North = a, b"), Ok(("North".into(), vec!["a".into(), "b".into()])));
        assert!(district("North").is_err() && district("=a").is_err() && district("N=").is_err());
    }
}
