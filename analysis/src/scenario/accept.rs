//! A scenario that is accepted: the park as it is to be on record, or why it cannot be.
//!
//! What a scenario makes on the record of today must be what it made when it was drawn; writing it is left to the store.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use spatial_db::model::{
    Building, FeatureId, LandContract, LandEvent, Parcel, ParkSnapshot, Project, Provenance, Tenancy, Term,
};

use super::edit::{Edit, LAYER};
use super::error::ScenarioError;
use super::file::ScenarioFile;
use super::{Scenario, is_scenario};
use crate::rules::RuleSet;

/// Digits of the file's hash that end the key of what a scenario makes.
const KEY_DIGITS: usize = 8;

/// Who accepts a scenario, and from which file: kept with every row that it writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Why a scenario is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// It changes nothing.
    #[error("the scenario has no edits")]
    Empty,
    /// An edit cannot be made on the record as it is.
    #[error("on the record as it is")]
    Now(#[source] Box<ScenarioError>),
    /// An edit cannot be made on the record that it is said to be drawn on.
    #[error("on the record that the scenario was drawn on")]
    Drawn(#[source] Box<ScenarioError>),
    /// What an edit names is no more.
    #[error("edit {number}: the {what} {key} is gone since the scenario was drawn")]
    Gone {
        /// Number of the edit, from 1.
        number: usize,
        /// Parcel, building, contract or tenancy.
        what: &'static str,
        /// Its key.
        key: String,
    },
    /// What an edit names is not as it was.
    #[error("edit {number}: the {what} {key} has changed since the scenario was drawn")]
    Changed {
        /// Number of the edit, from 1.
        number: usize,
        /// Parcel, building, contract or tenancy.
        what: &'static str,
        /// Its key.
        key: String,
    },
    /// An edit makes something else than when it was drawn.
    #[error(
        "edit {number} would make {key} otherwise than when the scenario was drawn: what stands or lies on its ground has changed since, \
         or the contracts over it"
    )]
    Otherwise {
        /// Number of the edit, from 1.
        number: i64,
        /// Key of what it makes.
        key: String,
    },
    /// A key that the scenario would give is taken.
    #[error("the key {key} is taken")]
    KeyTaken {
        /// The key.
        key: String,
    },
}

impl Acceptance {
    /// Layer of what the scenario writes.
    pub fn layer(&self) -> String {
        format!("{LAYER}-{}", self.short(12))
    }

    /// Where the rows of the layer come from, in words.
    pub fn source(&self) -> String {
        let Self { file, sha256, by, reason } = self;
        format!("{file} (sha256 {sha256}), accepted by {by}: {reason}")
    }

    fn short(&self, digits: usize) -> &str {
        self.sha256.get(..digits).unwrap_or(&self.sha256)
    }

    /// The key of something that the scenario makes: no source gives such a key, and it tells the file.
    pub fn key(&self, of: &str) -> String {
        format!("{of}@{}", self.short(KEY_DIGITS))
    }

    /// What is kept beside the columns of a row.
    fn attributes(&self, name: &str) -> Map<String, Value> {
        let told = [
            ("scenario", json!(name)),
            ("scenario_file", json!(self.file)),
            ("scenario_sha256", json!(self.sha256)),
            ("scenario_accepted_by", json!(self.by)),
            ("scenario_reason", json!(self.reason)),
        ];
        told.into_iter().map(|(field, value)| (field.to_owned(), value)).collect()
    }
}

/// The park as it is to be on record: the edits made on `now`, every new feature under a key of its own. `drawn` is the record that the
/// scenario was drawn on.
///
/// # Errors
/// [`AcceptError`], which names the edit that is in the way.
pub fn accepted(
    now: &Arc<ParkSnapshot>,
    drawn: &Arc<ParkSnapshot>,
    file: &ScenarioFile,
    acceptance: &Acceptance,
    rules: &RuleSet,
) -> Result<ParkSnapshot, AcceptError> {
    if file.edits.is_empty() {
        return Err(AcceptError::Empty);
    }
    let on = |park: &Arc<ParkSnapshot>| Scenario::on(Arc::clone(park), file.clone())?.park(rules);
    let was = on(drawn).map_err(|error| AcceptError::Drawn(Box::new(error)))?;
    unchanged(now, drawn, file)?;
    let mut after = on(now).map_err(|error| AcceptError::Now(Box::new(error)))?;
    let differing = [
        otherwise(&after.parcels, &was.parcels),
        otherwise(&after.buildings, &was.buildings),
        otherwise(&after.contracts, &was.contracts),
        otherwise(&after.events, &was.events),
    ];
    if let Some((number, key)) = differing.into_iter().flatten().min() {
        return Err(AcceptError::Otherwise { number, key });
    }
    after.park.name.clone_from(&now.park.name);
    rename(&mut after, now, acceptance)?;
    let told = acceptance.attributes(&file.name);
    sign(&mut after.parcels, &now.parcels, &told);
    sign(&mut after.buildings, &now.buildings, &told);
    sign(&mut after.contracts, &now.contracts, &told);
    sign(&mut after.events, &now.events, &told);
    sign(&mut after.tenancies, &now.tenancies, &told);
    sign(&mut after.projects, &now.projects, &told);
    Ok(after)
}

