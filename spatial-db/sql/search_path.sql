-- Finds PostGIS's types and functions wherever the extension was put.
SELECT set_config('search_path', format('%I, %I, %I', 'twin', 'public', $1::text), false);
