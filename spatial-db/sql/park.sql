-- One park by its short name.
SELECT park_id, slug, name, srid, synthetic, attribution, licence, as_of FROM twin.park WHERE slug = $1;
