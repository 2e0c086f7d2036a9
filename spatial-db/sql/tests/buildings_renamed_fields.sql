-- Buildings of the campus with field names that a shapefile can hold.
SELECT BLDG_UID, NAME, BLDG_HEIGHT AS HEIGHT, MAX_FLOORS FROM ubcv_buildings;
