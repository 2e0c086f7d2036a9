//! Cache, packages and store against brute force and a real PostGIS: one program, so that the tests of all files share the processor to
//! the end and are linked once. On their own: `cluster`, which runs itself again, and `prompt`, which looks at the clock.

mod cache_queries;
mod data_model_doc;
mod package;
mod scratch_copies;
mod store_access;
mod store_amend;
mod store_cases;
mod store_cases_tampering;
mod store_checks;
mod store_checks_oracle;
mod store_diff;
mod store_history;
mod store_pitches;
mod store_query;
mod store_revert;
mod store_round_trip;
mod store_schema;
mod store_valves;
mod support;
