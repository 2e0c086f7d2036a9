-- The tiles of one level of an imagery layer; a picture is here or, the same, in a pyramid.
SELECT west_m, south_m, east_m, north_m, pixel_m, media_type, image, checksum, pyramid, pyramid_id
FROM imagery_tile WHERE layer = ?1 AND pixel_m = ?2 ORDER BY fid;
