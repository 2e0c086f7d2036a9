//! What a planner's panels show, as plain data: the ranked list of land, one parcel with its clock and indicators, projects
//! as a chart, cases with what is overdue, a scenario beside the record, the evaluation of the park. Every verdict comes from the
//! module that makes it; nothing is decided here.
//!
//! Like an overlay, none of this knows how it is drawn, and who draws it needs no land law.

mod cases;
mod chart;
mod list;
mod parcel;
mod what_if;
mod zone;

pub use cases::{CaseBook, CaseLine, CaseSheet, CaseStep, Due, case_book, cause_choices};
pub use chart::{ProjectChart, ProjectSaid, project_chart};
pub use list::{LandList, LandRow, Look, land_list};
pub use parcel::{Bar, BarLimit, ClockLine, ClockSpan, ParcelSheet, parcel_sheet};
pub use what_if::{Beside, Compared, accept_error_words, beside, compared, edit_words, scenario_error_words};
pub use zone::{Amount, Goal, ZoneBoard, zone_board};
