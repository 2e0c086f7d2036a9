//! Networks: what lies underground, by class. Traces, hydraulics and clearances are left to later work.

mod overlay;

pub use overlay::network_overlay;
