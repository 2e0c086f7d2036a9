//! Dispersion and fire against published cases, independent sums, and what must hold whatever the numbers.

use geo::Area;
use proptest::prelude::*;

use super::*;

fn input(rate_kg_s: f64, stability: Stability, wind_m_s: f64) -> PlumeInput<'static> {
    PlumeInput {
        rate_kg_s,
        duration_s: None,
        height_m: 0.0,
        weather: Weather { wind_m_s, stability, ..Weather::default() },
        terrain: Terrain::Rural,
        sigma_set: None,
        averaging_s: None,
        extrapolate: false,
    }
}

/// Turner, Workbook, problem 1. Tolerance: half of the last digit of the case.
#[test]
fn d1_turner_on_the_ground_under_the_axis() {
    let found = plume_kg_m3(0.003, 7.0, (190.0, 65.0), (0.0, 0.0), 0.0).unwrap();
    assert!((found * 1e3 - 1.105e-5).abs() < 5e-9, "{found} kg/m3");
}

/// CCPS 1999, p. 97, with that book's coefficients (Pasquill–Gifford). Tolerance: half of the last digit of the case.
#[test]
fn d2_ccps_class_f_at_half_a_kilometre() {
    let rules = HazardRules::shipped();
    let asked = PlumeInput { sigma_set: Some("pasquill-gifford"), ..input(0.1, Stability::F, 2.0) };
    let plume = Plume::new(&rules, &asked).unwrap();
    let found = plume.at_kg_m3(500.0, 0.0, 0.0).unwrap();
    assert!((found - 1.0347e-4).abs() < 5e-9, "{found}");
    // Briggs' coefficients of the same class give 1.172e-4: 0.1 / (π · 19.518 · 6.9565 · 2).
    let briggs = Plume::new(&rules, &input(0.1, Stability::F, 2.0)).unwrap();
    assert!((briggs.at_kg_m3(500.0, 0.0, 0.0).unwrap() - 1.172e-4).abs() < 5e-8);
}

/// CCPS 1999, p. 101: a puff of 1 kg, class F, 2 m/s, 250 s: σy 5.048 m by Slade's formula (the book prints 6.1 by mistake), σz 2.215 m.
#[test]
fn ccps_puff_at_half_a_kilometre() {
    let rules = HazardRules::shipped();
    let weather = Weather { stability: Stability::F, wind_m_s: 2.0, ..Weather::default() };
    let asked = PuffInput {
        mass_kg: 1.0,
        height_m: 0.0,
        weather,
        terrain: Terrain::Rural,
        sigma_set: None,
        extrapolate: false,
    };
    let puff = Puff::new(&rules, &asked).unwrap();
    let (y, z) = puff.sigmas_m(500.0);
    assert!((y - 5.047_929_7).abs() < 1e-6 && (z - 2.214_836_7).abs() < 1e-6, "{y} {z}");
    let expected = 1.0 / (std::f64::consts::TAU.sqrt() * std::f64::consts::PI * y * y * z);
    assert!((puff.at_kg_m3([500.0, 0.0, 0.0], 250.0).unwrap() / expected - 1.0).abs() < 1e-12);
}

/// Trapezoidal sum of a function over a box.
fn sum2(f: impl Fn(f64, f64) -> f64, (a, b): (f64, f64), (c, d): (f64, f64), n: usize) -> f64 {
    let (dx, dy) = ((b - a) / n as f64, (d - c) / n as f64);
    let weight = |k: usize| if k == 0 || k == n { 0.5 } else { 1.0 };
    (0..=n)
        .flat_map(|i| (0..=n).map(move |j| (i, j)))
        .map(|(i, j)| weight(i) * weight(j) * f(a + dx * i as f64, c + dy * j as f64))
        .sum::<f64>()
        * dx
        * dy
}

