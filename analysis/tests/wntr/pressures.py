"""Pressures by WNTR (USEPA, https://github.com/USEPA/WNTR), beside which ours are held: `python3 pressures.py [NETWORK NODE L_S]...`.

Prints, for each network and question, the pressure of every junction in m and the seconds it took. `solver` says who worked it out:
EPANET 2.2, which comes with WNTR, or WNTR's own solver, written apart from EPANET. Where flows are given, each is drawn at its node and
answered by both; else the questions below are.
"""

import json
import os
import sys
import time

import wntr

NETWORKS = os.path.join(os.path.dirname(wntr.__file__), "library", "networks")
PDA = {"minimum_m": 0.0, "required_m": 60.0}


def path(network):
    return os.path.join(NETWORKS, network + ".inp")


def answer(network, hour=0, closed=None, draw=None, pda=False, own=False):
    model = wntr.network.WaterNetworkModel(path(network))
    model.options.time.duration = hour * 3600
    model.options.quality.parameter = "NONE"
    if closed:
        model.get_link(closed).initial_status = "CLOSED"
    if draw:
        model.add_pattern("always", [1.0])
        model.get_node(draw[0]).add_demand(draw[1] / 1000.0, "always")
    if pda:
        model.options.hydraulic.demand_model = "PDA"
        model.options.hydraulic.minimum_pressure = PDA["minimum_m"]
        model.options.hydraulic.required_pressure = PDA["required_m"]
        model.options.hydraulic.pressure_exponent = 0.5
    simulator = wntr.sim.WNTRSimulator(model) if own else wntr.sim.EpanetSimulator(model)
    began = time.perf_counter()
    results = simulator.run_sim()
    seconds = time.perf_counter() - began
    pressure = results.node["pressure"].loc[hour * 3600]
    demand = results.node["demand"].loc[hour * 3600]
    return {
        "network": network,
        "file": path(network),
        "solver": "WNTR" if own else "EPANET 2.2",
        "hour": hour,
        "closed": closed,
        "draw": draw,
        "pda": PDA if pda else None,
        "pressure_m": {name: float(pressure[name]) for name in model.junction_name_list},
        "given_l_s": {name: float(demand[name]) * 1000.0 for name in model.junction_name_list},
        "seconds": seconds,
    }


os.chdir(os.environ.get("TMPDIR", "/tmp"))
given = sys.argv[1:]
DRAWS = [(given[at], (given[at + 1], float(given[at + 2]))) for at in range(0, len(given), 3)]
CASES = [answer(network, draw=draw, own=own) for network, draw in DRAWS for own in (False, True)] or [
    answer("Net1"),
    answer("Net1", own=True),
    answer("Net1", hour=6),
    answer("Net1", closed="12"),
    answer("Net1", pda=True),
    answer("Net1", draw=("32", 30.0)),
    answer("Net3"),
    answer("Net3", hour=5),
    answer("Net3", closed="229"),
    answer("Net3", pda=True),
    answer("ky4"),
    answer("ky4", closed="P-100"),
    answer("ky4", pda=True),
    answer("ky4", draw=("J-500", 20.0)),
]
print(json.dumps({"version": wntr.__version__, "cases": CASES}))
