-- The features of a table nearest to a point, with their distance in metres.
-- The index orders by box distance (<#>, which accepts rows of parks in another CRS where <-> does not).
WITH
    -- the point in the park's CRS
    target AS MATERIALIZED (
        SELECT park_id, srid, ST_SetSRID(ST_MakePoint($2, $3), srid) AS geom FROM twin.park WHERE park_id = $1
    ),
    -- as many as asked for by box distance: the farthest of them bounds the true answer
    reach AS MATERIALIZED (
        SELECT max(ST_Distance(c.geom, target.geom)) AS distance
        FROM target, LATERAL (
            SELECT t.geom FROM twin.{table} AS t WHERE t.park_id = $1
            ORDER BY t.geom <#> ST_MakePoint($2, $3) LIMIT $4
        ) AS c
    )
SELECT t.feature_id, ST_Distance(t.geom, target.geom) AS distance_m
FROM target, reach, twin.{table} AS t
WHERE t.park_id = $1 AND t.geom && ST_Expand(ST_MakePoint($2, $3), reach.distance)
ORDER BY distance_m, t.feature_id
LIMIT $4;
