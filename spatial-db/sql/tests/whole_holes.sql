-- Narrow holes in the union of all parcels: the check has to find them all. It finds more: ground between two parcels
-- that touch at both its ends is enclosed, but no hole, as their union is two areas.
WITH
    -- the ground that parcels cover
    covered AS MATERIALIZED (
        SELECT (ST_Dump(ST_Union(geom))).geom AS geom FROM twin.parcel WHERE park_id = {park}
    ),
    -- its inner rings
    rings AS (SELECT ST_DumpRings(geom) AS ring FROM covered WHERE ST_NumInteriorRings(geom) > 0),
    -- as areas, with their width at the widest
    holes AS (
        SELECT ST_Normalize(ST_MakePolygon(ST_ExteriorRing((ring).geom))) AS geom FROM rings WHERE (ring).path[1] > 0
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
