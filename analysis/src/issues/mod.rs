//! The issues overlay: what is wrong with the data, where.

mod overlay;

pub use overlay::issue_overlay;
