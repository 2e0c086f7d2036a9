//! What the tables of networks say.

use crate::words::{Phrase, phrase};

/// Standards and clauses.
pub(super) const SAID: [Phrase; 56] = [
    phrase("standard-orifice", "orifice equation"),
    phrase("clause-clear-plan", "4.1.9, horizontal clearance"),
    phrase("clause-clear-height", "vertical clearance at crossings"),
    phrase("clause-least-cover", "least cover"),
    phrase("clause-level-a", "ASCE 38 level A: exposed and surveyed"),
    phrase(
        "clause-level-b",
        "ASCE 38 level B: located by geophysics (CJJ 61-2017 allows 0.10 h in plan, 0.15 h in depth)",
    ),
    phrase("clause-level-c", "ASCE 38 level C: from records and what is seen at the surface"),
    phrase("clause-level-d", "ASCE 38 level D: from records alone"),
    phrase("clause-level-none", "no quality level on record"),
    phrase("clause-unsized", "a line without a size on record is taken for no wider: farther away it is clear"),
    phrase("clause-alongside", "lines at a flatter angle run alongside, for which the horizontal clearance is made"),
    phrase(
        "clause-on-each-other",
        "lines that cross at a flatter angle lie on each other, for which the horizontal clearance is made",
    ),
    phrase("clause-sewer-slope-300", "least slope of sewers (DN300)"),
    phrase("clause-slope-300-plastic", "least slope of sewers, DN300 of plastic"),
    phrase("clause-slope-400", "least slope of sewers, DN400"),
    phrase("clause-slope-500", "least slope of sewers, DN500"),
    phrase("clause-slope-600", "least slope of sewers, DN600"),
    phrase("clause-slope-800", "least slope of sewers, DN800"),
    phrase("clause-slope-1000", "least slope of sewers, DN1000 and DN1200"),
    phrase("clause-slope-1400", "least slope of sewers, DN1400 and more"),
    phrase("clause-manholes-300", "manhole spacing, DN300 to DN600"),
    phrase("clause-manholes-700", "manhole spacing, DN700 to DN1000"),
    phrase("clause-manholes-1100", "manhole spacing, DN1100 to DN1500"),
    phrase("clause-manholes-1600", "manhole spacing, DN1600 to DN2000"),
    phrase("clause-least-diameter", "least diameter of sewers"),
    phrase("clause-no-smaller", "sewers do not get smaller downstream"),
    phrase("clause-falls", "gravity sewers fall the way they flow"),
    phrase(
        "clause-leaves-lower",
        "the pipe that leaves lies no higher than the one that comes in, but for what a level errs",
    ),
    phrase(
        "clause-own-connection",
        "a connection this near to a parcel, and nearest to it of all parcels, is that parcel's own",
    ),
    phrase(
        "clause-would-connect",
        "a parcel without its own connection would be connected to the nearest line this near",
    ),
    phrase(
        "clause-roughness-concrete",
        "roughness of concrete sewers, table of roughness coefficients; plastic pipes are smoother and carry more",
    ),
    phrase(
        "clause-full-velocity",
        "velocity at which a water main counts as full, where no rating is on record; design practice is 0.6 to 2.0 m/s",
    ),
    phrase("clause-fire-15", "7.2.8: and at least 15 L/s from it"),
    phrase("clause-fire-010", "7.2.8: in a fire at least 0.10 MPa above the ground at the worst hydrant of the mains"),
    phrase("clause-fire-014", "7.2.8: working pressure of mains with hydrants at least 0.14 MPa"),
    phrase(
        "clause-roughness-unknown",
        "Hazen-Williams C of a line whose material is not on record or not in the table",
    ),
    phrase(
        "clause-diameter-unknown",
        "diameter where no line of the network has a size on record; else the median of those that have one",
    ),
    phrase("clause-orifice", "discharge coefficient of a sharp-edged hole, about 0.6 in every handbook"),
    phrase("clause-residual-20psi", "fire flow is rated at a residual of 20 psi"),
    phrase("clause-peak-hour", "hour of most use over the mean hour, 1.2 to 1.6 where no records are"),
    phrase("clause-most-tried", "more is not tried at one hydrant"),
    phrase("clause-pda-full", "pressure-driven demand: everything from the working pressure of GB 50974-2014 7.2.8 on"),
    phrase("clause-pda-none", "pressure-driven demand: nothing at this pressure; the default of EPANET and WNTR"),
    phrase("clause-pda-power", "pressure-driven demand: power between them"),
    phrase("clause-c-iron", "table 3.2: cast iron, new, 130 to 140; ductile iron is lined and keeps it"),
    phrase("clause-c-concrete", "table 3.2: concrete or concrete-lined 120 to 140"),
    phrase("clause-c-plastic", "table 3.2: plastic 140 to 150"),
    phrase("clause-c-steel", "table 3.2: steel 140 to 150; lower with age by ParkTwin"),
    phrase("clause-c-unlined", "unlined cast iron, lower values by age as handbooks repeat them"),
    phrase("clause-served", "a building is served by the nearest connection this near, else by the nearest line"),
    phrase("clause-level-line", "a gravity line that falls by less does not tell which way it flows"),
    phrase("clause-loose-end", "a loose end this near to another line may have been meant to meet it"),
    phrase("clause-tee", "an end this near to the course of another line was drawn to meet it"),
    phrase("clause-axes-meet", "axes that meet differ by no more: half of two diameters and what a survey errs"),
    phrase("clause-snap", "ends this near to each other in plan are one place: drawings snap to centimetres"),
    phrase(
        "clause-drawn-share",
        "where this share of the lines that fall are drawn as they fall, lines are drawn as they flow",
    ),
];

#[cfg(test)]
mod tests {
    use toml::Value;

    use super::super::words;

    fn texts(value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Table(table) => {
                for (name, value) in table {
                    match value.as_str() {
                        Some(text) => found.push((name.clone(), text.to_owned())),
                        None => texts(value, found),
                    }
                }
            }
            Value::Array(rows) => rows.iter().for_each(|row| texts(row, found)),
            _ => {}
        }
    }

    /// Only names of standards and of who wrote a paper are the same everywhere.
    #[test]
    fn every_standard_and_clause_of_the_networks_has_words() {
        let tables = [
            include_str!("../../../rules/networks/capacity.toml"),
            include_str!("../../../rules/networks/clearance.toml"),
            include_str!("../../../rules/networks/hydraulics.toml"),
            include_str!("../../../rules/networks/profile.toml"),
            include_str!("../../../rules/networks/topology.toml"),
        ];
        let mut found = Vec::new();
        for table in tables {
            texts(&toml::from_str(table).unwrap(), &mut found);
        }
        let names = ["GB ", "EPANET ", "Lamont, ", "Wagner, ", "NFPA "];
        let mut looked_at = 0;
        for (field, text) in &found {
            let is_name = field == "standard" && names.iter().any(|name| text.starts_with(name));
            if is_name || !["standard", "clause"].contains(&field.as_str()) {
                continue;
            }
            looked_at += 1;
            assert!(words(text).key().is_some(), "{text:?} has no words");
        }
        assert!(looked_at > 100, "{looked_at}");
    }
}
