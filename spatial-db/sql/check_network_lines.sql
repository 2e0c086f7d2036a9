-- Every line of the park's networks with what connects it.
SELECT feature_id, class, layer, from_key, to_key, coalesce(greatest(height_mm, diameter_mm), 0)::float8 AS height_mm, geom
FROM twin.network_edge WHERE park_id = $1 ORDER BY feature_id;
