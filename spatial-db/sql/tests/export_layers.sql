-- What an exported file says of its layer and where it lies.
SELECT c.description, c.srs_id, s.definition
FROM gpkg_contents AS c JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = c.srs_id;
