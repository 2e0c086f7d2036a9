//! How fast people walk and how many pass a door.
//!
//! Source: SFPE Handbook (Gwynne and Rosenbaum): speed by density, flow through the effective width of a door; Weidmann (1993): speed by
//! density on ways. Left out: counterflow, groups, luggage, smoke.

use super::error::within;
use super::{EvacuationError, EvacuationRules};

/// A door is no wider than this, m.
const WIDEST_M: f64 = 20.0;

/// The relations of walking, with the table's figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walking {
    k_m_s: f64,
    a_m2: f64,
    free_density: f64,
    stair_k_m_s: f64,
    boundary_m: f64,
    weidmann_free: f64,
    weidmann_gamma: f64,
    weidmann_jam: f64,
}

/// A door.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Door {
    /// Clear width, m.
    pub width_m: f64,
}

/// A stair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stair {
    /// Tread, m.
    pub tread_m: f64,
    /// Riser, m.
    pub riser_m: f64,
}

/// What a door lets through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoorFlow {
    /// Width that is used, m.
    pub effective_m: f64,
    /// Most persons a second.
    pub flow_1_s: f64,
}

impl Walking {
    /// The relations with the figures of a table.
    pub fn new(rules: &EvacuationRules) -> Self {
        Self {
            k_m_s: rules.value("sfpe", "k_m_s"),
            a_m2: rules.value("sfpe", "a_m2"),
            free_density: rules.value("sfpe", "free_density_1_m2"),
            stair_k_m_s: rules.value("sfpe", "stair_k_m_min") / 60.0,
            boundary_m: rules.value("sfpe", "boundary_layer_m"),
            weidmann_free: rules.value("weidmann", "free_m_s"),
            weidmann_gamma: rules.value("weidmann", "gamma_1_m2"),
            weidmann_jam: rules.value("weidmann", "jam_density_1_m2"),
        }
    }

    /// SFPE speed on the level at a density of persons/m², m/s; 0 from the density at which nobody moves.
    ///
    /// # Errors
    /// [`EvacuationError::OutOfRange`] for a density below 0 or over 10.
    pub fn sfpe_m_s(&self, density_1_m2: f64) -> Result<f64, EvacuationError> {
        self.by_density(self.k_m_s, density_1_m2)
    }

    /// SFPE speed along a stair at a density, m/s.
    ///
    /// # Errors
    /// As [`Walking::sfpe_m_s`], and for steps that are none.
    pub fn stair_m_s(&self, stair: Stair, density_1_m2: f64) -> Result<f64, EvacuationError> {
        let tread = within("tread", stair.tread_m, (0.15, 0.6), "m")?;
        let riser = within("riser", stair.riser_m, (0.08, 0.3), "m")?;
        self.by_density(self.stair_k_m_s * (tread / riser).sqrt(), density_1_m2)
    }

    fn by_density(&self, k: f64, density: f64) -> Result<f64, EvacuationError> {
        let density = within("density", density, (0.0, 10.0), "1/m2")?;
        Ok((k * (1.0 - self.a_m2 * density.max(self.free_density))).max(0.0))
    }

    /// The largest flow through a metre of effective width, persons/(m s): k/(4 · 0.266).
    pub fn largest_specific_flow(&self) -> f64 {
        self.k_m_s / (4.0 * self.a_m2)
    }

    /// What a door lets through at most.
    ///
    /// # Errors
    /// [`EvacuationError::OutOfRange`] for a door of which nothing is left between its boundary layers, or wider than 20 m.
    pub fn door_flow(&self, door: Door) -> Result<DoorFlow, EvacuationError> {
        let least = 2.0 * self.boundary_m + 0.1;
        let width = within("width of the door", door.width_m, (least, WIDEST_M), "m")?;
        let effective_m = width - 2.0 * self.boundary_m;
        Ok(DoorFlow { effective_m, flow_1_s: effective_m * self.largest_specific_flow() })
    }