/// Whether everything that edits name is as it was when they were drawn.
fn unchanged(now: &ParkSnapshot, drawn: &ParkSnapshot, file: &ScenarioFile) -> Result<(), AcceptError> {
    let (parcels, parcels_then) = (by_key(&now.parcels), by_key(&drawn.parcels));
    let (buildings, buildings_then) = (by_key(&now.buildings), by_key(&drawn.buildings));
    for (at, edit) in file.edits.iter().enumerate() {
        let number = at + 1;
        let named: &[String] = match edit {
            Edit::SplitParcel { parcel, .. } | Edit::ChangeUse { parcel, .. } | Edit::PlaceBuilding { parcel, .. } => {
                std::slice::from_ref(parcel)
            }
            Edit::MergeParcels { parcels, .. } => parcels,
            Edit::RemoveBuilding { building } => {
                same(number, "building", building, &buildings, &buildings_then)?;
                same_tenancies(number, building, now, drawn)?;
                &[]
            }
        };
        for key in named {
            same(number, "parcel", key, &parcels, &parcels_then)?;
        }
        if let Edit::MergeParcels { parcels, .. } = edit {
            same_contracts(number, parcels, now, drawn)?;
        }
    }
    Ok(())
}

/// Whether the contracts over land that is merged are those of then: they go along to the whole, and who signed one since, or on other
/// terms, agreed to nothing of the kind. Of land that is divided the contracts over the pieces are compared.
fn same_contracts(
    number: usize,
    parcels: &[String],
    now: &ParkSnapshot,
    drawn: &ParkSnapshot,
) -> Result<(), AcceptError> {
    let (contracts, contracts_then) = (by_key(&now.contracts), by_key(&drawn.contracts));
    let all = now.contracts.iter().chain(&drawn.contracts);
    let over = all.filter(|contract| parcels.contains(&contract.parcel_key));
    let keys: BTreeSet<&str> = over.map(|contract| contract.provenance.key.as_str()).collect();
    keys.into_iter().try_for_each(|key| same(number, "contract", key, &contracts, &contracts_then))
}

/// Whether the tenancies in a building that is taken away are those of then: they go with it, and who moved in since was not heard.
fn same_tenancies(number: usize, building: &str, now: &ParkSnapshot, drawn: &ParkSnapshot) -> Result<(), AcceptError> {
    let (tenancies, tenancies_then) = (by_key(&now.tenancies), by_key(&drawn.tenancies));
    let all = now.tenancies.iter().chain(&drawn.tenancies);
    let inside = all.filter(|tenancy| tenancy.building_key.as_deref() == Some(building));
    let keys: BTreeSet<&str> = inside.map(|tenancy| tenancy.provenance.key.as_str()).collect();
    keys.into_iter().try_for_each(|key| same(number, "tenancy", key, &tenancies, &tenancies_then))
}

/// Whether a feature is as it was then. What an earlier edit makes was and is on neither record.
fn same<T: Feature>(
    number: usize,
    what: &'static str,
    key: &str,
    now: &HashMap<&str, &T>,
    then: &HashMap<&str, &T>,
) -> Result<(), AcceptError> {
    let key = key.to_owned();
    match (now.get(key.as_str()), then.get(key.as_str())) {
        (None, Some(_)) => Err(AcceptError::Gone { number, what, key }),
        (Some(is), was) if was.is_none_or(|was| bare(*was) != bare(*is)) => {
            Err(AcceptError::Changed { number, what, key })
        }
        _ => Ok(()),
    }
}

