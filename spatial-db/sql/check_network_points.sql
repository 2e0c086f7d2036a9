-- Every point of the park's networks.
SELECT feature_id, layer, geom FROM twin.network_node WHERE park_id = $1 ORDER BY feature_id;
