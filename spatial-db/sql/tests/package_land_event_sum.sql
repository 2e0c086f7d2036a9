-- Another checksum of the land events of a package.
UPDATE twin_checksum SET checksum = ?1 WHERE table_name = 'land_event';
