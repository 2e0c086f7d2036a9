//! What cameras, gates and hazard sites lack, one by one, each with the rule that asks for it.

use serde::Serialize;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, Provenance, ResourceKind};

use super::{Security, View};
use crate::emergency::Verdict;
use crate::words;
use crate::words::{Words, percent};

/// What something lacks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shortcoming {
    /// The feature.
    #[serde(skip)]
    pub feature: FeatureId,
    /// `camera`, `gate`, `hazard`, `boundary` or `site`.
    pub what: &'static str,
    /// Key of the feature.
    pub key: String,
    /// Violated, or not known.
    pub verdict: Verdict,
    /// What is amiss or missing.
    pub words: Words,
    /// The rule that asks for it: of the house, as no clause does.
    pub rule: Words,
}

fn cameras_rule() -> Words {
    words!(
        "basis-security-cameras",
        "house rule, no clause: cameras that work see every gate, every hazard source and the whole boundary of a compound"
    )
}

fn sites_rule() -> Words {
    words!("basis-security-site", "house rule, no clause: hazard sites are entered through gates alone")
}

/// Whether a camera of which the view is not on record may see the rest.
fn unless(perhaps: bool) -> Verdict {
    if perhaps { Verdict::Unknown } else { Verdict::Violated }
}

/// What the cameras, gates and hazard sites of a park lack, in the order of the record.
pub fn shortcomings(cache: &Cache, found: &Security) -> Vec<Shortcoming> {
    let park = cache.snapshot();
    let mut list = Vec::new();
    let mut add = |feature, what, provenance: &Provenance, verdict, words, rule| {
        list.push(Shortcoming { feature, what, key: provenance.key.clone(), verdict, words, rule });
    };
    for (at, view) in &found.cameras {
        let camera = &park.resources[*at];
        let (verdict, words) = match view {
            View::Seen(_) => continue,
            View::Unknown => {
                (Verdict::Unknown, words!("security-no-view", "its direction or its range is not on record"))
            }
            View::Indoors => (Verdict::Unknown, words!("security-indoors", "it hangs in a building")),
            View::Out => (Verdict::Violated, words!("security-out", "it is out of service")),
        };
        add(camera.id, "camera", &camera.provenance, verdict, words, cameras_rule());
    }
    let gates = park.resources.iter().filter(|resource| resource.kind == ResourceKind::Gate);
    for (gate, guarded) in gates.zip(&found.gates).filter(|(_, guarded)| guarded.cameras == 0) {
        let words = words!("security-unseen", "no camera on record is known to see it");
        add(gate.id, "gate", &gate.provenance, unless(guarded.perhaps), words, cameras_rule());
    }
    for (hazard, guarded) in park.hazards.iter().zip(&found.hazards) {
        let words = match guarded.cameras {
            0 => words!("security-unseen", "no camera on record is known to see it"),
            _ if guarded.is_partly() => {
                words!("security-part-seen", "cameras see {share} of it", share = percent(guarded.share))
            }
            _ => continue,
        };
        add(hazard.id, "hazard", &hazard.provenance, unless(guarded.perhaps), words, cameras_rule());
    }
    for compound in found.compounds.iter().filter(|compound| !compound.blind.0.is_empty()) {
        let parcel = &park.parcels[compound.parcel];
        let words = words!(
            "security-blind-metres",
            "{blind} m of {length} m of its boundary are seen by no camera on record; the longest stretch is {longest} m",
            blind = format!("{:.0}", compound.length_m - compound.watched_m),
            length = format!("{:.0}", compound.length_m),
            longest = format!("{:.0}", compound.longest_blind_m())
        );
        add(parcel.id, "boundary", &parcel.provenance, unless(compound.perhaps), words, cameras_rule());
    }
    for site in &found.restricted {
        let parcel = &park.parcels[site.parcel];
        let (verdict, words) = if !site.open.is_empty() {
            let said = words!(
                "security-open-ways",
                "{count} ways lead into it where no gate is on record",
                count = site.open.len()
            )
            .counted(site.open.len(), ["ways lead", "way leads"]);
            (Verdict::Violated, said)
        } else if site.gates == 0 {
            (Verdict::Unknown, words!("security-no-gate", "no gate of it and no way into it is on record"))
        } else {
            continue;
        };
        add(parcel.id, "site", &parcel.provenance, verdict, words, sites_rule());
    }
    for at in &found.siteless {
        let hazard = &park.hazards[*at];
        let words = words!("security-site-unknown", "unknown: it stands on no parcel on record");
        add(hazard.id, "site", &hazard.provenance, Verdict::Unknown, words, sites_rule());
    }
    list
}
