//! Standards and clauses of the shipped tables, for readers of other languages. A table of a user's own says its own words, which
//! stay as they are.

mod evacuation;
mod networks;
mod protection;
mod siting;

use crate::words::{Phrase, Words, phrase};

/// What the shipped tables say.
const SAID: &[Phrase] = &[
    phrase("standard-order-53", "Order 53 of the Ministry of Land and Resources"),
    phrase("standard-control-coverage", "Control indicators for industrial project land (site coverage coefficient)"),
    phrase("standard-control-ratio", "Control indicators for industrial project land (floor area ratio)"),
    phrase("standard-land-use", "Classification of land and sea use for territorial planning and use control"),
    phrase("standard-default", "ParkTwin default"),
    phrase("clause-article-2", "Art. 2"),
    phrase(
        "clause-article-2-year",
        "Art. 2: \"suspended for a full year\", read as one continuous year as Order 5 of 1999, Art. 2, had it",
    ),
    phrase("clause-article-8", "Art. 8"),
    phrase("clause-article-8-1", "Art. 8 (1)"),
    phrase("clause-article-8-2", "Art. 8 (2)"),
    phrase("clause-article-8-3", "Art. 8 (3)"),
    phrase("clause-article-8-4", "Art. 8 (4)"),
    phrase("clause-article-8-5", "Art. 8 (5)"),
    phrase("clause-article-8-6", "Art. 8 (6)"),
    phrase("clause-article-8-paragraph", "Art. 8, second paragraph"),
    phrase("clause-article-12", "Art. 12"),
    phrase("clause-article-14", "Art. 14 (disposal)"),
    phrase("clause-article-14-1", "Art. 14 (1)"),
    phrase("clause-article-22", "Art. 22: without an agreed start, a year after the land was handed over"),
    phrase("clause-article-30", "Art. 30"),
    phrase("clause-coverage", "coverage"),
    phrase("clause-tall-storey", "a storey above 8 m counts double"),
    phrase(
        "clause-cover-complete",
        "ground cover on record and footprints together from this share of a parcel on: its cover is surveyed",
    ),
    phrase("clause-vacant", "physically vacant: footprints below this share"),
    phrase("clause-underused", "physically under-used: footprints below this share"),
    phrase("clause-strip", "unbuilt parcels narrower than this (2·area/perimeter) are roads, paths or ditches"),
    phrase("clause-remnant", "unbuilt parcels smaller than this are remnants"),
    phrase(
        "clause-natural",
        "unbuilt parcels with more than this share of water, forest, railway or (where no surface says otherwise) road are not building land",
    ),
    phrase(
        "clause-empty-floor",
        "built land with at least this share of its finished floor vacant by the records is empty by record",
    ),
    phrase("clause-camera-angle", "angle of view of a camera; records do not give it"),
    phrase("clause-hydrant-reach", "outdoor hydrant protection radius"),
    phrase("clause-hydrant-tank", "hydrants this near a tank wall do not count for it"),
    phrase("clause-colours", "colour table"),
    phrase("standard-control", "Control indicators for industrial project land"),
    phrase("standard-illustration", "ParkTwin illustration"),
    phrase("standard-tdt-1029", "TD/T 1029 Regulation for evaluating land intensive use of development zones"),
    phrase("standard-merger-guidelines", "Horizontal Merger Guidelines (US DOJ and FTC)"),
    phrase("standard-industries", "GB/T 4754 Industrial classification for national economic activities"),
    phrase("edition-2010-trial-2014", "2010, trial of 2014"),
    phrase("clause-ratio-by-industry", "floor-area ratio by industry"),
    phrase("clause-site-coverage", "site coverage coefficient"),
    phrase("clause-administration", "administration and living land"),
    phrase("clause-green-ratio", "green ratio"),
    phrase("clause-made-up", "made up"),
    phrase("clause-type-industrial", "zone type: A2/A above this (and A1/A below the other) is industry-led"),
    phrase(
        "clause-type-residential",
        "zone type: A1/A at or above this (and A2/A at or below the other) is city-industry",
    ),
    phrase("clause-supply-years", "years before the date over which the yearly supply of land is averaged"),
    phrase("clause-specialised", "a location quotient above this is specialised"),
    phrase("clause-unconcentrated", "5.3: below this unconcentrated"),
    phrase("clause-concentrated", "5.3: above this highly concentrated"),
    phrase("clause-sections", "sections B to T; what counts as industry and storage follows TD/T 1029"),
    phrase(
        "scheme-note-2008",
        "Industry codes are those of GB/T 4754-2002. Later editions number machinery, electrical and electronic industries otherwise (34 to 43): check the edition of your codes. National rules define low-efficiency land in words only; these floors are the control indicators for projects.",
    ),
    phrase(
        "scheme-note-2023",
        "The floor-area ratios of the 2023 edition have not been obtained; only coverage decides.",
    ),
    phrase("scheme-note-shanghai", "The table is empty: the guide's values have not been obtained."),
    phrase(
        "scheme-note-illustrative",
        "ILLUSTRATIVE: every limit of this scheme is made up and must not be used for decisions.",
    ),
    phrase("status-verified", "verified"),
    phrase("status-secondary", "secondary"),
    phrase("status-memory", "memory"),
    phrase("status-default", "default"),
    phrase("status-illustrative", "illustrative"),
];

/// The words of a text in a table; numbers of standards are the same in every language.
pub(crate) fn words(text: &str) -> Words {
    let said = SAID
        .iter()
        .chain(&networks::SAID)
        .chain(&protection::SAID)
        .chain(&evacuation::SAID)
        .chain(&siting::SAID)
        .find(|phrase| phrase.english == text);
    said.map_or_else(|| text.into(), |phrase| (*phrase).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in the shipped tables has words; only names of standards are the same everywhere.
    #[test]
    fn every_standard_and_clause_that_ships_has_words() {
        let tables = [
            include_str!("../../rules/figures.toml"),
            include_str!("../../rules/network_classes.toml"),
            include_str!("../../rules/evaluation/zone.toml"),
            include_str!("../../rules/schemes/national-2008.toml"),
            include_str!("../../rules/schemes/national-2023.toml"),
            include_str!("../../rules/schemes/shanghai.toml"),
            include_str!("../../rules/schemes/shanghai-illustrative.toml"),
            include_str!("../../rules/land_use_colours.toml"),
            include_str!("../../rules/idle_causes.toml"),
            include_str!("../../rules/hazard/protection.toml"),
            include_str!("../../rules/siting/readiness.toml"),
            include_str!("../../rules/siting/turning.toml"),
            include_str!("../../rules/siting/industry.toml"),
            include_str!("../../rules/siting/enlarging.toml"),
        ];
        let mut looked_at = 0;
        for line in tables.iter().flat_map(|table| table.lines()) {
            let Some((field, text)) = line.split_once(" = ") else { continue };
            if !["standard", "edition", "clause", "status", "note"].contains(&field) {
                continue;
            }
            let text = text.trim_matches('"').replace("\\\"", "\"");
            looked_at += 1;
            let is_number = ["GB ", "CJJ ", "JGJ "].iter().any(|name| text.starts_with(name))
                || text.chars().all(|c| c.is_ascii_digit() || c == '-' || c == '.');
            assert!(is_number || words(&text).key().is_some(), "{text:?} has no words");
            assert_eq!(words(&text).as_str(), text);
        }
        assert!(looked_at > 150, "{looked_at}");
    }
}
