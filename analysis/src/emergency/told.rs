//! What keeps an emergency from being worked out, in words that every language has: models, quantities and what is wrong with them.

use super::crowd::CrowdError;
use super::drill::DrillError;
use super::evacuation::EvacuationError;
use super::hazard::HazardError;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Models, quantities and properties as the errors name them.
const TERMS: [Phrase; 108] = [
    phrase("term-evaporation", "evaporation of a pool"),
    phrase("term-puff", "Gaussian puff"),
    phrase("term-antoine", "Antoine's vapour pressure"),
    phrase("term-flood", "flood by level"),
    phrase("term-plume", "Gaussian plume"),
    phrase("term-pool-fire", "pool fire"),
    phrase("term-jet-fire", "jet fire"),
    phrase("term-stability", "Pasquill stability"),
    phrase("term-fireball", "BLEVE fireball"),
    phrase("term-tank", "source of a tank"),
    phrase("term-grade", "grade of a major hazard (GB 18218)"),
    phrase("term-exposed", "exposure of buildings"),
    phrase("term-indoor", "indoor air"),
    phrase("term-probit", "probit"),
    phrase("term-gas-jet", "gas jet"),
    phrase("term-liquid-jet", "liquid jet"),
    phrase("term-flashing-jet", "flashing jet"),
    phrase("term-blast", "blast of TNT"),
    phrase("term-tnt", "TNT equivalence"),
    phrase("term-sigmas", "dispersion coefficients"),
    phrase("term-zones", "zones"),
    phrase("term-heat", "heat"),
    phrase("term-transmission", "transmission"),
    phrase("term-persons", "persons"),
    phrase("term-density", "density"),
    phrase("term-time", "time"),
    phrase("term-until", "time to stop at, s"),
    phrase("term-ready", "time to set out, s"),
    phrase("term-width-m", "width of a door, m"),
    phrase("term-width", "width of the door"),
    phrase("term-widths", "width of the doors"),
    phrase("term-to-door", "way to the door"),
    phrase("term-way", "way"),
    phrase("term-speed", "speed"),
    phrase("term-riser", "riser"),
    phrase("term-tread", "tread"),
    phrase("term-distance", "distance"),
    phrase("term-downwind", "distance downwind"),
    phrase("term-crosswind", "crosswind distance"),
    phrase("term-receptor", "height of the receptor"),
    phrase("term-source-height", "height of the source"),
    phrase("term-under-lid", "release height under the mixing height"),
    phrase("term-concentration", "concentration"),
    phrase("term-threshold", "threshold"),
    phrase("term-path", "path"),
    phrase("term-level", "level"),
    phrase("term-overpressure", "overpressure"),
    phrase("term-quantity", "quantity"),
    phrase("term-rate", "rate"),
    phrase("term-release-rate", "release rate"),
    phrase("term-fuel", "mass of fuel"),
    phrase("term-efficiency", "efficiency"),
    phrase("term-tnt-energy", "energy of TNT"),
    phrase("term-combustion", "heat of combustion"),
    phrase("term-radiated", "share of the heat that is radiated"),
    phrase("term-exposure", "exposure"),
    phrase("term-direction", "direction of the wind"),
    phrase("term-wind-height", "height of the wind"),
    phrase("term-wind-10", "wind at 10 m"),
    phrase("term-wind", "wind"),
    phrase("term-cloud", "cloud"),
    phrase("term-sun", "elevation of the sun"),
    phrase("term-exchange", "air exchange"),
    phrase("term-pool-area", "area of the pool"),
    phrase("term-liquid-temperature", "temperature of the liquid"),
    phrase("term-ground-temperature", "temperature of the ground"),
    phrase("term-tank-temperature", "temperature in the tank"),
    phrase("term-vessel-temperature", "temperature in the vessel"),
    phrase("term-vessel-pressure", "pressure in the vessel"),
    phrase("term-vessel-density", "density in the vessel"),
    phrase("term-heat-ratio", "ratio of heat capacities"),
    phrase("term-liquid-density", "density of the liquid"),
    phrase("term-head", "liquid over the hole"),
    phrase("term-over-liquid", "pressure over the liquid"),
    phrase("term-since", "time since the release"),
    phrase("term-stays", "time the cloud stays"),
    phrase("term-load", "load"),
    phrase("term-from-pool", "distance from the middle of the pool"),
    phrase("term-from-flame", "distance from the middle of the flame"),
    phrase("term-a-terrain", "a terrain"),
    phrase("term-park-terrain", "a park with terrain"),
    phrase("term-a-threshold", "a threshold"),
    phrase("term-sigma-set", "set of dispersion coefficients"),
    phrase("term-vaporisation", "heat of vaporisation"),
    phrase("term-boiling", "boiling point"),
    phrase("term-capacity", "heat capacity of the liquid"),
    phrase("term-antoine-constants", "Antoine constants"),
    phrase("term-aegl", "AEGL values"),
    phrase("term-erpg", "ERPG values"),
    phrase("term-toxic", "toxic probit"),
    phrase("term-air-pressure", "air pressure"),
    phrase("term-averaging", "averaging time"),
    phrase("term-hole", "diameter of the hole"),
    phrase("term-discharge", "discharge coefficient"),
    phrase("term-scaled", "distance / mass^(1/3)"),
    phrase("term-duration", "duration"),
    phrase("term-jet-heat", "heat release of the jet"),
    phrase("term-fireball-mass", "mass in the fireball"),
    phrase("term-mass", "mass"),
    phrase("term-lid", "mixing height"),
    phrase("term-pool-diameter", "pool diameter"),
    phrase("term-humidity", "relative humidity"),
    phrase("term-release-height", "release height"),
    phrase("term-temperature", "temperature"),
    phrase("term-measured-wind", "wind at its height of measurement"),
    phrase("term-series-step", "step of the series"),
    phrase("term-sigma-y", "sigma y"),
    phrase("term-sigma-z", "sigma z"),
];

