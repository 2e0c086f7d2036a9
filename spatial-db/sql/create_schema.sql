-- The schema that everything of ours is in, the history of migrations too.
CREATE SCHEMA IF NOT EXISTS twin;
