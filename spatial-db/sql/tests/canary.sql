-- Everything that an import kept of a file, rows and rejected rows, as one text.
SELECT coalesce(string_agg(t::text, ''), '')
FROM (SELECT to_jsonb(p) FROM twin.parcel AS p UNION ALL SELECT to_jsonb(q) FROM twin.quarantine AS q) AS t;
