//! The columns each kind of feature has, as data: what a manifest may map to, what COPY writes and what a diff compares.
//!
//! The SQL in `migrations/` must agree; a test compares the two. Meaning and use of the columns is left to `model`.

mod record;
mod roles;
mod tables;

pub use record::{Record, Shape, Value};
pub use roles::Role;
pub use tables::{Column, ColumnKind, GeometryKind, TABLES, Table, Unit};
