-- Streams the rows that are new or differ.
COPY pg_temp.twin_stage (is_new, {columns}) FROM STDIN (FORMAT binary);