/// A feature whose head can be told and changed.
trait Feature: Clone + PartialEq {
    fn number(&self) -> FeatureId;
    fn provenance(&self) -> &Provenance;
    fn head(&mut self) -> (&mut FeatureId, &mut Provenance);
}

macro_rules! features {
    ($($kind:ident)+) => {
        $(
            impl Feature for $kind {
                fn number(&self) -> FeatureId {
                    self.id
                }

                fn provenance(&self) -> &Provenance {
                    &self.provenance
                }

                fn head(&mut self) -> (&mut FeatureId, &mut Provenance) {
                    (&mut self.id, &mut self.provenance)
                }
            }
        )+
    };
}

features!(Parcel Building LandContract LandEvent Tenancy Project);

fn by_key<T: Feature>(features: &[T]) -> HashMap<&str, &T> {
    features.iter().map(|one| (one.provenance().key.as_str(), one)).collect()
}

/// The feature without its number, layer and row: what it is, wherever it came from.
fn bare<T: Feature>(feature: &T) -> T {
    let mut bare = feature.clone();
    let (id, provenance) = bare.head();
    id.id = 0;
    provenance.layer = Term::default();
    provenance.source_row = 0;
    bare
}

/// The first edit, with the key of what it makes, whose feature is not the same on both records.
fn otherwise<T: Feature>(after: &[T], was: &[T]) -> Option<(i64, String)> {
    let made = |features: &[T]| -> BTreeMap<String, (i64, T)> {
        let mine = features.iter().filter(|one| is_scenario(one.number()));
        mine.map(|one| (one.provenance().key.clone(), (one.provenance().source_row, bare(one)))).collect()
    };
    let (after, was) = (made(after), made(was));
    let differs = after.iter().filter(|(key, (_, one))| was.get(*key).is_none_or(|(_, then)| then != one));
    let missing = was.iter().filter(|(key, _)| !after.contains_key(*key));
    differs.chain(missing).map(|(key, (number, _))| (*number, key.clone())).min()
}

/// Keys that a scenario gives, and those that they have on record.
type Keys = HashMap<String, String>;

/// The keys of features that are new, as they are to be on record.
fn new_keys<T: Feature>(after: &[T], now: &[T], acceptance: &Acceptance) -> Result<Keys, AcceptError> {
    let taken: HashSet<&str> = now.iter().map(|one| one.provenance().key.as_str()).collect();
    let new = after.iter().map(|one| one.provenance().key.as_str()).filter(|key| !taken.contains(key));
    new.map(|key| {
        let own = acceptance.key(key);
        if taken.contains(own.as_str()) {
            return Err(AcceptError::KeyTaken { key: own });
        }
        Ok((key.to_owned(), own))
    })
    .collect()
}

fn give(keys: &Keys, to: &mut String) {
    if let Some(key) = keys.get(to.as_str()) {
        key.clone_into(to);
    }
}

/// Gives what is new its key on record, there and wherever it is named.
fn rename(after: &mut ParkSnapshot, now: &ParkSnapshot, acceptance: &Acceptance) -> Result<(), AcceptError> {
    let parcels = new_keys(&after.parcels, &now.parcels, acceptance)?;
    let buildings = new_keys(&after.buildings, &now.buildings, acceptance)?;
    let contracts = new_keys(&after.contracts, &now.contracts, acceptance)?;
    let events = new_keys(&after.events, &now.events, acceptance)?;
    after.parcels.iter_mut().for_each(|one| give(&parcels, &mut one.provenance.key));
    after.buildings.iter_mut().for_each(|one| give(&buildings, &mut one.provenance.key));
    for contract in &mut after.contracts {
        give(&contracts, &mut contract.provenance.key);
        give(&parcels, &mut contract.parcel_key);
    }
    for event in &mut after.events {
        give(&events, &mut event.provenance.key);
        give(&contracts, &mut event.contract_key);
    }
    for tenancy in &mut after.tenancies {
        tenancy.parcel_key.iter_mut().for_each(|key| give(&parcels, key));
    }
    for project in &mut after.projects {
        project.parcel_key.iter_mut().for_each(|key| give(&parcels, key));
        project.contract_key.iter_mut().for_each(|key| give(&contracts, key));
    }
    Ok(())
}

