-- Area and middle of the box of every area of one municipality.
SELECT ST_Area(geom) AS a, (ST_MinX(geom) + ST_MaxX(geom)) / 2 AS x, (ST_MinY(geom) + ST_MaxY(geom)) / 2 AS y
FROM {table} WHERE bfs = 2402;
