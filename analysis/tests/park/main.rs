//! What `analysis` says of a park small enough to check by hand.

mod by_hand;
mod evaluation;
mod excavations;
mod idle_steps;
mod indicators;
mod jobs;
mod land_open;
mod overlays;
mod planner;
mod scenarios;
mod sections;
mod security;
mod siting;
mod siting_enlarge;
mod siting_floors;
mod siting_obstacles;
mod siting_open;
mod turning;
mod unmet;
mod zone_board;
mod zone_idle;
