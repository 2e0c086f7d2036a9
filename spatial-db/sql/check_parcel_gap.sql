-- Ground between parcels that is too narrow to be a street or a plot of its own: in the boxes where the program says that
-- it may be. Ground that parcels enclose within a box is enclosed by those that reach into the box.
WITH
    -- boxes, none of which touches another
    boxes AS MATERIALIZED (
        SELECT g.*, ST_MakeEnvelope(g.west, g.south, g.east, g.north, (SELECT srid FROM twin.park WHERE park_id = {park})) AS box
        FROM unnest({given_west}::float8[], {given_south}::float8[], {given_east}::float8[], {given_north}::float8[])
            AS g (west, south, east, north)
    ),
    -- the ground there that is nobody's; on a grid of a tenth of a millimetre, so that it does not run out in slivers between
    -- sides that are one but for rounding
    free AS (
        SELECT b.*, (ST_Dump(ST_Difference(ST_Expand(b.box, 1), u.geom, 0.0001))).geom AS geom
        FROM boxes AS b
        CROSS JOIN LATERAL (
            SELECT ST_Union(p.geom, 0.0001) AS geom FROM twin.parcel AS p WHERE p.park_id = {park} AND p.geom && b.box
        ) AS u
        WHERE u.geom IS NOT NULL
    ),
    -- as far as it is enclosed; what stands within it counts as part of it
    holes AS (
        SELECT ST_Normalize(ST_MakePolygon(ST_ExteriorRing(geom))) AS geom
        FROM free
        WHERE ST_XMin(geom) >= west AND ST_YMin(geom) >= south AND ST_XMax(geom) <= east AND ST_YMax(geom) <= north
    ),
    gaps AS MATERIALIZED (
        SELECT geom, ST_Area(geom) AS area_m2, 2 * (ST_MaximumInscribedCircle(geom)).radius AS width_m
        FROM holes WHERE ST_Area(geom) >= {min_area_m2}
    )
SELECT
    'parcel.gap' AS code, p.feature_id, n.feature_id AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    format('between it and its neighbours lie %s m² that belong to no parcel, up to %s m wide', round(g.area_m2::numeric, 2), round(g.width_m::numeric, 2)) AS reason,
    jsonb_build_object('area_m2', g.area_m2, 'width_m', g.width_m) AS facts, g.geom
FROM gaps AS g
-- the two neighbours with the longest side on it
LEFT JOIN LATERAL (
    SELECT array_agg(x.feature_id ORDER BY round(x.side_m::numeric, 3) DESC, x.feature_id) AS ids
    FROM (
        SELECT t.feature_id, ST_Length(ST_Intersection(ST_Boundary(t.geom), ST_Buffer(g.geom, 0.01))) AS side_m
        FROM twin.parcel AS t WHERE t.park_id = {park} AND t.geom && g.geom AND ST_Intersects(t.geom, g.geom)
    ) AS x
) AS beside ON true
LEFT JOIN twin.parcel AS p ON p.park_id = {park} AND p.feature_id = beside.ids[1]
LEFT JOIN twin.parcel AS n ON n.park_id = {park} AND n.feature_id = beside.ids[2]
WHERE g.width_m BETWEEN {min_width_m} AND {max_width_m}
