-- Forgets what earlier runs rejected of a layer.
DELETE FROM twin.quarantine WHERE park_id = $1 AND layer = $2;
