-- Node layers whose depths look like feet or millimetres: against ground less elevation, or by their size alone.
WITH
    -- depth on record to depth that follows from the elevations
    stats AS (
        SELECT layer, count(*) AS rows, percentile_cont(0.5) WITHIN GROUP (ORDER BY depth_m) AS depth_m,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY depth_m / (ground_elevation_m - ST_Z(geom)))
                   FILTER (WHERE ground_elevation_m - ST_Z(geom) BETWEEN 0.3 AND 50) AS ratio
        FROM twin.network_node WHERE park_id = {park} AND depth_m > 0 GROUP BY layer
    )
SELECT
    CASE WHEN depth_m > {max_m} THEN 'unit.millimetres' ELSE 'unit.feet' END AS code,
    NULL::bigint AS feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, layer,
    CASE WHEN depth_m > {max_m} THEN format('half of its %s points lie deeper than %s m', rows, round(depth_m::numeric, 1))
         ELSE format('the depths of its %s points are %s times ground less elevation', rows, round(ratio::numeric, 2)) END AS reason,
    jsonb_build_object('column', 'depth_m', 'rows', rows, 'median_m', depth_m, 'ratio', ratio) AS facts, NULL::geometry AS geom
FROM stats
WHERE rows >= {min_rows} AND (depth_m > {max_m} OR ratio BETWEEN 3.0 AND 3.6)
