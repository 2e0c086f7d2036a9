-- A package that a program of the future wrote.
UPDATE twin_package SET format_version = 999;
