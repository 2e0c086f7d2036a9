-- The database that this is.
SELECT current_database();
