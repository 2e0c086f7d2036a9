-- Definition of a CRS, as well-known text.
SELECT srtext FROM spatial_ref_sys WHERE srid = $1;
