-- A new park.
INSERT INTO twin.park (slug, name, srid, synthetic, attribution, licence, as_of)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING park_id;
