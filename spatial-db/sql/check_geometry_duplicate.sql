-- Rows of a table with the very same geometry: areas whatever their layer, points and lines within their layer.
WITH
    -- hashes that several rows share; 32 bits are few, so the geometries are compared after
    shared AS MATERIALIZED (
        SELECT geometry_hash(geom) AS hash
        FROM twin.{subject} WHERE park_id = {park} GROUP BY geometry_hash(geom) HAVING count(*) > 1
    ),
    -- those rows
    suspects AS MATERIALIZED (
        SELECT t.feature_id, t.key, t.layer, t.geom, s.hash
        FROM shared AS s JOIN twin.{subject} AS t ON geometry_hash(t.geom) = s.hash
        WHERE t.park_id = {park} AND EXISTS (SELECT FROM shared)
    ),
    -- each with the first that looks the same
    pairs AS (
        SELECT DISTINCT ON (b.feature_id) b.feature_id, b.geom, a.feature_id AS first_feature, a.key AS first_key
        FROM suspects AS a JOIN suspects AS b ON b.hash = a.hash AND b.feature_id > a.feature_id AND b.geom = a.geom
        WHERE a.layer = b.layer OR ST_Dimension(a.geom) = 2
        ORDER BY b.feature_id, a.feature_id
    )
SELECT
    'geometry.duplicate' AS code, feature_id, first_feature AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    format('its geometry is the same as that of %s', first_key) AS reason, '{}'::jsonb AS facts, NULL::geometry AS geom
FROM pairs
