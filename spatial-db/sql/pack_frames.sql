-- The ground of the coarsest tile, which shows all of it, of each imagery layer of a park.
SELECT DISTINCT ON (layer) layer, pixel_m, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)
FROM twin.imagery_tile WHERE park_id = $1
ORDER BY layer, pixel_m DESC, key;
