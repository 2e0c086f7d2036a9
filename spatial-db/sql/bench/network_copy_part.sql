COPY part (id, source, target, cost, valve) FROM STDIN
