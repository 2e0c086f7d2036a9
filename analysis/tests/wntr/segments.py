"""Valve segmentation by WNTR (USEPA, https://github.com/USEPA/WNTR), beside which ours is held: `python3 segments.py`.

Prints, for each network and valve layer that WNTR makes, nodes, links, valves, the segment of each and the seconds it took.
"""

import json
import os
import time

import wntr

NETWORKS = os.path.join(os.path.dirname(wntr.__file__), "library", "networks")
# Network, placement, valves placed or pipes a node left without, seed of the layer.
CASES = [
    ("Net3", "random", 40, 123),
    ("Net3", "strategic", 1, 123),
    ("Net3", "strategic", 2, 123),
    ("ky4", "random", 40, 123),
    ("ky4", "random", 400, 7),
    ("ky4", "strategic", 1, 123),
    ("ky4", "strategic", 2, 123),
]


def answer(network, placement, n, seed):
    model = wntr.network.WaterNetworkModel(os.path.join(NETWORKS, network + ".inp"))
    layer = wntr.network.generate_valve_layer(model, placement, n, seed=seed)
    graph = model.to_graph()
    began = time.perf_counter()
    of_node, of_link, sizes = wntr.metrics.valve_segments(graph, layer)
    seconds = time.perf_counter() - began
    nodes = list(model.node_name_list)
    number = {name: at for at, name in enumerate(nodes)}
    links = [(name, model.get_link(name)) for name in model.link_name_list]
    at = {name: number for number, (name, _) in enumerate(links)}
    return {
        "name": f"{network} {placement} {n}",
        "nodes": len(nodes),
        "links": [[number[link.start_node_name], number[link.end_node_name]] for _, link in links],
        "valves": [[at[row.link], number[row.node]] for row in layer.itertuples()],
        "of_node": [int(of_node[name]) for name in nodes],
        "of_link": [int(of_link[name]) for name, _ in links],
        "count": len(sizes),
        "largest": int(sizes.sum(axis=1).max()),
        "seconds": seconds,
    }


print(json.dumps({"version": wntr.__version__, "cases": [answer(*case) for case in CASES]}))
