SELECT max(agg_cost) FROM pgr_bdAstar('SELECT id, source, target, cost, x1, y1, x2, y2 FROM link', $1::bigint, $2::bigint, directed := false)
