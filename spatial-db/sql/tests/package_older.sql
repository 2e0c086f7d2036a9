-- A package as it was before there were projects.
DROP TABLE project;
DELETE FROM twin_checksum WHERE table_name = 'project';
DELETE FROM gpkg_contents WHERE table_name = 'project';
