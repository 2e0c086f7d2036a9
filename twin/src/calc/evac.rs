//! `twin calc evac`.

use analysis::emergency::evacuation::{Door, EvacuationRules, Stair, Walking};
use clap::Args;

use super::answer::Answer;
use crate::failure::Failure;

/// Arguments of `twin calc evac`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: SFPE Handbook of Fire Protection Engineering (Gwynne and Rosenbaum 2016): flow through doors, speed on the level and on \
    stairs; Weidmann (1993): speed by density on ways.\n\n\
    Examples:\n  twin calc evac --persons 100 --door 1.0 --farthest 8 --json\n  twin calc evac --density 1.5 --json\n  \
    twin calc evac --tread 0.28 --riser 0.18 --way 10 --json"
)]
pub(super) struct EvacArguments {
    /// Persons in the room
    #[arg(long, requires = "door")]
    persons: Option<f64>,
    /// Clear width of the door, m
    #[arg(long, value_name = "M", required_unless_present_any = ["density", "tread"])]
    door: Option<f64>,
    /// How far the last person is from the door, m
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    farthest: f64,
    /// Density, persons/m²: speeds at it
    #[arg(long, value_name = "1/M2")]
    density: Option<f64>,
    /// Tread of a stair, m
    #[arg(long, value_name = "M", requires = "riser")]
    tread: Option<f64>,
    /// Riser of a stair, m
    #[arg(long, value_name = "M", requires = "tread")]
    riser: Option<f64>,
    /// Way along the stair, m
    #[arg(long, value_name = "M")]
    way: Option<f64>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &EvacArguments) -> Result<(), Failure> {
    let walking = Walking::new(&EvacuationRules::shipped());
    let mut answer =
        Answer::new("walking", "SFPE Handbook 2016; Weidmann 1993", "counterflow, groups, smoke, time to set out");
    let density = arguments.density.unwrap_or(0.0);
    if let Some(width_m) = arguments.door {
        let door = Door { width_m };
        let flow = walking.door_flow(door)?;
        answer.set("effective_width_m", flow.effective_m);
        answer.set("flow_1_s", flow.flow_1_s);
        if let Some(persons) = arguments.persons {
            answer.set("egress_s", walking.hand_egress_s(persons, door, arguments.farthest)?);
        }
    }
    if arguments.density.is_some() {
        answer.set("density_1_m2", density);
        answer.set("speed_weidmann_m_s", walking.weidmann_m_s(density)?);
        answer.set("speed_sfpe_m_s", walking.sfpe_m_s(density)?);
    }
    if let (Some(tread_m), Some(riser_m)) = (arguments.tread, arguments.riser) {
        let speed = walking.stair_m_s(Stair { tread_m, riser_m }, density)?;
        answer.set("speed_stair_m_s", speed);
        if let Some(way) = arguments.way {
            answer.set("stair_s", way / speed);
        }
    }
    answer.print(arguments.json)
}
