-- Nodes without an edge, and fittings with another number of edges than their name says.
WITH
    -- edges by the key of each end; an edge that comes back to its node counts twice
    ends AS (
        SELECT from_key AS key FROM twin.network_edge WHERE park_id = {park} AND from_key IS NOT NULL
        UNION ALL
        SELECT to_key FROM twin.network_edge WHERE park_id = {park} AND to_key IS NOT NULL
    ),
    links AS MATERIALIZED (SELECT key, count(*) AS links FROM ends GROUP BY key),
    -- classes whose edges name their nodes at all
    keyed AS (
        SELECT class FROM twin.network_edge WHERE park_id = {park} GROUP BY class
        HAVING count(from_key) + count(to_key) >= count(*)
    ),
    -- what stands there in the source's words
    nodes AS MATERIALIZED (
        SELECT n.feature_id, n.class, n.layer, n.geom, coalesce(l.links, 0) AS links,
               coalesce(n.attributes ->> 'Feature', n.attributes ->> '特征', n.attributes ->> '特征点', n.attributes ->> 'feature', n.subtype) AS said,
               lower(concat_ws(' ', n.attributes ->> 'Feature', n.attributes ->> '特征', n.attributes ->> '特征点', n.attributes ->> 'feature', n.subtype)) AS word
        FROM twin.network_node AS n LEFT JOIN links AS l ON l.key = n.key
        WHERE n.park_id = {park} AND n.class IN (SELECT class FROM keyed)
    ),
    -- and how many edges that means
    named AS (
        SELECT *, CASE
            WHEN word ~ '四通|\mcross\M' THEN 4
            WHEN word ~ '三通|\mtee\M' THEN 3
            WHEN word ~ '弯头|转折点|直线点|变径|\melbow\M|\mbend\M|\mreducer\M' THEN 2
            WHEN word ~ '堵头|末端|起讫点|\mcap\M|\mplug\M|\mend ?cap\M' THEN 1
        END AS expected
        FROM nodes
    ),
    -- points that no line names or passes
    orphans AS MATERIALIZED (
        SELECT feature_id, layer FROM named AS o
        WHERE links = 0 AND NOT EXISTS (
            SELECT FROM twin.network_edge AS e
            WHERE e.park_id = {park} AND e.class = o.class AND e.geom && ST_Expand(ST_Force2D(o.geom), {near_m})
              AND ST_DWithin(e.geom, o.geom, {near_m})
        )
    ),
    -- by layer: where most are so, the lines are missing and not the points wrong
    layers AS (
        SELECT n.layer, count(*) AS rows, o.orphans, o.orphans >= 10 AND o.orphans > {most_share} * count(*) AS whole
        FROM nodes AS n JOIN (SELECT layer, count(*) AS orphans FROM orphans GROUP BY layer) AS o ON o.layer = n.layer
        GROUP BY n.layer, o.orphans
    )
SELECT
    'node.orphan' AS code, o.feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    'no line begins or ends at it' AS reason, '{}'::jsonb AS facts, NULL::geometry AS geom
FROM orphans AS o JOIN layers AS l ON l.layer = o.layer WHERE NOT l.whole
UNION ALL
SELECT
    'node.orphan', NULL, NULL, NULL, layer,
    format('at %s of its %s points no line begins or ends: the lines that join them to the network are not here', orphans, rows),
    jsonb_build_object('rows', rows, 'orphans', orphans), NULL
FROM layers WHERE whole
UNION ALL
SELECT
    'node.links', feature_id, NULL, NULL, NULL,
    format('it is recorded as %s, which joins %s lines, but %s meet there', said, expected, links),
    jsonb_build_object('expected', expected, 'links', links), NULL
FROM named
WHERE links > 0 AND links <> expected
  -- a straight point or bend at the end of the survey has one line
  AND NOT (expected = 2 AND links = 1)
