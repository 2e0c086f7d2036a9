-- Parcels of a park that areas lie on, given as GeoJSON texts in degrees, with the ground in them, m2; ground under two areas once.
WITH given AS (
    SELECT ST_Union(ST_MakeValid(ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(text), 4326), $3::int))) AS geom
    FROM unnest($2::text[]) AS g (text)
),
pieces AS MATERIALIZED (SELECT ST_Subdivide(geom, 256) AS geom FROM given)
SELECT p.feature_id, sum(ST_Area(ST_Intersection(p.geom, a.geom))) AS area_m2
FROM twin.parcel AS p
JOIN pieces AS a ON a.geom && p.geom AND ST_Intersects(a.geom, p.geom)
WHERE p.park_id = $1
GROUP BY p.feature_id
ORDER BY p.feature_id;
