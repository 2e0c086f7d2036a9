//! Fire flow: what a hydrant gives before its pressure falls to a residual.

use super::HydraulicsError;
use super::engine::{Plant, Sort, WhatIf};
use super::state::State;

/// How near the pressure at the answer is to the residual, m.
const NEAR_M: f64 = 0.02;
const MOST_TRIES: usize = 40;

/// What a hydrant can give.
#[derive(Debug, Clone, PartialEq)]
pub struct FireFlow {
    /// The node.
    pub node: u32,
    /// Pressure with nothing drawn, m; `None` where there is no way to a source or no elevation.
    pub static_m: Option<f64>,
    /// Flow at which its pressure is the residual, L/s: 0 where it is below that already, `None` where it is not known.
    pub available_l_s: Option<f64>,
    /// It gives more than was tried.
    pub more: bool,
    /// Its pressure follows from a pipe whose diameter was guessed: so is what it gives.
    pub guessed: bool,
    /// Whether the engine came to an answer; else nothing is known.
    pub settled: bool,
    /// The lowest pressure elsewhere at that flow, m, and where: a hydrant may give what others then lack.
    pub lowest: Option<(f64, u32)>,
}

impl FireFlow {
    /// What it gives as far as somebody may go by it, L/s: not where a diameter on its way, or on a loop
    /// that feeds it, was guessed.
    pub fn known_l_s(&self) -> Option<f64> {
        self.available_l_s.filter(|_| !self.guessed)
    }
}

impl Plant {
    /// What each of these nodes gives alone at `residual_m`, as far as `most_l_s`, besides the demand of the model at its start.
    ///
    /// # Errors
    /// [`HydraulicsError::Engine`].
    pub fn fire_flow(
        &self,
        nodes: &[u32],
        residual_m: f64,
        most_l_s: f64,
        what: &WhatIf,
    ) -> Result<Vec<FireFlow>, HydraulicsError> {
        self.fire_flow_while(nodes, (residual_m, most_l_s), what, &|_, _| true)
    }

    /// The same of nodes at `(residual_m, most_l_s)`, as long as `goes_on`, which hears how many are done before each, of how many.
    ///
    /// # Errors
    /// [`HydraulicsError::Engine`], [`HydraulicsError::Stopped`].
    pub(super) fn fire_flow_while(
        &self,
        nodes: &[u32],
        (residual_m, most_l_s): (f64, f64),
        what: &WhatIf,
        goes_on: &dyn Fn(usize, usize) -> bool,
    ) -> Result<Vec<FireFlow>, HydraulicsError> {
        let nothing = self.solve(what)?;
        let mut found = Vec::with_capacity(nodes.len());
        for node in nodes {
            if !goes_on(found.len(), nodes.len()) {
                return Err(HydraulicsError::Stopped);
            }
            found.push(self.one(*node, residual_m, most_l_s, what, &nothing)?);
        }
        Ok(found)
    }

    fn one(
        &self,
        node: u32,
        residual_m: f64,
        most_l_s: f64,
        what: &WhatIf,
        nothing: &State,
    ) -> Result<FireFlow, HydraulicsError> {
        let (settled, guessed) = (nothing.settled, nothing.guessed[node as usize]);
        let static_m = nothing.pressure_m[node as usize].filter(|_| settled);
        let mut answer = FireFlow { node, static_m, available_l_s: None, more: false, guessed, settled, lowest: None };
        let Some(start_m) = static_m.filter(|_| self.nodes[node as usize].sort == Sort::Junction) else {
            return Ok(answer);
        };
        if start_m <= residual_m {
            answer.available_l_s = Some(0.0);
            return Ok(answer);
        }
        let elevation_m = self.nodes[node as usize].elevation_m.unwrap_or_default();
        // Loss grows with flow to the power 1.852 (Hazen and Williams): what one trial lost tells the next, and the bracket keeps it.
        let (mut low, mut high, mut flow) = (0.0, f64::INFINITY, most_l_s.min(30.0));
        let number = self.add_draw(node, 0.0)?;
        let found = self.held_open(what, || {
            for _ in 0..MOST_TRIES {
                self.set_draw(node, number, flow)?;
                if !self.again()? {
                    return Ok(None);
                }
                let pressure_m = self.head_m(node)? - elevation_m;
                if (pressure_m - residual_m).abs() < NEAR_M {
                    return Ok(Some((flow, false)));
                }
                if pressure_m > residual_m {
                    low = flow;
                    if flow >= most_l_s {
                        return Ok(Some((most_l_s, true)));
                    }
                } else {
                    high = flow;
                }
                let lost = (start_m - pressure_m).max(1e-6);
                let guess = flow * ((start_m - residual_m) / lost).powf(0.54);
                let inside = guess > low + (high - low).min(1e9) * 1e-3 && guess < high;
                flow = match (inside, high.is_finite()) {
                    (true, _) => guess,
                    (false, true) => f64::midpoint(low, high),
                    (false, false) => flow * 2.0,
                }
                .min(most_l_s);
            }
            Ok(Some((low, false)))
        });
        self.drop_draw(node, number)?;
        let Some((flow, more)) = found? else {
            answer.settled = false;
            return Ok(answer);
        };
        let mut drawn = what.clone();
        drawn.draws.push((node, flow));
        let then = self.solve(&drawn)?;
        if !then.settled {
            answer.settled = false;
            return Ok(answer);
        }
        (answer.available_l_s, answer.more) = (Some(flow), more);
        // A pipe in which water moves only while a hydrant draws loses nothing before.
        answer.guessed |= then.guessed[node as usize];
        let elsewhere = then
            .pressure_m
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != node as usize && self.nodes[*at].sort == Sort::Junction);
        let elsewhere = elsewhere.filter_map(|(at, pressure)| Some(((*pressure)?, at as u32)));
        answer.lowest = elsewhere.min_by(|a, b| a.0.total_cmp(&b.0));
        Ok(answer)
    }
}
