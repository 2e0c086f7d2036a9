-- Footprint area on every parcel as the plain sum of intersections, in square metres: overlaps count twice.
SELECT p.feature_id, coalesce(c.covered_m2, 0) AS covered_m2
FROM twin.parcel AS p
LEFT JOIN LATERAL (
    SELECT sum(ST_Area(ST_Intersection(p.geom, b.geom))) AS covered_m2
    FROM twin.building AS b
    WHERE b.park_id = p.park_id AND b.geom && p.geom AND ST_Intersects(p.geom, b.geom)
) AS c ON true
WHERE p.park_id = $1
ORDER BY p.feature_id;
