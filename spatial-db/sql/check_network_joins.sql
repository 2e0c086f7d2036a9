-- Every line of the park's networks with the points that it names, and when it was there.
SELECT feature_id, key, class, layer, subtype, from_key, to_key, geom, valid_from, valid_to, year_laid
FROM twin.network_edge WHERE park_id = $1 ORDER BY feature_id;
