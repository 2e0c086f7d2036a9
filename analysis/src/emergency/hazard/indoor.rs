//! Indoors: the cloud comes in late and leaves late, by the exchange of air.
//!
//! Source: the well-mixed room, dC/dt = λ (C outside − C), as in ALOHA (2013) and Chan et al., LBNL shelter-in-place studies. Left out:
//! several rooms, filtering by the walls, ventilation that is switched off. The rate of a closed building is a row of the tables.

use super::HazardError;
use super::error::within;

const MODEL: &str = "indoor air";

/// A building by its exchange of air.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Indoor {
    rate_1_s: f64,
}

impl Indoor {
    /// A building whose air is exchanged so often an hour.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] outside 0.01 to 60 an hour.
    pub fn new(exchanges_per_hour: f64) -> Result<Self, HazardError> {
        let rate = within(MODEL, "air exchange", exchanges_per_hour, (0.01, 60.0), "1/h")?;
        Ok(Self { rate_1_s: rate / 3600.0 })
    }

    /// Concentration indoors `t_s` after a steady cloud came, that stays `passes_s` and is `outside` strong.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] for times or a concentration below 0.
    pub fn of_passing_cloud(&self, outside_kg_m3: f64, passes_s: f64, t_s: f64) -> Result<f64, HazardError> {
        within(MODEL, "concentration", outside_kg_m3, (0.0, 1e4), "kg/m3")?;
        within(MODEL, "time the cloud stays", passes_s, (0.0, 1e7), "s")?;
        within(MODEL, "time", t_s, (0.0, 1e7), "s")?;
        let filled = 1.0 - (-self.rate_1_s * t_s.min(passes_s)).exp();
        Ok(outside_kg_m3 * filled * (-self.rate_1_s * (t_s - passes_s).max(0.0)).exp())
    }

    /// Concentrations indoors at the times of a series (s, kg/m³) of concentrations outdoors that runs straight from one to the next;
    /// clean air before the first. Exact for such a series, whatever its steps.
    ///
    /// # Errors
    /// [`HazardError`] where the times do not rise.
    pub fn of_series(&self, outdoors: &[(f64, f64)]) -> Result<Vec<f64>, HazardError> {
        let mut inside = 0.0;
        let mut out = Vec::with_capacity(outdoors.len());
        out.extend(outdoors.first().map(|_| inside));
        for pair in outdoors.windows(2) {
            let ((t0, c0), (t1, c1)) = (pair[0], pair[1]);
            let step = within(MODEL, "step of the series", t1 - t0, (f64::MIN_POSITIVE, 1e7), "s")?;
            within(MODEL, "concentration", c1, (0.0, 1e4), "kg/m3")?;
            let slope = (c1 - c0) / step;
            let fade = (-self.rate_1_s * step).exp();
            // Particular solution of the ramp: outside − slope/λ.
            let lag = slope / self.rate_1_s;
            inside = (c1 - lag) + (inside - (c0 - lag)) * fade;
            out.push(inside);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_cloud_fills_a_building_as_the_exponential_says() {
        let indoor = Indoor::new(1.0).unwrap();
        // After one exchange time 1 − 1/e; after the cloud has passed, it leaves as slowly.
        let filled = indoor.of_passing_cloud(2.0, 1e6, 3600.0).unwrap();
        assert!((filled - 2.0 * (1.0 - (-1.0_f64).exp())).abs() < 1e-12);
        let after = indoor.of_passing_cloud(2.0, 3600.0, 7200.0).unwrap();
        assert!((after - filled * (-1.0_f64).exp()).abs() < 1e-12);
        assert_eq!(indoor.of_passing_cloud(2.0, 100.0, 0.0).unwrap(), 0.0);
    }

    #[test]
    fn a_series_is_the_closed_form_and_no_more_comes_in_than_there_is() {
        let indoor = Indoor::new(2.0).unwrap();
        let steady: Vec<(f64, f64)> = (0..=60).map(|k| (f64::from(k) * 60.0, 3.0)).collect();
        let series = indoor.of_series(&steady).unwrap();
        for (k, inside) in series.iter().enumerate() {
            let expected = indoor.of_passing_cloud(3.0, 1e6, k as f64 * 60.0).unwrap();
            assert!((inside - expected).abs() < 1e-12);
            assert!(*inside <= 3.0);
        }
        // A ramp against a fine Euler integration.
        let ramp = [(0.0, 0.0), (1800.0, 1.0), (3600.0, 0.0)];
        let exact = indoor.of_series(&ramp).unwrap();
        let (mut inside, dt) = (0.0_f64, 0.1);
        for k in 0..36_000 {
            let t = (f64::from(k) + 0.5) * dt;
            let outside = if t < 1800.0 { t / 1800.0 } else { 2.0 - t / 1800.0 };
            inside += dt * 2.0 / 3600.0 * (outside - inside);
        }
        assert!((exact[2] - inside).abs() < 1e-5, "{} {inside}", exact[2]);
        assert!(indoor.of_series(&[(0.0, 1.0), (0.0, 1.0)]).is_err());
        assert!(Indoor::new(0.0).is_err() && Indoor::new(f64::NAN).is_err());
    }
}
