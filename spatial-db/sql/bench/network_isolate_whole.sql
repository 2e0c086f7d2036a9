-- The same from the whole graph, with nothing worked out before but whose the buildings are.
WITH inside AS MATERIALIZED (
    SELECT node
    FROM pgr_drivingDistance(
        'SELECT id, source, target, cost FROM part WHERE valve IS NULL', (SELECT source FROM part WHERE id = $1), 1e9, false
    )
),

reached AS MATERIALIZED (
    SELECT far.node
    FROM (SELECT array_agg(node) AS nodes FROM inside) AS shut
    CROSS JOIN LATERAL pgr_drivingDistance(
        format('SELECT id, source, target, cost FROM part WHERE source <> ALL (%1$L::bigint[]) AND target <> ALL (%1$L::bigint[])', shut.nodes),
        $2::bigint, 1e9, false
    ) AS far
    WHERE $2::bigint <> ALL (shut.nodes)
)

SELECT
    ARRAY(
        SELECT DISTINCT part.valve
        FROM part
        WHERE part.valve IS NOT NULL
          AND (part.source IN (SELECT node FROM inside)) <> (part.target IN (SELECT node FROM inside))
        ORDER BY 1
    ) AS close,
    ARRAY(SELECT id FROM part WHERE valve IS NULL AND source NOT IN (SELECT node FROM reached) ORDER BY 1) AS links,
    ARRAY(SELECT junction FROM spot WHERE kind = 'connection' AND junction NOT IN (SELECT node FROM reached) ORDER BY 1) AS connections,
    ARRAY(SELECT junction FROM spot WHERE kind = 'hydrant' AND junction NOT IN (SELECT node FROM reached) ORDER BY 1) AS hydrants,
    ARRAY(SELECT building FROM served WHERE junction NOT IN (SELECT node FROM reached) ORDER BY 1) AS buildings
