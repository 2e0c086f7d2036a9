//! In whose words a state is said. A closed valve lets nothing pass and a closed switch lets current pass: so switches are told as on
//! and off, and never as open and closed.

use serde::Deserialize;
use spatial_db::model::{NetworkClass, NetworkNode, NodeKind};

use super::ValveState;
use crate::words::{Phrase, phrase};

/// What parts a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gear {
    /// A valve: open lets pass, closed does not.
    Valve,
    /// A switch: on (合闸) lets current pass, off (分闸) does not.
    Switch,
}

impl Gear {
    /// What stands at a point: a switch of any network, or whatever parts a way of power or telecom.
    pub fn of(node: &NetworkNode) -> Self {
        if node.kind == NodeKind::Switch { Self::Switch } else { Self::of_class(node.class) }
    }

    /// What parts the ways of a network.
    pub const fn of_class(class: NetworkClass) -> Self {
        match class {
            NetworkClass::Power | NetworkClass::Telecom => Self::Switch,
            NetworkClass::Water
            | NetworkClass::Drainage
            | NetworkClass::Gas
            | NetworkClass::Heat
            | NetworkClass::Industrial
            | NetworkClass::Other => Self::Valve,
        }
    }
}

impl ValveState {
    /// A short word for tables and files, as it is said of a valve or of a switch.
    pub const fn as_str(self, of: Gear) -> &'static str {
        self.phrase(of).english
    }

    /// The same with what other languages say.
    pub const fn phrase(self, of: Gear) -> Phrase {
        match (of, self) {
            (Gear::Valve, Self::Open) => phrase("state-open", "open"),
            (Gear::Valve, Self::Closed) => phrase("state-closed", "closed"),
            (Gear::Valve, Self::StuckOpen) => phrase("state-stuck-open", "stuck_open"),
            (Gear::Valve, Self::StuckClosed) => phrase("state-stuck-closed", "stuck_closed"),
            (Gear::Switch, Self::Open) => phrase("state-on", "on"),
            (Gear::Switch, Self::Closed) => phrase("state-off", "off"),
            (Gear::Switch, Self::StuckOpen) => phrase("state-stuck-on", "stuck_on"),
            (Gear::Switch, Self::StuckClosed) => phrase("state-stuck-off", "stuck_off"),
            (_, Self::Unknown) => phrase("state-unknown", "unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use ValveState::{Closed, Open, StuckClosed, StuckOpen, Unknown};

    use super::*;
    use crate::network::by_hand::node;

    #[test]
    fn what_lets_current_pass_is_on_and_never_open_or_closed() {
        let of = |kind: NodeKind, class: NetworkClass| Gear::of(&NetworkNode { class, ..node("k", kind, [0.0; 3]) });
        assert_eq!(of(NodeKind::Valve, NetworkClass::Water), Gear::Valve);
        for (kind, class) in [
            (NodeKind::Switch, NetworkClass::Power),
            (NodeKind::Valve, NetworkClass::Power),
            (NodeKind::Switch, NetworkClass::Telecom),
            (NodeKind::Switch, NetworkClass::Other),
        ] {
            assert_eq!(of(kind, class), Gear::Switch, "{kind:?} of {class:?}");
        }
        let said = |of: Gear| [Open, Closed, StuckOpen, StuckClosed, Unknown].map(|state| state.as_str(of));
        assert_eq!(said(Gear::Valve), ["open", "closed", "stuck_open", "stuck_closed", "unknown"]);
        assert_eq!(said(Gear::Switch), ["on", "off", "stuck_on", "stuck_off", "unknown"]);
    }
}
