-- Buildings with an elevation of their ground floor, and a point inside.
SELECT feature_id, layer, base_elevation_m, ST_PointOnSurface(geom) AS geom
FROM twin.building WHERE park_id = $1 AND base_elevation_m IS NOT NULL ORDER BY feature_id;
