//! Networks that were put together, kept for the next question: that takes seconds for a city, and nothing for the second one.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use analysis::network::Settings;
use analysis::network::answers::Joined;
use analysis::network::isolation::Service;
use chrono::NaiveDate;
use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

/// State of the park, and the day of what was there.
pub(crate) type Of = (u64, NaiveDate);

/// A network, and who hangs on it once somebody asked.
#[derive(Debug, Clone)]
pub(crate) struct Joint {
    of: Of,
    class: NetworkClass,
    /// The network.
    pub joined: Joined,
    service: Arc<OnceLock<Service>>,
}

impl Joint {
    /// Who hangs on it.
    pub(crate) fn service(&self, park: &ParkSnapshot, there: &Presence, settings: &Settings) -> &Service {
        self.service.get_or_init(|| Service::of(self.joined.topology(), park, there, settings))
    }
}

/// The networks of the state and day that were asked of last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joints(Arc<Mutex<Vec<Joint>>>);

impl Joints {
    /// The network of a class, put together now if it was not before.
    pub(crate) fn of(
        &self,
        of: Of,
        class: NetworkClass,
        park: &ParkSnapshot,
        there: &Presence,
        settings: &Settings,
    ) -> Joint {
        let known = |all: &[Joint]| all.iter().find(|joint| joint.of == of && joint.class == class).cloned();
        // Whoever panicked while writing left whole entries.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(joint) = known(&lock()) {
            return joint;
        }
        let joined = Joined::of(park, there, class, settings);
        let joint = Joint { of, class, joined, service: Arc::default() };
        let mut all = lock();
        all.retain(|joint| joint.of == of);
        all.push(joint.clone());
        joint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_network_is_put_together_once_for_a_state_and_a_day() {
        let park = fixture::tiny().snapshot;
        let day = "2024-06-30".parse().unwrap();
        let (there, settings, joints) = (Presence::on(&park, day), Settings::shipped(), Joints::default());
        let of = |version| joints.of((version, day), NetworkClass::Water, &park, &there, &settings);
        let first = of(1);
        assert!(std::ptr::eq(first.joined.topology(), of(1).joined.topology()));
        let next = of(2);
        assert!(!std::ptr::eq(first.joined.topology(), next.joined.topology()));
        assert!(std::ptr::eq(next.service(&park, &there, &settings), of(2).service(&park, &there, &settings)));
        assert_eq!(joints.0.lock().unwrap().len(), 1, "that of the state before is let go");
    }
}