#[test]
fn a_puff_keeps_its_mass() {
    let rules = HazardRules::shipped();
    for (height_m, lid) in [(0.0, None), (30.0, None), (30.0, Some(120.0))] {
        let weather = Weather { stability: Stability::C, wind_m_s: 4.0, mixing_height_m: lid, ..Weather::default() };
        let asked =
            PuffInput { mass_kg: 7.0, height_m, weather, terrain: Terrain::Urban, sigma_set: None, extrapolate: false };
        let puff = Puff::new(&rules, &asked).unwrap();
        let t = 500.0;
        let gone = puff.wind_m_s() * t;
        let (y, z) = puff.sigmas_m(gone);
        let top = lid.unwrap_or(height_m + 8.0 * z);
        // The bell along the wind and across it are the same: the sum over one of them is √(2π) σ.
        let across = std::f64::consts::TAU.sqrt() * y;
        let mass =
            across * sum2(|x, z| puff.at_kg_m3([gone + x, 0.0, z], t).unwrap(), (-8.0 * y, 8.0 * y), (0.0, top), 400);
        assert!((mass / 7.0 - 1.0).abs() < 1e-4, "{height_m} {lid:?}: {mass} kg");
    }
}

#[test]
fn what_a_plume_carries_past_any_distance_is_what_was_let_out() {
    let rules = HazardRules::shipped();
    for (height_m, lid, stability) in
        [(0.0, None, Stability::D), (40.0, None, Stability::B), (20.0, Some(150.0), Stability::C)]
    {
        let mut asked = input(2.0, stability, 5.0);
        asked.height_m = height_m;
        asked.weather.mixing_height_m = lid;
        let plume = Plume::new(&rules, &asked).unwrap();
        for x in [200.0, 1000.0, 8000.0] {
            let (y, z) = plume.sigmas_m(x);
            let top = lid.unwrap_or(height_m + 8.0 * z);
            let flux =
                plume.wind_m_s() * sum2(|y, z| plume.at_kg_m3(x, y, z).unwrap(), (-8.0 * y, 8.0 * y), (0.0, top), 400);
            assert!((flux / 2.0 - 1.0).abs() < 1e-4, "{height_m} {lid:?} at {x}: {flux} kg/s");
        }
    }
}

#[test]
fn images_and_waves_of_the_mixing_layer_are_one_sum() {
    // At σz = lid both forms hold: from a little below to a little above nothing jumps.
    for (z, h) in [(0.0, 0.0), (30.0, 10.0), (100.0, 50.0), (0.0, 100.0)] {
        let below = plume::vertical(99.999_999, z, h, Some(100.0));
        let above = plume::vertical(100.000_001, z, h, Some(100.0));
        assert!((below / above - 1.0).abs() < 1e-6, "{z} {h}: {below} {above}");
    }
    // Far downwind the layer is evenly mixed.
    let mixed = plume::vertical(5000.0, 80.0, 3.0, Some(100.0)) * 100.0 / (5000.0 * std::f64::consts::TAU.sqrt());
    assert!((mixed - 1.0).abs() < 1e-12);
}

#[test]
fn a_release_that_ends_comes_and_goes_and_long_ones_are_the_plume() {
    let rules = HazardRules::shipped();
    let steady = Plume::new(&rules, &input(1.0, Stability::D, 4.0)).unwrap();
    let asked = PlumeInput { duration_s: Some(300.0), ..input(1.0, Stability::D, 4.0) };
    let short = Plume::new(&rules, &asked).unwrap();
    let full = steady.at_kg_m3(1000.0, 0.0, 0.0).unwrap();
    let at = |t| short.at_time_kg_m3(1000.0, 0.0, 0.0, t).unwrap();
    assert!(at(0.0) < 1e-9 * full && at(2000.0) < 1e-9 * full);
    // The peak is when its middle passes, 250 s + 150 s, and the closed form of the peak agrees.
    let peak = short.at_kg_m3(1000.0, 0.0, 0.0).unwrap();
    assert!((at(400.0) / peak - 1.0).abs() < 1e-12 && at(390.0) < peak && at(410.0) < peak && peak <= full);
    let long = Plume::new(&rules, &PlumeInput { duration_s: Some(86_400.0), ..asked }).unwrap();
    assert!((long.at_kg_m3(1000.0, 0.0, 0.0).unwrap() / full - 1.0).abs() < 1e-12);
    // What passes over the place is rate × duration of the steady plume's share.
    let passed: f64 = (0..3000).map(|t| at(f64::from(t))).sum();
    assert!((passed / (300.0 * full) - 1.0).abs() < 0.01, "{passed}");
}

