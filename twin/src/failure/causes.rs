//! Exit codes of failures, and what other crates' errors are as failures of a verb.

use super::{CrowdAsked, Failure, INTERRUPTED, Refused};

impl Failure {
    /// 1 for a failure, 130 for Ctrl-C; wrong usage (2) is answered by the argument parser or by the verbs that find it later.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::NotOurServer
            | Self::NoPark
            | Self::NoBookmarks { .. }
            | Self::NoTour
            | Self::PitchOfPackage { .. }
            | Self::PitchOfFloor { .. }
            | Self::NoSuchSite { .. }
            | Self::SceneTells { .. }
            | Self::RecordOfPackage { .. }
            | Self::NoWish { .. }
            | Self::SceneTwice { .. }
            | Self::ChangesOfWhat
            | Self::NoScheme { .. }
            | Self::NotReported { .. }
            | Self::ScenarioOfSeveral
            | Self::ParcelsOfSeveral
            | Self::NoMapOfClusters
            | Self::NoPlace
            | Self::ChangesOfPackage { .. }
            | Self::Hazard { .. }
            | Self::Evacuation { .. }
            | Self::Refused(Refused::Crowd(_))
            | Self::Limit { .. } => 2,
            Self::Package { source } if matches!(**source, spatial_db::package::PackageError::Cancelled) => INTERRUPTED,
            Self::Import { source, .. } if matches!(**source, importers::ImportError::Cancelled) => INTERRUPTED,
            Self::Inspect { source: importers::inspect::InspectError::Cancelled } => INTERRUPTED,
            Self::Gltf { source } if matches!(**source, twin_engine::GltfError::Cancelled) => INTERRUPTED,
            Self::Film { source } if matches!(**source, twin_engine::FilmError::Cancelled) => INTERRUPTED,
            Self::Engine { source } if matches!(**source, twin_engine::EngineError::GivenUp) => INTERRUPTED,
            _ => 1,
        }
    }
}

impl From<CrowdAsked> for Failure {
    fn from(source: CrowdAsked) -> Self {
        Self::Refused(source.into())
    }
}

impl From<analysis::emergency::crowd::CrowdError> for Failure {
    fn from(source: analysis::emergency::crowd::CrowdError) -> Self {
        CrowdAsked::from(source).into()
    }
}

impl From<analysis::network::answers::AnswerError> for Failure {
    fn from(source: analysis::network::answers::AnswerError) -> Self {
        Self::Network { source }
    }
}

impl From<analysis::network::permit::PitError> for Failure {
    fn from(source: analysis::network::permit::PitError) -> Self {
        Self::Pit { source }
    }
}

impl From<spatial_db::cluster::ClusterError> for Failure {
    fn from(source: spatial_db::cluster::ClusterError) -> Self {
        Self::Cluster { source: Box::new(source) }
    }
}

impl From<importers::inspect::InspectError> for Failure {
    fn from(source: importers::inspect::InspectError) -> Self {
        Self::Inspect { source }
    }
}

impl From<spatial_db::store::StoreError> for Failure {
    fn from(source: spatial_db::store::StoreError) -> Self {
        Self::Store { source: Box::new(source) }
    }
}

impl From<spatial_db::package::PackageError> for Failure {
    fn from(source: spatial_db::package::PackageError) -> Self {
        match source {
            // Said as everywhere else.
            spatial_db::package::PackageError::Store(source) => source.into(),
            source => Self::Package { source: Box::new(source) },
        }
    }
}

impl From<twin_engine::EngineError> for Failure {
    fn from(source: twin_engine::EngineError) -> Self {
        Self::Engine { source: Box::new(source) }
    }
}
