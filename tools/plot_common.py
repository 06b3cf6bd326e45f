"""What all figures of a result share: the file, bands, axes, colours. Imported by `plot`; not a program."""
import datetime
import math
import sys

try:
    import h5py
    import matplotlib
    import numpy as np
except ImportError as error:
    sys.exit(f"plot: {error.name} is missing; install python3-h5py, python3-matplotlib and python3-numpy")

matplotlib.use("Agg")
import matplotlib.dates as mdates
import matplotlib.pyplot as plt

# Okabe and Ito's palette and two darker ones, distinguishable with any colour vision; black is kept for the feeder without vehicles.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#882255"]
DASHES = ["-", (0, (6, 2)), (0, (4, 2, 1, 2)), (0, (1, 1))]
MOST_STACKED_ZONES = len(COLOURS)
STYLE = {
    "savefig.dpi": 150, "font.size": 10, "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.titlesize": 11,
    "axes.titlelocation": "left", "legend.frameon": False, "lines.linewidth": 1.6, "text.parse_math": False,
}


class NoData(Exception):
    """A figure cannot be drawn because the file does not hold what it shows."""


class Result:
    """The parts of a result file that figures are made of; groups come in the order of the scenario."""

    def __init__(self, path):
        self.file = h5py.File(path, "r")
        attributes = self.file.attrs
        if int(attributes["evsweep_layout"]) != 1:
            raise KeyError("evsweep_layout")
        self.title = attributes["title"]
        self.replicas = int(attributes["replicas_finished"])
        self.confidence = float(attributes["confidence"])
        self.reference = attributes["reference"]
        self.start = datetime.datetime.fromisoformat(attributes["calendar_start"])
        self.limits = float(attributes["voltage_min_pu"]), float(attributes["voltage_max_pu"])
        self.base = self.file["base"]
        self.controllers = [(group.attrs["label"], group) for group in self.file["controllers"].values()]

    def has_phases(self):
        """Whether the feeder is not balanced."""
        return "feeder/conductor" in self.file

    def broken_sides(self):
        """The sides of the voltage band that any replica broke, "low" and "high"; the low one where none was broken or is known."""
        sides = []
        for side, name in (("low", "minutes_below_band"), ("high", "minutes_above_band")):
            arrays = [output[name][()] for _, run in self.controllers for output in run.values()
                      if hasattr(output, "keys") and name in output]
            if any((array > 0).any() for array in arrays):
                sides.append(side)
        return sides or ["low"]

    def clock(self, hours):
        return [self.start + datetime.timedelta(hours=float(h)) for h in hours]


class Bands:
    """Mean and outer quantiles of one variable over the replicas of one run."""

    def __init__(self, run, kind, name):
        group = next((g for g in run.values() if isinstance(g, h5py.Group) and g.attrs.get("type") == kind), None)
        if group is None:
            raise NoData(f"the study has no output '{kind}'")
        if name + "_mean" not in group:
            raise NoData(f"output '{kind}' holds no {name}")
        self.group = group
        self.mean = group[name + "_mean"][()]
        self.hours = group["time"][()]
        # What a value stands for: the mean over the interval from its mark, or the state at the mark (CF conventions).
        self.is_mean = group[name + "_mean"].attrs.get("cell_methods", "") == "time: mean"
        quantiles = group.get(name + "_quantiles")
        self.levels = group["quantile"][()] if quantiles is not None else np.array([])
        self.quantiles = quantiles[()] if quantiles is not None else None

    def middle(self):
        """The median, or the mean where the file has no median."""
        at = np.flatnonzero(self.levels == 0.5)
        return self.quantiles[at[0]] if len(at) else self.mean

    def outer(self):
        return (self.quantiles[0], self.quantiles[-1]) if self.quantiles is not None and len(self.levels) > 1 else None

    def minutes(self):
        """Distance of the marks."""
        return 60 * (self.hours[1] - self.hours[0]) if len(self.hours) > 1 else 60

    def sampling(self):
        return f"{self.minutes():g} min means" if self.is_mean else f"every {self.minutes():g} min"

    def band_name(self):
        return f"{100 * self.levels[0]:g} to {100 * self.levels[-1]:g} % of replicas" if self.outer() else "one replica"


