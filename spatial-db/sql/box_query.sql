-- Features of a table that touch a box.
SELECT t.feature_id
FROM twin.park AS p
JOIN twin.{table} AS t ON t.park_id = p.park_id
WHERE p.park_id = $1
  AND t.geom && ST_MakeEnvelope($2, $3, $4, $5)
  AND ST_Intersects(t.geom, ST_MakeEnvelope($2, $3, $4, $5, p.srid))
ORDER BY t.feature_id;
