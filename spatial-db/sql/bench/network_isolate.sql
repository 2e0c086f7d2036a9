-- A break on link $1, where the source is at junction $2, by segments that are there already: valves to close, then links, connections, hydrants and
-- buildings without supply.
WITH broken AS MATERIALIZED (
    SELECT component FROM link_in WHERE link = $1
),

reached AS MATERIALIZED (
    SELECT far.node AS component
    FROM broken
    JOIN segment AS fed ON fed.node = $2 AND fed.component <> broken.component
    CROSS JOIN LATERAL pgr_drivingDistance(
        format('SELECT id, source, target, cost FROM cell WHERE source <> %1$s AND target <> %1$s', broken.component),
        fed.component, 1e9, false
    ) AS far
),

gone AS MATERIALIZED (
    SELECT array_agg(component) AS components
    FROM (SELECT component FROM area EXCEPT SELECT component FROM reached) AS shut
)

SELECT
    ARRAY(
        SELECT DISTINCT cell.valve
        FROM broken JOIN cell ON cell.source = broken.component OR cell.target = broken.component
        WHERE cell.source <> cell.target
        ORDER BY 1
    ) AS close,
    ARRAY(SELECT link FROM link_in WHERE component = ANY (gone.components) ORDER BY 1) AS links,
    ARRAY(SELECT junction FROM spot_in WHERE component = ANY (gone.components) AND kind = 'connection' ORDER BY 1) AS connections,
    ARRAY(SELECT junction FROM spot_in WHERE component = ANY (gone.components) AND kind = 'hydrant' ORDER BY 1) AS hydrants,
    ARRAY(SELECT building FROM building_in WHERE component = ANY (gone.components) ORDER BY 1) AS buildings
FROM gone
