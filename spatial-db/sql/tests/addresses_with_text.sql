-- Addresses with their place as text, for tables that hold no geometry.
SELECT *, OGR_GEOM_WKT AS WKT FROM ubcv_address;