#[test]
fn averaging_longer_flattens_the_axis() {
    let rules = HazardRules::shipped();
    let axis = |averaging_s| {
        let asked = PlumeInput { averaging_s, ..input(1.0, Stability::D, 4.0) };
        Plume::new(&rules, &asked).unwrap().at_kg_m3(500.0, 0.0, 0.0).unwrap()
    };
    // σy grows with t^0.2: an hour against ten minutes is 6^0.2.
    assert!((axis(None) / axis(Some(3600.0)) - 6_f64.powf(0.2)).abs() < 1e-9);
    let asked = PlumeInput { averaging_s: Some(7200.0), ..input(1.0, Stability::D, 4.0) };
    assert!(Plume::new(&rules, &asked).unwrap_err().to_string().contains("from 18 to 3600 s"));
}

#[test]
fn the_contour_is_where_the_threshold_is() {
    let rules = HazardRules::shipped();
    let mut asked = PlumeInput { extrapolate: true, ..input(0.5, Stability::D, 3.0) };
    asked.weather.wind_from_deg = 225.0;
    let plume = Plume::new(&rules, &asked).unwrap();
    let frame = Frame::new([350_000.0, 3_400_000.0], &asked.weather);
    let threshold = 1e-5;
    let zone = cloud_zone(&plume, &frame, "test", threshold, 0.0).unwrap();
    assert!(!zone.cut && zone.area.0.len() == 1 && zone.reach_m > 500.0, "{}", zone.reach_m);
    let mut looked = 0;
    for corner in zone.area.0[0].exterior().coords() {
        let [x, y] = frame.wind_from_map([corner.x, corner.y]);
        if x > 2.0 && y.abs() > 0.5 {
            looked += 1;
            assert!((plume.at_kg_m3(x, y, 0.0).unwrap() / threshold - 1.0).abs() < 1e-5, "{x} {y}");
        }
    }
    assert!(looked > 100);
    // Its area is that of the polygon, and its axis runs to the north-east.
    assert!(
        (zone.area.unsigned_area() / zone.area_m2 - 1.0).abs() < 1e-3,
        "{} {}",
        zone.area.unsigned_area(),
        zone.area_m2
    );
    let tip = zone.area.0[0].exterior().coords().map(|c| (c.x - 350_000.0, c.y - 3_400_000.0));
    let (e, n) = tip.max_by(|a, b| a.0.hypot(a.1).total_cmp(&b.0.hypot(b.1))).unwrap();
    assert!((e - n).abs() < 0.02 * e && e > 0.0, "{e} {n}");
    let nothing = cloud_zone(&plume, &frame, "none", 1e4, 0.0).unwrap();
    assert!(nothing.area.0.is_empty() && nothing.reach_m == 0.0 && nothing.area_m2 == 0.0);
    let weak = cloud_zone(&plume, &frame, "weak", 1e-12, 0.0).unwrap();
    assert!(weak.cut && weak.reach_m >= 10_000.0);
    assert!(cloud_zone(&plume, &frame, "no", f64::NAN, 0.0).is_err());
}

