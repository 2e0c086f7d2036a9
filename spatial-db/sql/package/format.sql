-- The version of the package's format.
SELECT format_version FROM twin_package;
