-- What a feature table says, without numbers that sequences give.
SELECT concat_ws('|', '{table}', key, layer, source_row, content_hash) AS line FROM twin.{table}
