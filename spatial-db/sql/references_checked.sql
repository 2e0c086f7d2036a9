-- Foreign keys are checked again.
SET LOCAL session_replication_role = origin;
