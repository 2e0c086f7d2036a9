-- Parcel layers whose area on record is in another unit than square metres.
WITH
    -- recorded to drawn
    stats AS (
        SELECT layer, count(*) AS rows, percentile_cont(0.5) WITHIN GROUP (ORDER BY recorded_area_m2 / ST_Area(geom)) AS ratio
        FROM twin.parcel WHERE park_id = {park} AND recorded_area_m2 > 0 AND ST_Area(geom) > 0 GROUP BY layer
    ),
    -- what a record of 1 in each unit is in m²
    units AS (
        SELECT * FROM (VALUES ('mu (亩)', 'mu', 1 / 666.6667), ('ha', 'ha', 1e-4), ('km²', 'km2', 1e-6), ('square feet', 'sqft', 10.7639), ('acres', 'acre', 1 / 4046.856), ('ares', 'a', 0.01)) AS u (name, word, ratio)
    )
SELECT
    'unit.area' AS code, NULL::bigint AS feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, s.layer,
    format('the areas on record of its %s parcels are %s times those drawn, as if they were %s', s.rows, round(s.ratio::numeric, 6), u.name) AS reason,
    jsonb_build_object('column', 'recorded_area_m2', 'rows', s.rows, 'median_ratio', s.ratio, 'unit', u.word) AS facts, NULL::geometry AS geom
FROM stats AS s JOIN units AS u ON s.ratio BETWEEN u.ratio * 0.85 AND u.ratio * 1.15
WHERE s.rows >= {min_rows}
