-- Every table of ours but the notes on attempts and the history of migrations.
SELECT tablename::text FROM pg_tables
WHERE schemaname = 'twin' AND tablename NOT IN ('import_attempt', 'schema_history') ORDER BY tablename;
