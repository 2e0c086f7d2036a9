//! `twin pitch match` and `twin pitch explain`: the sites in their order, and why.

use analysis::siting::{Finding, Match, Missing, Place, Standing, Verdict, said};
use analysis::words::Words;
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::arguments::{MatchArguments, SiteArguments};
use super::{Opened, chosen, held};
use crate::failure::Failure;
use crate::print;

/// Sites that want nothing but an answer, at most.
const MOST_CONFIRMED: usize = 3;
/// Sites that neighbouring parcels would make fit, at most.
const MOST_ENLARGED: usize = 3;

pub(super) fn run(arguments: &MatchArguments) -> Result<(), Failure> {
    let opened = Opened::of(&arguments.asked)?;
    let (ground, supplies) = (opened.ground(), opened.supplies());
    let mut matched = held(&ground, &opened, &supplies, &arguments.asked.file)?;
    let mut weights = matched.weights();
    for (need, weight) in &arguments.weight {
        let slot = weights.get_mut(*need).filter(|_| opened.file.needs[*need].how != analysis::siting::How::Must);
        *slot.ok_or(Failure::NoWish { need: need + 1 })? = *weight;
    }
    if !arguments.weight.is_empty() {
        matched.weigh(&weights);
    }
    let places = matched.rank(&weights);
    let fits = places.iter().filter(|place| place.standing <= Standing::Open).count();
    let shown = &places[..places.len().min(arguments.limit)];
    if arguments.json {
        let sites: Vec<Value> = shown.iter().enumerate().map(|(at, place)| site(&matched, at + 1, place)).collect();
        let relaxations: Vec<Value> = if fits > 0 { Vec::new() } else { relaxed(&matched) };
        let confirmations: Vec<Value> = if fits > 0 { Vec::new() } else { confirmed(&matched) };
        let enlargements: Vec<Value> = if fits > 0 { Vec::new() } else { enlarged(&matched) };
        let park = &opened.park().park;
        return print::json(&json!({
            "pitch": opened.file.name, "prospect": opened.file.prospect,
            "park": park.slug, "synthetic": park.synthetic, "as_of": opened.as_of,
            "sites": places.len(), "fit": fits, "cut_short": matched.cut_short, "untried": matched.untried(),
            "ranking": sites, "relaxations": relaxations, "confirmations": confirmations,
            "enlargements": enlargements,
        }));
    }
    let text = Text::of(opened.language);
    heading(&opened, text)?;
    if places.is_empty() {
        return print::line(text.words(&said::nothing_offered()));
    }
    print::line(text.words(&said::looked_at(places.len(), fits)))?;
    if matched.cut_short {
        print::line(text.words(&said::cut_short()))?;
    }
    let untried = matched.untried();
    if untried > 0 {
        print::line(text.words(&said::untried(untried)))?;
    }
    // What keeps needs unknown on every site, and is for whoever wrote the pitch to mend.
    for slip in [Missing::Limits, Missing::Passed] {
        let needs = || 0..opened.file.needs.len();
        let is = |site: u32| needs().any(|need| matched.measure(site, need).missing == slip);
        if (0..matched.candidates.len() as u32).any(is) {
            print::line(text.words(&slip.words()))?;
        }
    }
    print::line("")?;
    match arguments.compare {
        Some(count) => compare(&matched, &places[..places.len().min(count.into())], text)?,
        None => table(&matched, shown, weights.iter().any(|weight| *weight > 0.0), text)?,
    }
    if fits == 0 {
        print::line("")?;
        let mut near = Vec::new();
        for site in matched.nearest(3) {
            if let Some(place) = places.iter().find(|place| place.candidate == site) {
                let name = text.words(&matched.name(&matched.candidates[site as usize]));
                near.push(format!("{name}: {}", text.words(&matched.why(place))));
            }
        }
        let unfit = Unfit {
            confirm: said_of(&matched.confirmations(MOST_CONFIRMED), |one| matched.confirmation_words(one), text),
            change: said_of(&matched.relaxations(), |one| matched.relaxation_words(one), text),
            enlarge: said_of(&matched.enlargements(MOST_ENLARGED), |one| matched.enlargement_words(one), text),
            near,
        };
        for line in unfit.lines(text) {
            print::line(line)?;
        }
    }
    Ok(())
}

fn said_of<T>(all: &[T], words: impl Fn(&T) -> Words, text: &Text) -> Vec<String> {
    all.iter().map(|one| text.words(&words(one))).collect()
}

/// What is said where nothing is known to fit.
struct Unfit {
    /// Sites that want nothing but an answer.
    confirm: Vec<String>,
    /// Single changes that would bring a site.
    change: Vec<String>,
    /// The nearest sites.
    near: Vec<String>,
    /// Sites that neighbouring parcels would make fit.
    enlarge: Vec<String>,
}

