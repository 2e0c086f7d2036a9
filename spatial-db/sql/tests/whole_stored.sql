-- What a check found.
SELECT code, feature_id, other_feature, reason, facts, coalesce(ST_Area(geom), 0) AS area_m2,
       coalesce(ST_X(ST_Centroid(geom)), 0) AS x_m, coalesce(ST_Y(ST_Centroid(geom)), 0) AS y_m
FROM twin.issue WHERE park_id = {park} AND check_code = '{check}';