    /// What doors of so many metres together let through, persons a second: more than one door can have are several, alike.
    ///
    /// # Errors
    /// [`EvacuationError::OutOfRange`] for a width of which nothing is left between the boundary layers, or over 1 km.
    pub fn doors_flow_1_s(&self, together_m: f64) -> Result<f64, EvacuationError> {
        let together = within("width of the doors", together_m, (0.0, 1000.0), "m")?;
        let doors = (together / WIDEST_M).ceil().max(1.0);
        Ok(doors * self.door_flow(Door { width_m: together / doors })?.flow_1_s)
    }

    /// SFPE's hand value: time, s, until so many persons have left a room through a door, the last of them so far from it.
    ///
    /// # Errors
    /// [`EvacuationError::OutOfRange`].
    pub fn hand_egress_s(&self, persons: f64, door: Door, farthest_m: f64) -> Result<f64, EvacuationError> {
        let persons = within("persons", persons, (1.0, 1e6), "1")?;
        let way = within("way to the door", farthest_m, (0.0, 1e4), "m")?;
        let queue = persons / self.door_flow(door)?.flow_1_s;
        Ok(queue.max(way / self.sfpe_m_s(0.0)?))
    }

    /// Time to walk a way at a speed (m/s), s.
    ///
    /// # Errors
    /// [`EvacuationError::OutOfRange`] for a way that is none, and where nobody moves.
    pub fn along_s(&self, way_m: f64, speed_m_s: f64) -> Result<f64, EvacuationError> {
        let way = within("way", way_m, (0.0, 1e4), "m")?;
        Ok(way / within("speed", speed_m_s, (f64::MIN_POSITIVE, 10.0), "m/s")?)
    }

    /// Weidmann's speed at a density of persons/m², m/s; 0 from 5.4 on.
    ///
    /// # Errors
    /// [`EvacuationError::OutOfRange`] for a density below 0 or over 10.
    pub fn weidmann_m_s(&self, density_1_m2: f64) -> Result<f64, EvacuationError> {
        let density = within("density", density_1_m2, (0.0, 10.0), "1/m2")?;
        Ok(self.weidmann_unchecked(density))
    }

    /// The same for a density that is known to be one.
    pub(super) fn weidmann_unchecked(&self, density: f64) -> f64 {
        if density <= 0.0 {
            return self.weidmann_free;
        }
        let crowd = 1.0 - (-self.weidmann_gamma * (1.0 / density - 1.0 / self.weidmann_jam)).exp();
        (self.weidmann_free * crowd).max(0.0)
    }

    /// The largest flow of Weidmann's relation, persons/(m s), and the density that it is at.
    pub fn weidmann_capacity(&self) -> (f64, f64) {
        // The flow has one crest: a golden-section search between empty and full.
        let flow = |density: f64| density * self.weidmann_unchecked(density);
        let (mut low, mut high) = (0.0, self.weidmann_jam);
        for _ in 0..100 {
            let (a, b) = (low + 0.381_966 * (high - low), low + 0.618_034 * (high - low));
            if flow(a) < flow(b) { low = a } else { high = b }
        }
        let density = 0.5 * (low + high);
        (flow(density), density)
    }

