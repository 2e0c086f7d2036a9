-- Edges too long or too steep to be one pipe between two points, sewers that rise and pipes that shrink downstream.
WITH
    -- length, fall and the way the water runs (FlowDir of the survey table: 1 is against the drawing in some offices,
    -- so only the layer's own majority is trusted)
    courses AS MATERIALIZED (
        SELECT feature_id, key, class, layer, diameter_mm, from_key, to_key, geom,
               ST_3DLength(geom) AS length_m, ST_Length(ST_Force2D(geom)) AS plan_m,
               ST_Z(ST_StartPoint(geom)) - ST_Z(ST_EndPoint(geom)) AS fall_m,
               class = 'drainage' AND pressure IS NULL AND (diameter_mm IS NULL OR diameter_mm >= 100) AS gravity
        FROM twin.network_edge WHERE park_id = {park}
    ),
    -- gravity layers where most pipes fall as drawn
    directed AS MATERIALIZED (
        SELECT layer FROM courses WHERE gravity AND fall_m <> 'NaN' AND fall_m <> 0
        GROUP BY layer HAVING count(*) >= 5 AND avg((fall_m > 0)::int) >= 0.7
    ),
    -- what a pump lifts may rise, and may be narrower than what comes in
    pumps AS MATERIALIZED (
        SELECT key FROM twin.network_node WHERE park_id = {park} AND class = 'drainage' AND kind = 'pump'
    ),
    -- pumps behind which one line goes on: it is what they lift into, and may rise. Where a line under pressure leaves the pump, that is
    -- the one, and where lines lead to several places nothing tells which is: all that are not under pressure are looked at
    lifting AS MATERIALIZED (
        SELECT c.from_key AS key FROM courses AS c
        WHERE c.class = 'drainage' AND EXISTS (SELECT FROM pumps AS p WHERE p.key = c.from_key)
        GROUP BY c.from_key HAVING bool_and(c.gravity) AND count(DISTINCT coalesce(c.to_key, c.key)) = 1
    ),
    -- the largest pipe that leaves each node by itself
    leaving AS (
        SELECT c.from_key AS key, max(c.diameter_mm) AS diameter_mm FROM courses AS c
        WHERE c.gravity AND c.layer IN (SELECT layer FROM directed) AND c.from_key IS NOT NULL
          AND NOT EXISTS (SELECT FROM pumps AS p WHERE p.key = c.from_key)
        GROUP BY c.from_key HAVING count(*) = count(c.diameter_mm)
    )
SELECT
    'edge.too_long' AS code, feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    format('%s m from manhole to manhole', round(plan_m::numeric, 1)) AS reason,
    jsonb_build_object('length_m', plan_m, 'limit_m', limit_m, 'diameter_mm', diameter_mm) AS facts, NULL::geometry AS geom
FROM (
    SELECT *, {factor} * CASE WHEN diameter_mm <= 600 THEN 75 WHEN diameter_mm <= 1000 THEN 100 WHEN diameter_mm <= 1500 THEN 150 ELSE 200 END AS limit_m
    FROM courses WHERE gravity AND from_key IS NOT NULL AND to_key IS NOT NULL
) AS c WHERE plan_m > limit_m
UNION ALL
SELECT
    'edge.steep', feature_id, NULL, NULL, NULL,
    format('it %s %s m on %s m in plan', CASE WHEN fall_m > 0 THEN 'falls' ELSE 'rises' END, round(abs(fall_m)::numeric, 2), round(plan_m::numeric, 2)),
    jsonb_build_object('fall_m', fall_m, 'plan_m', plan_m), NULL
FROM courses WHERE fall_m <> 'NaN' AND abs(fall_m) > {min_fall_m} AND abs(fall_m) > {max_slope} * plan_m
UNION ALL
SELECT
    'edge.rises', feature_id, NULL, NULL, NULL,
    format('it rises %s m in %s m; most pipes of its layer fall as they are drawn', round((-fall_m)::numeric, 2), round(plan_m::numeric, 1)),
    jsonb_build_object('rise_m', -fall_m, 'plan_m', plan_m), NULL
FROM courses AS c
WHERE gravity AND layer IN (SELECT layer FROM directed) AND fall_m <> 'NaN' AND -fall_m > {min_rise_m}
  AND NOT EXISTS (SELECT FROM lifting AS l WHERE l.key = c.from_key)
UNION ALL
SELECT
    'edge.shrinks', c.feature_id, NULL, NULL, NULL,
    format('DN%s, but the pipe that goes on from %s is DN%s', c.diameter_mm, c.to_key, l.diameter_mm),
    jsonb_build_object('diameter_mm', c.diameter_mm, 'next_mm', l.diameter_mm), ST_Force2D(ST_EndPoint(c.geom))
FROM courses AS c JOIN leaving AS l ON l.key = c.to_key
WHERE c.gravity AND c.layer IN (SELECT layer FROM directed) AND c.fall_m >= 0 AND l.diameter_mm < c.diameter_mm
