//! Everything known of one feature as rows of label and value, each with its unit, and where it came from.
//!
//! How the rows are laid out is left to `panel`.

use analysis::overlay::Overlay;
use geo::Area;
use serde_json::Value;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, Provenance};

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

/// Collects rows, leaving out what is unknown.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    fn text(&mut self, label: &str, value: Option<impl ToString>) -> &mut Self {
        if let Some(value) = value {
            self.0.push(Row { label: label.into(), value: value.to_string(), basis: None });
        }
        self
    }

    fn number(&mut self, label: &str, value: Option<f64>, unit: &str, digits: usize) -> &mut Self {
        self.text(label, value.map(|v| format!("{} {unit}", grouped(v, digits)).trim_end().to_owned()))
    }

    fn money(&mut self, label: &str, value: Option<f64>, currency: Option<&str>) -> &mut Self {
        self.number(label, value, currency.unwrap_or("(currency unknown)"), 0)
    }
}

/// A number with thin spaces between thousands.
pub(crate) fn grouped(value: f64, digits: usize) -> String {
    let plain = format!("{:.digits$}", value.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    if value < 0.0 {
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

/// Everything known of `id`; `None` when the snapshot does not hold it.
pub fn inspect(snapshot: &ParkSnapshot, overlay: Option<&Overlay>, id: FeatureId) -> Option<Inspection> {
    let (title, rows, provenance) = attributes(snapshot, id)?;
    let mut sections = Vec::new();
    if let Some(overlay) = overlay
        && let Some(verdict) = overlay.verdicts.get(&id)
    {
        let mut rows = Rows::default();
        rows.text("class", overlay.classes.get(verdict.class).map(|c| c.label.clone()));
        rows.number("value", verdict.value, &overlay.unit, 2);
        for fact in &verdict.facts {
            let basis = (!fact.basis.is_empty()).then(|| fact.basis.clone());
            rows.0.push(Row { label: fact.label.clone(), value: fact.value.clone(), basis });
        }
        rows.text("as of", Some(overlay.as_of));
        rows.text("source", Some(&overlay.source));
        sections.push(Section { heading: overlay.title.clone(), rows: rows.0 });
    }
    if !rows.0.is_empty() {
        sections.push(Section { heading: "Attributes".into(), rows: rows.0 });
    }
    sections.extend(related(snapshot, id));
    sections.push(origin(provenance));
    Some(Inspection { title, sections })
}

fn origin(provenance: &Provenance) -> Section {
    let mut rows = Rows::default();
    rows.text("key", Some(&provenance.key));
    rows.text("layer", Some(&provenance.layer));
    rows.text("source row", Some(provenance.source_row));
    for (name, value) in &provenance.attributes {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        rows.text(name, Some(text));
    }
    Section { heading: "Source".into(), rows: rows.0 }
}

fn named(kind: &str, name: Option<&String>, key: &str) -> String {
    format!("{kind} {}", name.map_or(key, String::as_str))
}

fn attributes(snapshot: &ParkSnapshot, id: FeatureId) -> Option<(String, Rows, &Provenance)> {
    let mut rows = Rows::default();
    Some(match id.kind {
        FeatureKind::Parcel => {
            let p = snapshot.parcels.iter().find(|f| f.id == id)?;
            rows.text("holder", p.holder.as_ref()).text("address", p.address.as_ref());
            rows.text("land use", p.land_use.as_ref()).text("land-use code", p.land_use_code.as_ref());
            rows.text("land-use scheme", p.land_use_scheme.as_ref());
            rows.text("industry (GB/T 4754)", p.industry_code.as_ref());
            rows.number("area (geometry)", Some(p.boundary.unsigned_area()), "m²", 0);
            rows.number("area on record", p.recorded_area_m2, "m²", 0);
            rows.number("floor area on record", p.recorded_floor_area_m2, "m²", 0);
            rows.money("value", p.assessed_value, p.currency.as_deref());
            rows.text("valid from", p.valid_from).text("valid to", p.valid_to);
            (named("Parcel", p.number.as_ref(), &p.provenance.key), rows, &p.provenance)
        }
        FeatureKind::Building => {
            let b = snapshot.buildings.iter().find(|f| f.id == id)?;
            let (drawn, recorded) = b.drawn_height_m();
            rows.text("use", b.use_text.as_ref()).text("address", b.address.as_ref());
            rows.number("footprint (geometry)", Some(b.footprint.unsigned_area()), "m²", 0);
            rows.number("storeys", b.storeys, "", 0).number("storey height", b.storey_height_m, "m", 1);
            rows.number("height on record", b.height_m, "m", 1);
            let how = if recorded { "height drawn" } else { "height drawn (assumed)" };
            rows.number(how, Some(drawn), "m", 1);
            rows.number("floor area on record", b.floor_area_m2, "m²", 0);
            rows.number("ground floor elevation", b.base_elevation_m, "m", 2);
            rows.text("year built", b.year_built).text("state", b.state.as_ref());
            rows.text("valid from", b.valid_from).text("valid to", b.valid_to);
            (named("Building", b.name.as_ref(), &b.provenance.key), rows, &b.provenance)
        }
        FeatureKind::RoadEdge => {
            let r = snapshot.roads.iter().find(|f| f.id == id)?;
            rows.text("class", r.class.as_ref()).number("width", r.width_m, "m", 1);
            (named("Road", r.name.as_ref(), &r.provenance.key), rows, &r.provenance)
        }
        FeatureKind::Surface => {
            let s = snapshot.surfaces.iter().find(|f| f.id == id)?;
            rows.text("cover", Some(s.kind.as_str())).number("area", Some(s.area.unsigned_area()), "m²", 0);
            (named("Ground cover", s.name.as_ref(), s.kind.as_str()), rows, &s.provenance)
        }
        FeatureKind::NetworkEdge => {
            let e = snapshot.edges.iter().find(|f| f.id == id)?;
            rows.text("network", Some(e.class.as_str())).text("subtype", e.subtype.as_ref());
            rows.number("diameter", e.diameter_mm, "mm", 0);
            rows.number("width", e.width_mm, "mm", 0).number("height", e.height_mm, "mm", 0);
            rows.text("material", e.material.as_ref()).text("pressure", e.pressure.as_ref());
            rows.text("voltage", e.voltage.as_ref()).text("year laid", e.year_laid);
            rows.text("survey level", e.survey_level.as_ref());
            rows.text("valid from", e.valid_from).text("valid to", e.valid_to);
            rows.number("length (3D)", Some(length_m(&e.path)), "m", 1);
            let ends = (e.path.first().map(|p| p[2]), e.path.last().map(|p| p[2]));
            rows.number("axis at start", ends.0.filter(|z| z.is_finite()), "m", 2);
            rows.number("axis at end", ends.1.filter(|z| z.is_finite()), "m", 2);
            rows.text("from", e.from_key.as_ref()).text("to", e.to_key.as_ref());
            (named("Pipe", None, &e.provenance.key), rows, &e.provenance)
        }
        FeatureKind::NetworkNode => {
            let n = snapshot.nodes.iter().find(|f| f.id == id)?;
            rows.text("network", Some(n.class.as_str())).text("kind", Some(n.kind.as_str()));
            rows.text("subtype", n.subtype.as_ref()).text("material", n.material.as_ref());
            rows.number("elevation", Some(n.position[2]).filter(|z| z.is_finite()), "m", 2);
            rows.number("ground elevation", n.ground_elevation_m, "m", 2).number("depth", n.depth_m, "m", 2);
            rows.number("size", n.size_mm, "mm", 0);
            rows.text("valid from", n.valid_from).text("valid to", n.valid_to);
            (named("Fitting", None, &n.provenance.key), rows, &n.provenance)
        }
        FeatureKind::EmergencyResource => {
            let r = snapshot.resources.iter().find(|f| f.id == id)?;
            rows.text("kind", Some(r.kind.as_str())).text("state", r.state.as_ref());
            rows.number("capacity", r.capacity, "", 0).number("flow", r.flow_l_s, "L/s", 1);
            rows.number("bearing", r.bearing_deg, "°", 0).number("range", r.range_m, "m", 0);
            (named(&r.kind.as_str().replace('_', " "), r.name.as_ref(), &r.provenance.key), rows, &r.provenance)
        }
        FeatureKind::HazardSource => {
            let h = snapshot.hazards.iter().find(|f| f.id == id)?;
            rows.text("kind", h.kind.as_ref()).text("substance", h.substance.as_ref()).text("CAS", h.cas.as_ref());
            rows.number("quantity at most", h.quantity_t, "t", 1);
            rows.number("height", h.height_m, "m", 1).number("diameter", h.diameter_m, "m", 1);
            (named("Hazard source", h.name.as_ref(), &h.provenance.key), rows, &h.provenance)
        }
        _ => return None,
    })
}

/// Contracts on a parcel, and who uses a parcel or building.
fn related(snapshot: &ParkSnapshot, id: FeatureId) -> Vec<Section> {
    let mut sections = Vec::new();
    let key = match id.kind {
        FeatureKind::Parcel => snapshot.parcels.iter().find(|f| f.id == id).map(|f| &f.provenance.key),
        FeatureKind::Building => snapshot.buildings.iter().find(|f| f.id == id).map(|f| &f.provenance.key),
        _ => None,
    };
    let Some(key) = key else { return sections };
    if id.kind == FeatureKind::Parcel {
        for contract in snapshot.contracts.iter().filter(|c| c.parcel_key == *key) {
            let mut rows = Rows::default();
            rows.text("signed", contract.signed).text("agreed start", contract.agreed_start);
            rows.text("agreed completion", contract.agreed_completion);
            rows.money("land price", contract.land_price, contract.currency.as_deref());
            rows.money("total investment", contract.total_investment, contract.currency.as_deref());
            let mut events: Vec<_> =
                snapshot.events.iter().filter(|e| e.contract_key == contract.provenance.key).collect();
            events.sort_by_key(|e| e.date);
            for event in events {
                let note = event.note.as_ref().map(|n| format!(" – {n}")).unwrap_or_default();
                rows.text(&event.date.to_string(), Some(format!("{}{note}", event.kind.as_str().replace('_', " "))));
            }
            sections.push(Section { heading: format!("Contract {}", contract.provenance.key), rows: rows.0 });
        }
    }
    let mut rows = Rows::default();
    for tenancy in &snapshot.tenancies {
        let here = if id.kind == FeatureKind::Parcel { &tenancy.parcel_key } else { &tenancy.building_key };
        if here.as_ref() == Some(key) {
            let enterprise = snapshot.enterprises.iter().find(|e| e.provenance.key == tenancy.enterprise_key);
            let name = enterprise.map_or(tenancy.enterprise_key.as_str(), |e| e.name.as_str());
            let until = tenancy.valid_to.map_or("today".to_owned(), |d| d.to_string());
            let since = tenancy.valid_from.map_or("unknown".to_owned(), |d| d.to_string());
            rows.text(name, Some(format!("{since} – {until}")));
        }
    }
    if !rows.0.is_empty() {
        sections.push(Section { heading: "Used by".into(), rows: rows.0 });
    }
    sections
}

fn length_m(path: &[[f64; 3]]) -> f64 {
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

    fn row<'a>(inspection: &'a Inspection, label: &str) -> Option<&'a Row> {
        inspection.sections.iter().flat_map(|s| &s.rows).find(|r| r.label == label)
    }

    #[test]
    fn a_parcel_shows_its_verdict_first_then_attributes_then_its_source() {
        let input = fixture::tiny();
        let id = FeatureId::new(FeatureKind::Parcel, 2);
        let inspection = inspect(&input.snapshot, Some(&input.overlays[0]), id).unwrap();
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
    fn every_drawn_feature_can_be_inspected() {
        let input = fixture::tiny();
        let slots = crate::slots::Slots::new(&input.snapshot, &[]);
        for id in slots.features() {
            let inspection = inspect(&input.snapshot, None, *id).unwrap_or_else(|| panic!("{id:?}"));
            assert!(inspection.sections.iter().any(|s| s.heading == "Source"));
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(1_234_567.891, 1), "1\u{202f}234\u{202f}567.9");
        assert_eq!(grouped(-12.0, 0), "−12");
        assert_eq!(grouped(999.0, 2), "999.00");
    }
}
