//! What a person tells of valves and switches together with a question.

use std::collections::HashMap;

use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot};

use super::AnswerError;
use crate::network::isolation::{Gear, ValveState};

/// What is told, by the keys of nodes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told<'a> {
    /// Valves that are closed.
    pub closed: &'a [String],
    /// Switches that are off.
    pub off: &'a [String],
    /// Valves that are open and cannot be closed, switches that are on and cannot be switched off.
    pub stuck: &'a [String],
}

/// States by key, of what is told of the valves and switches of a network. A switch that is told to be closed lets current pass, and a
/// valve lets nothing pass: nobody is taken to mean the one by the word for the other.
///
/// # Errors
/// [`AnswerError::TwoStates`], [`AnswerError::IsSwitch`], [`AnswerError::IsValve`].
pub fn valves_told(
    park: &ParkSnapshot,
    class: NetworkClass,
    told: Told<'_>,
) -> Result<HashMap<String, ValveState>, AnswerError> {
    let parting = || told.closed.iter().chain(told.off);
    if let Some(key) = parting().find(|key| told.stuck.contains(key)) {
        return Err(AnswerError::TwoStates { key: key.clone() });
    }
    // Of several points with one key it is enough that the word fits one.
    let all_are = |key: &str, gear: Gear| {
        let parts = |kind: NodeKind| matches!(kind, NodeKind::Valve | NodeKind::Switch);
        let named = park.nodes.iter().filter(|node| node.class == class && node.provenance.key == key);
        let mut gears = named.filter(|node| parts(node.kind)).map(Gear::of).peekable();
        gears.peek().is_some() && gears.all(|of| of == gear)
    };
    if let Some(key) = told.closed.iter().find(|key| all_are(key, Gear::Switch)) {
        return Err(AnswerError::IsSwitch { key: key.clone() });
    }
    if let Some(key) = told.off.iter().find(|key| all_are(key, Gear::Valve)) {
        return Err(AnswerError::IsValve { key: key.clone() });
    }
    let shut = parting().map(|key| (key.clone(), ValveState::Closed));
    Ok(shut.chain(told.stuck.iter().map(|key| (key.clone(), ValveState::StuckOpen))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::by_hand::{empty, node};

    #[test]
    fn a_valve_is_told_as_closed_and_a_switch_as_off_and_none_as_both() {
        let mut park = empty();
        park.nodes = vec![node("v", NodeKind::Valve, [0.0; 3]), node("w", NodeKind::Valve, [9.0, 0.0, 0.0])];
        let mut switch = node("q", NodeKind::Switch, [0.0; 3]);
        switch.class = NetworkClass::Power;
        park.nodes.push(switch);
        let of = |class: NetworkClass, closed: &[&str], off: &[&str], stuck: &[&str]| {
            let [closed, off, stuck] =
                [closed, off, stuck].map(|keys| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
            valves_told(&park, class, Told { closed: &closed, off: &off, stuck: &stuck })
        };
        let (water, power) = (NetworkClass::Water, NetworkClass::Power);
        let told = of(water, &["v"], &[], &["w"]).unwrap();
        assert_eq!((told["v"], told["w"]), (ValveState::Closed, ValveState::StuckOpen));
        assert_eq!(of(power, &[], &["q"], &[]).unwrap()["q"], ValveState::Closed);
        let both = of(water, &["v", "w"], &[], &["w"]).unwrap_err();
        assert_eq!(both, AnswerError::TwoStates { key: "w".into() });
        let error = of(power, &["q"], &[], &[]).unwrap_err();
        assert!(error.to_string().contains("--off q"), "{error}");
        let error = of(water, &[], &["v"], &[]).unwrap_err();
        assert!(error.to_string().contains("--closed v"), "{error}");
        // What is there to be refused is refused where the network is asked.
        assert_eq!(of(water, &["nowhere"], &[], &[]).unwrap().len(), 1);
    }
}
