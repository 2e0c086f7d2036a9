//! Networks that were put together, kept for the next question: that takes seconds for a city, and nothing for the second one. After
//! a change, or for another day, only what lies about it is put together again.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use analysis::network::Settings;
use analysis::network::answers::Joined;
use analysis::network::isolation::Service;
use analysis::network::topology::Basis;
use chrono::NaiveDate;
use spatial_db::cache::Cache;
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
    /// What it was joined from.
    basis: Arc<Basis>,
    service: Arc<OnceLock<Service>>,
}

impl Joint {
    /// Who hangs on it.
    pub(crate) fn service(&self, park: &ParkSnapshot, there: &Presence, settings: &Settings) -> &Service {
        self.service.get_or_init(|| Service::of(self.joined.topology(), park, there, settings))
    }
}

/// The networks that were asked of last, each of the state and day that it was asked of: one of a class.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joints(Arc<Mutex<Vec<Joint>>>);

impl Joints {
    /// The network of a class, put together now if it was not before: from that of another state or day where there is one.
    pub(crate) fn of(
        &self,
        of: Of,
        class: NetworkClass,
        cache: &Cache,
        there: &Presence,
        settings: &Settings,
    ) -> Joint {
        // Whoever panicked while writing left whole entries.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lock().iter().find(|joint| joint.class == class).cloned();
        let park = cache.snapshot();
        let (joined, basis) = match before {
            Some(joint) if joint.of == of => return joint,
            Some(before) => {
                let joined = before.joined.rebuilt(&before.basis, cache, there, settings);
                (joined, before.basis.after(park, there, class, settings))
            }
            None => (Joined::of(park, there, class, settings), Basis::of(park, there, class, settings)),
        };
        let basis = Arc::new(basis);
        let joint = Joint { of, class, joined, basis, service: Arc::default() };
        let mut all = lock();
        all.retain(|joint| joint.class != class);
        all.push(joint.clone());
        joint
    }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{FeatureId, FeatureKind, NetworkEdge};

    use super::*;
    use crate::fixture;

    #[test]
    fn a_network_is_put_together_once_for_a_state_and_a_day() {
        let park = fixture::tiny().snapshot;
        let cache = Cache::build(Arc::clone(&park));
        let day = "2024-06-30".parse().unwrap();
        let (there, settings, joints) = (Presence::on(&park, day), Settings::shipped(), Joints::default());
        let of = |version| joints.of((version, day), NetworkClass::Water, &cache, &there, &settings);
        let first = of(1);
        assert!(std::ptr::eq(first.joined.topology(), of(1).joined.topology()));
        let next = of(2);
        assert!(!std::ptr::eq(first.joined.topology(), next.joined.topology()));
        assert!(std::ptr::eq(next.service(&park, &there, &settings), of(2).service(&park, &there, &settings)));
        assert_eq!(joints.0.lock().unwrap().len(), 1, "that of the state before is let go");
    }

    #[test]
    fn after_a_change_only_what_lies_about_it_is_put_together_again() {
        let mut park = ParkSnapshot::clone(&fixture::tiny().snapshot);
        let pattern = park.edges[0].clone();
        // Forty mains end to end, far from the rest.
        let main = |id: i64| NetworkEdge {
            id: FeatureId::new(FeatureKind::NetworkEdge, 900 + id),
            class: NetworkClass::Water,
            path: vec![[9000.0 + 10.0 * id as f64, 0.0, 5.0], [9010.0 + 10.0 * id as f64, 0.0, 5.0]],
            from_key: None,
            to_key: None,
            valid_from: None,
            valid_to: None,
            year_laid: None,
            ..pattern.clone()
        };
        park.edges.extend((0..40).map(main));
        let day = "2024-06-30".parse().unwrap();
        let (settings, joints) = (Settings::shipped(), Joints::default());
        let of = |version, park: &ParkSnapshot| {
            let there = Presence::on(park, day);
            let cache = Cache::build(Arc::new(park.clone()));
            joints.of((version, day), NetworkClass::Water, &cache, &there, &settings).joined
        };
        assert_eq!(of(1, &park).anew(), None);
        let last = park.edges.len() - 1;
        park.edges[last].path[1][1] = 7.0;
        let joined = of(2, &park);
        let anew = joined.anew().unwrap();
        // The main, the one that meets it, the one that meets that, and one for what stands at the end of the last.
        assert_eq!((anew.changed, anew.whole, anew.lines), (1, false, 4), "{anew:?}");
        let whole = Joined::of(&park, &Presence::on(&park, day), NetworkClass::Water, &settings);
        assert_eq!(joined.topology().graph, whole.topology().graph);
        assert_eq!(joined.flows(), whole.flows());
    }
}
