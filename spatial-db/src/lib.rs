//! What an industrial park is, and where it is kept: the model, the PostGIS store, the package of one park for a laptop
//! without a database, and the R-tree cache.
//!
//! Layers, each usable without the next: [`model`] is plain data, [`store`] keeps it in PostGIS
//! (with [`cluster`] to run a private server and [`checks`] on what is in it), [`package`] in a file; [`cache`] answers
//! spatial questions in memory. [`unions`] tells what hangs together, for checks here and for networks elsewhere;
//! [`whole`] writes files that are there whole or not at all.
//! Reading files is left to `importers`; what follows from the data to `analysis`.

pub mod cache;
pub mod checks;
pub mod cluster;
pub mod hash;
pub mod model;
pub mod package;
pub mod schema;
pub mod store;
pub mod unions;
pub mod whole;
