-- What a geodatabase records of one pipe.
SELECT id, material_long, year FROM pipe WHERE id = 15304;
