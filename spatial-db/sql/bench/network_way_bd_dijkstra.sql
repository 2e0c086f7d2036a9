SELECT max(agg_cost) FROM pgr_bdDijkstra('SELECT id, source, target, cost FROM link', $1::bigint, $2::bigint, false)
