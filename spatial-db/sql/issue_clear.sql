-- Forgets what earlier runs said of the rows of layers read anew, and of layers that are gone.
DELETE FROM twin.issue AS i
WHERE i.park_id = $1 AND i.check_code IS NULL
  AND (i.layer = ANY ($2)
       OR NOT EXISTS (SELECT FROM twin.source_layer AS l WHERE l.park_id = $1 AND l.layer = i.layer));