#[test]
fn zones_of_a_stack_and_of_a_passing_puff_stand_off_the_source() {
    let rules = HazardRules::shipped();
    let asked = PlumeInput { height_m: 50.0, extrapolate: true, ..input(5.0, Stability::D, 4.0) };
    let plume = Plume::new(&rules, &asked).unwrap();
    let frame = Frame::new([0.0, 0.0], &asked.weather);
    let zone = cloud_zone(&plume, &frame, "stack", 1e-5, 0.0).unwrap();
    let nearest = zone.area.0[0].exterior().coords().map(|c| c.x).fold(f64::INFINITY, f64::min);
    assert!(nearest > 200.0, "the plume is over people's heads until it has come down: {nearest}");
    let asked = PuffInput {
        mass_kg: 100.0,
        height_m: 0.0,
        weather: asked.weather,
        terrain: Terrain::Rural,
        sigma_set: None,
        extrapolate: false,
    };
    let puff = Puff::new(&rules, &asked).unwrap();
    let moment = cloud_zone(&puff.at_moment(250.0), &frame, "now", 1e-5, 0.0).unwrap();
    let xs = moment.area.0[0].exterior().coords().map(|c| c.x);
    let (low, high) = xs.fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
    // Round about where the wind has taken it.
    assert!((0.5 * (low + high) - 1000.0).abs() < 1.0, "{low} {high}");
    let swath = cloud_zone(&puff, &frame, "ever", 1e-5, 0.0).unwrap();
    assert!(swath.area_m2 > moment.area_m2);
}

#[test]
fn a_heavy_gas_let_out_fast_is_said_to_be_heavy() {
    let rules = HazardRules::shipped();
    let weather = Weather { wind_m_s: 2.0, stability: Stability::F, ..Weather::default() };
    let dense = |rate, gas_kg_m3| {
        Plume::new(&rules, &input(rate, Stability::F, 2.0)).unwrap().density_effect(&rules, gas_kg_m3, &weather)
    };
    assert!(dense(10.0, 2.95), "10 kg/s of chlorine");
    assert!(!dense(10.0, 0.7), "warm ammonia is lighter than air");
    assert!(!dense(1e-7, 2.95), "a leak that the wind dilutes at once");
}

#[test]
fn outside_its_range_the_plume_gives_the_range_and_never_a_nan() {
    let rules = HazardRules::shipped();
    let plume = Plume::new(&rules, &input(1.0, Stability::D, 4.0)).unwrap();
    for x in [50.0, 20_000.0, -10.0, f64::NAN] {
        let error = plume.at_kg_m3(x, 0.0, 0.0).unwrap_err().to_string();
        assert!(error.contains("from 100 to 10000 m"), "{error}");
    }
    assert!(plume.at_kg_m3(500.0, f64::NAN, 0.0).is_err() && plume.at_kg_m3(500.0, 0.0, -1.0).is_err());
    for bad in [f64::NAN, -1.0, 0.0, f64::INFINITY] {
        assert!(Plume::new(&rules, &input(bad, Stability::D, 4.0)).is_err(), "{bad}");
        assert!(Plume::new(&rules, &input(1.0, Stability::D, bad)).is_err(), "{bad}");
    }
    let slade = PlumeInput { sigma_set: Some("slade"), ..input(1.0, Stability::D, 4.0) };
    assert!(Plume::new(&rules, &slade).unwrap_err().to_string().contains("describe puffs"));
    let mut over = PlumeInput { height_m: 100.0, ..input(1.0, Stability::D, 4.0) };
    over.weather.mixing_height_m = Some(80.0);
    assert!(Plume::new(&rules, &over).is_err(), "a source over the lid");
    let wide = PlumeInput { extrapolate: true, ..input(1.0, Stability::D, 4.0) };
    assert!(Plume::new(&rules, &wide).unwrap().at_kg_m3(50.0, 0.0, 0.0).unwrap() > 0.0);
}

/// The view of a cylinder summed over its visible surface: an oracle that shares nothing with the closed form.
fn cylinder_view_by_sum(radius: f64, height: f64, x: f64) -> f64 {
    let seen = (radius / x).acos();
    let (n, m) = (800, 800);
    let (mut upright, mut flat) = (0.0, 0.0);
    for i in 0..n {
        let phi = -seen + 2.0 * seen * (f64::from(i) + 0.5) / f64::from(n);
        for k in 0..m {
            let z = height * (f64::from(k) + 0.5) / f64::from(m);
            // From the receptor at (x, 0, 0) to the surface.
            let (dx, dy) = (radius * phi.cos() - x, radius * phi.sin());
            let r2 = dx * dx + dy * dy + z * z;
            let surface = -(dx * phi.cos() + dy * phi.sin()) / r2.sqrt();
            let area = radius * 2.0 * seen / f64::from(n) * height / f64::from(m);
            let share = surface.max(0.0) * area / (std::f64::consts::PI * r2);
            upright += share * (-dx / r2.sqrt());
            flat += share * (z / r2.sqrt());
        }
    }
    upright.hypot(flat)
}

