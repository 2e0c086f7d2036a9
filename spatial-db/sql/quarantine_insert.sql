-- Keeps rejected rows.
INSERT INTO twin.quarantine (park_id, run_id, layer, source, source_row, code, reason, fix, raw)
SELECT $1, $2, $3, q.source, q.source_row, q.code, q.reason, q.fix, q.raw
FROM unnest($4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::jsonb[])
    AS q (source, source_row, code, reason, fix, raw);
