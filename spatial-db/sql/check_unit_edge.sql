-- Pipe layers whose diameters look like metres, inches or thousandths of millimetres.
WITH
    -- middle and share of numbers that are sizes in inches
    stats AS (
        SELECT layer, count(*) AS rows, percentile_cont(0.5) WITHIN GROUP (ORDER BY diameter_mm) AS middle,
               max(diameter_mm) AS largest, bool_and(class IN ('water', 'drainage')) AS wet,
               avg((diameter_mm IN (2, 3, 4, 6, 8, 10, 12, 14, 15, 16, 18, 20, 21, 24, 27, 30, 36, 42, 48, 54, 60, 66, 72, 84, 96))::int) AS inch_share
        FROM twin.network_edge WHERE park_id = {park} AND diameter_mm > 0 GROUP BY layer
    )
SELECT
    CASE WHEN middle < {min_mm} THEN 'unit.metres' WHEN middle > {max_mm} THEN 'unit.millimetres' ELSE 'unit.inches' END AS code,
    NULL::bigint AS feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, layer,
    format('half of its %s pipes are %s mm or less across, the largest %s mm', rows, round(middle::numeric, 2), round(largest::numeric, 2)) AS reason,
    jsonb_build_object('column', 'diameter_mm', 'rows', rows, 'median_mm', middle, 'largest_mm', largest, 'inch_share', inch_share) AS facts, NULL::geometry AS geom
FROM stats
WHERE rows >= {min_rows} AND (middle < {min_mm} OR middle > {max_mm} OR (wet AND middle < 50 AND largest < 100 AND inch_share > 0.9))