#[test]
fn the_view_of_a_flame_is_the_sum_over_its_surface() {
    for (radius, height, x) in [(5.0, 15.0, 20.0), (5.0, 15.0, 8.0), (1.0, 0.5, 3.0), (10.0, 40.0, 100.0)] {
        let (closed, summed) = (cylinder_view(radius, height, x), cylinder_view_by_sum(radius, height, x));
        assert!((closed / summed - 1.0).abs() < 2e-3, "{radius} {height} {x}: {closed} {summed}");
    }
}

#[test]
fn a_pool_of_petrol_burns_as_its_formulas_say() {
    let rules = HazardRules::shipped();
    let weather = Weather::default();
    let fire = PoolFire::new(&rules, rules.substance("gasoline").unwrap(), 10.0, &weather).unwrap();
    // 0.055 (1 − e^(−21)) kg/m2s; Thomas: 42 · 10 · (0.055 / (1.204 · √98.07))^0.61 = 17.0 m; 140 e^(−1.2) + 20 (1 − e^(−1.2)) = 56.1 kW/m2.
    assert!((fire.burning_kg_m2_s - 0.055).abs() < 1e-6 && !fire.correlated);
    assert!((fire.flame_m - 15.9).abs() < 0.6, "{}", fire.flame_m);
    assert!((fire.emission_w_m2 - 56_143.0).abs() < 10.0, "{}", fire.emission_w_m2);
    let heat = |x| fire.heat_w_m2(&rules, FlameModel::Solid, x, &weather).unwrap();
    let mut last = f64::INFINITY;
    for x in [6.0, 8.0, 12.0, 20.0, 40.0, 80.0, 300.0] {
        assert!(heat(x) < last && heat(x) > 0.0);
        last = heat(x);
    }
    let point = fire.heat_w_m2(&rules, FlameModel::Point, 30.0, &weather).unwrap();
    assert!(point > 0.3 * heat(30.0) && point < 6.0 * heat(30.0), "{point} {}", heat(30.0));
    assert!(fire.heat_w_m2(&rules, FlameModel::Solid, 4.0, &weather).is_err(), "in the pool");
    let toluene = PoolFire::new(&rules, rules.substance("toluene").unwrap(), 10.0, &weather).unwrap();
    // Burgess and Hertzberg: 1e-3 · 40.5e6 / (3.61e5 + 1700 · 90.65) = 0.0786.
    assert!(toluene.correlated && (toluene.burning_kg_m2_s - 0.0786).abs() < 2e-4);
    assert!(PoolFire::new(&rules, rules.substance("chlorine").unwrap(), 10.0, &weather).is_err());
}

#[test]
fn a_jet_of_gas_burns_as_long_as_api_says() {
    let rules = HazardRules::shipped();
    let jet = JetFire::new(&rules, rules.substance("methane").unwrap(), 2.0).unwrap();
    // 100 MW: 0.00326 · 1e8^0.478 = 21.7 m.
    assert!((jet.heat_w - 1e8).abs() < 1.0 && (jet.flame_m - 21.7).abs() < 0.1, "{jet:?}");
    let weather = Weather::default();
    let heat = |x| jet.heat_w_m2(&rules, x, &weather);
    // Twice as far: a quarter, but for the air.
    assert!((heat(100.0).unwrap() / heat(50.0).unwrap() * 4.0 - 2_f64.powf(-0.09)).abs() < 1e-6);
    assert!(heat(5.0).is_err() && JetFire::new(&rules, rules.substance("methane").unwrap(), 1e-3).is_err());
}

