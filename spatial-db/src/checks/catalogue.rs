//! The checks, as data. Figures of standards carry their clause; the others say what they rest on.

use super::{Check, Code, Means, Pass, Tolerance};
use crate::model::IssueSeverity::{self, Error, Note, Warning};
use crate::store::sql;

const fn pass(subject: &'static str) -> Pass {
    reading(subject, &[])
}

const fn reading(subject: &'static str, reads: &'static [&'static str]) -> Pass {
    Pass { subject, other: subject, column: "", reads }
}

const fn with(subject: &'static str, other: &'static str) -> Pass {
    reference(subject, "", other)
}

const fn reference(subject: &'static str, column: &'static str, other: &'static str) -> Pass {
    Pass { subject, other, column, reads: &[] }
}

const fn code(
    code: &'static str,
    severity: IssueSeverity,
    meaning: &'static str,
    fix: &'static str,
    tolerances: &'static [Tolerance],
) -> Code {
    Code { code, severity, meaning, fix, tolerances }
}

const fn t(name: &'static str, default: f64, why: &'static str) -> Tolerance {
    Tolerance { name, default, why }
}

const PARCELS: &str = "a million adjoining parcels take five seconds; more were not tried";
const BUILDINGS: &str = "a city's buildings are drawn in parts that lie over each other: measuring the 16,750 of New York takes longer than its import";
const NEAR_DUPLICATE: Code = code(
    "geometry.near_duplicate",
    Warning,
    "two areas share nearly everything: the same thing drawn twice, by two hands",
    "keep one of the two in the source",
    &[t(
        "min_likeness",
        0.9,
        "shared area by area of both together; two surveys of one house agree this well, neighbours do not",
    )],
);

/// Every check, in the order in which they run.
pub const CHECKS: &[Check] = &[
    Check {
        name: super::DUPLICATES,
        passes: &[
            pass("parcel"),
            pass("building"),
            pass("road_edge"),
            pass("surface"),
            pass("emergency_resource"),
            pass("hazard_source"),
            pass("network_node"),
        ],
        means: Means::Sql(sql::CHECK_GEOMETRY_DUPLICATE),
        codes: &[code(
            "geometry.duplicate",
            Warning,
            "two rows of a table have the very same geometry (points and lines: of one layer)",
            "keep one of the two in the source",
            &[],
        )],
    },
    Check {
        name: "parcel.overlap",
        passes: &[pass("parcel")],
        means: Means::Overlaps,
        codes: &[
            code(
                "parcel.overlap",
                Error,
                "two parcels lie over each other; the place is the overlap",
                "settle the boundary with the land registry and mend one of the two outlines",
                &[
                    t(
                        "min_area_m2",
                        1.0,
                        "smaller overlaps change no figure on a parcel's record, which is kept to a square metre",
                    ),
                    t("min_width_m", 0.3, "slivers along a boundary that was digitised twice are narrower"),
                    t("most_rows", 2_000_000.0, PARCELS),
                ],
            ),
            NEAR_DUPLICATE,
        ],
    },
    Check {
        name: "parcel.gap",
        passes: &[pass("parcel")],
        means: Means::Gaps,
        codes: &[code(
            "parcel.gap",
            Warning,
            "a hole between parcels that is too narrow for a street or a plot; the place is the hole",
            "move the boundaries of the neighbours together, or add the parcel that is missing",
            &[
                t("max_width_m", 2.0, "wider ones may be a path or a ditch that is no parcel"),
                t("min_area_m2", 0.5, "smaller ones are rounding of coordinates"),
                t("min_width_m", 0.05, "narrower ones are the same boundary with other vertices"),
                t("most_rows", 2_000_000.0, PARCELS),
            ],
        )],
    },
    Check {
        name: "parcel.area",
        passes: &[pass("parcel")],
        means: Means::Sql(sql::CHECK_PARCEL_AREA),
        codes: &[code(
            "parcel.area_differs",
            Warning,
            "area on record and area drawn are not the same",
            "check which of the two is right; coverage and floor area ratio follow the drawn area",
            &[
                t(
                    "max_share",
                    0.1,
                    "of the area on record; deeds and outlines of one survey agree to a hundredth, old assessments to a tenth",
                ),
                t("min_m2", 5.0, "records are rounded"),
            ],
        )],
    },
    Check {
        name: "building.parcels",
        passes: &[with("building", "parcel")],
        means: Means::OnParcels,
        codes: &[
            code(
                "building.outside_parcels",
                Warning,
                "it stands on no parcel, or more than half of it does",
                "check the building's place, or add the parcel that is missing",
                &[t("max_outside_share", 0.5, "of the footprint; what hangs over a street stays below")],
            ),
            code(
                "building.on_several_parcels",
                Note,
                "a real part of it stands on a second parcel",
                "nothing, if it was built so; else split the building or mend the boundary",
                &[
                    t("min_share", 0.1, "of the footprint; a wall on the boundary or an eave stays below"),
                    t("min_area_m2", 5.0, "less is no room"),
                ],
            ),
        ],
    },
    Check {
        name: "building.overlap",
        passes: &[pass("building")],
        means: Means::Overlaps,
        codes: &[
            code(
                "building.overlap",
                Warning,
                "two footprints lie over each other; the place is the overlap",
                "mend one of the two outlines, or merge them if they are parts of one building",
                &[
                    t("min_area_m2", 2.0, "eaves over a neighbour's wall stay below"),
                    t("min_width_m", 0.5, "walls drawn twice are narrower"),
                    t("most_rows", 100_000.0, BUILDINGS),
                ],
            ),
            NEAR_DUPLICATE,
        ],
    },
    Check {
        name: "building.storeys",
        passes: &[pass("building")],
        means: Means::Sql(sql::CHECK_BUILDING_STOREYS),
        codes: &[
            code(
                "building.storeys_height",
                Warning,
                "height and storeys do not go together",
                "check height, storeys and the unit of the height",
                &[
                    t(
                        "min_storey_m",
                        2.2,
                        "below 2.20 m a storey does not count as full floor area (GB/T 50353-2013, 3.0.1)",
                    ),
                    t(
                        "max_storey_m",
                        8.0,
                        "above 8 m a storey counts twice in the floor area ratio (industrial project control indicators, 2008)",
                    ),
                    t("max_single_storey_m", 20.0, "high-bay halls of one storey are this high"),
                ],
            ),
            code(
                "building.floor_area",
                Note,
                "floor area does not go with storeys and footprint",
                "check floor area, storeys and footprint; storeys below ground may be counted in one of them",
                &[
                    t("min_fill", 0.25, "of storeys × footprint; towers on a podium reach a third"),
                    t("max_fill", 1.8, "of storeys × footprint; basements and jetties add a half"),
                ],
            ),
        ],
    },
    Check {
        name: "unit.building",
        passes: &[pass("building")],
        means: Means::Sql(sql::CHECK_UNIT_BUILDING),
        codes: &[
            code(
                "unit.feet",
                Error,
                "heights or depths of a whole layer look like feet",
                "say `unit = \"ft\"` for the column",
                &[
                    t(
                        "min_storey_m",
                        9.0,
                        "half of a layer this high a storey: 9 ft are 2.7 m, the usual storey, and no district averages 9 m",
                    ),
                    t("min_rows", 10.0, "fewer rows are no sample"),
                ],
            ),
            UNIT_MILLIMETRES,
            code(
                "unit.centimetres",
                Error,
                "heights of a whole layer are a hundred times too large",
                "say `unit = \"cm\"` for the column",
                &[],
            ),
        ],
    },
    Check {
        name: "unit.parcel",
        passes: &[pass("parcel")],
        means: Means::Sql(sql::CHECK_UNIT_PARCEL),
        codes: &[code(
            "unit.area",
            Error,
            "areas on record of a whole layer are in mu, hectares, square feet or acres",
            "say the unit of the column, for example `unit = \"mu\"` or `unit = \"ha\"`",
            &[t("min_rows", 10.0, "fewer rows are no sample")],
        )],
    },
    Check {
        name: "unit.edge",
        passes: &[pass("network_edge")],
        means: Means::Sql(sql::CHECK_UNIT_EDGE),
        codes: &[
            code(
                "unit.metres",
                Error,
                "diameters of a whole layer look like metres",
                "say `unit = \"m\"` for the column",
                &[
                    t("min_mm", 3.0, "no pipe is thinner; 0.3 is a sewer of 300 mm in metres"),
                    t("min_rows", 10.0, "fewer rows are no sample"),
                ],
            ),
            code(
                "unit.inches",
                Error,
                "diameters of a whole water or sewer layer look like inches",
                "say `unit = \"in\"` for the column",
                &[],
            ),
            code(
                "unit.millimetres",
                Error,
                "values of a whole layer are a thousand times too large",
                "say `unit = \"mm\"` for the column",
                &[t("max_mm", 5000.0, "half of a layer wider than 5 m: no network is")],
            ),
        ],
    },
    Check {
        name: "unit.node",
        passes: &[pass("network_node")],
        means: Means::Sql(sql::CHECK_UNIT_NODE),
        codes: &[
            code(
                "unit.feet",
                Error,
                "heights or depths of a whole layer look like feet",
                "say `unit = \"ft\"` for the column",
                &[t("min_rows", 10.0, "fewer rows are no sample")],
            ),
            code(
                "unit.millimetres",
                Error,
                "values of a whole layer are a thousand times too large",
                "say `unit = \"mm\"` for the column",
                &[t("max_m", 50.0, "half of a layer deeper than 50 m: no trench is")],
            ),
        ],
    },
    Check {
        name: "z.terrain",
        passes: &[with("network_edge", "terrain_tile"), with("network_node", "terrain_tile")],
        means: Means::Terrain,
        codes: &[
            code(
                "z.above_terrain",
                Warning,
                "a pipe or fitting lies above the ground; the place is its worst vertex",
                "check depth, elevation and height system there; a pipe in the open is right as it is",
                &[
                    t("above_m", 0.3, "terrain of a 5 m grid and a surveyed pipe agree to a few decimetres"),
                    t(
                        "most_share",
                        0.25,
                        "where more of a layer is wrong it is one mistake, of its heights: it is said once, for the layer",
                    ),
                ],
            ),
            code(
                "z.below_terrain",
                Warning,
                "a pipe or fitting lies absurdly deep; the place is its worst vertex",
                "check elevation, unit and height system",
                &[t("below_m", 20.0, "no trench is deeper; tunnels are")],
            ),
        ],
    },
    Check {
        name: "z.base",
        passes: &[with("building", "terrain_tile")],
        means: Means::Bases,
        codes: &[code(
            "z.base_differs",
            Warning,
            "a ground floor lies far above or below the ground",
            "check the elevation of the ground floor and its height system",
            &[t("above_m", 3.0, "a ramp or a storey on posts"), t("below_m", 3.0, "a ground floor cut into a slope")],
        )],
    },
    Check {
        name: "node.depth",
        passes: &[pass("network_node")],
        means: Means::Sql(sql::CHECK_NODE_DEPTH),
        codes: &[code(
            "node.depth_differs",
            Warning,
            "ground elevation is not depth and pipe elevation together (CJJ 61-2017)",
            "measure the depth again, or correct the elevation on record",
            &[
                t(
                    "max_share",
                    0.15,
                    "of the depth, at least of 1 m: limit of depth for detected pipes, CJJ 61-2017 (0.15 h)",
                ),
                t(
                    "size_allowance_m",
                    0.3,
                    "depth may count to the crown or the bottom where elevation counts to the axis",
                ),
            ],
        )],
    },
    Check {
        name: "node.links",
        passes: &[with("network_node", "network_edge")],
        means: Means::Sql(sql::CHECK_NODE_LINKS),
        codes: &[
            code(
                "node.orphan",
                Warning,
                "no line begins, ends or passes at a point",
                "draw the line that belongs to it, or remove it",
                &[
                    t("near_m", 0.1, "a line this near was meant to pass it"),
                    t(
                        "most_share",
                        0.5,
                        "where more of a layer is so, its lines were not imported: it is said once, for the layer",
                    ),
                ],
            ),
            code(
                "node.links",
                Warning,
                "a fitting joins another number of lines than its name says: tee 3, cross 4, bend 2, cap 1",
                "correct the feature of the point (a tee joins three lines), or draw the line that is missing",
                &[],
            ),
        ],
    },
    Check {
        name: "edge.ends",
        passes: &[pass("network_edge")],
        means: Means::Sql(sql::CHECK_EDGE_ENDS),
        codes: &[
            code(
                "edge.duplicate",
                Warning,
                "a line runs where another of its class runs, maybe the other way round",
                "remove one of the two; for twin pipes record their number instead",
                &[],
            ),
            code("edge.self_loop", Error, "a line begins and ends at one node", "name the other node", &[]),
            code(
                "edge.no_node",
                Warning,
                "an end names no node, in a layer whose lines do",
                "name the node at that end, and add it to the point table",
                &[],
            ),
        ],
    },
    Check {
        name: "edge.joins",
        passes: &[reading("network_edge", &["network_node"])],
        means: Means::Joins,
        codes: &[
            code(
                "edge.near_miss",
                Warning,
                "a line ends beside another of its class without being joined to it; the place is that end",
                "draw the end onto the other line, or name one node at both; if they do not meet, say what stands at the end (a cap, a connection)",
                &[
                    t("near_m", 1.0, "an end this near to another line was perhaps meant to meet it"),
                    t("snap_m", 0.05, "ends this near to each other are one place"),
                    t("apart_m", 0.5, "known depths that differ by more are those of lines that pass each other"),
                    t("most_rows", 2_000_000.0, "how long more lines take was not measured"),
                ],
            ),
            code(
                "edge.off_node",
                Warning,
                "a line is drawn away from the node that it names; the place is its end",
                "draw the line to its node, or correct the node's key or coordinates",
                &[
                    t("off_m", 0.5, "a survey and a drawing of one fitting agree to a few decimetres"),
                    t(
                        "off_share",
                        0.25,
                        "where more ends of a layer are so it is one mistake, of its coordinates: it is said once, for the layer",
                    ),
                ],
            ),
            code(
                "edge.doubled",
                Warning,
                "a pipe runs along another of its class and kind, as if it was drawn twice; the place is where that begins",
                "remove the part that is drawn twice; for twin pipes record their number instead",
                &[
                    t("along_m", 0.05, "twin pipes lie farther from each other, axis to axis"),
                    t("least_m", 1.0, "shorter pieces are those at a shared fitting"),
                ],
            ),
            code(
                "edge.crossing_unknown",
                Note,
                "two lines of a class cross in plan, and how deep one of them lies is not known: they are taken to pass each other",
                "record the depth there; if they meet, draw a node where they do",
                &[t(
                    "unknown_share",
                    0.25,
                    "where more lines of a layer tell no depth it was not surveyed: it is said once, for the layer",
                )],
            ),
        ],
    },
    Check {
        name: "edge.course",
        passes: &[reading("network_edge", &["network_node"])],
        means: Means::Sql(sql::CHECK_EDGE_COURSE),
        codes: &[
            code(
                "edge.too_long",
                Note,
                "a sewer runs farther without a manhole than its diameter allows",
                "add the manholes between, if there are any",
                &[t(
                    "factor",
                    1.2,
                    "of the spacing of manholes by diameter: 75 m to DN600, 100 m to DN1000, 150 m to DN1500, 200 m to DN2000 (GB 50014-2021)",
                )],
            ),
            code(
                "edge.steep",
                Warning,
                "a line falls or rises more than it can in one piece",
                "check the depths at both ends",
                &[
                    t("max_slope", 0.5, "m per m in plan; steeper gravity pipes are built as drops"),
                    t("min_fall_m", 1.0, "short pieces at a drop or a hydrant are steep"),
                ],
            ),
            code(
                "edge.rises",
                Warning,
                "a sewer rises, in a layer whose pipes fall as they are drawn; the one line that goes on from a pump may",
                "check the depths and which way it was drawn",
                &[t("min_rise_m", 0.1, "levels of manholes are measured to a few centimetres")],
            ),
            code(
                "edge.shrinks",
                Note,
                "the sewer that goes on from its end, no pump, is narrower; the place is that node",
                "check both diameters; a narrower pipe downstream chokes the flow",
                &[],
            ),
        ],
    },
    Check {
        name: "network.island",
        passes: &[pass("network_edge")],
        means: Means::Islands,
        codes: &[code(
            "network.island",
            Note,
            "a few lines hang together with nothing else of their class",
            "draw what joins it to the rest, if anything does",
            &[
                t("most_lines", 3.0, "larger parts are networks of their own"),
                t("min_lines", 20.0, "of the largest part of the class; smaller classes have no rest to belong to"),
                t("near_m", 0.05, "ends this near to each other are one place"),
            ],
        )],
    },
    Check {
        name: "reference.missing",
        passes: &[
            reference("building_surface", "building_key", "building"),
            reference("tenancy", "enterprise_key", "enterprise"),
            reference("tenancy", "building_key", "building"),
            reference("tenancy", "parcel_key", "parcel"),
            reference("enterprise_year", "enterprise_key", "enterprise"),
            reference("land_contract", "parcel_key", "parcel"),
            reference("land_contract", "enterprise_key", "enterprise"),
            reference("land_event", "contract_key", "land_contract"),
            reference("project", "contract_key", "land_contract"),
            reference("project", "parcel_key", "parcel"),
            reference("project", "enterprise_key", "enterprise"),
        ],
        means: Means::Sql(sql::CHECK_REFERENCE),
        codes: &[code(
            "reference.missing",
            Error,
            "a row names an enterprise, building, parcel or contract that is not there; lines that name a missing node are `edge.unknown_node`",
            "correct the key, or add the row that it names",
            &[],
        )],
    },
];

const UNIT_MILLIMETRES: Code = code(
    "unit.millimetres",
    Error,
    "values of a whole layer are a thousand times too large",
    "say `unit = \"mm\"` for the column",
    &[],
);
