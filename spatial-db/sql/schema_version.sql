-- Number of the last migration applied.
SELECT coalesce(max(version), 0) AS version FROM twin.schema_history;
