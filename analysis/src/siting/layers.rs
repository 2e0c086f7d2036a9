//! Layers of the sources in the reader's language: a manifest calls them as its author does, and many by the same words.

use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Names that manifests give to layers, as the sample park's does.
const LAYERS: [Phrase; 13] = [
    phrase("pitch-layer-parcels", "parcels"),
    phrase("pitch-layer-contracts", "contracts"),
    phrase("pitch-layer-land-events", "land events"),
    phrase("pitch-layer-projects", "projects"),
    phrase("pitch-layer-buildings", "buildings"),
    phrase("pitch-layer-roads", "roads"),
    phrase("pitch-layer-ground-cover", "ground cover"),
    phrase("pitch-layer-yards", "yards"),
    phrase("pitch-layer-hazard-sources", "hazard sources"),
    phrase("pitch-layer-enterprises", "enterprises"),
    phrase("pitch-layer-tenancies", "tenancies"),
    phrase("pitch-layer-yearly-figures", "yearly figures"),
    phrase("pitch-layer-emergency-resources", "emergency resources"),
];

/// Codes of survey tables (CJJ 61-2017, as the importer knows them) that stand for a network in the name of a layer.
const CODES: [(&str, Phrase); 22] = [
    ("JS", WATER),
    ("SS", WATER),
    ("PS", DRAINAGE),
    ("YS", phrase("pitch-code-rain", "rainwater")),
    ("WS", phrase("pitch-utility-sewage", "sewage")),
    ("HS", DRAINAGE),
    ("RQ", GAS),
    ("MQ", GAS),
    ("TR", GAS),
    ("RL", HEAT),
    ("RS", HEAT),
    ("ZQ", phrase("pitch-code-steam", "steam")),
    ("DL", POWER),
    ("GD", POWER),
    ("LD", phrase("pitch-code-lighting", "street lighting")),
    ("XH", phrase("pitch-code-signals", "traffic signal")),
    ("TX", TELECOM),
    ("DX", TELECOM),
    ("QQ", phrase("pitch-code-hydrogen", "hydrogen")),
    ("DQ", phrase("pitch-code-nitrogen", "nitrogen")),
    ("GY", phrase("pitch-code-industrial", "industrial")),
    ("ZH", phrase("pitch-code-tunnel", "utility tunnel")),
];
const WATER: Phrase = phrase("pitch-utility-water", "water");
const DRAINAGE: Phrase = phrase("pitch-code-drainage", "drainage");
const GAS: Phrase = phrase("pitch-utility-gas", "gas");
const HEAT: Phrase = phrase("pitch-utility-heat", "heat");
const POWER: Phrase = phrase("pitch-utility-power", "power");
const TELECOM: Phrase = phrase("pitch-utility-telecom", "telecom");

/// A layer as the reader calls it; by its name in the manifest where that is none of the common ones.
pub(super) fn layer_words(name: &str) -> Words {
    if let Some(layer) = LAYERS.iter().find(|layer| layer.english == name) {
        return (*layer).into();
    }
    let of = |code: &str| CODES.iter().find(|(known, _)| *known == code).map(|(_, of)| Words::from(*of));
    match name.split_once(' ').map(|(code, what)| (code, what, of(code))) {
        Some((code, "lines", Some(of))) => words!("pitch-layer-lines-of", "{of} lines ({code})", of = of, code = code),
        Some((code, "points", Some(of))) => {
            words!("pitch-layer-points-of", "{of} points ({code})", of = of, code = code)
        }
        Some((code, "lines", None)) => words!("pitch-layer-lines", "{code} lines", code = code),
        Some((code, "points", None)) => words!("pitch-layer-points", "{code} points", code = code),
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_reads_in_english_as_the_manifest_writes_it() {
        for name in ["parcels", "ground cover", "K1 lines", "宗地", "old mains and lines"] {
            assert_eq!(layer_words(name), name);
        }
        // A code that nobody reads is told with what it stands for.
        assert_eq!(layer_words("GD lines"), "power lines (GD)");
        assert_eq!(layer_words("SS points"), "water points (SS)");
        assert!(layer_words("GD lines").key().is_some() && layer_words("old mains and lines").key().is_none());
    }
}
