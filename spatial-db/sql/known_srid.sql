-- Whether the server knows the code as a projected CRS in metres.
SELECT EXISTS (
    SELECT FROM spatial_ref_sys
    WHERE srid = $1 AND auth_name = 'EPSG' AND auth_srid = $1 AND srtext LIKE 'PROJCS[%' AND proj4text LIKE '%+units=m%'
) AS known;
