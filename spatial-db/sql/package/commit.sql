-- Ends it.
COMMIT;
