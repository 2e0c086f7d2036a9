-- What a statement that measures everything finds, as far as the kind of finding is looked for.
SELECT f.code, f.feature_id, f.other_feature, f.reason, f.facts, coalesce(ST_Area(f.geom), 0) AS area_m2,
       coalesce(ST_X(ST_Centroid(f.geom)), 0) AS x_m, coalesce(ST_Y(ST_Centroid(f.geom)), 0) AS y_m
FROM (
{found}
) AS f;
