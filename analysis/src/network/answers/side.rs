//! A network from the side.

use spatial_db::cache::Cache;

use super::{AnswerError, Network};
use crate::network::clearance::ClearanceRules;
use crate::network::profile::{Ask, Profile, ProfileLimits};
use crate::network::trace::Way;

impl Network<'_> {
    /// The long profile from a place with the flow, against it, or to another place.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::NothingOn`], [`AnswerError::NoWay`].
    pub fn profile(
        &self,
        cache: &Cache,
        (from, to): (&str, Option<&str>),
        way: Way,
        (clearance, limits): (&ClearanceRules, &ProfileLimits),
    ) -> Result<Profile, AnswerError> {
        let (course, asked) = if let Some(to) = to {
            let ends = [self.junction(from)?, self.junction(to)?];
            let course = self.topology.way_between(&self.flows, ends, &self.barriers);
            let none = || AnswerError::NoWay { from: from.to_owned(), to: to.to_owned() };
            (course.ok_or_else(none)?, None)
        } else {
            let starts = self.starts(&[from.to_owned()])?;
            let course = self.topology.way_along(self.park, &self.flows, &starts, way, &self.barriers);
            (course.ok_or_else(|| AnswerError::NothingOn { from: from.to_owned() })?, Some(way))
        };
        let (there, topology, flows) = (self.there, &self.topology, &self.flows);
        Ok(Ask { cache, there, topology, flows, clearance, limits }.profile(&course, asked))
    }
}
