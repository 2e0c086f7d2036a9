-- Every point of the park's networks by its key, with what stands there.
SELECT key, class, kind, geom FROM twin.network_node WHERE park_id = $1 ORDER BY feature_id;
