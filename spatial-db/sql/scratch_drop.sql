-- Ends a test's database, with whoever is still in it.
DROP DATABASE IF EXISTS {name} WITH (FORCE);
