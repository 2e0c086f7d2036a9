SELECT source, target FROM line_end ORDER BY id
