-- Where that pipe starts.
SELECT ST_X(p) AS x, ST_Y(p) AS y
FROM (SELECT ST_StartPoint(ST_GeometryN(geometry, 1)) AS p FROM pipe WHERE id = 15304) AS t;
