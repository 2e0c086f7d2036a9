-- Makes room for a copy.
DROP DATABASE IF EXISTS {name} WITH (FORCE);