/// A park of one building, a rectangle from a corner to the other.
fn one_building(low: (f64, f64), high: (f64, f64)) -> spatial_db::cache::Cache {
    use spatial_db::model::{Building, Park, ParkSnapshot, Provenance};
    let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
    park.buildings = vec![Building::bare(
        1,
        Provenance::default(),
        geo::MultiPolygon::new(vec![geo::Rect::new(low, high).to_polygon()]),
    )];
    spatial_db::cache::Cache::build(std::sync::Arc::new(park))
}

#[test]
fn a_building_over_the_source_is_in_its_cloud() {
    let rules = HazardRules::shipped();
    for height_m in [0.0, 1.0, 5.0] {
        let mut asked = input(1.0, Stability::D, 3.0);
        (asked.height_m, asked.extrapolate) = (height_m, true);
        let plume = Plume::new(&rules, &asked).unwrap();
        let frame = Frame::new([0.0, 0.0], &asked.weather);
        // The source is in its middle, and all its corners lie far beside the axis or upwind.
        let over = one_building((-60.0, -200.0), (60.0, 200.0));
        let found = exposed_buildings(&over, &plume, &frame, &[1e-5], 0.0).unwrap();
        // At least what the axis has where the wind leaves the building.
        let there = plume.slice(60.0, 0.0).unwrap().centre_kg_m3;
        assert!(found.len() == 1 && found[0].peak_kg_m3 >= 0.999 * there, "{height_m}: {found:?} {there}");
        let behind = one_building((-60.0, -200.0), (-1.0, 200.0));
        assert!(exposed_buildings(&behind, &plume, &frame, &[1e-5], 0.0).unwrap().is_empty());
    }
    // What a source 5 m up puts on the ground is strongest some way off: inside a long building, between its corners and its middle.
    let mut asked = input(1.0, Stability::D, 3.0);
    (asked.height_m, asked.extrapolate) = (5.0, true);
    let plume = Plume::new(&rules, &asked).unwrap();
    let long = one_building((0.0, -200.0), (2000.0, 200.0));
    let frame = Frame::new([0.0, 0.0], &asked.weather);
    let found = exposed_buildings(&long, &plume, &frame, &[1e-6], 0.0).unwrap();
    let peak = (1..2000).map(|x| plume.slice(f64::from(x), 0.0).unwrap().centre_kg_m3).fold(0.0, f64::max);
    assert!(found[0].peak_kg_m3 > 0.7 * peak, "{} of {peak}", found[0].peak_kg_m3);
}

#[test]
fn a_plume_that_is_stopped_is_one_of_that_length() {
    let rules = HazardRules::shipped();
    let asked = input(1.0, Stability::D, 3.0);
    let plume = Plume::new(&rules, &asked).unwrap();
    let of = |duration_s: f64| Plume::new(&rules, &PlumeInput { duration_s: Some(duration_s), ..asked }).unwrap();
    assert_eq!(plume.stopped_after(120.0), of(120.0));
    assert_eq!(of(60.0).stopped_after(120.0), of(60.0));
    assert_eq!(plume.stopped_after(-5.0).at_time_kg_m3(500.0, 0.0, 0.0, 170.0).unwrap(), 0.0);
}

