-- The tiles of a park's terrain as they were after a run.
WITH
    -- the first entry after that run of each tile that has one
    later AS (
        SELECT DISTINCT ON (feature_id) *
        FROM twin.change_log
        WHERE park_id = $1 AND table_name = 'terrain_tile' AND run_id > $2 AND op <> 'loaded'
        ORDER BY feature_id, change_id
    )
SELECT feature_id, tile_column, tile_row, origin_x_m, origin_y_m, cell_m, columns, rows, heights
FROM twin.terrain_tile
WHERE park_id = $1 AND run_id <= $2 AND feature_id NOT IN (SELECT feature_id FROM later)
UNION ALL
SELECT c.feature_id, p.tile_column, p.tile_row, p.origin_x_m, p.origin_y_m, p.cell_m, p.columns, p.rows, c.before_bytes
FROM later AS c, LATERAL jsonb_populate_record(NULL::twin.terrain_tile, c.before) AS p
WHERE c.before IS NOT NULL AND c.before_run_id <= $2
ORDER BY tile_row, tile_column;
