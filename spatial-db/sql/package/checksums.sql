-- How many rows each table was packed with, and their checksum.
SELECT table_name, row_count, checksum FROM twin_checksum;
