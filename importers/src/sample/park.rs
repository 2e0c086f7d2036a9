//! The whole made-up park in memory, before it is written.

use super::emergency::{Hazard, Resource};
use super::enterprises::Residents;
use super::land_records::Register;
use super::layout::Layout;
use super::massing::Massing;
use super::parcels::Parcel;
use super::plane::P;
use super::projects::Project;
use super::streets::Streets;
use super::surfaces::Cover;
use super::terrain::Terrain;

/// Everything but the networks, which are laid and written one after the other to spare memory.
pub(super) struct Park<'a> {
    pub(super) seed: u64,
    pub(super) layout: &'a Layout,
    pub(super) streets: &'a Streets,
    pub(super) terrain: &'a Terrain<'a>,
    pub(super) parcels: &'a [Parcel],
    pub(super) massing: &'a Massing,
    pub(super) residents: &'a Residents,
    pub(super) register: &'a Register,
    pub(super) projects: Vec<Project>,
    pub(super) covers: Vec<Cover>,
    pub(super) resources: Vec<Resource>,
    pub(super) hazards: Vec<Hazard>,
    /// Street number and points of each street between junctions.
    pub(super) centre_lines: Vec<(usize, Vec<P>)>,
}
