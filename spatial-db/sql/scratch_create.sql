-- A test's own database, from one that is migrated already.
CREATE DATABASE {name} TEMPLATE {template};
