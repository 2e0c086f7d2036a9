//! `twin calc blast`.

use analysis::emergency::hazard::{HazardRules, blast, blast_distance_m, share_of, tnt_equivalent_kg};
use analysis::words;
use clap::Args;
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::answer::{Answer, zone};
use crate::failure::Failure;

/// Arguments of `twin calc blast`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: TNT equivalence as in AIChE/CCPS, Guidelines for Chemical Process QRA (2000); hemispherical burst on the ground after \
    Kingery and Bulmash (1984) as simplified by Swisdak (1994); probits of Eisenberg (1975); levels of ALOHA (1, 3.5, 8 psi).\n\n\
    Examples:\n  twin calc blast --tnt 1 --distance 10 --json\n  twin calc blast --substance hydrogen --mass 1 --json\n  \
    twin calc blast --substance propane --mass 2000 --efficiency 0.03 --distance 150"
)]
pub(super) struct BlastArguments {
    /// Mass of TNT, kg
    #[arg(long, value_name = "KG", required_unless_present = "mass", conflicts_with = "mass")]
    tnt: Option<f64>,
    /// Mass of fuel in the cloud, kg
    #[arg(long, value_name = "KG")]
    mass: Option<f64>,
    /// The fuel, by name or CAS number
    #[arg(long, required_unless_present_any = ["tnt", "combustion"])]
    substance: Option<String>,
    /// Heat of combustion, J/kg; that of the substance if not given
    #[arg(long, value_name = "J/KG")]
    combustion: Option<f64>,
    /// Share of the heat that goes into the blast
    #[arg(long, value_name = "SHARE")]
    efficiency: Option<f64>,
    /// Energy of TNT, J/kg
    #[arg(long, value_name = "J/KG")]
    tnt_energy: Option<f64>,
    /// Distance, m
    #[arg(long, value_name = "M")]
    distance: Option<f64>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &BlastArguments, text: &Text) -> Result<(), Failure> {
    let rules = HazardRules::shipped();
    let tnt_kg = match (arguments.tnt, arguments.mass) {
        (Some(tnt), _) => tnt,
        (None, mass) => {
            let substance = arguments.substance.as_deref().map(|name| rules.substance(name)).transpose()?;
            let combustion = match (arguments.combustion, substance) {
                (Some(given), _) => given,
                (None, Some(substance)) => {
                    substance.combustion_j_kg.ok_or_else(|| analysis::emergency::hazard::HazardError::Unknown {
                        model: "TNT equivalence",
                        property: "heat of combustion",
                        substance: substance.name.clone(),
                    })?
                }
                (None, None) => 0.0,
            };
            let share = arguments.efficiency.unwrap_or_else(|| rules.figure("blast", "efficiency").value);
            let energy = arguments.tnt_energy.unwrap_or_else(|| rules.figure("blast", "tnt_j_kg").value);
            tnt_equivalent_kg(mass.unwrap_or_default(), combustion, share, energy)?
        }
    };
    let mut answer = Answer::new(
        "tnt-hemispherical",
        "Kingery and Bulmash 1984, simplified by Swisdak 1994",
        words!(
            "calc-left-blast",
            "shape and congestion of a vapour cloud, shelter and channelling by buildings, fragments"
        ),
    );
    answer.set("tnt_kg", tnt_kg);
    if let Some(distance) = arguments.distance {
        let found = blast(&rules, tnt_kg, distance)?;
        answer.set("distance_m", distance);
        answer.set("scaled_distance_m_kg13", found.scaled_m_kg13);
        answer.set("incident_pa", found.incident_pa);
        answer.set("reflected_pa", found.reflected_pa);
        answer.set("incident_impulse_pa_s", found.incident_impulse_pa_s);
        answer.set("reflected_impulse_pa_s", found.reflected_impulse_pa_s);
        answer.set("arrival_s", found.arrival_s);
        answer.set("duration_s", found.duration_s);
        let probits: Vec<Value> = rules
            .effects()
            .blast_probit
            .iter()
            .map(|probit| {
                let value = probit.of(found.incident_pa).ok();
                json!({ "name": probit.name, "effect": probit.effect, "probit": value, "share": value.map(share_of) })
            })
            .collect();
        answer.set("probits", probits);
    }
    let zones: Vec<Value> = rules
        .effects()
        .blast_level
        .iter()
        .map(|level| {
            let reach = blast_distance_m(&rules, tnt_kg, level.value).ok();
            zone(&level.name, ("incident_pa", level.value), reach, &json!({}))
        })
        .collect();
    answer.set("zones", zones);
    answer.print(arguments.json, text)
}