/// A model, a quantity or a property by its English name; as it is where it has no other.
fn term(english: &str) -> Words {
    TERMS.iter().find(|term| term.english == english).map_or_else(|| english.into(), |term| (*term).into())
}

/// A value and its unit; a number alone has none.
fn unit(unit: &str) -> String {
    if unit == "1" { String::new() } else { format!(" {unit}") }
}

fn out_of_range(quantity: &str, value: f64, (low, high): (f64, f64), of: &str) -> Words {
    words!(
        "hazard-range",
        "{quantity} must be from {low} to {high}{unit}, and is {value}",
        quantity = term(quantity),
        low = low.to_string(),
        high = high.to_string(),
        unit = unit(of),
        value = value.to_string()
    )
}

/// Why a model of a hazard gives no number.
pub fn hazard_error_words(error: &HazardError) -> Words {
    let of_model = |model: &str, reason: Words| {
        words!("hazard-of-model", "{model}: {reason}", model = term(model), reason = reason)
    };
    match error {
        HazardError::OutOfRange { model, quantity, value, low, high, unit } => {
            of_model(model, out_of_range(quantity, *value, (*low, *high), unit))
        }
        HazardError::UnknownSubstance { asked, known } => words!(
            "hazard-substance",
            "no substance {asked} in the table; there are: {known}",
            asked = asked,
            known = known
        ),
        HazardError::Unknown { model, property, substance } => words!(
            "hazard-unknown",
            "{model} needs the {property} of {substance}, which the substance table does not have",
            model = term(model),
            property = term(property),
            substance = substance
        ),
        HazardError::Needs { model, input } => {
            words!("hazard-needs", "{model} needs {input}", model = term(model), input = term(input))
        }
        HazardError::NotApplicable { model, reason } => of_model(model, reason.clone()),
        HazardError::NoSuch { what, asked, known } => words!(
            "hazard-no-such",
            "no {what} {asked}; there are: {known}",
            what = term(what),
            asked = asked,
            known = known
        ),
        HazardError::Table { table, reason } => {
            words!("hazard-table", "the hazard table {table} cannot be used: {reason}", table = *table, reason = reason)
        }
    }
}

/// Why an evacuation cannot be worked out.
pub fn evacuation_error_words(error: &EvacuationError) -> Words {
    match error {
        EvacuationError::OutOfRange { quantity, value, low, high, unit } => {
            out_of_range(quantity, *value, (*low, *high), unit)
        }
        EvacuationError::NoWays => words!("evacuation-no-ways", "the park has no roads or paths to walk on"),
        EvacuationError::NoPlaces => {
            words!("evacuation-no-places", "the park has no assembly point or shelter on record")
        }
        EvacuationError::Nobody { unknown } => words!(
            "evacuation-nobody",
            "nobody is known to be in any building; buildings of which it is not known: {count}",
            count = *unknown
        ),
        EvacuationError::Table { reason } => {
            words!("evacuation-table", "the evacuation table cannot be used: {reason}", reason = reason)
        }
    }
}

