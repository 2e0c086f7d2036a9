//! How two classes of a legend are told apart without colour: on a grey print, and by colour-blind eyes.
//!
//! What a dichromat sees is after Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
//! Deficiency" (IEEE Transactions on Visualization and Computer Graphics 15(6), 2009), severity 1.0, in linear light.

use crate::overlay::Class;

/// Least ratio of the luminances of two classes that nothing but colour tells apart, with the 0.05 of stray light that WCAG adds to
/// both: neighbouring steps of the ramp that coverage is drawn with differ by 1.24.
pub const LEAST_RATIO: f64 = 1.2;

type Matrix = [[f64; 3]; 3];

/// Eyes that see all colours: what is left of them on a grey print is their luminance.
const ALL_COLOURS: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// Without the cones for long waves.
const PROTAN: Matrix =
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]];
/// Without the cones for middle waves.
const DEUTAN: Matrix =
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]];

fn linear(byte: u8) -> f64 {
    let c = f64::from(byte) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// Relative luminance of a colour as the eyes of a matrix see it, 0..1.
fn luminance(colour: [u8; 3], eyes: &Matrix) -> f64 {
    let light = colour.map(linear);
    let seen = eyes.map(|row| row.iter().zip(light).map(|(part, light)| part * light).sum::<f64>().clamp(0.0, 1.0));
    0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2]
}

/// The least ratio of the luminances of two colours: in grey, and as protanopes and deuteranopes see them.
pub fn ratio(a: [u8; 3], b: [u8; 3]) -> f64 {
    let ratios = [ALL_COLOURS, PROTAN, DEUTAN].map(|eyes| {
        let (a, b) = (luminance(a, &eyes), luminance(b, &eyes));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    });
    ratios.into_iter().fold(f64::INFINITY, f64::min)
}

/// True where a reader without colour tells the two apart: by what they are drawn as (an area, a line, the shape of a symbol), by
/// the pattern, or by how light they are.
pub fn told_apart(a: &Class, b: &Class) -> bool {
    a.swatch != b.swatch || a.pattern != b.pattern || ratio(a.colour, b.colour) >= LEAST_RATIO
}

/// The first two classes that nothing but colour tells apart.
pub fn first_alike(classes: &[Class]) -> Option<(&Class, &Class)> {
    classes.iter().enumerate().find_map(|(at, one)| {
        let other = classes[at + 1..].iter().find(|other| !told_apart(one, other))?;
        Some((one, other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::sheets::Part;
    use crate::network::{found, hydraulics};
    use crate::overlay::{Pattern, Swatch};
    use crate::rules::RuleSet;
    use crate::siting::LaidPart;

    fn look(colour: [u8; 3], pattern: Pattern) -> Class {
        Class { label: "".into(), colour, pattern, swatch: Swatch::Area, count: 0, measure: None }
    }

    #[test]
    fn white_stays_white_to_every_eye_and_red_goes_dark_to_a_protanope() {
        // The rows of the paper's matrices sum to one: greys stay as they are.
        for eyes in [ALL_COLOURS, PROTAN, DEUTAN] {
            for row in eyes {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 2e-6, "{row:?}");
            }
            assert!((luminance([255; 3], &eyes) - 1.0).abs() < 1e-5);
            assert!(luminance([0; 3], &eyes) < 1e-12);
        }
        // WCAG's luminance of pure red.
        assert!((luminance([255, 0, 0], &ALL_COLOURS) - 0.2126).abs() < 1e-9);
        assert!(luminance([255, 0, 0], &PROTAN) < 0.6 * luminance([255, 0, 0], &ALL_COLOURS));
        assert!((ratio([255; 3], [0; 3]) - 21.0).abs() < 1e-3);
    }

    #[test]
    fn colour_alone_does_not_tell_classes_apart() {
        // Red and green of a traffic light that are as light as each other.
        let (red, green) = ([215, 38, 61], [0, 135, 60]);
        assert!(!told_apart(&look(red, Pattern::Solid), &look(green, Pattern::Solid)));
        assert!(told_apart(&look(red, Pattern::Hatch), &look(green, Pattern::Solid)));
        let line = Class { swatch: Swatch::Line, ..look(green, Pattern::Solid) };
        assert!(told_apart(&look(red, Pattern::Solid), &line));
        assert!(told_apart(&look([217, 226, 220], Pattern::Solid), &look(red, Pattern::Solid)));
    }

    #[test]
    fn every_overlay_reads_in_grey_and_to_the_colour_blind() {
        let isolation = found::isolation_legend();
        let legends = [
            ("changes", crate::changes::legend()),
            ("emergency", crate::emergency::legend()),
            ("security", crate::emergency::security::legend()),
            ("protection", crate::emergency::protection_legend()),
            ("idle", crate::land::idle_legend()),
            ("utilisation", crate::land::utilisation_classes(&[0; 8], &[0.0; 8])),
            ("issues", crate::issues::legend()),
            ("projects", crate::projects::legend()),
            ("sites", crate::siting::legend()),
            ("laid out", LaidPart::ALL.map(|part| look(part.colour(), part.pattern())).to_vec()),
            ("unmet demand", crate::siting::unmet_legend()),
            ("trace", found::trace_legend(Part::Reached)),
            ("loops", found::trace_legend(Part::Looped)),
            ("isolation by valves", [&isolation[..6], &isolation[9..]].concat()),
            ("isolation by switches", [&isolation[..3], &isolation[6..]].concat()),
            ("criticality", found::critical_legend()),
            ("clearance", found::clearance_legend()),
            ("capacity", crate::network::capacity::legend()),
            ("coverage of buildings", crate::network::capacity::coverage_legend()),
            ("capacity of lines and points", crate::network::capacity::elements_legend()),
            ("one way and its bottleneck", crate::network::capacity::way_legend()),
            ("pressure", hydraulics::pressure_legend(&hydraulics::HydraulicRules::shipped())),
            ("fire flow", hydraulics::fire_legend()),
        ];
        for (name, classes) in legends {
            assert!(classes.len() > 1, "{name}");
            let alike = first_alike(&classes).map(|(a, b)| (a.label.as_str(), b.label.as_str()));
            assert_eq!(alike, None, "{name}");
        }
    }

    #[test]
    fn networks_have_the_standards_colours_and_letters_of_their_own_besides() {
        // Eight colours of a standard are not to be changed: the letters are drawn on the lines (`frame/names.rs` of the engine).
        let rules = RuleSet::shipped();
        let letters: std::collections::BTreeSet<String> = spatial_db::model::NetworkClass::ALL
            .into_iter()
            .filter_map(|class| rules.network_class(class).map(|row| row.letters.clone()))
            .collect();
        assert_eq!(letters.len(), spatial_db::model::NetworkClass::ALL.len());
        assert!(letters.iter().all(|letters| letters.len() == 2));
    }
}
