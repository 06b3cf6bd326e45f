#!/usr/bin/python3
"""Figures of hosting capacities: drawn from a file of them, and from no other.

  plot_hosting_test.py TOOLS
"""
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
try:
    import h5py
    import numpy as np
    import matplotlib  # noqa: F401
except ImportError as error:
    print(f"skipped: {error.name} is missing")
    sys.exit(77)
sys.path.insert(0, os.path.dirname(__file__))
from small_results import Small, text

CONTROLLERS, LIMITS, LEVELS, REPLICAS = ("full", "smart"), ("any", "line", "unbalance"), 11, 20


def put_capacities(group, dims, capacity):
    level = np.broadcast_to(np.asarray(capacity, dtype=float), dims)
    group["capacity_level"], group["capacity"] = level, np.where(level < 0, np.nan, level)
    group["capacity_low_level"], group["capacity_high_level"] = np.full(dims, np.nan), level
    group["binding_kind"] = text(np.full(dims, "line", dtype=object))


def hosting_file(path, with_places=True):
    """Capacities of a feeder of four buses: of the first controller 3, of the second 6; unbalance is never broken."""
    Small(path)
    with h5py.File(path, "r+", track_order=True) as file:
        del file["controllers"], file["base"]
        group = file.create_group("hosting", track_order=True)
        group.attrs.update({"paths": text(["population.homes.vehicles"]), "unit": "", "from": 0.0, "step": 1.0, "levels": LEVELS,
                            "at_most": 0.05, "confidence": 0.95, "replicas": REPLICAS})
        group["controller"], group["limit"], group["level"] = text(CONTROLLERS), text(LIMITS), np.arange(float(LEVELS))
        put_capacities(group, (2, 3), [[3, 3, 10], [6, 6, 10]])
        broken = np.zeros((2, 3, LEVELS), dtype=int)
        for c, first in enumerate((4, 7)):
            broken[c, :2, first:] = REPLICAS
        group["broken"], group["kept"] = broken, REPLICAS - broken
        group["kept"][0, 0, 4] = 5  # of the others nothing is known there
        group["broken"][0, 0, 4] = 10
        if not with_places:
            return
        places = file.create_group("hosting_places", track_order=True)
        places.attrs.update({"unit": "", "from": 0.0, "step": 1.0, "levels": LEVELS, "limit": "any", "replicas": 10})
        places["controller"], places["bus"] = text(CONTROLLERS), text(["m", "e", "l"])
        put_capacities(places, (2, 3), [[4, 2, -1], [9, 5, 3]])


def plotted(tools, path, *words):
    answer = subprocess.run([os.path.join(tools, "plot"), path, *words], capture_output=True, text=True, timeout=300)
    return answer.returncode, answer.stdout, answer.stderr


def check(holds, what):
    if not holds:
        print(f"FAILED: {what}")
        sys.exit(1)


def main():
    tools = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "hosting.h5")
        hosting_file(path)
        status, out, error = plotted(tools, path)
        check(status == 0, f"a file of capacities is drawn: {error}")
        check("hosting_capacity_curves.png" in out and "hosting_map_capacity.png" in out, f"both figures are there: {out}")
        check(all(os.path.getsize(os.path.join(folder, f"hosting_{name}.png")) > 10_000 for name in ("capacity_curves", "map_capacity")),
              "they are no empty pictures")
        status, _, error = plotted(tools, path, "--figures", "ev_demand,capacity_curves")
        check(status == 2 and "figure 'ev_demand' is of one study, which this file is not" in error, f"it has no figures of runs: {error}")
        hosting_file(path, with_places=False)
        check("skipped map_capacity: the scenario asks for no capacity of single buses" in plotted(tools, path)[1],
              "without places there is no map, which is said")
        run = os.path.join(folder, "run.h5")
        Small(run)
        status, _, error = plotted(tools, run, "--figures", "map_capacity")
        check(status == 2 and "is of a search for hosting capacities, which this file is not" in error, f"a run has no capacities: {error}")
    print("all good")


if __name__ == "__main__":
    main()
