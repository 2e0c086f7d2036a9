-- Forgets what earlier runs rejected of layers that are no longer there.
DELETE FROM twin.quarantine WHERE park_id = $1 AND NOT layer = ANY ($2);
