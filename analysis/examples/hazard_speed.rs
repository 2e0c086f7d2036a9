//! How long a new wind takes: a plume, its zones and the buildings in them, over made-up buildings.
//!
//! `cargo run -p analysis --example hazard_speed -- [BUILDINGS]`

use std::sync::Arc;
use std::time::Instant;

use analysis::emergency::hazard::{
    Frame, GuidelineKind, HazardRules, Plume, PlumeInput, Stability, Terrain, Weather, cloud_zone, exposed_buildings,
};
use geo::{LineString, MultiPolygon, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{Building, FeatureId, FeatureKind, Park, ParkSnapshot, Provenance};

/// A grid of buildings of 20 by 14 m, 40 m apart.
fn park(buildings: usize) -> ParkSnapshot {
    let header = Park {
        park_id: 1,
        slug: "made-up".into(),
        name: "Made up".into(),
        srid: 4549,
        synthetic: true,
        attribution: None,
        licence: None,
        as_of: None,
    };
    let side = (buildings as f64).sqrt().ceil() as usize;
    let mut park = ParkSnapshot::empty(header);
    park.buildings = (0..buildings)
        .map(|k| {
            let (x, y) = ((k % side) as f64 * 40.0, (k / side) as f64 * 40.0);
            let ring = LineString::from(vec![(x, y), (x + 20.0, y), (x + 20.0, y + 14.0), (x, y + 14.0), (x, y)]);
            Building {
                id: FeatureId::new(FeatureKind::Building, k as i64),
                provenance: Provenance { key: format!("B{k}"), layer: "made up".into(), ..Provenance::default() },
                footprint: MultiPolygon::new(vec![Polygon::new(ring, Vec::new())]),
                name: None,
                address: None,
                use_text: None,
                storeys: None,
                storey_height_m: None,
                height_m: None,
                floor_area_m2: None,
                base_elevation_m: None,
                year_built: None,
                state: None,
                valid_from: None,
                valid_to: None,
            }
        })
        .collect();
    park
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let buildings = std::env::args().nth(1).map_or(Ok(20_000), |text| text.parse())?;
    let cache = Cache::build(Arc::new(park(buildings)));
    let rules = HazardRules::shipped();
    let chlorine = rules.substance("chlorine")?;
    let middle = (buildings as f64).sqrt() * 20.0;
    let mut times = Vec::new();
    let mut found = 0;
    for turn in 0..72 {
        let weather = Weather {
            wind_m_s: 2.0,
            stability: Stability::F,
            wind_from_deg: f64::from(turn) * 5.0,
            ..Weather::default()
        };
        let began = Instant::now();
        let plume = Plume::new(
            &rules,
            &PlumeInput {
                rate_kg_s: 1.0,
                duration_s: Some(1800.0),
                height_m: 2.0,
                weather,
                terrain: Terrain::Urban,
                sigma_set: None,
                averaging_s: None,
                extrapolate: true,
            },
        )?;
        let frame = Frame::new([middle, middle], &weather);
        let mut thresholds = Vec::new();
        for level in chlorine.thresholds(GuidelineKind::Aegl, 30.0)? {
            let kg_m3 = chlorine.kg_m3_from_ppm(level.ppm, weather.temperature_k, weather.pressure_pa);
            cloud_zone(&plume, &frame, &level.name, kg_m3, 1.5)?;
            thresholds.push(kg_m3);
        }
        found += exposed_buildings(&cache, &plume, &frame, &thresholds, 1.5)?.len();
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{buildings} buildings, {} in the cloud on average: plume, three zones, buildings: median {:.2} ms, worst {:.2} ms",
        found / 72,
        times[36],
        times[71]
    );
    Ok(())
}
