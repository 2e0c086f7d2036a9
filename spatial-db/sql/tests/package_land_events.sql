-- Every field of the land events of a package, in the file's order.
SELECT * FROM land_event ORDER BY fid;
