//! The tables' columns.

use crate::model::FeatureKind;

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// `text`
    Text,
    /// `bigint`
    Integer,
    /// `double precision`
    Real,
    /// `date`
    Date,
}

/// Unit that a numeric column is stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// No unit.
    None,
    /// m
    Metre,
    /// mm
    Millimetre,
    /// m²
    SquareMetre,
    /// t
    Tonne,
    /// L/s
    LitrePerSecond,
    /// degree
    Degree,
    /// Money in the row's `currency`.
    Currency,
}

/// Geometry of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeometryKind {
    /// Areas.
    MultiPolygon,
    /// Flat polygons in space, upright ones included.
    MultiPolygonZ,
    /// Lines.
    MultiLineString,
    /// Planar points.
    Point,
    /// Points with elevation.
    PointZ,
    /// One line with elevations.
    LineStringZ,
    /// Any planar geometry.
    Any,
}

/// A column that a manifest can map to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name, in SQL and in manifests.
    pub name: &'static str,
    /// Type.
    pub kind: ColumnKind,
    /// Stored unit.
    pub unit: Unit,
    /// A row without it is quarantined.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
}

/// A feature table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Name in schema `twin`.
    pub name: &'static str,
    /// Kind of its features.
    pub kind: FeatureKind,
    /// Geometry, if it has one.
    pub geometry: Option<GeometryKind>,
    /// Columns beside the ones that every feature table has.
    pub columns: &'static [Column],
}

impl Table {
    /// The table of a kind; `None` for tiles of terrain and imagery, which are not rows of a source.
    pub fn of(kind: FeatureKind) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.kind == kind)
    }

    /// Position of a column.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

const fn column(name: &'static str, kind: ColumnKind, unit: Unit, required: bool, doc: &'static str) -> Column {
    Column { name, kind, unit, required, doc }
}

use ColumnKind::{Date, Integer, Real, Text};

