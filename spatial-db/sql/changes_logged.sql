-- What a run that is not yet followed by another did to a table, feature by feature, with the state before and after.
-- moved_m is the farthest that a point of one shape lies from the other (very large shapes: between their centres).
SELECT c.op, c.layer, c.feature_id, c.key, c.before,
    CASE WHEN c.op = 'changed' THEN (SELECT to_jsonb(kept) FROM (SELECT {kept}) AS kept) END AS after,
    c.op = 'changed' AND ST_AsEWKB(c.before_geom) IS DISTINCT FROM ST_AsEWKB({geom}) AS reshaped,
    CASE
        WHEN c.op <> 'changed' OR ST_AsEWKB(c.before_geom) IS NOT DISTINCT FROM ST_AsEWKB({geom}) THEN NULL
        WHEN ST_NPoints(c.before_geom)::bigint * ST_NPoints({geom}) > 1000000
            THEN ST_Distance(ST_Centroid(c.before_geom), ST_Centroid({geom}))
        ELSE ST_HausdorffDistance(ST_Force2D(c.before_geom), ST_Force2D({geom}))
    END AS moved_m,
    CASE WHEN c.op = 'changed' THEN ST_Area({geom}) - ST_Area(c.before_geom) END AS area_by_m2,
    CASE WHEN c.op = 'changed' THEN ST_Length({geom}) - ST_Length(c.before_geom) END AS length_by_m,
    c.op = 'changed' AND c.before_bytes IS DISTINCT FROM {bytes} AS other_bytes
FROM twin.change_log AS c
LEFT JOIN twin.{table} AS t ON t.park_id = c.park_id AND t.feature_id = c.feature_id
WHERE c.park_id = $1 AND c.run_id = $2 AND c.table_name = $3 AND c.op <> 'loaded'
ORDER BY c.change_id;
