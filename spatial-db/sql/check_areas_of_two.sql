-- Every area of two tables, the westernmost first.
SELECT feature_id, is_other, geom
FROM (
    SELECT feature_id, false AS is_other, geom FROM twin.{subject} WHERE park_id = $1
    UNION ALL
    SELECT feature_id, true, geom FROM twin.{other} WHERE park_id = $1
) AS areas
ORDER BY ST_XMin(geom), is_other, feature_id;
