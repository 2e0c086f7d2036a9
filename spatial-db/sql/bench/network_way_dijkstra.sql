SELECT max(agg_cost) FROM pgr_dijkstra('SELECT id, source, target, cost FROM link', $1::bigint, $2::bigint, false)
