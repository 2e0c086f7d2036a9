-- Every tile of the park's imagery, level by level, with the box of the ground that each shows.
SELECT ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), pixel_m, media_type, image, layer
FROM twin.imagery_tile WHERE park_id = $1
ORDER BY layer, pixel_m, key;
