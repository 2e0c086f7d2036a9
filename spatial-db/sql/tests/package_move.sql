-- Somebody moves a parcel of a package onto another.
UPDATE parcel SET geom = (SELECT geom FROM parcel ORDER BY fid LIMIT 1) WHERE fid = (SELECT max(fid) FROM parcel);
