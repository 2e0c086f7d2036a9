COPY line (id, way) FROM STDIN
