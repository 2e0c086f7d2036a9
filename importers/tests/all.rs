//! Files of all kinds on their way into the store, and the sample park: one program, so that the tests of all files share the processor
//! to the end and are linked once. On its own: `kill`, which measures how long an import takes, to strike in the midst of it.

#[macro_use]
mod support;

mod bad_input;
mod checks_oracle;
mod city;
mod cityjson;
mod drafts;
mod edge_data;
mod formats;
mod hostile;
mod hydraulic;
mod imagery;
mod issue_codes;
mod issues;
mod kept_parks;
mod networks;
mod other_formats;
mod package;
mod parks;
mod sample_bytes;
mod sample_import;
mod sample_land;
mod sample_networks;
mod sample_support;
mod unchanged;
