-- Rows that name a row of another table which is not there.
SELECT
    'reference.missing' AS code, t.feature_id, NULL::bigint AS other_feature, t.{column} AS other_key, NULL::text AS layer,
    format('its {column} %s is no {other} of this park', t.{column}) AS reason, jsonb_build_object('column', '{column}') AS facts, NULL::geometry AS geom
FROM twin.{subject} AS t
LEFT JOIN twin.{other} AS o ON o.park_id = {park} AND o.key = t.{column} COLLATE "C"
WHERE t.park_id = {park} AND t.{column} IS NOT NULL AND o.feature_id IS NULL