impl Unfit {
    /// In order, that nothing fits before what would help; the nearest sites where nothing else is known to.
    fn lines(self, text: &Text) -> Vec<String> {
        let mut lines = Vec::new();
        let mut list = |head: Words, all: Vec<String>| {
            lines.push(text.words(&head));
            lines.extend(all.into_iter().map(|one| format!("  {one}")));
        };
        let none = self.change.is_empty() && self.confirm.is_empty();
        if !self.confirm.is_empty() {
            list(said::to_confirm(), self.confirm);
        }
        if none {
            list(said::no_single_change(), self.near);
        } else if !self.change.is_empty() {
            list(said::nothing_fits(), self.change);
        }
        if !self.enlarge.is_empty() {
            list(said::to_enlarge(), self.enlarge);
        }
        lines
    }
}

/// What the list is of.
fn heading(opened: &Opened, text: &Text) -> Result<(), Failure> {
    let park = &opened.park().park;
    let mut line = format!("{} — {}, {}", opened.file.name, park.name, text.words(&said::as_of(opened.as_of)));
    if park.synthetic {
        line = format!("{line} — {}", text.words(&analysis::sheet::origin(true)));
    }
    print::line(line)
}

/// The sites in their order; `wished` is false where no wish has a weight, so that there is no share of any.
fn table(matched: &Match<'_, '_>, places: &[Place], wished: bool, text: &Text) -> Result<(), Failure> {
    let heads: Vec<String> = said::LIST.iter().map(|head| text.words(&(*head).into())).collect();
    let needs = |place: &Place, verdict: Verdict| {
        let of = |at: &usize| matched.verdict(place.candidate, *at) == verdict;
        let title = |at: usize| {
            let title = matched.title(at);
            let untried = matched.is_untried(place.candidate, at);
            text.words(&if untried { said::not_tried(title) } else { title })
        };
        let titles = (0..matched.weights().len()).filter(of).map(title);
        titles.collect::<Vec<_>>().join(", ")
    };
    let rows: Vec<Vec<String>> = places
        .iter()
        .enumerate()
        .map(|(at, place)| {
            let low = (place.score * 100.0).round();
            let high = (place.best * 100.0).round();
            vec![
                (at + 1).to_string(),
                text.words(&matched.name(&matched.candidates[place.candidate as usize])),
                text.words(&place.standing.words()),
                match (wished, high > low) {
                    (false, _) => "–".to_owned(),
                    (true, true) => format!("{low:.0}–{high:.0} %"),
                    (true, false) => format!("{low:.0} %"),
                },
                needs(place, Verdict::Gap),
                needs(place, Verdict::Unknown),
            ]
        })
        .collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    print::table(&heads, &rows)
}

/// Sites side by side, a need a row.
fn compare(matched: &Match<'_, '_>, places: &[Place], text: &Text) -> Result<(), Failure> {
    let explained: Vec<Vec<Finding>> = places.iter().map(|place| matched.explain(place.candidate)).collect();
    let mut heads = vec![text.words(&said::NEEDS[0].into()), text.words(&said::NEEDS[1].into())];
    heads.extend(places.iter().map(|place| text.words(&matched.name(&matched.candidates[place.candidate as usize]))));
    let mut rows = vec![vec![text.words(&said::LIST[2].into()), String::new()]];
    rows[0].extend(places.iter().map(|place| text.words(&place.standing.words())));
    for (at, finding) in explained.first().map_or(&[][..], Vec::as_slice).iter().enumerate() {
        let mut row = vec![text.words(&finding.title), text.words(&finding.wanted)];
        row.extend(explained.iter().map(|of| {
            let mark = match of[at].verdict {
                Verdict::Fit => "✓",
                Verdict::Unknown => "?",
                Verdict::Gap => "✗",
            };
            format!("{mark} {}", text.words(&of[at].has))
        }));
        rows.push(row);
    }
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    print::table(&heads, &rows)
}

pub(super) fn explain(arguments: &SiteArguments) -> Result<(), Failure> {
    let opened = Opened::of(&arguments.asked)?;
    let (ground, supplies) = (opened.ground(), opened.supplies());
    let matched = held(&ground, &opened, &supplies, &arguments.asked.file)?;
    let candidate = chosen(&matched, arguments.site.as_deref())?;
    let places = matched.rank(&matched.weights());
    let (rank, place) = places
        .iter()
        .enumerate()
        .find(|(_, place)| place.candidate == candidate)
        .map_or((0, None), |(at, place)| (at + 1, Some(place)));
    let Some(place) = place else { return Ok(()) };
    if arguments.json {
        return print::json(&site(&matched, rank, place));
    }
    let text = Text::of(opened.language);
    heading(&opened, text)?;
    let name = text.words(&matched.name(&matched.candidates[candidate as usize]));
    print::line(format!("{rank}/{} {name}: {}", places.len(), text.words(&matched.why(place))))?;
    print::line("")?;
    let heads: Vec<String> = said::NEEDS.iter().map(|head| text.words(&(*head).into())).collect();
    let rows: Vec<Vec<String>> = matched.explain(candidate).iter().map(|finding| row(finding, text)).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    print::table(&heads, &rows)?;
    match matched.enlargement_of(candidate) {
        Some(one) => print::line(format!("\n{}", text.words(&matched.enlargement_words(&one)))),
        None => Ok(()),
    }
}