    /// Density at which nobody moves on ways, persons/m².
    pub fn jam_density(&self) -> f64 {
        self.weidmann_jam
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walking() -> Walking {
        Walking::new(&EvacuationRules::shipped())
    }

    /// Tolerance: one of the last digit of the case, which cuts 0.8066 off to 0.806.
    #[test]
    fn e12_weidmann_at_one_and_one_and_a_half_persons_a_square_metre() {
        assert!((walking().weidmann_m_s(1.0).unwrap() - 1.058).abs() < 1e-3);
        assert!((walking().weidmann_m_s(1.5).unwrap() - 0.806).abs() < 1e-3);
        assert_eq!(walking().weidmann_m_s(0.0).unwrap(), 1.34);
        assert_eq!(walking().weidmann_m_s(5.4).unwrap(), 0.0);
        // His capacity is 1.225 persons/(m s) at 1.75 persons/m2.
        let (flow, density) = walking().weidmann_capacity();
        assert!((flow - 1.225).abs() < 0.002 && (density - 1.75).abs() < 0.02, "{flow} {density}");
    }

    /// One walker on 10 m of stair, tread 280 mm, riser 180 mm. Tolerance: half of the last digit of the case.
    #[test]
    fn e6_one_walker_on_a_stair() {
        let speed = walking().stair_m_s(Stair { tread_m: 0.28, riser_m: 0.18 }, 0.0).unwrap();
        assert!((10.0 / speed - 10.84).abs() < 5e-3, "{} s", 10.0 / speed);
    }

    /// SFPE's hand value of IMO-4: 100 persons through a metre of door. Tolerance 3 %: 100 / (0.7 m · 1.316) is 108.6 s, the case's 106.3 s
    /// is 98 persons at that flow, counted from when the first ones stand in the door.
    #[test]
    fn e3_hand_value_of_a_hundred_persons_through_a_metre() {
        let flow = walking().door_flow(Door { width_m: 1.0 }).unwrap();
        assert!((flow.flow_1_s - 0.9211).abs() < 1e-4 && flow.flow_1_s <= 1.33, "{flow:?}");
        let egress = walking().hand_egress_s(100.0, Door { width_m: 1.0 }, 8.0).unwrap();
        assert!((egress / 106.3 - 1.0).abs() < 0.03, "{egress} s");
        // A far way instead of a queue: 100 m at 1.4 · (1 − 0.266 · 0.54).
        let far = walking().hand_egress_s(1.0, Door { width_m: 1.0 }, 100.0).unwrap();
        assert!((far - 100.0 / 1.1989).abs() < 0.01, "{far}");
    }

    #[test]
    fn a_building_of_many_doors_is_not_refused() {
        let one = walking().doors_flow_1_s(1.8).unwrap();
        assert_eq!(one, walking().door_flow(Door { width_m: 1.8 }).unwrap().flow_1_s);
        // Twelve entrances of 1.8 m: 21.6 m, as two doors of 10.8 m.
        let many = walking().doors_flow_1_s(21.6).unwrap();
        assert_eq!(many, 2.0 * walking().door_flow(Door { width_m: 10.8 }).unwrap().flow_1_s);
        assert!(many > walking().doors_flow_1_s(19.9).unwrap() && walking().doors_flow_1_s(0.3).is_err());
    }

    #[test]
    fn a_way_of_less_than_nothing_takes_no_time_that_is_less_than_nothing() {
        assert_eq!(walking().along_s(10.0, 0.5).unwrap(), 20.0);
        assert!(walking().along_s(-10.0, 0.5).unwrap_err().to_string().contains("way must be from 0"));
        assert!(walking().along_s(10.0, 0.0).is_err() && walking().along_s(f64::NAN, 1.0).is_err());
    }

    #[test]
    fn speed_falls_with_density_and_nonsense_is_refused() {
        let walking = walking();
        let mut last = f64::INFINITY;
        for step in 0..60 {
            let density = f64::from(step) * 0.1;
            let (sfpe, weidmann) = (walking.sfpe_m_s(density).unwrap(), walking.weidmann_m_s(density).unwrap());
            assert!(sfpe >= 0.0 && weidmann >= 0.0 && weidmann <= last);
            last = weidmann;
        }
        assert!(walking.weidmann_m_s(f64::NAN).is_err() && walking.sfpe_m_s(-0.1).is_err());
        let narrow = walking.door_flow(Door { width_m: 0.3 }).unwrap_err().to_string();
        assert!(narrow.contains("from 0.4 to 20 m"), "{narrow}");
    }
}
