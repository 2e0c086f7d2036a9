//! Everything known of one feature as rows of label and value, each with its unit, and where it came from.
//!
//! How the rows are laid out is left to `ui`.

use analysis::overlay::Overlay;
use geo::Area;
use serde_json::Value;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, Provenance};

use crate::text::{Text, t};

/// One row of the inspector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// Value with its unit.
    pub value: String,
    /// Formula, clause or source, where there is one.
    pub basis: Option<String>,
}

/// A heading with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// Rows.
    pub rows: Vec<Row>,
}

/// What the inspector shows of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Kind and name.
    pub title: String,
    /// Sections, overlay first.
    pub sections: Vec<Section>,
}

/// Days without which a feature has always been there, or still is: nothing is missing.
const NOT_MISSED: [&str; 2] = ["column-valid-from", "column-valid-to"];

/// Collects rows, and what is unknown by its name. Labels are ids of words.
struct Rows {
    words: &'static Text,
    told: Vec<Row>,
    missing: Vec<String>,
}

impl Rows {
    fn new(words: &'static Text) -> Self {
        Self { words, told: Vec::new(), missing: Vec::new() }
    }

    fn text(&mut self, label: &str, value: Option<impl ToString>) -> &mut Self {
        let name = self.words.get(label);
        if value.is_none() && !NOT_MISSED.contains(&label) {
            self.missing.push(name.clone());
        }
        self.named(&name, value)
    }

    /// The rows, the last of which names what the record leaves open; of a park that is `given` away it may be left out as well.
    fn with_missing(mut self, given: bool) -> Vec<Row> {
        if !self.missing.is_empty() {
            let value = self.missing.join(&t!(self.words, "list-separator"));
            let label = if given { t!(self.words, "not-in-package") } else { t!(self.words, "not-on-record") };
            self.told.push(Row { label, value, basis: None });
        }
        self.told
    }

    /// A row whose label is data.
    fn named(&mut self, label: &str, value: Option<impl ToString>) -> &mut Self {
        if let Some(value) = value {
            self.told.push(Row { label: label.into(), value: value.to_string(), basis: None });
        }
        self
    }

    fn number(&mut self, label: &str, value: Option<f64>, unit: &str, digits: usize) -> &mut Self {
        self.text(label, value.map(|v| format!("{} {unit}", grouped(v, digits)).trim_end().to_owned()))
    }

    fn money(&mut self, label: &str, value: Option<f64>, currency: Option<&str>) -> &mut Self {
        let unknown = t!(self.words, "currency-unknown");
        self.number(label, value, currency.unwrap_or(&unknown), 0)
    }

    fn stored(&mut self, label: &str, group: &str, word: &str) -> &mut Self {
        let word = self.words.stored(group, word);
        self.text(label, Some(word))
    }
}

