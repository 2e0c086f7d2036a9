-- The levels of each imagery layer of a park: size of a pixel, and pixels in all; finest first.
SELECT layer, pixel_m, sum(ST_Area(geom)) / (pixel_m * pixel_m) AS pixels
FROM twin.imagery_tile WHERE park_id = $1
GROUP BY layer, pixel_m ORDER BY layer, pixel_m;
