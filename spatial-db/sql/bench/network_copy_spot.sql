COPY spot (junction, kind, place) FROM STDIN
