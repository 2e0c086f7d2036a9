//! The issues overlay: what is wrong with the data, where.

mod overlay;
mod said;

pub use overlay::issue_overlay;
#[cfg(test)]
pub(crate) use overlay::legend;