/// Why a crowd cannot be moved.
pub fn crowd_error_words(error: &CrowdError) -> Words {
    let metres = |value: &f64| format!("{value:.1}");
    match error {
        CrowdError::OutOfRange { quantity, value, low, high } => out_of_range(quantity, *value, (*low, *high), "1"),
        CrowdError::NoExit => words!("crowd-no-exit", "the room has no open exit"),
        CrowdError::ShutIn { x_m, y_m, .. } => {
            words!(
                "crowd-shut-in",
                "who stands at {x}, {y} has no way to an open exit",
                x = metres(x_m),
                y = metres(y_m)
            )
        }
        CrowdError::TooLarge { nodes, most } => words!(
            "crowd-too-large",
            "the room takes {nodes} grid nodes, at most {most} are held; take a part of it or a coarser grid",
            nodes = *nodes,
            most = *most
        ),
        CrowdError::NoDoor { area_m2, x_m, y_m } => words!(
            "crowd-no-door",
            "no door leads out of the part of {area} m² about {x}, {y}; tell where it has one",
            area = format!("{area_m2:.0}"),
            x = metres(x_m),
            y = metres(y_m)
        ),
        CrowdError::DoorOff { door, gap_m, most_m } => words!(
            "crowd-door-off",
            "{door} is {gap} m from the nearest outside wall, at most {most} m; put it on the wall",
            door = door,
            gap = metres(gap_m),
            most = most_m.to_string()
        ),
        CrowdError::WallTooShort { door, straight_m, least_m } => words!(
            "crowd-wall-short",
            "the wall at {door} is straight for {straight} m, a door takes {least} m; put it on another wall",
            door = door,
            straight = format!("{straight_m:.2}"),
            least = least_m.to_string()
        ),
        CrowdError::Full { persons, placed, area_m2 } => words!(
            "crowd-full",
            "{persons} persons do not find room to stand on {area} m²: the first {placed} of them did; are they on several floors?",
            persons = *persons,
            area = format!("{area_m2:.0}"),
            placed = *placed
        ),
        CrowdError::NoGround => words!("crowd-no-ground", "the area has no ground that a person could stand on"),
        CrowdError::GivenUp => words!("drill-given-up", "the run was given up"),
    }
}

/// What is wrong with a drill, its file or its log.
pub fn drill_error_words(error: &DrillError) -> Words {
    let at_line =
        |line: usize, reason: Words| words!("drill-line", "line {line}: {reason}", line = line, reason = reason);
    match error {
        DrillError::Unreadable { line, .. } => at_line(*line, words!("drill-no-drill", "this is no drill")),
        DrillError::Wrong { line, reason } => at_line(*line, reason.clone()),
        DrillError::OtherPark { wanted, found } => words!(
            "drill-of-another-park",
            "the drill is for the park {wanted}, not for {found}",
            wanted = wanted,
            found = found
        ),
        DrillError::Hand { at_s, reason } => {
            words!("drill-by-hand", "by hand at {at} s: {reason}", at = at_s.to_string(), reason = reason.clone())
        }
        DrillError::Hazard { line, source } => at_line(*line, hazard_error_words(source)),
        DrillError::Evacuation { source } => evacuation_error_words(source),
        DrillError::GivenUp => words!("drill-given-up", "the run was given up"),
        DrillError::OtherLog { reason } => {
            words!("drill-other-log", "the log does not belong to this drill: {reason}", reason = reason.clone())
        }
        DrillError::Log { line, .. } => at_line(*line, words!("drill-no-log", "this line of the log cannot be read")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quantities of the table of ranges, and those that sources name beside a model.
    #[test]
    fn every_quantity_with_a_range_and_every_model_has_a_term() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let table = std::fs::read_to_string(folder.join("rules/hazard/models.toml")).unwrap();
        let of: Vec<&str> = table.split("of = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(of.len() > 10, "{} ranges: the table was not read", of.len());
        let mut models = Vec::new();
        for entry in std::fs::read_dir(folder.join("src/emergency/hazard")).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for start in ["const MODEL: &str = \"", "within(MODEL, \"", "within(model, \""] {
                models.extend(text.split(start).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
        assert!(models.len() > 30, "{} names: the sources were not read", models.len());
        let names = of.into_iter().chain(models.iter().map(String::as_str));
        let missing: Vec<&str> = names.filter(|name| term(name).key().is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn what_is_wrong_keeps_its_line_its_names_and_its_numbers() {
        let source = HazardError::OutOfRange {
            model: "pool fire",
            quantity: "pool diameter".into(),
            value: 500.0,
            low: 0.2,
            high: 100.0,
            unit: "m".into(),
        };
        let said = drill_error_words(&DrillError::Hazard { line: 7, source });
        assert_eq!(said, "line 7: pool fire: pool diameter must be from 0.2 to 100 m, and is 500");
        assert!(said.key().is_some());
        let text = super::super::drill::DrillFile::parse("(\n").map_err(|error| drill_error_words(&error)).unwrap_err();
        assert!(text.starts_with("line ") && text.ends_with("this is no drill"), "{text}");
    }
}
