COPY building (id, outline) FROM STDIN
