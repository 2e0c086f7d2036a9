-- Lines as one hash, whatever their order.
SELECT coalesce(md5(string_agg(line, E'\n' ORDER BY line)), '') FROM ({lines}) AS t;
