-- Rows of a table as somebody exported them.
SELECT * FROM parcel ORDER BY fid;
