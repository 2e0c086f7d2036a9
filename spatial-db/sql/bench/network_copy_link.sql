COPY link (id, source, target, cost, x1, y1, x2, y2) FROM STDIN
