//! The hazard as contours, for whoever draws it: every level, and for a cloud its body above the ground.

use geo::{Area, MultiPolygon};

use super::{Cloudy, EXPOSURE_MIN, Threat};
use crate::emergency::drill::Contour;
use crate::emergency::hazard::{GuidelineKind, HazardRules, Threshold, cloud_zone};
use crate::words;
use crate::words::Words;

/// Heights at which the body of a cloud is cut, m.
const HEIGHTS_M: [f64; 5] = [4.0, 9.0, 16.0, 26.0, 40.0];
/// Depths of water that are told apart, m.
const DEPTHS_M: [f64; 2] = [0.05, 1.0];
/// An area smaller than this is not worth a line, m².
const LEAST_M2: f64 = 4.0;

impl Threat<'_> {
    /// Contours of the hazard now, the mildest first.
    pub(in crate::emergency::drill) fn contours(&self, rules: &HazardRules, now_s: f64) -> Vec<Contour> {
        let mut out = match self {
            Self::Leak { cloud: Some(cloud), .. } => self.of_cloud(cloud, rules, now_s),
            Self::Fire { area, at_s, cordon_m, heat, .. } if now_s >= *at_s => {
                let label = words!("drill-zone-cordon", "cordon {far} m", far = format!("{cordon_m:.0}"));
                let cordon = Contour { label, level: 2, above_m: 0.0, water_m: None, area: area.clone() };
                let mut lines: Vec<Contour> = heat.iter().cloned().chain([cordon]).collect();
                lines.sort_by_key(|line| line.level);
                lines
            }
            Self::Power { area, at_s, .. } if now_s >= *at_s => {
                let label = words!("drill-zone-power", "without power");
                vec![Contour { label, level: 1, above_m: 0.0, water_m: None, area: area.clone() }]
            }
            Self::Flood { extent: Some(extent), closes_m, levels, .. } => {
                let level_m = super::level_at(levels, now_s);
                let mut depths = vec![(DEPTHS_M[0], 1_u8), (*closes_m, 2), (DEPTHS_M[1].max(2.0 * closes_m), 3)];
                depths.dedup_by(|a, b| a.0 <= b.0);
                let of = |(depth_m, level): (f64, u8)| Contour {
                    label: words!("drill-zone-water", "water deeper than {depth} m", depth = format!("{depth_m}")),
                    level,
                    above_m: 0.0,
                    water_m: (level == 1).then_some(level_m),
                    area: extent.deeper_than(depth_m),
                };
                depths.into_iter().map(of).collect()
            }
            Self::Burst(burst) => burst.contours(now_s),
            Self::Leak { .. } | Self::Fire { .. } | Self::Power { .. } | Self::Flood { .. } => Vec::new(),
        };
        out.retain(|contour| contour.area.unsigned_area() > LEAST_M2);
        out
    }

    fn of_cloud(&self, cloud: &Cloudy, rules: &HazardRules, now_s: f64) -> Vec<Contour> {
        let age = cloud.age(now_s);
        if age <= 0.0 {
            return Vec::new();
        }
        let moment = cloud.plume.at_moment(age);
        let zone = |threshold: f64, z_m: f64| {
            cloud_zone(&moment, &cloud.frame, &cloud.name, threshold, z_m)
                .map_or_else(|_| MultiPolygon::new(Vec::new()), |zone| zone.area)
        };
        let mut out: Vec<Contour> = self
            .levels_of(rules)
            .into_iter()
            .map(|(threshold, kg_m3)| Contour {
                label: Words::from(threshold.name),
                level: threshold.level,
                above_m: 0.0,
                water_m: None,
                area: zone(kg_m3, 0.0),
            })
            .collect();
        for above_m in HEIGHTS_M {
            let area = zone(cloud.threshold_kg_m3, above_m);
            if area.unsigned_area() <= LEAST_M2 {
                break;
            }
            out.push(Contour { label: Words::from(cloud.name.clone()), level: 2, above_m, water_m: None, area });
        }
        out
    }

    /// Levels of the substance's guideline with their concentrations, kg/m³.
    fn levels_of(&self, rules: &HazardRules) -> Vec<(Threshold, f64)> {
        let Self::Leak { source, weather, .. } = self else { return Vec::new() };
        let name = source.substance.as_deref().or(source.cas.as_deref()).unwrap_or_default();
        let Ok(substance) = rules.substance(name) else { return Vec::new() };
        let thresholds = substance
            .thresholds(GuidelineKind::Aegl, EXPOSURE_MIN)
            .or_else(|_| substance.thresholds(GuidelineKind::Erpg, EXPOSURE_MIN))
            .unwrap_or_default();
        let with = |threshold: Threshold| {
            let kg_m3 = substance.kg_m3_from_ppm(threshold.ppm, weather.temperature_k, weather.pressure_pa);
            (threshold, kg_m3)
        };
        thresholds.into_iter().map(with).collect()
    }
}