/// A number with thin spaces between thousands.
pub(crate) fn grouped(value: f64, digits: usize) -> String {
    let plain = format!("{:.digits$}", value.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    // What rounds to nothing has no sign.
    if value < 0.0 && plain.bytes().any(|digit| matches!(digit, b'1'..=b'9')) {
        out.push('−');
    }
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Everything known of `id` in words; `None` when the snapshot does not hold it.
pub fn inspect(
    words: &'static Text,
    snapshot: &ParkSnapshot,
    overlay: Option<&Overlay>,
    id: FeatureId,
) -> Option<Inspection> {
    let (title, rows, provenance) = attributes(words, snapshot, id)?;
    let mut sections = Vec::new();
    if let Some(overlay) = overlay
        && let Some(verdict) = overlay.verdicts.get(&id)
    {
        let mut rows = Rows::new(words);
        rows.text("verdict-class", overlay.classes.get(verdict.class).map(|c| words.words(&c.label)));
        // A number without a unit says nothing; the facts say the same with theirs.
        let unit = words.words(&overlay.unit);
        rows.number("value", verdict.value.filter(|_| !unit.is_empty()), &unit, 2);
        for fact in &verdict.facts {
            let basis = (!fact.basis.is_empty()).then(|| words.words(&fact.basis));
            rows.told.push(Row { label: words.words(&fact.label), value: words.words(&fact.value), basis });
        }
        rows.text("verdict-as-of", Some(overlay.as_of));
        rows.text("verdict-source", Some(words.words(&overlay.source)));
        sections.push(Section { heading: words.words(&overlay.title), rows: rows.told });
    }
    let rows = rows.with_missing(snapshot.given);
    if !rows.is_empty() {
        sections.push(Section { heading: t!(words, "attributes"), rows });
    }
    sections.extend(related(words, snapshot, id));
    sections.push(origin(words, provenance));
    Some(Inspection { title, sections })
}

fn origin(words: &'static Text, provenance: &Provenance) -> Section {
    let mut rows = Rows::new(words);
    rows.text("column-key", Some(&provenance.key));
    rows.text("column-layer", Some(&provenance.layer));
    rows.text("column-source-row", Some(provenance.source_row));
    for (name, value) in &provenance.attributes {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        rows.named(name, Some(text));
    }
    Section { heading: t!(words, "source"), rows: rows.told }
}

fn attributes<'a>(
    words: &'static Text,
    snapshot: &'a ParkSnapshot,
    id: FeatureId,
) -> Option<(String, Rows, &'a Provenance)> {
    let mut rows = Rows::new(words);
    let named = |kind: String, name: Option<&String>, key: &str| {
        t!(words, "named", kind = kind, name = name.map_or(key, String::as_str))
    };
    Some(match id.kind {
        FeatureKind::Parcel => {
            let p = snapshot.parcels.iter().find(|f| f.id == id)?;
            rows.text("column-holder", p.holder.as_ref()).text("column-address", p.address.as_ref());
            rows.text("column-land-use", p.land_use.as_ref()).text("column-land-use-code", p.land_use_code.as_ref());
            rows.text("column-land-use-scheme", p.land_use_scheme.as_ref());
            rows.text("column-industry-code", p.industry_code.as_ref());
            rows.number("column-area", Some(p.boundary.unsigned_area()), "m²", 0);
            rows.number("column-recorded-area-m2", p.recorded_area_m2, "m²", 0);
            rows.number("column-recorded-floor-area-m2", p.recorded_floor_area_m2, "m²", 0);
            rows.money("column-assessed-value", p.assessed_value, p.currency.as_deref());
            rows.text("column-valid-from", p.valid_from).text("column-valid-to", p.valid_to);
            (named(t!(words, "kind-parcel"), p.number.as_ref(), &p.provenance.key), rows, &p.provenance)
        }
        FeatureKind::Building => {
            let b = snapshot.buildings.iter().find(|f| f.id == id)?;
            let (drawn, recorded) = b.drawn_height_m();
            rows.text("column-use-text", b.use_text.as_ref()).text("column-address", b.address.as_ref());
            rows.number("column-footprint", Some(b.footprint.unsigned_area()), "m²", 0);
            rows.number("column-storeys", b.storeys, "", 0).number("column-storey-height-m", b.storey_height_m, "m", 1);
            rows.number("column-height-m", b.height_m, "m", 1);
            let how = if recorded { "column-height-drawn" } else { "column-height-assumed" };
            rows.number(how, Some(drawn), "m", 1);
            rows.number("column-floor-area-m2", b.floor_area_m2, "m²", 0);
            rows.number("column-base-elevation-m", b.base_elevation_m, "m", 2);
            rows.text("column-year-built", b.year_built).text("column-state", b.state.as_ref());
            rows.text("column-valid-from", b.valid_from).text("column-valid-to", b.valid_to);
            (named(t!(words, "kind-building"), b.name.as_ref(), &b.provenance.key), rows, &b.provenance)
        }
        FeatureKind::RoadEdge => {
            let r = snapshot.roads.iter().find(|f| f.id == id)?;
            rows.text("column-class", r.class.as_ref()).number("column-width-m", r.width_m, "m", 1);
            (named(t!(words, "kind-road"), r.name.as_ref(), &r.provenance.key), rows, &r.provenance)
        }
        FeatureKind::Surface => {
            let s = snapshot.surfaces.iter().find(|f| f.id == id)?;
            rows.stored("column-cover", "surface", s.kind.as_str()).number(
                "column-area",
                Some(s.area.unsigned_area()),
                "m²",
                0,
            );
            (
                named(t!(words, "kind-surface"), s.name.as_ref(), &words.stored("surface", s.kind.as_str())),
                rows,
                &s.provenance,
            )
        }
        FeatureKind::NetworkEdge => {
            let e = snapshot.edges.iter().find(|f| f.id == id)?;
            rows.stored("column-network", "network", e.class.as_str()).text("column-subtype", e.subtype.as_ref());
            rows.number("column-diameter-mm", e.diameter_mm, "mm", 0);
            rows.number("column-width-mm", e.width_mm, "mm", 0).number("column-height-mm", e.height_mm, "mm", 0);
            rows.text("column-material", e.material.as_ref()).text("column-pressure", e.pressure.as_ref());
            rows.text("column-voltage", e.voltage.as_ref()).text("column-year-laid", e.year_laid);
            rows.text("column-survey-level", e.survey_level.as_ref());
            rows.text("column-valid-from", e.valid_from).text("column-valid-to", e.valid_to);
            rows.number("column-length", Some(length_m(&e.path)), "m", 1);
            let ends = (e.path.first().map(|p| p[2]), e.path.last().map(|p| p[2]));
            rows.number("column-axis-start", ends.0.filter(|z| z.is_finite()), "m", 2);
            rows.number("column-axis-end", ends.1.filter(|z| z.is_finite()), "m", 2);
            rows.text("column-from-key", e.from_key.as_ref()).text("column-to-key", e.to_key.as_ref());
            (named(t!(words, "kind-pipe"), None, &e.provenance.key), rows, &e.provenance)
        }
        FeatureKind::NetworkNode => {
            let n = snapshot.nodes.iter().find(|f| f.id == id)?;
            rows.stored("column-network", "network", n.class.as_str()).stored("column-kind", "node", n.kind.as_str());
            rows.text("column-subtype", n.subtype.as_ref()).text("column-material", n.material.as_ref());
            rows.number("column-elevation", Some(n.position[2]).filter(|z| z.is_finite()), "m", 2);
            rows.number("column-ground-elevation-m", n.ground_elevation_m, "m", 2).number(
                "column-depth-m",
                n.depth_m,
                "m",
                2,
            );
            rows.number("column-size-mm", n.size_mm, "mm", 0);
            rows.text("column-valid-from", n.valid_from).text("column-valid-to", n.valid_to);
            (named(t!(words, "kind-fitting"), None, &n.provenance.key), rows, &n.provenance)
        }
        FeatureKind::EmergencyResource => {
            let r = snapshot.resources.iter().find(|f| f.id == id)?;
            rows.stored("column-kind", "resource", r.kind.as_str()).text("column-state", r.state.as_ref());
            rows.number("column-capacity", r.capacity, "", 0).number("column-flow-l-s", r.flow_l_s, "L/s", 1);
            rows.number("column-bearing-deg", r.bearing_deg, "°", 0).number("column-range-m", r.range_m, "m", 0);
            (named(words.stored("resource", r.kind.as_str()), r.name.as_ref(), &r.provenance.key), rows, &r.provenance)
        }
        FeatureKind::HazardSource => {
            let h = snapshot.hazards.iter().find(|f| f.id == id)?;
            rows.text("column-kind", h.kind.as_ref())
                .text("column-substance", h.substance.as_ref())
                .text("column-cas", h.cas.as_ref());
            rows.number("column-quantity-t", h.quantity_t, "t", 1);
            rows.number("column-vessel-height-m", h.height_m, "m", 1).number("column-diameter-m", h.diameter_m, "m", 1);
            (named(t!(words, "kind-hazard"), h.name.as_ref(), &h.provenance.key), rows, &h.provenance)
        }
        _ => return None,
    })
}

/// Contracts on a parcel, and who uses a parcel or building, with the figures of the last year on record.
fn related(words: &'static Text, snapshot: &ParkSnapshot, id: FeatureId) -> Vec<Section> {
    let mut sections = Vec::new();
    let key = match id.kind {
        FeatureKind::Parcel => snapshot.parcels.iter().find(|f| f.id == id).map(|f| &f.provenance.key),
        FeatureKind::Building => snapshot.buildings.iter().find(|f| f.id == id).map(|f| &f.provenance.key),
        _ => None,
    };
    let Some(key) = key else { return sections };
    if id.kind == FeatureKind::Parcel {
        for contract in snapshot.contracts.iter().filter(|c| c.parcel_key == *key) {
            let mut rows = Rows::new(words);
            rows.text("contract-signed", contract.signed).text("contract-agreed-start", contract.agreed_start);
            rows.text("contract-agreed-completion", contract.agreed_completion);
            let holder = contract.enterprise_key.as_ref().map(|key| enterprise_name(snapshot, key));
            rows.text("contract-enterprise", holder);
            rows.number("contract-area-due", contract.area_due_m2, "m²", 0);
            rows.money("contract-land-price", contract.land_price, contract.currency.as_deref());
            rows.money("contract-total-investment", contract.total_investment, contract.currency.as_deref());
            let mut events: Vec<_> =
                snapshot.events.iter().filter(|e| e.contract_key == contract.provenance.key).collect();
            events.sort_by_key(|e| e.date);
            for event in events {
                let note = event.note.as_ref().map(|n| format!(" – {n}")).unwrap_or_default();
                let what = words.stored("event", event.kind.as_str());
                rows.named(&event.date.to_string(), Some(format!("{what}{note}")));
            }
            sections.push(Section { heading: t!(words, "contract", key = contract.provenance.key), rows: rows.told });
        }
    }
    let mut rows = Rows::new(words);
    let mut users: Vec<&str> = Vec::new();
    for tenancy in &snapshot.tenancies {
        let here = if id.kind == FeatureKind::Parcel { &tenancy.parcel_key } else { &tenancy.building_key };
        if here.as_ref() == Some(key) {
            let name = enterprise_name(snapshot, &tenancy.enterprise_key);
            if !users.contains(&tenancy.enterprise_key.as_str()) {
                users.push(&tenancy.enterprise_key);
            }
            let until = tenancy.valid_to.map_or_else(|| t!(words, "today"), |d| d.to_string());
            let since = tenancy.valid_from.map_or_else(|| t!(words, "unknown"), |d| d.to_string());
            let floor = tenancy.floor_area_m2.map(|area| format!(" · {} m²", grouped(area, 0))).unwrap_or_default();
            rows.named(name, Some(format!("{since} – {until}{floor}")));
        }
    }
    if !rows.told.is_empty() {
        sections.push(Section { heading: t!(words, "used-by"), rows: rows.told });
    }
    sections.extend(users.into_iter().filter_map(|key| enterprise(words, snapshot, key)));
    sections
}

fn enterprise_name<'a>(snapshot: &'a ParkSnapshot, key: &'a str) -> &'a str {
    let known = snapshot.enterprises.iter().find(|one| one.provenance.key == *key);
    known.map_or(key, |one| one.name.as_str())
}

/// What is on record of an enterprise: its trade, its state, and the figures of its last year.
fn enterprise(words: &'static Text, snapshot: &ParkSnapshot, key: &str) -> Option<Section> {
    let one = snapshot.enterprises.iter().find(|one| one.provenance.key == *key)?;
    let mut rows = Rows::new(words);
    rows.text("column-industry-code", one.industry_code.as_ref()).text("column-state", one.state.as_ref());
    let years = snapshot.enterprise_years.iter().filter(|year| year.enterprise_key == *key);
    if let Some(last) = years.max_by_key(|year| year.year) {
        let currency = last.currency.as_deref();
        rows.text("enterprise-year", Some(last.year));
        rows.money("enterprise-output", last.output, currency).money("enterprise-tax", last.tax, currency);
        rows.money("enterprise-assets", last.fixed_assets, currency);
        rows.text("enterprise-employees", last.employees);
    } else {
        rows.missing.push(t!(words, "enterprise-years"));
    }
    Some(Section {
        heading: t!(words, "enterprise-section", name = one.name.as_str()),
        rows: rows.with_missing(snapshot.given),
    })
}

/// Length of an axis, m: in 3D where both ends of a piece have elevations, else in plan.
pub(crate) fn length_m(path: &[[f64; 3]]) -> f64 {
    path.windows(2)
        .map(|p| {
            let rise = if p[0][2].is_finite() && p[1][2].is_finite() { p[1][2] - p[0][2] } else { 0.0 };
            ((p[1][0] - p[0][0]).powi(2) + (p[1][1] - p[0][1]).powi(2) + rise.powi(2)).sqrt()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::text::Language;

    fn row<'a>(inspection: &'a Inspection, label: &str) -> Option<&'a Row> {
        inspection.sections.iter().flat_map(|s| &s.rows).find(|r| r.label == label)
    }

    #[test]
    fn a_parcel_shows_its_verdict_first_then_attributes_then_its_source() {
        let input = fixture::tiny();
        let id = FeatureId::new(FeatureKind::Parcel, 2);
        let inspection = inspect(Text::of(Language::English), &input.snapshot, Some(&input.overlays[0]), id).unwrap();
        let headings: Vec<&str> = inspection.sections.iter().map(|s| s.heading.as_str()).collect();
        assert_eq!(headings, ["Idle land", "Attributes", "Source"]);
        assert_eq!(inspection.title, "Parcel P-002");
        assert_eq!(row(&inspection, "class").unwrap().value, "in use");
        assert_eq!(row(&inspection, "coverage").unwrap().basis.as_deref(), Some("footprint / parcel area"));
        assert_eq!(row(&inspection, "area (geometry)").unwrap().value, "11\u{202f}000 m²");
        assert_eq!(row(&inspection, "remark").unwrap().value, "made by hand");
        assert_eq!(row(&inspection, "source row").unwrap().value, "2");
        assert_eq!(
            row(&inspection, "value").map(|r| r.value.as_str()),
            Some("45.00 %"),
            "no money where none is known"
        );
    }

    #[test]
    fn what_is_not_on_record_is_named_and_an_enterprise_has_its_own_figures() {
        use spatial_db::model::{Enterprise, EnterpriseYear, Tenancy};
        let mut park = (*fixture::tiny().snapshot).clone();
        let (parcel, key) = (park.parcels[1].id, park.parcels[1].provenance.key.clone());
        (park.parcels[1].holder, park.parcels[1].address) = (None, Some("1 Mill Road".into()));
        let inspection = inspect(Text::of(Language::English), &park, None, parcel).unwrap();
        let open = &row(&inspection, "not known here").expect("something is open").value;
        assert!(open.contains("holder") && !open.contains("address") && !open.contains("valid"), "{open}");
        park.given = true;
        let given = inspect(Text::of(Language::English), &park, None, parcel).unwrap();
        assert_eq!(&row(&given, "not in this package").expect("it may be on record all the same").value, open);
        park.given = false;
        park.enterprises.push(Enterprise {
            id: FeatureId::new(FeatureKind::Enterprise, 1),
            provenance: Provenance::keyed("E1"),
            name: "Mill".into(),
            industry_code: Some("34".into()),
            state: None,
        });
        let tenancy = Tenancy::bare(1, Provenance::default(), "E1");
        park.tenancies.push(Tenancy { parcel_key: Some(key), floor_area_m2: Some(1200.0), ..tenancy });
        for (year, output) in [(2022, 5.0), (2024, 7000.0), (2023, 6.0)] {
            park.enterprise_years.push(EnterpriseYear {
                id: FeatureId::new(FeatureKind::EnterpriseYear, i64::from(year)),
                provenance: Provenance::default(),
                enterprise_key: "E1".into(),
                year,
                output: Some(output),
                tax: None,
                fixed_assets: None,
                employees: Some(41),
                currency: Some("CNY".into()),
            });
        }
        let inspection = inspect(Text::of(Language::English), &park, None, parcel).unwrap();
        assert!(row(&inspection, "Mill").unwrap().value.ends_with("1\u{202f}200 m²"));
        let own =
            inspection.sections.iter().find(|section| section.heading.contains("Enterprise Mill")).expect("its own");
        let values: Vec<&str> = own.rows.iter().map(|row| row.value.as_str()).collect();
        assert_eq!(values, ["34", "2024", "7\u{202f}000 CNY", "41", "state, tax, fixed assets"]);
    }

    #[test]
    fn every_drawn_feature_can_be_inspected() {
        let input = fixture::tiny();
        for id in crate::slots::shaped(&input.snapshot) {
            let inspection =
                inspect(Text::of(Language::English), &input.snapshot, None, id).unwrap_or_else(|| panic!("{id:?}"));
            assert!(inspection.sections.iter().any(|s| s.heading == "Source"));
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(1_234_567.891, 1), "1\u{202f}234\u{202f}567.9");
        assert_eq!(grouped(-12.0, 0), "−12");
        assert_eq!((grouped(-0.04, 1), grouped(-0.06, 1), grouped(-0.0, 0)), ("0.0".into(), "−0.1".into(), "0".into()));
        assert_eq!(grouped(999.0, 2), "999.00");
    }
}
