//! The pitch that is open: weights, the order of the sites by them, and the few sites that are looked at closer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analysis::overlay::Overlay;
use analysis::siting::{Finding, How, LaidOut, PitchFile, Place};
use analysis::words::Words;

use super::NAME;
use super::matcher::{Found, Job, Matcher, News, Of, Order, Site};
use crate::causes;
use crate::live::Wake;
use crate::network::take_away;
use crate::pick::Picker;
use crate::scene::Twin;
use crate::work::{in_frame, let_go};

/// Sites that are compared at a time, at most: more columns are not read side by side.
pub(crate) const MOST_COMPARED: usize = 5;
/// End of the sliders of weights, where the pitch has no larger ones.
const TOP_WEIGHT: f32 = 10.0;

/// The sites on the map.
#[derive(Debug, Default)]
struct Map {
    /// It is to be coloured anew.
    due: bool,
    /// The next is on its way.
    comes: bool,
    arrived: Option<Box<Overlay>>,
    /// It lies over the park.
    laid: bool,
    /// The overlay that was looked at before it.
    before: Option<usize>,
}

/// A pitch that is open. Sites are named by the candidates of its ranking.
#[derive(Debug)]
pub(crate) struct Pitch {
    /// What is asked for.
    pub file: Arc<PitchFile>,
    /// By need; 0 for musts.
    weights: Vec<f32>,
    found: Option<Found>,
    places: Vec<Place>,
    compared: Vec<u32>,
    chosen: Option<u32>,
    findings: BTreeMap<u32, Vec<Finding>>,
    /// Sites that an explanation was asked for.
    asked: BTreeSet<u32>,
    /// Speaks of the sites that are listed.
    matcher: Option<Matcher>,
    /// Makes the next list.
    next: Option<Matcher>,
    /// What the weights bring to the head of the list is to be tried; and is being tried.
    weighed: (bool, bool),
    /// What could not be matched, and why; no words where nobody knows.
    failed: Option<(Of, Words)>,
    map: Map,
    /// What is laid on the land of a site, and how many came before it.
    laid: Option<(u32, Box<LaidOut>)>,
    laid_before: usize,
}

impl Pitch {
    /// A pitch that nothing is held against yet.
    pub(crate) fn new(file: PitchFile) -> Self {
        Self {
            weights: as_written(&file),
            file: Arc::new(file),
            found: None,
            places: Vec::new(),
            compared: Vec::new(),
            chosen: None,
            findings: BTreeMap::new(),
            asked: BTreeSet::new(),
            matcher: None,
            next: None,
            weighed: (false, false),
            failed: None,
            map: Map::default(),
            laid: None,
            laid_before: 0,
        }
    }

    /// What was found last, be it of another day or state of the park.
    pub(crate) fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// Every site, the best first.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Rank, from 1, and place of a site.
    pub(crate) fn place(&self, site: u32) -> Option<(usize, &Place)> {
        let at = self.places.iter().position(|place| place.candidate == site)?;
        Some((at + 1, &self.places[at]))
    }

    /// A site.
    pub(crate) fn site(&self, site: u32) -> Option<&Site> {
        self.found.as_ref()?.sites.get(site as usize)
    }

    /// Every need of a site that is chosen or compared, once it is told.
    pub(crate) fn findings(&self, site: u32) -> Option<&[Finding]> {
        self.findings.get(&site).map(Vec::as_slice)
    }

    /// True where what is listed is of another day or state of the park.
    pub(crate) fn is_stale(&self, now: Of) -> bool {
        self.found.as_ref().is_some_and(|found| found.of != now)
    }

    /// True while sites are matched.
    pub(crate) fn is_matching(&self) -> bool {
        self.next.is_some()
    }

    /// True while the match does not have the weights yet.
    #[cfg(test)]
    pub(super) fn is_weighing(&self) -> bool {
        self.weighed.0 || self.weighed.1
    }

    /// Why the last match did not come to its end; no words where nobody knows.
    pub(crate) fn failed(&self) -> Option<&Words> {
        self.failed.as_ref().map(|(_, why)| why)
    }

    /// Weight of a wish.
    pub(crate) fn weight(&self, need: usize) -> f32 {
        self.weights.get(need).copied().unwrap_or_default()
    }

    /// The largest weight that a slider gives.
    pub(crate) fn top_weight(&self) -> f32 {
        as_written(&self.file).into_iter().fold(TOP_WEIGHT, |top, weight| top.max(2.0 * weight))
    }

    /// Gives a wish a weight: the sites are ranked anew, not matched.
    pub(crate) fn weigh(&mut self, need: usize, weight: f32) {
        let is_wish = self.file.needs.get(need).is_some_and(|need| need.how != How::Must);
        if let Some(known) = self.weights.get_mut(need).filter(|known| is_wish && **known != weight) {
            *known = weight;
            self.weighed.0 = true;
            self.rank();
        }
    }

    /// True where some wish has a weight: without any there is nothing to have a share of.
    pub(crate) fn has_wishes(&self) -> bool {
        self.weights.iter().any(|weight| *weight > 0.0)
    }

