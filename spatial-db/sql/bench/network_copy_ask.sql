COPY ask (a, b, beside_least_m, beside_most_m, over_least_m, over_most_m) FROM STDIN
