-- Points of a sewer with their coordinates as columns, as a workbook has them.
SELECT *, ST_X(geom) AS x, ST_Y(geom) AS y FROM ud_node;
