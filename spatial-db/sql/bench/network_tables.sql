-- Tables of a made-up network for the peers of `analysis/examples/network_beside_pgrouting`, anew. pgr_createTopology takes no heights, so lines
-- have a flat way besides their own.
DROP TABLE IF EXISTS line, line_vertices_pgr, meeting, line_end, link, part, spot, building, served, segment, area, link_in, spot_in, building_in, cell, pipe, ask;

CREATE TABLE line (
    id bigint PRIMARY KEY,
    source bigint,
    target bigint,
    way geometry (LineStringZ, 4549) NOT NULL,
    flat geometry (LineString, 4549) GENERATED ALWAYS AS (ST_Force2D(way)) STORED
);

-- Junctions and links as the program has them.
CREATE TABLE link (
    id bigint PRIMARY KEY,
    source bigint NOT NULL,
    target bigint NOT NULL,
    cost float8 NOT NULL,
    x1 float8 NOT NULL,
    y1 float8 NOT NULL,
    x2 float8 NOT NULL,
    y2 float8 NOT NULL
);

-- The same with a valve as an edge of its own: the link that it stands on ends at a place of its own, and the valve leads from there to the junction.
CREATE TABLE part (
    id bigint PRIMARY KEY,
    source bigint NOT NULL,
    target bigint NOT NULL,
    cost float8 NOT NULL,
    valve bigint
);

CREATE TABLE spot (
    junction bigint NOT NULL,
    kind text NOT NULL,
    place geometry (Point, 4549) NOT NULL
);

CREATE TABLE building (
    id bigint PRIMARY KEY,
    outline geometry (Polygon, 4549) NOT NULL
);

-- Lines of several classes: half their size, how far they may be off, m, the direction they run in, and how far others may be told of, m.
CREATE TABLE pipe (
    id bigint NOT NULL,
    class text NOT NULL,
    half_m float8 NOT NULL,
    off_plan_m float8 NOT NULL,
    off_height_m float8 NOT NULL,
    east float8 NOT NULL,
    north float8 NOT NULL,
    reach_m float8 NOT NULL,
    way geometry (LineStringZ, 4549) NOT NULL
);

-- What the table of rules asks for between two classes, m: least and most, side by side and where they cross.
CREATE TABLE ask (
    a text NOT NULL,
    b text NOT NULL,
    beside_least_m float8,
    beside_most_m float8,
    over_least_m float8,
    over_most_m float8,
    PRIMARY KEY (a, b)
);
