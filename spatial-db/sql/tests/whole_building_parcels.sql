-- Buildings that stand on no parcel, or on several, every building measured: what the check has to find.
WITH
    -- how much of each stands on which parcel
    parts AS MATERIALIZED (
        SELECT b.feature_id, ST_Area(b.geom) AS footprint_m2, p.feature_id AS parcel, p.key AS parcel_key,
               ST_Area(ST_Intersection(b.geom, p.geom)) AS part_m2
        FROM twin.building AS b
        JOIN twin.parcel AS p ON p.park_id = b.park_id AND p.geom && b.geom AND ST_Intersects(p.geom, b.geom)
        WHERE b.park_id = {park}
    ),
    -- in all
    covered AS (SELECT feature_id, sum(part_m2) AS covered_m2 FROM parts GROUP BY feature_id),
    -- parcels with more of a building than a wall on the boundary explains, largest part first
    large AS (
        SELECT feature_id, parcel, parcel_key, part_m2, footprint_m2,
               row_number() OVER (PARTITION BY feature_id ORDER BY part_m2 DESC, parcel) AS place
        FROM parts WHERE part_m2 >= {min_area_m2} AND part_m2 >= {min_share} * footprint_m2
    )
SELECT
    'building.outside_parcels' AS code, b.feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    CASE WHEN c.feature_id IS NULL THEN 'it stands on no parcel'
         ELSE format('%s %% of it stands outside every parcel', round((100 * (1 - c.covered_m2 / ST_Area(b.geom)))::numeric, 1)) END AS reason,
    jsonb_build_object('outside_share', 1 - coalesce(c.covered_m2, 0) / nullif(ST_Area(b.geom), 0), 'footprint_m2', ST_Area(b.geom)) AS facts,
    NULL::geometry AS geom
FROM twin.building AS b
LEFT JOIN covered AS c ON c.feature_id = b.feature_id
WHERE b.park_id = {park} AND coalesce(c.covered_m2, 0) < (1 - {max_outside_share}) * ST_Area(b.geom)
UNION ALL
SELECT
    'building.on_several_parcels', s.feature_id, s.parcel, NULL, NULL,
    format('%s m² of its %s m² stand on parcel %s, the most on parcel %s', round(s.part_m2::numeric, 1), round(s.footprint_m2::numeric, 1), s.parcel_key, f.parcel_key),
    jsonb_build_object('part_m2', s.part_m2, 'footprint_m2', s.footprint_m2, 'most_on', f.parcel_key,
        'parcels', (SELECT max(place) FROM large AS l WHERE l.feature_id = s.feature_id)),
    NULL
FROM large AS s
JOIN large AS f ON f.feature_id = s.feature_id AND f.place = 1
WHERE s.place = 2
