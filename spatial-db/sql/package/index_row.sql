-- A feature's box.
INSERT INTO {rtree} (id, minx, maxx, miny, maxy) VALUES (?1, ?2, ?3, ?4, ?5);
