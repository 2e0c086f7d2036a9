//! A line that is planned, as `twin clearance --planned` takes it.

use analysis::network::clearance::{Course, End, Laid, Planned, Stage};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueEnum};

use super::trace::ClassName;
use crate::cli::Cli;

/// What is told of a planned line.
#[derive(Debug, Args)]
pub(super) struct PlannedArguments {
    /// Corners of a line that is planned, to be held against what is there: "x,y x,y …" with --cover or --invert, or
    /// "x,y,z x,y,z …" with the elevation of its axis, m
    #[arg(
        long,
        value_name = "CORNERS",
        value_parser = corners,
        allow_hyphen_values = true,
        requires = "class",
        conflicts_with = "line"
    )]
    planned: Option<Corners>,
    /// Network of the planned line
    #[arg(long, value_enum, requires = "planned")]
    class: Option<ClassName>,
    /// Its outer diameter, mm
    #[arg(long, value_name = "MM", value_parser = size, requires = "planned")]
    diameter: Option<f64>,
    /// Its width, where it is a duct with corners, mm
    #[arg(long, value_name = "MM", value_parser = size, requires_all = ["planned", "height"], conflicts_with = "diameter")]
    width: Option<f64>,
    /// Its height, where it is a duct with corners, mm
    #[arg(long, value_name = "MM", value_parser = size, requires_all = ["planned", "width"])]
    height: Option<f64>,
    /// Its pressure, where it is a gas line
    #[arg(long, value_enum, requires = "planned")]
    pressure: Option<StageName>,
    /// How it is laid, where it is a telecom line
    #[arg(long, value_enum, requires = "planned")]
    laid: Option<LaidName>,
    /// Ground above its top, m: all along, or twice, at its first and at its last corner, between which it falls evenly
    #[arg(long, value_name = "M", value_parser = number, requires = "planned", allow_negative_numbers = true)]
    cover: Vec<f64>,
    /// Elevation of its bottom, m: twice, at its first and at its last corner, between which it falls evenly
    #[arg(
        long,
        value_name = "M",
        value_parser = number,
        requires = "planned",
        conflicts_with = "cover",
        allow_negative_numbers = true
    )]
    invert: Vec<f64>,
}

/// Stages of gas lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StageName {
    /// Below 0.1 bar
    Low,
    /// Up to 4 bar
    Medium,
    /// Up to 8 bar
    SubHighB,
    /// Up to 16 bar
    SubHighA,
    /// Above
    High,
}

/// How cables are laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LaidName {
    /// In the earth
    Direct,
    /// In a duct, a pipe or a bank of ducts
    Duct,
}

/// Corners as given.
#[derive(Debug, Clone)]
struct Corners {
    plan: Vec<[f64; 2]>,
    axis_m: Option<Vec<f64>>,
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a number"))
}

fn size(text: &str) -> Result<f64, String> {
    number(text).and_then(|mm| if mm > 0.0 { Ok(mm) } else { Err("a size is above zero".to_owned()) })
}

fn corners(text: &str) -> Result<Corners, String> {
    let refused = || format!("`{text}` is not a list of corners \"x,y x,y …\" or \"x,y,z x,y,z …\"");
    let (mut plan, mut axis_m) = (Vec::new(), Vec::new());
    for corner in text.split_whitespace() {
        let numbers: Result<Vec<f64>, String> = corner.split(',').map(number).collect();
        match numbers.map_err(|_| refused())?.as_slice() {
            [x, y] => plan.push([*x, *y]),
            [x, y, z] => {
                plan.push([*x, *y]);
                axis_m.push(*z);
            }
            _ => return Err(refused()),
        }
    }
    if !plan.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err("a line needs at least two corners that are apart".to_owned());
    }
    match axis_m.len() {
        0 => Ok(Corners { plan, axis_m: None }),
        all if all == plan.len() => Ok(Corners { plan, axis_m: Some(axis_m) }),
        _ => Err("give all corners an elevation, or none".to_owned()),
    }
}

impl PlannedArguments {
    /// The line, where one is planned.
    ///
    /// # Errors
    /// What does not go together, as the command line tells of what it does not take.
    pub(super) fn line(&self) -> Result<Option<Planned>, clap::Error> {
        let (Some(corners), Some(class)) = (&self.planned, self.class) else { return Ok(None) };
        let wrong = |text: &str| Cli::command().error(ErrorKind::ArgumentConflict, text);
        let duct_mm = self.width.zip(self.height).map(|(width, height)| [width, height]);
        if duct_mm.is_none() && self.diameter.is_none() {
            return Err(wrong("--planned needs --diameter, or --width and --height"));
        }
        let course = match (&corners.axis_m, self.cover.as_slice(), self.invert.as_slice()) {
            (Some(levels), [], []) => Course::Axis(levels.clone()),
            (None, [cover], []) => Course::Cover(*cover),
            (None, [from, to], []) => Course::Ends([End::Cover(*from), End::Cover(*to)]),
            (None, [], [from, to]) => Course::Ends([End::Invert(*from), End::Invert(*to)]),
            (Some(_), ..) => {
                return Err(wrong("corners \"x,y,z\" say how deep the line lies: no --cover, no --invert"));
            }
            _ => return Err(wrong("corners \"x,y\" need --cover once or twice, or --invert twice")),
        };
        Ok(Some(Planned {
            class: class.into(),
            diameter_mm: self.diameter.unwrap_or_default(),
            duct_mm,
            pressure: self.pressure.map(|stage| match stage {
                StageName::Low => Stage::Low,
                StageName::Medium => Stage::Medium,
                StageName::SubHighB => Stage::SubHighB,
                StageName::SubHighA => Stage::SubHighA,
                StageName::High => Stage::High,
            }),
            laid: self.laid.map(|laid| match laid {
                LaidName::Direct => Laid::Direct,
                LaidName::Duct => Laid::Duct,
            }),
            course,
            points: corners.plan.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_have_an_elevation_each_or_none_has() {
        let flat = corners("1,2 3,4.5").unwrap();
        assert_eq!((flat.plan, flat.axis_m), (vec![[1.0, 2.0], [3.0, 4.5]], None));
        let deep = corners("1,2,-1 3,4,-1.5").unwrap();
        assert_eq!(deep.axis_m, Some(vec![-1.0, -1.5]));
        for text in ["1,2", "1,2 1,2", "1,2,3 4,5", "1,2 3", "1,2 x,4", "1,2 3,nan", ""] {
            assert!(corners(text).is_err(), "{text}");
        }
    }
}
