-- A package as it was before causes told which they are and when they end.
ALTER TABLE land_event DROP COLUMN cause;
ALTER TABLE land_event DROP COLUMN until;
