-- Edges drawn twice, also the other way round; edges from a node to itself; edges without a node in layers that name them.
WITH
    -- both ends in an order that does not depend on the direction
    ends AS MATERIALIZED (
        SELECT feature_id, key, class, layer, subtype, from_key, to_key,
               least(from_key, to_key) AS one, greatest(from_key, to_key) AS other,
               -- the course in plan, whichever way it runs
               least(ST_AsBinary(ST_Force2D(geom)), ST_AsBinary(ST_Reverse(ST_Force2D(geom)))) AS course
        FROM twin.network_edge WHERE park_id = {park}
    ),
    -- the first of each course
    ranked AS (
        SELECT *, row_number() OVER w AS place, first_value(feature_id) OVER w AS first_feature, first_value(key) OVER w AS first_key,
               first_value(from_key) OVER w AS first_from
        FROM ends WINDOW w AS (PARTITION BY class, subtype, one, other, course ORDER BY feature_id)
    ),
    -- layers whose edges name their nodes
    keyed AS (SELECT layer FROM ends GROUP BY layer HAVING count(from_key) + count(to_key) >= count(*))
SELECT
    'edge.duplicate' AS code, feature_id, first_feature AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    format('it runs where %s runs%s', first_key, CASE WHEN from_key <> first_from THEN ', the other way round' ELSE '' END) AS reason,
    jsonb_build_object('reversed', from_key <> first_from) AS facts, NULL::geometry AS geom
FROM ranked WHERE place > 1
UNION ALL
SELECT 'edge.self_loop', feature_id, NULL, NULL, NULL, format('it begins and ends at node %s', from_key), '{}', NULL
FROM ends WHERE from_key = to_key
UNION ALL
SELECT
    'edge.no_node', feature_id, NULL, NULL, NULL,
    CASE WHEN from_key IS NULL AND to_key IS NULL THEN 'neither of its ends names a node'
         WHEN from_key IS NULL THEN 'its first end names no node' ELSE 'its last end names no node' END,
    '{}', NULL
FROM ends WHERE (from_key IS NULL OR to_key IS NULL) AND layer IN (SELECT layer FROM keyed)
