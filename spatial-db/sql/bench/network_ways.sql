-- Lengths of the shortest ways of pairs of junctions, all in one question, in the order of the pairs.
SELECT way.length_m
FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS pair (source, target, at)
LEFT JOIN (
    SELECT start_vid, end_vid, max(agg_cost) AS length_m
    FROM pgr_dijkstra(
        'SELECT id, source, target, cost FROM link',
        format('SELECT * FROM unnest(%L::bigint[], %L::bigint[]) AS pair (source, target)', $1, $2), false
    )
    GROUP BY start_vid, end_vid
) AS way ON way.start_vid = pair.source AND way.end_vid = pair.target
ORDER BY pair.at
