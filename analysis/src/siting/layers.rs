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

/// A layer as the reader calls it; by its name in the manifest where that is none of the common ones.
pub(super) fn layer_words(name: &str) -> Words {
    if let Some(layer) = LAYERS.iter().find(|layer| layer.english == name) {
        return (*layer).into();
    }
    match name.split_once(' ') {
        Some((code, "lines")) => words!("pitch-layer-lines", "{code} lines", code = code),
        Some((code, "points")) => words!("pitch-layer-points", "{code} points", code = code),
        _ => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_reads_in_english_as_the_manifest_writes_it() {
        for name in ["parcels", "ground cover", "GD lines", "SS points", "宗地", "old mains and lines"] {
            assert_eq!(layer_words(name), name);
        }
        assert!(layer_words("GD lines").key().is_some() && layer_words("old mains and lines").key().is_none());
    }
}
