//! The park as plain data: one struct per kind of feature, all lengths in metres in the park's own CRS.
//!
//! Nothing here knows PostGIS, GDAL or Bevy. Optional fields are `None` when the source did not say:
//! an absent value is *unknown*, never zero. `bare` makes a feature of which nothing is known but what it cannot be without.

mod attributes;
mod building;
mod case;
mod emergency;
mod enterprise;
mod feature;
mod imagery;
mod issue;
mod land;
mod network;
mod park;
mod pitch;
mod presence;
mod project;
mod terrain;
mod valve;

pub use attributes::Attributes;
pub use building::{ASSUMED_HEIGHT_M, ASSUMED_STOREY_HEIGHT_M, Building, BuildingSurface, FacadeKind};
pub use case::{Case, CaseEntry, CaseEvent, CaseEventKind, CaseFile, CaseState, Cause, Deadline, Remedy, overdue};
pub use emergency::{EmergencyResource, HazardSource, ResourceKind};
pub use enterprise::{Enterprise, EnterpriseYear, Tenancy};
pub use feature::{FeatureId, FeatureKind, Provenance, Term};
pub use imagery::{Imagery, ImageryTile};
pub use issue::{IssueRecord, IssueSeverity};
pub use land::{EventKind, IdleCause, LandContract, LandEvent, Parcel};
pub use network::{NetworkClass, NetworkEdge, NetworkNode, NodeKind};
pub use park::{Park, ParkSnapshot, RoadEdge, Surface, SurfaceKind};
pub use pitch::{PitchEntry, PitchEvent, PitchEventKind};
pub(crate) use presence::within;
pub use presence::{Presence, building_stands, days_of_building, days_of_parcel, parcel_is_there, years};
pub use project::Project;
pub use terrain::TerrainGrid;
pub use valve::ValveObservation;