def colour(index):
    return COLOURS[index % len(COLOURS)]


def dash(index):
    return DASHES[index % len(DASHES)]


def clock_axis(axis, hours):
    """Time of day below, with the day where there are several."""
    span = float(hours[-1] - hours[0]) if len(hours) > 1 else 1.0
    if span <= 36:
        axis.xaxis.set_major_locator(mdates.HourLocator(byhour=range(0, 24, 3 if span > 12 else 1)))
        axis.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))
    elif span <= 96:
        axis.xaxis.set_major_locator(mdates.HourLocator(byhour=(0, 12)))
        axis.xaxis.set_major_formatter(mdates.DateFormatter("%a %H:%M"))
    else:
        axis.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=10))
        axis.xaxis.set_major_formatter(mdates.DateFormatter("%a %d %b"))
    axis.set_xlabel("time of day" if span <= 36 else "time")
    axis.margins(x=0)


def draw_course(result, axis, bands, values, **style):
    """Means as steps over their intervals, states as a line through the marks."""
    if not bands.is_mean:
        return axis.plot(result.clock(bands.hours), values, **style)
    edges = np.append(bands.hours, bands.hours[-1] + bands.minutes() / 60)
    return axis.step(result.clock(edges), np.append(values, values[-1]), where="post", **style)


def fill_course(result, axis, bands, low, high, **style):
    if not bands.is_mean:
        return axis.fill_between(result.clock(bands.hours), low, high, **style)
    edges = np.append(bands.hours, bands.hours[-1] + bands.minutes() / 60)
    return axis.fill_between(result.clock(edges), np.append(low, low[-1]), np.append(high, high[-1]), step="post", **style)


def draw_bands(result, axis, kind, name):
    """One line and band per controller; returns the last bands and the label of the band."""
    bands = None
    for i, (label, run) in enumerate(result.controllers):
        bands = Bands(run, kind, name)
        if bands.outer():
            fill_course(result, axis, bands, *bands.outer(), color=colour(i), alpha=0.22, linewidth=0)
        draw_course(result, axis, bands, bands.mean, color=colour(i), linestyle=dash(i), label=label)
    return bands


def legend_below(figure, axis, columns=5):
    """One legend below all panels; its inches do not depend on the height of the figure."""
    handles, labels = axis.get_legend_handles_labels()
    rows = math.ceil(len(labels) / columns)
    height = figure.get_size_inches()[1]
    figure.legend(handles, labels, loc="lower center", ncol=min(columns, len(labels)), columnspacing=1.2)
    figure.tight_layout(rect=(0, (0.1 + 0.25 * rows) / height, 1, 1))


def electrical_distance(result):
    """By bus: sum of |z| from the source, ohm at the source's voltage; and the parents."""
    feeder = result.file["feeder"]
    parent, ohm, volts = feeder["parent"][()], feeder["series_ohm"][()], feeder["nominal_v"][()]
    if len(parent) == 0:
        raise NoData("the file holds no feeder")
    distance = np.zeros(len(parent))
    for bus in range(len(parent)):  # parents come before children
        if parent[bus] >= 0:
            distance[bus] = distance[parent[bus]] + ohm[bus] * (volts[0] / volts[bus]) ** 2
    return distance, parent, volts[0]


def limit_lines(axis, limits):
    """Lines at the voltage limits that lie in or near the picture."""
    low, high = axis.get_ylim()
    reach = 0.35 * (high - low)
    for limit in limits:
        if low - reach <= limit <= high + reach:
            axis.axhline(limit, color="#B00020", linewidth=1.1, linestyle=(0, (8, 3)))
            axis.annotate(f"limit {limit:g} pu", (1, limit), xycoords=("axes fraction", "data"), ha="right", va="bottom",
                          xytext=(-2, 2), textcoords="offset points", color="#B00020", fontsize=8.5)
