//! Yards as a drawing: DXF hatches by layer, GBK text, eastings with the zone number in front. No header dates, no random handles.

use std::fmt::Write;
use std::path::Path;

use super::ZONE_EASTING_M;
use crate::sample::SampleError;
use crate::sample::plane::P;
use crate::sample::surfaces::{Cover, PAVED, STORAGE};

/// The drawing.
pub(super) const FILE: &str = "厂区场地.dxf";
/// Layers of the drawing and the covers on them.
pub(super) const LAYERS: [(&str, &str); 2] = [("CD-硬化地面", PAVED), ("CD-露天堆场", STORAGE)];

/// Write the paved and storage yards.
pub(super) fn yards(path: &Path, covers: &[Cover]) -> Result<(), SampleError> {
    let mut out = String::new();
    pairs(
        &mut out,
        &[(0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1015"), (9, "$DWGCODEPAGE"), (3, "ANSI_936")],
    );
    pairs(&mut out, &[(0, "ENDSEC"), (0, "SECTION"), (2, "TABLES"), (0, "TABLE"), (2, "LAYER"), (70, "2")]);
    for (layer, _) in LAYERS {
        pairs(&mut out, &[(0, "LAYER"), (2, layer), (70, "0"), (62, "7"), (6, "CONTINUOUS")]);
    }
    pairs(&mut out, &[(0, "ENDTAB"), (0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES")]);
    let mut handle = 0x100;
    for cover in covers {
        if let Some((layer, _)) = LAYERS.iter().find(|(_, kind)| *kind == cover.kind) {
            handle += 1;
            hatch(&mut out, layer, handle, &cover.rings);
        }
    }
    pairs(&mut out, &[(0, "ENDSEC"), (0, "EOF")]);
    super::put(path, &encoding_rs::GBK.encode(&out).0)
}

fn pairs(out: &mut String, groups: &[(u32, &str)]) {
    for (code, value) in groups {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{code:>3}\n{value}");
    }
}

fn hatch(out: &mut String, layer: &str, handle: u32, rings: &[Vec<P>]) {
    pairs(out, &[(0, "HATCH"), (5, &format!("{handle:X}")), (100, "AcDbEntity"), (8, layer), (100, "AcDbHatch")]);
    pairs(out, &[(10, "0.0"), (20, "0.0"), (30, "0.0"), (210, "0.0"), (220, "0.0"), (230, "1.0")]);
    pairs(out, &[(2, "SOLID"), (70, "1"), (71, "0"), (91, &rings.len().to_string())]);
    for ring in rings {
        pairs(out, &[(92, "2"), (72, "0"), (73, "1"), (93, &ring.len().to_string())]);
        for q in ring {
            let _ = writeln!(out, " 10\n{:.3}\n 20\n{:.3}", q.x + ZONE_EASTING_M, q.y);
        }
        pairs(out, &[(97, "0")]);
    }
    pairs(out, &[(75, "0"), (76, "1"), (98, "0")]);
}
