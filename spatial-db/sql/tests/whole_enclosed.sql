-- Narrow ground that parcels enclose, out of the whole ground that is nobody's: what the check has to find.
WITH
    -- all the ground, with a margin
    ground AS (SELECT ST_Expand(ST_Extent(geom)::geometry, 100) AS box, max(ST_SRID(geom)) AS srid FROM twin.parcel WHERE park_id = {park}),
    -- what is nobody's
    free AS (
        SELECT (ST_Dump(ST_Difference(ST_SetSRID(g.box, g.srid), u.geom, 0.0001))).geom AS geom, g.box
        FROM ground AS g, (SELECT ST_Union(geom, 0.0001) AS geom FROM twin.parcel WHERE park_id = {park}) AS u
    ),
    -- all but what reaches the margin
    holes AS (
        SELECT ST_Normalize(ST_MakePolygon(ST_ExteriorRing(geom))) AS geom FROM free WHERE ST_XMin(geom) > ST_XMin(box)
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
