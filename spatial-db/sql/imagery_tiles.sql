-- The tiles of one level of an imagery layer, with the box of the ground that each shows.
SELECT ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), pixel_m, media_type, image
FROM twin.imagery_tile WHERE park_id = $1 AND layer = $2 AND pixel_m = $3
ORDER BY key;
