-- How many lines lie within a distance of each other in 3D, m, and nothing else.
SELECT count(*) FROM pipe AS a JOIN pipe AS b ON b.id > a.id AND ST_3DDWithin(a.way, b.way, $1)
