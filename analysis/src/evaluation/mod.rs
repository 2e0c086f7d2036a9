//! Evaluation of zones: land intensity after TD/T 1029, schemes of goals and weights, clusters, levels.
//!
//! Every figure is a value or a range with what is missing; nothing is guessed. `docs/evaluation.md` has the rules. What a single
//! parcel shows is left to `land`.

mod bars;
mod books;
mod cluster;
mod cluster_sheet;
mod error;
mod indicator;
mod inputs;
mod levels;
mod moves;
mod parcels;
mod potential;
mod range;
mod report;
mod rules;
mod said;
mod scheme;
mod score;
mod sums;
mod zone;

pub use crate::rules::{BuiltBy, Class, Group, LandUseClasses};
pub use bars::{BarChart, BarRow, cluster_charts, score_charts};
pub use books::{Account, Books, Measure, Sector, year_of_books};
pub use cluster::{Cluster, Clusters, Concentration, Reference, Uncoded, clusters, herfindahl, location_quotient};
pub use cluster_sheet::{cluster_notes, cluster_sheet};
pub use error::EvaluationError;
pub use indicator::{DEFINITIONS, Definition, Indicator, InputUsed, Origin, definition, indicators};
pub use inputs::{TypedEnterprise, TypedFigure, TypedInputs, TypedParcel};
pub use levels::{Level, Standing, standings};
pub use moves::Move;
pub use parcels::{Decision, Line, State};
pub use potential::{Potential, potentials};
pub use range::{Range, Share, ratio_range};
pub use report::{ZoneReport, all_parks, level_words, notes, parcel_sheet, range_words, report, zone_sheet};
pub(crate) use report::{area_words, digits_of, potential_way, sum_words, told_amount};
pub use rules::{EvaluationRules, Industries, RecordWords};
pub use scheme::{Binding, Direction, Node, Normalise, SHIPPED, Scheme, Weights};
pub use score::{Area, AreaScore, Evaluation, Scored, evaluate};
pub use sums::{LandSum, Sum, land_sum};
pub use zone::{Typed, Zone, ZoneType, zone_types};
