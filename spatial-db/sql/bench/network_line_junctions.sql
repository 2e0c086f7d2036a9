SELECT source, target FROM line ORDER BY id
