COPY pipe (id, class, half_m, off_plan_m, off_height_m, east, north, reach_m, way) FROM STDIN
