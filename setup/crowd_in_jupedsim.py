"""Runs the rooms of `crowd_beside_jupedsim` in JuPedSim: the same walls, persons, speeds and constants of the same model.

    python3 setup/crowd_in_jupedsim.py CASES.json

Behind each door lies a yard of 3 m, as people walk on there; a person counts as out when he has passed the door's line. Everyone goes to the
door that is nearest as the crow flies. Left to JuPedSim: how it steers round corners.
"""

import json
import sys
import time

import jupedsim as jps
from shapely import Polygon, box
from shapely.ops import unary_union

YARD_M = 3.0


def yard(door, low, high):
    """The yard behind a door of an upright rectangular room, and the strip at its end that is the exit."""
    (x0, y0), (x1, y1) = door
    if x0 == x1:
        out = 1.0 if x0 == high[0] else -1.0
        yard = box(*sorted_box(x0, y0 - 1.0, x0 + out * YARD_M, y1 + 1.0))
        end = box(*sorted_box(x0 + out * (YARD_M - 0.5), y0 - 1.0, x0 + out * YARD_M, y1 + 1.0))
    else:
        out = 1.0 if y0 == high[1] else -1.0
        yard = box(*sorted_box(x0 - 1.0, y0, x1 + 1.0, y0 + out * YARD_M))
        end = box(*sorted_box(x0 - 1.0, y0 + out * (YARD_M - 0.5), x1 + 1.0, y0 + out * YARD_M))
    return yard, end


def sorted_box(x0, y0, x1, y1):
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def neck(door, low, high):
    """A wall has no thickness here: the door is 5 cm of passage between room and yard."""
    (x0, y0), (x1, y1) = door
    return box(*sorted_box(x0 - 0.05, y0, x1 + 0.05, y1)) if x0 == x1 else box(*sorted_box(x0, y0 - 0.05, x1, y1 + 0.05))


def moved(shape, door, high):
    """The yard begins behind the neck."""
    from shapely.affinity import translate

    (x0, y0), (x1, y1) = door
    if x0 == x1:
        return translate(shape, 0.05 if x0 == high[0] else -0.05, 0.0)
    return translate(shape, 0.0, 0.05 if y0 == high[1] else -0.05)


def run(case):
    low, high = case["ring"][0], case["ring"][2]
    room = Polygon(case["ring"])
    shapes, ends = [room], []
    for door in case["doors"]:
        behind, end = yard(door, low, high)
        shapes += [neck(door, low, high), moved(behind, door, high)]
        ends.append(moved(end, door, high))
    (strength, reach), (wall, wall_reach) = case["repulsion"], case["wall"]
    model = jps.CollisionFreeSpeedModel(
        strength_neighbor_repulsion=strength,
        range_neighbor_repulsion=reach,
        strength_geometry_repulsion=wall,
        range_geometry_repulsion=wall_reach,
    )
    simulation = jps.Simulation(model=model, geometry=unary_union(shapes), dt=case["step_s"])
    stages = [simulation.add_exit_stage(end) for end in ends]
    journeys = [simulation.add_journey(jps.JourneyDescription([stage])) for stage in stages]
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in case["doors"]]
    for (x, y), radius, speed in case["agents"]:
        k = min(range(len(middles)), key=lambda k: (middles[k][0] - x) ** 2 + (middles[k][1] - y) ** 2)
        simulation.add_agent(
            jps.CollisionFreeSpeedModelAgentParameters(
                journey_id=journeys[k],
                stage_id=stages[k],
                position=(x, y),
                radius=radius,
                desired_speed=speed,
                time_gap=case["time_gap_s"],
            )
        )
    steps, last, took = 0, 0.0, 0.0
    left = 0
    while simulation.agent_count() > 0 and simulation.elapsed_time() < 1200.0:
        steps += simulation.agent_count()
        began = time.perf_counter()
        simulation.iterate()
        took += time.perf_counter() - began
        left = sum(
            low[0] <= agent.position[0] <= high[0] and low[1] <= agent.position[1] <= high[1]
            for agent in simulation.agents()
        )
        if left:
            last = simulation.elapsed_time()
    egress = f"egress {last:.1f} s" if not left else f"not empty after {last:.0f} s, {left} persons still inside"
    print(f"jupedsim  {case['name']}: {egress}, {steps / took / 1e6:.2f} million steps of a person a second")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        for case in json.load(file):
            run(case)