#[test]
fn a_puff_passes_as_long_as_its_peak_would_need_for_its_dose() {
    let rules = HazardRules::shipped();
    let asked = PuffInput {
        mass_kg: 100.0,
        height_m: 0.0,
        weather: Weather { wind_m_s: 3.0, ..Weather::default() },
        terrain: Terrain::Rural,
        sigma_set: None,
        extrapolate: true,
    };
    let puff = Puff::new(&rules, &asked).unwrap();
    let x = 800.0;
    // The dose by adding up seconds. The puff grows as it passes, which its closed form leaves out: 2 %.
    let dose: f64 = (1..2000).map(|t| puff.at_kg_m3([x, 0.0, 0.0], f64::from(t)).unwrap()).sum();
    let peak = puff.at_kg_m3([x, 0.0, 0.0], x / puff.wind_m_s()).unwrap();
    assert!((puff.passes_s(x) * peak / dose - 1.0).abs() < 0.02, "{} {}", puff.passes_s(x), dose / peak);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn buildings_in_a_cloud_are_those_that_a_look_at_each_finds(
        class in 0..6_usize, from in 0.0..360.0_f64, rate in 0.01..5.0_f64, height in 0.0..60.0_f64,
    ) {
        use std::sync::Arc;
        use spatial_db::cache::Cache;
        use spatial_db::model::{Building, Park, ParkSnapshot, Provenance};
        let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
        park.buildings = (0..400)
            .map(|k| {
                let (x, y) = (f64::from(k % 20) * 90.0, f64::from(k / 20) * 90.0);
                let size = 5.0 + f64::from(k % 7) * 12.0;
                let footprint = geo::MultiPolygon::new(vec![geo::Rect::new((x, y), (x + size, y + 9.0)).to_polygon()]);
                Building::bare(i64::from(k), Provenance::default(), footprint)
            })
            .collect();
        let cache = Cache::build(Arc::new(park));
        let rules = HazardRules::shipped();
        let mut asked = input(rate, Stability::ALL[class], 3.0);
        (asked.weather.wind_from_deg, asked.height_m, asked.extrapolate) = (from, height, true);
        let plume = Plume::new(&rules, &asked).unwrap();
        let frame = Frame::new([900.0, 900.0], &asked.weather);
        let found = exposed_buildings(&cache, &plume, &frame, &[2e-6, 2e-5], 0.0).unwrap();
        // A corner over the threshold is enough; corners are looked at one by one here.
        let corner_over = |building: &Building| {
            use geo::CoordsIter;
            building.footprint.coords_iter().any(|c| {
                let [x, y] = frame.wind_from_map([c.x, c.y]);
                plume.slice(x, 0.0).is_some_and(|slice| x >= 1.0 && slice.at(y) > 2e-6)
            })
        };
        for (slot, building) in cache.snapshot().buildings.iter().enumerate() {
            let listed = found.iter().any(|exposure| exposure.slot == slot);
            prop_assert!(listed || !corner_over(building), "{slot} is in the cloud");
        }
        for exposure in &found {
            prop_assert!(exposure.peak_kg_m3 > 2e-6 && exposure.level == 1 + usize::from(exposure.peak_kg_m3 > 2e-5));
        }
    }

    #[test]
    fn a_plume_is_symmetric_falls_with_distance_and_goes_with_its_rate(
        class in 0..6_usize, x in 100.0..9000.0_f64, y in 0.0..800.0_f64, wind in 1.0..20.0_f64, urban in any::<bool>(),
    ) {
        let rules = HazardRules::shipped();
        let terrain = if urban { Terrain::Urban } else { Terrain::Rural };
        let asked = PlumeInput { terrain, ..input(1.0, Stability::ALL[class], wind) };
        let plume = Plume::new(&rules, &asked).unwrap();
        let at = |x: f64, y: f64| plume.at_kg_m3(x, y, 0.0).unwrap();
        prop_assert_eq!(at(x, y), at(x, -y));
        prop_assert!(at(x, y) <= at(x, 0.0) && at(x, 0.0).is_finite());
        // From the ground the axis falls all the way.
        prop_assert!(at(x * 1.1, 0.0) < at(x, 0.0));
        let double = Plume::new(&rules, &PlumeInput { rate_kg_s: 2.0, ..asked }).unwrap();
        prop_assert!((double.at_kg_m3(x, y, 0.0).unwrap() - 2.0 * at(x, y)).abs() <= 1e-12 * at(x, y));
    }

    #[test]
    fn the_map_and_the_wind_agree_both_ways(x in -1e4..1e4_f64, y in -1e4..1e4_f64, from in 0.0..360.0_f64) {
        let weather = Weather { wind_from_deg: from, ..Weather::default() };
        let frame = Frame::new([3e5, 3e6], &weather);
        let [u, v] = frame.wind_from_map(frame.map_from_wind(x, y));
        prop_assert!((u - x).abs() < 1e-6 && (v - y).abs() < 1e-6);
    }
}
