-- Ground of every parcel that buildings cover, in square metres: footprints that overlap count once.
SELECT p.feature_id, coalesce(c.covered_m2, 0) AS covered_m2
FROM twin.parcel AS p
LEFT JOIN LATERAL (
    SELECT ST_Area(ST_Union(ST_Intersection(p.geom, b.geom))) AS covered_m2
    FROM twin.building AS b
    WHERE b.park_id = p.park_id AND b.geom && p.geom AND ST_Intersects(p.geom, b.geom)
) AS c ON true
WHERE p.park_id = $1
ORDER BY p.feature_id;
