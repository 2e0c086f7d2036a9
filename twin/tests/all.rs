//! The built command as a person uses it, on the sample park and on real ones: one program, so that the tests of all files share the
//! processor to the end, the sample is imported once, and all is linked once. On their own: `import_events`, `window` and
//! `window_hands`, which look at the clock, at memory and at a screen.

mod boundaries;
mod calc;
mod cases;
mod chinese_reports;
mod dossier;
mod drill;
mod golden_sample;
mod help;
mod incident;
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
mod rules;
mod scenarios;
mod section_verbs;
mod support;
mod verbs;
mod water_and_capacity;
mod zone_report;
