-- Makes room for the next layer.
DROP TABLE pg_temp.twin_stage;
