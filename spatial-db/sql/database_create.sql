-- A new database.
CREATE DATABASE {name};
