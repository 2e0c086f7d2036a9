-- What this server is and what this user may do on it.
SELECT
    current_setting('server_version_num')::int AS version_number,
    current_setting('server_version') AS version,
    current_setting('is_superuser') = 'on' AS superuser,
    to_regclass('twin.schema_history') IS NOT NULL AS has_schema;
