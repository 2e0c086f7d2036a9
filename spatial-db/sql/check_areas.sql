-- Every area of a table, the westernmost first.
SELECT feature_id, false AS is_other, geom FROM twin.{subject} WHERE park_id = $1 ORDER BY ST_XMin(geom), feature_id;
