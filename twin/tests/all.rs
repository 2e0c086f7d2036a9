//! The built command as a person uses it, on the sample park and on real ones: one program, so that the tests of all files share the
//! processor to the end, the sample is imported once, and all is linked once. On their own: `import_events` and `window`, which look at
//! the clock and at memory.

mod boundaries;
mod calc;
mod cases;
mod dossier;
mod drill;
mod journey;
mod land_report;
mod network_verbs;
mod outputs;
mod package;
mod pitch;
mod projects;
mod real_emergency;
mod real_land;
mod real_networks;
mod real_parks;
mod real_profiles;
mod section_verbs;
mod support;
mod verbs;
mod water_and_capacity;
mod zone_report;
