-- Building layers whose heights look like another unit: the middle of the layer says it, not a single house.
WITH
    -- metres a storey
    stats AS (
        SELECT layer, count(*) AS rows, percentile_cont(0.5) WITHIN GROUP (ORDER BY height_m / storeys) AS storey_m
        FROM twin.building WHERE park_id = {park} AND storeys > 0 AND height_m > 0 GROUP BY layer
    )
SELECT
    CASE WHEN storey_m >= 1000 THEN 'unit.millimetres' WHEN storey_m >= 100 THEN 'unit.centimetres' ELSE 'unit.feet' END AS code,
    NULL::bigint AS feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, layer,
    format('half of its %s buildings have more than %s m a storey', rows, round(storey_m::numeric, 1)) AS reason,
    jsonb_build_object('column', 'height_m', 'rows', rows, 'median_storey_m', storey_m) AS facts, NULL::geometry AS geom
FROM stats
WHERE rows >= {min_rows} AND storey_m >= {min_storey_m}