/// Every feature table, referenced tables before the ones that refer to them.
pub const TABLES: &[Table] = &[
    Table {
        name: "parcel",
        kind: FeatureKind::Parcel,
        geometry: Some(GeometryKind::MultiPolygon),
        columns: &[
            column("number", Text, Unit::None, false, "Parcel number as people say it"),
            column("address", Text, Unit::None, false, "Street address"),
            column("holder", Text, Unit::None, false, "Right holder"),
            column(
                "land_use_code",
                Text,
                Unit::None,
                false,
                "Land-use class code; read it together with land_use_scheme",
            ),
            column(
                "land_use_scheme",
                Text,
                Unit::None,
                false,
                "Scheme of the code: planning-2023, survey, gb50137-2011 or a local name",
            ),
            column("land_use", Text, Unit::None, false, "Use in words"),
            column(
                "industry_code",
                Text,
                Unit::None,
                false,
                "Industry code of the parcel's project, GB/T 4754, two digits",
            ),
            column("recorded_area_m2", Real, Unit::SquareMetre, false, "Area on record, m2"),
            column("recorded_floor_area_m2", Real, Unit::SquareMetre, false, "Floor area on record, m2"),
            column("assessed_value", Real, Unit::Currency, false, "Assessed or contract value"),
            column("currency", Text, Unit::None, false, "ISO 4217 code of the values"),
            column("valid_from", Date, Unit::None, false, "True in the world from this date"),
            column("valid_to", Date, Unit::None, false, "True in the world until this date, the day after the last"),
        ],
    },
    Table {
        name: "building",
        kind: FeatureKind::Building,
        geometry: Some(GeometryKind::MultiPolygon),
        columns: &[
            column("name", Text, Unit::None, false, "Name"),
            column("address", Text, Unit::None, false, "Street address"),
            column("use_text", Text, Unit::None, false, "Use in words"),
            column("storeys", Real, Unit::None, false, "Storeys above ground"),
            column("storey_height_m", Real, Unit::Metre, false, "Typical storey height, m"),
            column("height_m", Real, Unit::Metre, false, "Height of the roof above ground, m"),
            column("floor_area_m2", Real, Unit::SquareMetre, false, "Gross floor area on record, m2"),
            column("base_elevation_m", Real, Unit::Metre, false, "Elevation of the ground floor, m"),
            column("year_built", Integer, Unit::None, false, "Year of completion"),
            column("state", Text, Unit::None, false, "State in words"),
            column("valid_from", Date, Unit::None, false, "True in the world from this date"),
            column("valid_to", Date, Unit::None, false, "True in the world until this date, the day after the last"),
        ],
    },
    Table {
        name: "enterprise",
        kind: FeatureKind::Enterprise,
        geometry: None,
        columns: &[
            column("name", Text, Unit::None, true, "Name"),
            column("industry_code", Text, Unit::None, false, "Industry code, GB/T 4754, two digits"),
            column("state", Text, Unit::None, false, "State in words"),
        ],
    },
    Table {
        name: "tenancy",
        kind: FeatureKind::Tenancy,
        geometry: None,
        columns: &[
            column("enterprise_key", Text, Unit::None, true, "Key of the enterprise"),
            column("building_key", Text, Unit::None, false, "Key of the building used"),
            column("parcel_key", Text, Unit::None, false, "Key of the parcel used"),
            column("floor_area_m2", Real, Unit::SquareMetre, false, "Floor area used, m2"),
            column("valid_from", Date, Unit::None, false, "First day"),
            column("valid_to", Date, Unit::None, false, "Day after the last"),
        ],
    },
    Table {
        name: "enterprise_year",
        kind: FeatureKind::EnterpriseYear,
        geometry: None,
        columns: &[
            column("enterprise_key", Text, Unit::None, true, "Key of the enterprise"),
            column("year", Integer, Unit::None, true, "Calendar year"),
            column("output", Real, Unit::Currency, false, "Output value"),
            column("tax", Real, Unit::Currency, false, "Tax paid"),
            column("fixed_assets", Real, Unit::Currency, false, "Fixed assets at year end"),
            column("employees", Integer, Unit::None, false, "Employees at year end"),
            column("currency", Text, Unit::None, false, "ISO 4217 code"),
        ],
    },
    Table {
        name: "land_contract",
        kind: FeatureKind::LandContract,
        geometry: None,
        columns: &[
            column("parcel_key", Text, Unit::None, true, "Key of the parcel"),
            column("enterprise_key", Text, Unit::None, false, "Key of the holding enterprise"),
            column("signed", Date, Unit::None, false, "Date of signature"),
            column("agreed_start", Date, Unit::None, false, "Start date agreed in the contract"),
            column("agreed_completion", Date, Unit::None, false, "Completion date agreed in the contract"),
            column("land_price", Real, Unit::Currency, false, "Land price"),
            column("total_investment", Real, Unit::Currency, false, "Total agreed investment without land price"),
            column("currency", Text, Unit::None, false, "ISO 4217 code"),
            column("area_due_m2", Real, Unit::SquareMetre, false, "Area due for development, m2"),
        ],
    },
    Table {
        name: "land_event",
        kind: FeatureKind::LandEvent,
        geometry: None,
        columns: &[
            column("contract_key", Text, Unit::None, true, "Key (number) of the contract"),
            column(
                "kind",
                Text,
                Unit::None,
                true,
                "approval, delivery, permit, start, progress, suspension, resumption, completion, production, government_cause",
            ),
            column("date", Date, Unit::None, true, "Date of the event"),
            column("developed_area_m2", Real, Unit::SquareMetre, false, "Area developed so far, m2"),
            column("invested", Real, Unit::Currency, false, "Invested so far without land price"),
            column("note", Text, Unit::None, false, "Words of the record"),
            column(
                "cause",
                Text,
                Unit::None,
                false,
                "government_cause: not_delivered, plan_changed, policy_changed, complaints, military_or_relics, government_other, force_majeure",
            ),
            column("until", Date, Unit::None, false, "government_cause: over from this date, the day after its last"),
        ],
    },
    Table {
        name: "project",
        kind: FeatureKind::Project,
        geometry: None,
        columns: &[
            column("name", Text, Unit::None, false, "Name"),
            column("contract_key", Text, Unit::None, false, "Key (number) of the land contract"),
            column("parcel_key", Text, Unit::None, false, "Key of the parcel, where there is no contract yet"),
            column("enterprise_key", Text, Unit::None, false, "Key of the enterprise"),
            column("planned_approval", Date, Unit::None, false, "Planned day of the approval"),
            column("planned_permit", Date, Unit::None, false, "Planned day of the construction permit"),
            column("planned_start", Date, Unit::None, false, "Planned day of the start of construction"),
            column("planned_completion", Date, Unit::None, false, "Planned day of the completion"),
            column("planned_production", Date, Unit::None, false, "Planned day of the beginning of production"),
            column("planned_investment", Real, Unit::Currency, false, "Planned total investment without land price"),
            column("currency", Text, Unit::None, false, "ISO 4217 code"),
            column("note", Text, Unit::None, false, "Words of the record"),
        ],
    },
    Table {
        name: "network_node",
        kind: FeatureKind::NetworkNode,
        geometry: Some(GeometryKind::PointZ),
        columns: &[
            column(
                "class",
                Text,
                Unit::None,
                true,
                "Network class: water, drainage, gas, heat, power, telecom, industrial, other",
            ),
            column(
                "kind",
                Text,
                Unit::None,
                true,
                "junction, manhole, valve, hydrant, pump, tank, inlet, outfall, source, connection, switch, other",
            ),
            column("subtype", Text, Unit::None, false, "Subtype code of CJJ 61-2017 or the source's word"),
            column("ground_elevation_m", Real, Unit::Metre, false, "Elevation of the ground above, m"),
            column("depth_m", Real, Unit::Metre, false, "Depth below ground, m"),
            column("material", Text, Unit::None, false, "Material"),
            column("size_mm", Real, Unit::Millimetre, false, "Chamber diameter or nominal size, mm"),
            column("valid_from", Date, Unit::None, false, "True in the world from this date"),
            column("valid_to", Date, Unit::None, false, "True in the world until this date, the day after the last"),
        ],
    },
    Table {
        name: "network_edge",
        kind: FeatureKind::NetworkEdge,
        geometry: Some(GeometryKind::LineStringZ),
        columns: &[
            column(
                "class",
                Text,
                Unit::None,
                true,
                "Network class: water, drainage, gas, heat, power, telecom, industrial, other",
            ),
            column("subtype", Text, Unit::None, false, "Subtype code of CJJ 61-2017 or the source's word"),
            column("from_key", Text, Unit::None, false, "Key of the node at the first vertex"),
            column("to_key", Text, Unit::None, false, "Key of the node at the last vertex"),
            column("diameter_mm", Real, Unit::Millimetre, false, "Nominal diameter, mm"),
            column("width_mm", Real, Unit::Millimetre, false, "Width of a duct or box section, mm"),
            column("height_mm", Real, Unit::Millimetre, false, "Height of a duct or box section, mm"),
            column("material", Text, Unit::None, false, "Material"),
            column("pressure", Text, Unit::None, false, "Pressure class as written"),
            column("voltage", Text, Unit::None, false, "Voltage as written"),
            column("year_laid", Integer, Unit::None, false, "Year laid"),
            column("survey_level", Text, Unit::None, false, "ASCE 38 survey quality level, A to D"),
            column("valid_from", Date, Unit::None, false, "True in the world from this date"),
            column("valid_to", Date, Unit::None, false, "True in the world until this date, the day after the last"),
        ],
    },
    Table {
        name: "road_edge",
        kind: FeatureKind::RoadEdge,
        geometry: Some(GeometryKind::MultiLineString),
        columns: &[
            column("name", Text, Unit::None, false, "Name"),
            column("class", Text, Unit::None, false, "Class in words: arterial, local, service, path, rail"),
            column("width_m", Real, Unit::Metre, false, "Carriageway width, m"),
        ],
    },
    Table {
        name: "emergency_resource",
        kind: FeatureKind::EmergencyResource,
        geometry: Some(GeometryKind::Point),
        columns: &[
            column(
                "kind",
                Text,
                Unit::None,
                true,
                "hydrant, assembly_point, fire_station, shelter, hospital, camera, gate, building_entrance, other",
            ),
            column("name", Text, Unit::None, false, "Name"),
            column("state", Text, Unit::None, false, "State in words"),
            column("capacity", Real, Unit::None, false, "Persons, or vehicles for stations"),
            column("flow_l_s", Real, Unit::LitrePerSecond, false, "Flow of a hydrant, L/s"),
            column(
                "bearing_deg",
                Real,
                Unit::Degree,
                false,
                "Bearing of a camera's view, clockwise from north, degrees",
            ),
            column("range_m", Real, Unit::Metre, false, "Range of a camera, m"),
        ],
    },
    Table {
        name: "hazard_source",
        kind: FeatureKind::HazardSource,
        geometry: Some(GeometryKind::Any),
        columns: &[
            column("name", Text, Unit::None, false, "Name"),
            column("kind", Text, Unit::None, false, "Kind in words: tank, warehouse, plant"),
            column("substance", Text, Unit::None, false, "Substance"),
            column("cas", Text, Unit::None, false, "CAS number"),
            column("quantity_t", Real, Unit::Tonne, false, "Quantity held at most, t"),
            column("height_m", Real, Unit::Metre, false, "Height of the vessel, m"),
            column("diameter_m", Real, Unit::Metre, false, "Diameter of the vessel, m"),
        ],
    },
    Table {
        name: "building_surface",
        kind: FeatureKind::BuildingSurface,
        geometry: Some(GeometryKind::MultiPolygonZ),
        columns: &[
            column("building_key", Text, Unit::None, true, "Key of the building"),
            column("kind", Text, Unit::None, true, "roof, wall, ground, floor, ceiling, closure, window, door, other"),
            column("lod", Text, Unit::None, false, "Level of detail of the model it comes from: 2, 2.2, 3"),
            column("area_m2", Real, Unit::SquareMetre, false, "Area in space, m2"),
        ],
    },
    Table {
        name: "surface",
        kind: FeatureKind::Surface,
        geometry: Some(GeometryKind::MultiPolygon),
        columns: &[
            column("kind", Text, Unit::None, true, "water, grass, forest, paved, storage_yard, rail, other"),
            column("name", Text, Unit::None, false, "Name"),
        ],
    },
];
