"""What peers need for the network of `network_speed`: `python3 network_peers.py segments|near FILE`. Told with processor time.

segments: numbers of junctions, links and gates, then the ends of each link, then link and junction of each gate; whole numbers of 32
bits. near: both ends of lines of one piece, x and y; numbers of 64 bits.
"""

import sys
import time

# WNTR looks every element up by name in lists: more than these would take hours.
WNTR_LINKS = 3000
# How far lines are looked at, as ours: the largest distance asked for, walls and what surveys err.
NEAR_M = 3.0 + 0.6 + 1.6


def timed(what, of):
    began, used = time.perf_counter(), time.process_time()
    done = of()
    print(f"  {what}: {time.perf_counter() - began:.3f} s, processor {time.process_time() - used:.2f} s", flush=True)
    return done


def segments(numbers, numpy):
    junctions, links, gates = (int(number) for number in numbers[:3])
    ends = numbers[3 : 3 + 2 * links].reshape(-1, 2).astype(numpy.int64)
    gate = numbers[3 + 2 * links :].reshape(-1, 2).astype(numpy.int64)
    # A junction and a link hang together where no gate stands between them.
    link = numpy.repeat(numpy.arange(links), 2)
    pairs = numpy.stack([link, ends.reshape(-1)], axis=1)
    shut = numpy.isin(pairs[:, 0] * junctions + pairs[:, 1], gate[:, 0] * junctions + gate[:, 1])
    pairs = pairs[~shut]
    try:
        import scipy.sparse
        from scipy.sparse.csgraph import connected_components

        def by_scipy():
            size = junctions + links
            ones = numpy.ones(len(pairs), dtype=numpy.int8)
            matrix = scipy.sparse.coo_matrix((ones, (pairs[:, 0] + junctions, pairs[:, 1])), shape=(size, size))
            return connected_components(matrix.tocsr(), directed=False)[0]

        count = timed(f"segments alone, SciPy {scipy.__version__} (given the pairs)", by_scipy)
        print(f"  SciPy counts {count} segments")
    except ImportError:
        print("  SciPy is not installed")
    try:
        import rustworkx

        def by_petgraph():
            graph = rustworkx.PyGraph()
            graph.add_nodes_from(range(junctions + links))
            graph.add_edges_from_no_data([(int(a) + junctions, int(b)) for a, b in pairs])
            return graph

        graph = timed("graph, rustworkx (petgraph)", by_petgraph)
        count = timed("segments alone, rustworkx (petgraph)", lambda: rustworkx.number_connected_components(graph))
        print(f"  rustworkx counts {count} segments")
    except ImportError:
        print("  rustworkx is not installed")
    try:
        import networkx
        import pandas
        import wntr

        small = min(links, WNTR_LINKS)
        graph = networkx.MultiDiGraph()
        for at in range(small):
            graph.add_edge(f"n{ends[at, 0]}", f"n{ends[at, 1]}", key=f"l{at}")
        rows = [(f"l{at}", f"n{junction}") for at, junction in gate if at < small]
        layer = pandas.DataFrame(rows, columns=["link", "node"])
        of = timed(
            f"segments of the first {small} links, WNTR {wntr.__version__}",
            lambda: wntr.metrics.valve_segments(graph, layer),
        )
        print(f"  WNTR counts {len(of[2])} segments of these")
    except ImportError:
        print("  WNTR is not installed")


def near(numbers, numpy):
    try:
        import shapely
    except ImportError:
        print("  shapely is not installed")
        return
    lines = timed(f"lines, shapely {shapely.__version__}", lambda: shapely.linestrings(numbers.reshape(-1, 2, 2)))
    tree = timed("tree, shapely", lambda: shapely.STRtree(lines))

    def pairs():
        a, b = tree.query(lines, predicate="dwithin", distance=NEAR_M)
        once = a < b
        return shapely.distance(lines[a[once]], lines[b[once]])

    found = timed("pairs within reach and their distance in plan, one thread, shapely (GEOS)", pairs)
    print(f"  shapely finds {len(found)} pairs")


if __name__ == "__main__":
    try:
        import numpy
    except ImportError:
        sys.exit("no numpy for python3")
    what, path = sys.argv[1:]
    if what == "segments":
        segments(numpy.fromfile(path, dtype="<u4"), numpy)
    else:
        near(numpy.fromfile(path, dtype="<f8"), numpy)
