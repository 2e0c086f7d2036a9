-- A copy of a database to strike at.
CREATE DATABASE {name} TEMPLATE {from};
