-- Key, layer, hash and number of every row of a park in a table.
COPY (SELECT key, layer, content_hash, feature_id FROM twin.{table} WHERE park_id = {park_id}) TO STDOUT (FORMAT binary);
