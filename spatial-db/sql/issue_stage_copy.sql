-- Streams the issues of rows.
COPY pg_temp.twin_issue_stage (code, severity, layer, source, source_row, key, reason, fix, facts, rejected, geom)
FROM STDIN (FORMAT binary);
