-- Codes and rows as read of everything in quarantine.
SELECT code, raw FROM twin.quarantine ORDER BY quarantine_id;
