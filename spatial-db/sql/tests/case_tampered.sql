-- A superuser takes the guards away and changes who recorded an entry.
SET session_replication_role = replica;
UPDATE twin.case_event SET recorded_by = 'somebody else' WHERE case_id = 1 AND seq = 2;