/// A need in words, in the order of [`said::NEEDS`].
pub(super) fn row(finding: &Finding, text: &Text) -> Vec<String> {
    let how = if finding.must { text.words(&said::MUST.into()) } else { text.words(&said::wish(finding.weight)) };
    let verdict = text.words(&finding.verdict.words());
    let gap = finding.gap.as_ref().map(|gap| format!(": {}", text.words(gap))).unwrap_or_default();
    vec![
        format!("{} ({how})", text.words(&finding.title)),
        text.words(&finding.wanted),
        text.words(&finding.has),
        format!("{verdict}{gap}"),
        text.words(&finding.because),
        text.words(&finding.source),
        finding.date.map_or_else(|| text.words(&said::UNKNOWN.into()), |day| day.to_string()),
    ]
}

fn site(matched: &Match<'_, '_>, rank: usize, place: &Place) -> Value {
    let offered = &matched.candidates[place.candidate as usize];
    let figure = |value: f64| value.is_finite().then_some(value);
    let needs: Vec<Value> = matched
        .explain(place.candidate)
        .iter()
        .map(|finding| {
            json!({
                "need": finding.need + 1, "title": finding.title, "must": finding.must, "weight": finding.weight,
                "verdict": finding.verdict.as_str(), "wanted": finding.wanted, "has": finding.has, "gap": finding.gap,
                "from": figure(finding.measure.low), "to": figure(finding.measure.high),
                "because": finding.because, "source": finding.source, "date": finding.date,
            })
        })
        .collect();
    let parcels: Vec<String> = offered.parcels.iter().map(|slot| matched.number(*slot)).collect();
    json!({
        "rank": rank, "site": matched.name(offered), "parcels": parcels, "area_m2": offered.area_m2,
        "building": offered.building.is_some(),
        "standing": place.standing.as_str(), "musts_missed": place.missed,
        "wishes": place.score, "wishes_at_best": place.best, "why": matched.why(place), "needs": needs,
    })
}

fn confirmed(matched: &Match<'_, '_>) -> Vec<Value> {
    let one = |one: &analysis::siting::Confirmation| {
        json!({
            "needs": one.needs.iter().map(|need| need + 1).collect::<Vec<_>>(),
            "site": matched.name(&matched.candidates[one.candidate as usize]),
            "confirm": matched.confirmation_words(one),
        })
    };
    matched.confirmations(MOST_CONFIRMED).iter().map(one).collect()
}

fn enlarged(matched: &Match<'_, '_>) -> Vec<Value> {
    let one = |one: &analysis::siting::Enlargement| {
        let added: Vec<String> = one.added.iter().map(|slot| matched.number(*slot)).collect();
        json!({
            "site": matched.name(&matched.candidates[one.candidate as usize]), "added": added,
            "added_m2": one.added_m2, "standing": one.standing.as_str(), "held": one.is_held,
            "enlarge": matched.enlargement_words(one),
        })
    };
    matched.enlargements(MOST_ENLARGED).iter().map(one).collect()
}

fn relaxed(matched: &Match<'_, '_>) -> Vec<Value> {
    let one = |one: &analysis::siting::Relaxation| {
        json!({
            "need": one.need + 1, "change": matched.relaxation_words(one), "share": one.share,
            "figure": one.want.as_ref().map(|want| want.figure().0), "day": one.day,
            "site": matched.name(&matched.candidates[one.candidate as usize]),
        })
    };
    matched.relaxations().iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use twin_engine::Language;

    use super::*;

    #[test]
    fn that_nothing_fits_is_said_before_what_would_help() {
        let one = |said: &str| vec![said.to_owned()];
        let lines = |confirm: Vec<String>, change: Vec<String>| {
            let unfit = Unfit { confirm, change, near: one("near"), enlarge: one("enlarged") };
            unfit.lines(Text::of(Language::English))
        };
        let none = lines(Vec::new(), Vec::new());
        assert!(none[0].starts_with("Nothing is known to fit"), "{none:?}");
        assert_eq!((none[1].as_str(), none[3].as_str(), none.len()), ("  near", "  enlarged", 4));
        let some = lines(one("confirmed"), one("changed"));
        assert!(some[0].starts_with("Nothing is known to fit") && some[2].starts_with("Nothing is known to fit"));
        assert_eq!((some[1].as_str(), some[3].as_str(), some[5].as_str()), ("  confirmed", "  changed", "  enlarged"));
    }
}