    /// True while no weight was moved.
    pub(crate) fn is_as_written(&self) -> bool {
        self.weights == as_written(&self.file)
    }

    /// The weights of the file again.
    pub(crate) fn weigh_as_written(&mut self) {
        self.weights = as_written(&self.file);
        self.weighed.0 = true;
        self.rank();
    }

    /// Sites that are compared, as they were picked.
    pub(crate) fn compared(&self) -> &[u32] {
        &self.compared
    }

    /// Takes a site among those that are compared, while there is room, or out of them.
    pub(crate) fn compare(&mut self, site: u32) {
        toggle(&mut self.compared, site);
    }

    /// The site that is spoken of.
    pub(crate) fn chosen(&self) -> Option<u32> {
        self.chosen
    }

    /// Speaks of a site; the map shows it apart.
    pub(crate) fn choose(&mut self, site: u32) {
        if self.chosen != Some(site) {
            self.chosen = Some(site);
            self.map.due = true;
        }
    }

    /// What is laid on the land of the site that is spoken of, once it is there, with a number that changes with it.
    pub(super) fn laid_out(&self) -> Option<(usize, &LaidOut)> {
        let (site, laid) = self.laid.as_ref()?;
        (self.chosen == Some(*site)).then_some((self.laid_before, &**laid))
    }

    /// Takes what came and asks for what is wanted; true where something came. `wanted` is the state of the park and the day
    /// that sites are to be of; nothing is matched without.
    pub(super) fn step(&mut self, wanted: Option<Of>, picker: &Arc<Picker>, wake: Option<&Wake>) -> bool {
        let mut came = false;
        while let Some(news) = self.next.as_mut().and_then(Matcher::news) {
            came = true;
            match news {
                News::Found(found) => {
                    self.take(*found);
                    self.matcher = self.next.take();
                }
                News::Ended(why) => self.failed = self.next.take().map(|ended| (ended.of, why)),
                News::Weighed(_) | News::Explained(..) | News::Coloured(..) => {}
            }
        }
        while let Some(news) = self.matcher.as_mut().and_then(Matcher::news) {
            came = true;
            match news {
                News::Weighed(found) => {
                    self.weighed.1 = false;
                    if let Some(found) = found {
                        self.know_more(*found);
                    }
                }
                News::Explained(site, findings) => {
                    self.findings.insert(site, findings);
                }
                News::Coloured(overlay, laid) => {
                    self.map.comes = false;
                    self.map.arrived = Some(overlay);
                    let_go(std::mem::replace(&mut self.laid, laid));
                    self.laid_before += 1;
                }
                News::Ended(why) => self.failed = self.matcher.take().map(|ended| (ended.of, why)),
                News::Found(_) => {}
            }
        }
        // What failed for another day or state of the park says nothing of this one.
        if wanted.is_some() && self.failed.as_ref().is_some_and(|(of, _)| Some(*of) != wanted) {
            self.failed = None;
        }
        // One at a time: whoever drags along the years does not fill the machine.
        if let Some(of) = wanted.filter(|of| self.next.is_none() && self.lacks(*of)) {
            let job = Job { file: Arc::clone(&self.file), picker: Arc::clone(picker), of };
            match Matcher::begin(job, wake.cloned()) {
                Ok(matcher) => self.next = Some(matcher),
                Err(error) => self.failed = Some((of, causes::at_the_bottom(&error))),
            }
        }
        if let Some(matcher) = &self.matcher {
            for site in self.chosen.iter().chain(&self.compared) {
                if self.asked.insert(*site) {
                    matcher.order(Order::Explain(*site));
                }
            }
            // One order at a time: whoever drags a slider asks for many.
            if self.weighed.0 && !self.weighed.1 {
                matcher.order(Order::Weigh(self.weights.clone()));
                self.weighed = (false, true);
            }
            if self.map.due && !self.map.comes {
                matcher.order(Order::Colour(self.chosen));
                (self.map.due, self.map.comes) = (false, true);
            }
        }
        came
    }

    fn lacks(&self, of: Of) -> bool {
        self.found.as_ref().is_none_or(|found| found.of != of)
            && self.failed.as_ref().is_none_or(|(failed, _)| *failed != of)
    }

    /// Takes other sites. Those that were chosen or compared are so again where they are still there: their numbers are others.
    fn take(&mut self, found: Found) {
        let again = |site: &u32| {
            let site = self.found.as_ref()?.sites.get(*site as usize)?;
            let at = found.sites.iter().position(|other| other.is(site))?;
            Some(at as u32)
        };
        let chosen = self.chosen.as_ref().and_then(again);
        let compared: Vec<u32> = self.compared.iter().filter_map(again).collect();
        (self.chosen, self.compared) = (chosen, compared);
        let_go(self.found.replace(found));
        self.findings.clear();
        self.asked.clear();
        // Sites have other numbers now.
        self.laid = None;
        self.failed = None;
        // They were tried by the weights of the file.
        self.weighed = (!self.is_as_written(), false);
        self.map = Map { due: true, comes: false, arrived: None, ..std::mem::take(&mut self.map) };
        self.rank();
    }

