-- Whether number $2 was given to a case of park $1: numbers follow each other, so every one below the highest was.
SELECT $2::bigint > 0 AND EXISTS (SELECT FROM twin.case_event WHERE park_id = $1 AND case_id > $2::bigint);