/// Says in every row that is new or other than on record which scenario made it so. What a source said beside its columns stays.
fn sign<T: Feature>(after: &mut [T], now: &[T], told: &Map<String, Value>) {
    let now = by_key(now);
    for one in after {
        let was = now.get(one.provenance().key.as_str()).copied();
        // An edit leaves out what it does not read.
        if let Some(was) = was {
            one.head().1.attributes.clone_from(&was.provenance().attributes);
        }
        if was.is_none_or(|was| bare(was) != bare(one)) {
            let attributes = &mut one.head().1.attributes;
            for (field, value) in told {
                attributes.insert(field.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Rect};
    use spatial_db::model::{EventKind, FeatureKind, Park};

    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn parcel(key: &str, id: i64, from: f64, to: f64) -> Parcel {
        let square = Rect::new((from, 0.0), (to, 100.0)).to_polygon();
        Parcel::bare(id, Provenance::keyed(key), MultiPolygon(vec![square]))
    }

    /// A parcel under contract, with what hangs on it, and a neighbour.
    fn park() -> ParkSnapshot {
        let mut park = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
        park.parcels = vec![parcel("P1", 1, 0.0, 100.0), parcel("P2", 2, 100.0, 150.0)];
        park.parcels[1].provenance.attributes.insert("plot".to_owned(), json!("7b"));
        let mut contract = LandContract::bare(1, Provenance::keyed("C"), "P1");
        contract.land_price = Some(1000.0);
        park.contracts = vec![contract];
        let day = "2024-03-01".parse().unwrap();
        park.events = vec![LandEvent::bare(1, Provenance::keyed("E"), "C", EventKind::Start, day)];
        let mut tenancy = Tenancy::bare(1, Provenance::keyed("T"), "works");
        tenancy.parcel_key = Some("P1".to_owned());
        park.tenancies = vec![tenancy];
        park.projects = vec![Project {
            id: FeatureId::new(FeatureKind::Project, 1),
            provenance: Provenance::keyed("J"),
            name: None,
            contract_key: Some("C".to_owned()),
            parcel_key: None,
            enterprise_key: None,
            planned_approval: None,
            planned_permit: None,
            planned_start: None,
            planned_completion: None,
            planned_production: None,
            planned_investment: None,
            currency: None,
            note: None,
        }];
        park
    }

    fn file() -> ScenarioFile {
        let cut = Edit::SplitParcel { parcel: "P1".to_owned(), line: vec![(60.0, -1.0), (60.0, 101.0)] };
        let use_of = Edit::ChangeUse {
            parcel: "P2".to_owned(),
            scheme: "planning-2023".to_owned(),
            code: "100101".to_owned(),
            land_use: None,
            industry: None,
        };
        ScenarioFile::new("next", "p", vec![cut, use_of])
    }

    fn accept_file(now: ParkSnapshot, drawn: ParkSnapshot, file: &ScenarioFile) -> Result<ParkSnapshot, AcceptError> {
        let (by, reason) = ("Li Na".to_owned(), "plan 14".to_owned());
        let acceptance = Acceptance { file: "next.scenario.ron".to_owned(), sha256: HASH.to_owned(), by, reason };
        accepted(&Arc::new(now), &Arc::new(drawn), file, &acceptance, &RuleSet::shipped())
    }

    fn accept(now: ParkSnapshot, drawn: ParkSnapshot) -> Result<ParkSnapshot, AcceptError> {
        accept_file(now, drawn, &file())
    }

    #[test]
    fn what_is_new_has_a_key_of_its_own_and_says_who_accepted_it() {
        let after = accept(park(), park()).unwrap();
        let keys: Vec<&str> = after.parcels.iter().map(|parcel| parcel.provenance.key.as_str()).collect();
        assert_eq!(keys, ["P1/1@01234567", "P1/2@01234567", "P2"]);
        assert_eq!(after.park.name, "P", "the record keeps its name");
        let contracts: Vec<(&str, &str, Option<f64>)> = after
            .contracts
            .iter()
            .map(|one| (one.provenance.key.as_str(), one.parcel_key.as_str(), one.land_price.map(f64::round)))
            .collect();
        assert_eq!(
            contracts,
            [("C/1@01234567", "P1/1@01234567", Some(600.0)), ("C/2@01234567", "P1/2@01234567", Some(400.0))]
        );
        let events: Vec<&str> = after.events.iter().map(|event| event.contract_key.as_str()).collect();
        assert_eq!(events, ["C/1@01234567", "C/2@01234567"]);
        assert_eq!(after.projects[0].contract_key.as_deref(), Some("C/1@01234567"));
        assert_eq!(after.tenancies[0].parcel_key.as_deref(), Some("P1/1@01234567"));
        // The parcel that only changed its use keeps what its source says beside the columns.
        let told = &after.parcels[2].provenance.attributes;
        assert_eq!((&told["plot"], &told["scenario_accepted_by"]), (&json!("7b"), &json!("Li Na")));
        assert_eq!(told["scenario_sha256"], HASH);
        assert!(after.parcels.iter().all(|parcel| parcel.provenance.attributes["scenario_reason"] == "plan 14"));
    }

    #[test]
    fn what_changed_since_is_named_with_its_edit() {
        let mut changed = park();
        changed.parcels[1].holder = Some("somebody else".to_owned());
        let refused = accept(changed, park()).unwrap_err();
        assert!(matches!(&refused, AcceptError::Changed { number: 2, key, .. } if key == "P2"), "{refused}");

        let mut gone = park();
        gone.parcels.remove(0);
        let refused = accept(gone, park()).unwrap_err();
        assert!(matches!(&refused, AcceptError::Gone { number: 1, key, .. } if key == "P1"), "{refused}");

        // The parcel itself is as it was, and the contract over it is another.
        let mut other = park();
        other.contracts[0].land_price = Some(2000.0);
        let refused = accept(other, park()).unwrap_err();
        assert!(matches!(&refused, AcceptError::Otherwise { number: 1, key } if key == "C/1"), "{refused}");

        // Another number, layer and row of the same is no change.
        let mut again = park();
        again.parcels[0].id.id = 17;
        again.parcels[0].provenance.layer = "parcels-2025".into();
        again.parcels[0].provenance.source_row = 99;
        assert!(accept(again, park()).is_ok());
    }

    #[test]
    fn a_contract_over_merged_land_that_is_another_since_is_in_the_way() {
        let merge = Edit::MergeParcels { parcels: vec!["P1".to_owned(), "P2".to_owned()], key: "M".to_owned() };
        let file = ScenarioFile::new("one", "p", vec![merge]);
        let after = accept_file(park(), park(), &file).unwrap();
        assert_eq!(after.contracts[0].parcel_key, "M@01234567");

        let mut signed = park();
        signed.contracts.push(LandContract::bare(2, Provenance::keyed("D"), "P2"));
        let mut on_other_terms = park();
        on_other_terms.contracts[0].land_price = Some(2000.0);
        for (now, contract) in [(signed, "D"), (on_other_terms, "C")] {
            let refused = accept_file(now, park(), &file).unwrap_err();
            assert!(
                matches!(&refused, AcceptError::Changed { number: 1, what: "contract", key } if key == contract),
                "{refused}"
            );
        }
        let mut without = park();
        without.contracts.clear();
        let refused = accept_file(without, park(), &file).unwrap_err();
        assert!(matches!(&refused, AcceptError::Gone { what: "contract", .. }), "{refused}");
    }

    #[test]
    fn tenancies_in_a_building_that_is_taken_away_go_with_it_unless_they_are_others_by_now() {
        let remove = Edit::RemoveBuilding { building: "B1".to_owned() };
        let file = ScenarioFile::new("one", "p", vec![remove]);
        let with = |tenancies: &[&str]| {
            let mut park = park();
            let square = Rect::new((10.0, 10.0), (40.0, 40.0)).to_polygon();
            park.buildings = vec![Building::bare(1, Provenance::keyed("B1"), MultiPolygon(vec![square]))];
            for (number, key) in (2..).zip(tenancies) {
                let mut tenancy = Tenancy::bare(number, Provenance::keyed(*key), "works");
                tenancy.building_key = Some("B1".to_owned());
                tenancy.parcel_key = Some("P1".to_owned());
                park.tenancies.push(tenancy);
            }
            park
        };
        let after = accept_file(with(&["T2"]), with(&["T2"]), &file).unwrap();
        let left: Vec<&str> = after.tenancies.iter().map(|tenancy| tenancy.provenance.key.as_str()).collect();
        assert_eq!(left, ["T"], "who has the land and no floor in it stays");

        let refused = accept_file(with(&["T2", "T3"]), with(&["T2"]), &file).unwrap_err();
        assert!(
            matches!(&refused, AcceptError::Changed { number: 1, what: "tenancy", key } if key == "T3"),
            "{refused}"
        );
        let refused = accept_file(with(&[]), with(&["T2"]), &file).unwrap_err();
        assert!(matches!(&refused, AcceptError::Gone { what: "tenancy", .. }), "{refused}");
    }
}
