-- What a park says beside its features, without numbers that sequences give.
SELECT concat_ws('|', layer, source, row_count, table_name) AS line FROM twin.source_layer
UNION ALL SELECT concat_ws('|', layer, source_row, code, raw) FROM twin.quarantine
UNION ALL SELECT concat_ws('|', slug, name, srid) FROM twin.park