    /// Takes the same sites of which more is known.
    fn know_more(&mut self, found: Found) {
        let_go(self.found.replace(found));
        self.findings.clear();
        self.asked.clear();
        self.map.due = true;
        self.rank();
    }

    fn rank(&mut self) {
        let Some(found) = &self.found else { return };
        let (ranking, weights) = (&found.ranking, self.weights.as_slice());
        self.places = in_frame(|| ranking.rank(weights));
    }

    /// True where the map is to be laid over the park.
    pub(super) fn has_map(&self) -> bool {
        self.map.arrived.is_some()
    }

    /// Lays the map over the park. It is looked at once it is there; later ones stay as they are looked at.
    pub(super) fn lay(&mut self, twin: &mut Twin) {
        let Some(overlay) = self.map.arrived.take() else { return };
        let overlays = &mut twin.input.overlays;
        let at = overlays.iter().position(|overlay| overlay.name == NAME).unwrap_or(overlays.len());
        overlays.splice(at..(at + 1).min(overlays.len()), [Arc::new(*overlay)]);
        twin.overlays_version += 1;
        if !self.map.laid {
            self.map.before = twin.shown.overlay;
            self.map.laid = true;
            twin.shown.overlay = Some(at);
        }
    }

    /// Takes the map away; the overlay before it comes back.
    pub(crate) fn leave(&mut self, twin: &mut Twin) {
        if std::mem::take(&mut self.map.laid) {
            take_away(twin, NAME, self.map.before.take());
        }
    }
}

/// Weights as the file has them.
fn as_written(file: &PitchFile) -> Vec<f32> {
    let weight = |how: How| match how {
        How::Must => 0.0,
        How::Wish(weight) => weight as f32,
    };
    file.needs.iter().map(|need| weight(need.how)).collect()
}

/// Takes a site in, while there is room, or out.
fn toggle(compared: &mut Vec<u32>, site: u32) {
    match compared.iter().position(|one| *one == site) {
        Some(at) => {
            compared.remove(at);
        }
        None if compared.len() < MOST_COMPARED => compared.push(site),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use bevy::tasks::{AsyncComputeTaskPool, TaskPool};

    use super::*;
    use crate::fixture;
    use crate::scene::SceneGeometry;

    #[test]
    fn what_failed_for_another_day_is_not_told_of_this_one() {
        AsyncComputeTaskPool::get_or_init(TaskPool::new);
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Arc::new(Picker::new(&input.snapshot, &geometry));
        let text = r#"(format_version: 1, name: "A hall", needs: [(want: land(at_least_m2: 500))])"#;
        let mut pitch = Pitch::new(PitchFile::parse(text).unwrap());
        let of = |day: &str| -> Of { (1, day.parse().unwrap()) };
        pitch.failed = Some((of("2026-06-30"), "no thread".into()));
        pitch.step(Some(of("2026-06-30")), &picker, None);
        assert_eq!(
            (pitch.failed().map(Words::as_str), pitch.is_matching()),
            (Some("no thread"), false),
            "it is not tried on and on"
        );
        pitch.step(None, &picker, None);
        assert_eq!(
            pitch.failed().map(Words::as_str),
            Some("no thread"),
            "nothing is matched, and nothing else is known"
        );
        pitch.step(Some(of("2026-07-01")), &picker, None);
        assert_eq!((pitch.failed(), pitch.is_matching()), (None, true));
    }

    #[test]
    fn five_are_compared_as_they_were_picked_and_no_sixth() {
        let mut compared = Vec::new();
        for site in [7, 3, 9, 1, 4, 2] {
            toggle(&mut compared, site);
        }
        assert_eq!(compared, [7, 3, 9, 1, 4]);
        toggle(&mut compared, 3);
        toggle(&mut compared, 2);
        assert_eq!(compared, [7, 9, 1, 4, 2]);
    }

    #[test]
    fn a_wish_is_weighed_and_a_must_is_not() {
        let text = r#"(format_version: 1, name: "A hall", needs: [
            (want: land(at_least_m2: 500)),
            (want: near(what: hydrant, at_most_m: 50), how: wish(8)),
        ])"#;
        let mut pitch = Pitch::new(PitchFile::parse(text).unwrap());
        assert_eq!((pitch.weight(0), pitch.weight(1), pitch.top_weight()), (0.0, 8.0, 16.0));
        pitch.weigh(0, 5.0);
        assert!(pitch.is_as_written(), "a must has no weight");
        pitch.weigh(1, 0.5);
        assert_eq!((pitch.weight(1), pitch.is_as_written()), (0.5, false));
        assert!(pitch.has_wishes());
        pitch.weigh(1, 0.0);
        assert!(!pitch.has_wishes(), "the only wish is left out");
        pitch.weigh_as_written();
        assert_eq!((pitch.weight(1), pitch.is_as_written()), (8.0, true));
    }
}
