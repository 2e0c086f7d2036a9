-- Parcels of at least a given area (m2) that no building covers by more than a sliver (m2), largest first.
SELECT p.feature_id, ST_Area(p.geom) AS area_m2
FROM twin.parcel AS p
WHERE p.park_id = $1
  AND ST_Area(p.geom) >= $2
  AND coalesce((
      SELECT ST_Area(ST_Union(ST_Intersection(p.geom, b.geom)))
      FROM twin.building AS b
      WHERE b.park_id = p.park_id AND b.geom && p.geom AND ST_Intersects(p.geom, b.geom)
  ), 0) <= $3
ORDER BY area_m2 DESC, p.feature_id;
