"""What the tournament's table and figure share: its results, who took part, and what each knows."""
import csv
import os
import re
import sys

try:
    import h5py
except ImportError as error:
    sys.exit(f"tournament: {error.name} is missing; install python3-h5py")

HERE = os.path.dirname(os.path.abspath(__file__))
FEEDERS = {"ieee33": "33 buses", "cigre_mv": "CIGRE MV", "european_lv": "European LV", "ieee123": "123 nodes"}
OWN = {"state_of_charge", "reserve_soc", "capacity", "stored_per_drawn", "drawn_per_returned", "taper_knee", "taper_end", "target_soc",
       "stated_departure", "power", "drawn_energy", "returned_energy", "reactive_power", "power_limit"}
WORDS = {"voltage": "own voltage", "feeder_head": "feeder power", "base_demand": "base load", "base_demand_forecast": "base load ahead",
         "price": "price", "price_forecast": "prices ahead", "sell_price": "price", "sell_price_forecast": "prices ahead",
         "linear_grid": "grid model", "foresight": "all stays ahead", "arrivals": "forecast of stays", "site_limit": "site limit",
         "site_power": "site power", "curtailed_to": "", "site_curtailed_to": ""}


class Run:
    """One controller on one feeder."""

    def __init__(self, file, group):
        self.label = str(group.attrs["label"])
        self.type = str(group.attrs["type"])
        self.unsolved = int(group.attrs["unsolved_steps"])
        self.kpis = group["kpis"]
        types = [] if "parties" not in group else [text(t) for t in group["parties"].get("type", [])]
        self.types = types or [self.type]
        reads = [text(s) for s in group["reads/signal"][...]] if "reads" in group else []
        self.knows = words_of(reads, "messages" in group)
        reference = str(file.attrs["reference"])
        name = f"{self.label}_minus_{reference}"
        self.paired = file["paired"][name]["kpis"] if "paired" in file and name in file["paired"] else None
        self.summary = file["summary"][self.label]["kpis"]

    def values(self, kpi):
        return self.kpis[kpi][...] if kpi in self.kpis else None


class Feeder:
    def __init__(self, folder, name):
        self.name, self.title = name, FEEDERS[name]
        self.file = h5py.File(os.path.join(folder, f"{name}.h5"), "r")
        self.replicas = int(self.file.attrs["replicas_finished"])
        self.reference = str(self.file.attrs["reference"])
        self.currency = str(self.file.attrs["currency"])
        self.band = float(self.file.attrs["voltage_min_pu"]), float(self.file.attrs["voltage_max_pu"])
        self.seconds = float(self.file.attrs["wall_seconds"])
        self.runs = {run.label: run for run in (Run(self.file, g) for g in self.file["controllers"].values())}


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def words_of(reads, has_messages):
    """What a controller declared to read, in words; what belongs to its own charging point is one of them."""
    words = []
    if any(signal in OWN for signal in reads):
        words.append("own battery")
    for signal in reads:
        word = "" if signal in OWN else WORDS.get(signal, signal.replace("_", " "))
        if word and word not in words:
            words.append(word)
    if has_messages:
        words.append("messages")
    return ", ".join(words) or "nothing"


def registered(folder):
    """Names of all controllers that this build has, as `describe` lists them."""
    names, inside = [], False
    with open(os.path.join(folder, "plugins.txt"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith(" "):
                inside = line.strip() == "controllers"
            elif inside:
                found = re.match(r"  (\w+)\s{2,}\S", line) or re.match(r"  (\w+)$", line.rstrip())
                if found:
                    names.append(found.group(1))
    return names


def absent():
    """Reasons by (controller, feeder); feeder * is all of them."""
    with open(os.path.join(HERE, "absent.csv"), encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(row["controller"], row["feeder"]): row["reason"] for row in rows}


def order_of(feeders):
    """Labels in the order in which feeders name them first."""
    labels = []
    for feeder in feeders:
        labels += [label for label in feeder.runs if label not in labels]
    return labels
