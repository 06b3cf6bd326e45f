"""What all figures of a result share: the file, bands, axes, colours. Imported by `plot`; not a program."""
import datetime
import math
import sys
import textwrap

try:
    import h5py
    import matplotlib
    import numpy as np
except ImportError as error:
    sys.exit(f"plot: {error.name} is missing; install python3-h5py, python3-matplotlib and python3-numpy")

matplotlib.use("Agg")
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import plot_time
from plot_time import clock_axis  # noqa: F401 - figures take it from here

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


class NoSuch(Exception):
    """What was asked for by an option is not in the file."""


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
        self.start = plot_time.start_of(self.file)
        self.limits = float(attributes["voltage_min_pu"]), float(attributes["voltage_max_pu"])
        self.base = self.file["base"]
        self.replica = self.vehicle = self.day = None  # what a figure of one vehicle shows; None: chosen by the figure
        self.controllers = [(group.attrs["label"], group) for group in self.file["controllers"].values()]

    def has_phases(self):
        """Whether the feeder is not balanced."""
        return "feeder/conductor" in self.file

    def bands(self):
        """Lowest and highest voltage allowed, by bus."""
        feeder, buses = self.file["feeder"], len(self.file["feeder/bus"])
        if "voltage_min_pu" not in feeder:
            return [np.full(buses, limit) for limit in self.limits]
        return [feeder[name][()] for name in ("voltage_min_pu", "voltage_max_pu")]

    def all_limits(self):
        """Every voltage limit that holds at some bus but the source."""
        return sorted({float(limit) for side in self.bands() for limit in side[1:]}) or list(self.limits)

    def broken_sides(self):
        """The sides of the voltage band that any replica broke, "low" and "high"; the low one where none was broken or is known."""
        sides = []
        for side, name in (("low", "minutes_below_band"), ("high", "minutes_above_band")):
            arrays = [output[name][()] for _, run in self.controllers for output in run.values()
                      if hasattr(output, "keys") and name in output]
            if any((array > 0).any() for array in arrays):
                sides.append(side)
        return sides or ["low"]

    def period(self):
        """Begin and end of the measured time by the marks of its outputs; the study's first day where it has none."""
        for output in self.base.values():
            if isinstance(output, h5py.Group) and "time" in output and len(output["time"]) > 1:
                hours = plot_time.hours_since_start(output["time"])
                return tuple(self.clock([hours[0], 2 * hours[-1] - hours[-2]]))
        return self.start, self.start + datetime.timedelta(days=1)

    def clock(self, hours):
        return [self.start + datetime.timedelta(hours=float(h)) for h in hours]


def output_of(run, kind):
    """The group of the first output of a kind."""
    group = next((g for g in run.values() if isinstance(g, h5py.Group) and g.attrs.get("type") == kind), None)
    if group is None:
        raise NoData(f"the study has no output '{kind}'")
    return group


class Bands:
    """Mean and outer quantiles of one variable over the replicas of one run.

    Series of a year have one value a day: `by_day` says which (lowest, highest, mean, sum), None leaves it to the variable and
    False keeps all marks.
    """

    def __init__(self, run, kind, name, by_day=None):
        group = output_of(run, kind)
        if name + "_mean" not in group:
            raise NoData(f"output '{kind}' holds no {name}")
        self.group = group
        self.mean = group[name + "_mean"][()]
        self.hours = plot_time.hours_since_start(group["time"])
        # What a value stands for: the mean over the interval from its mark, or the state at the mark (CF conventions).
        self.is_mean = group[name + "_mean"].attrs.get("cell_methods", "") == "time: mean"
        quantiles = group.get(name + "_quantiles")
        self.levels = group["quantile"][()] if quantiles is not None else np.array([])
        self.quantiles = quantiles[()] if quantiles is not None else None
        self.daily = None
        self.of_marks = self.sampling()
        if by_day or (by_day is None and kind == "series" and plot_time.is_long(self.hours)):
            self.draw_by_days(by_day or plot_time.BY_DAY.get(name, "highest"))

    def draw_by_days(self, how):
        days = plot_time.Days(self.hours, plot_time.start_of(self.group.file))
        self.daily = how
        self.mean = days.reduce(self.mean, how)
        # A sum of quantiles is no quantile of the sum.
        self.quantiles = days.reduce(self.quantiles, how, axis=1) if self.quantiles is not None and how != "sum" else None
        self.hours, self.is_mean = days.hours, True

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
        if self.daily:
            return f"{self.daily} of day"
        return f"{self.minutes():g} min means" if self.is_mean else f"every {self.minutes():g} min"

    def band_name(self):
        return f"{100 * self.levels[0]:g} to {100 * self.levels[-1]:g} % of replicas" if self.outer() else "one replica"


class Sites:
    """What loads see at every bus: from values by conductor or supply to one value by bus, the worst of its phases."""

    def __init__(self, result):
        feeder = result.file["feeder"]
        self.names = feeder["bus"].asstr()[()]
        self.parent = feeder["parent"][()]
        if len(self.parent) == 0:
            raise NoData("the file holds no feeder")
        self.has_phases = result.has_phases()
        kind = "supply" if "supply" in feeder else "conductor"
        self.bus = feeder[f"{kind}_bus"][()] if self.has_phases else np.arange(len(self.names))
        phase = feeder["supply_wires" if kind == "supply" else "conductor_phase"].asstr()[()] if self.has_phases else None
        self.live = phase != "n" if self.has_phases else np.ones(len(self.names), bool)
        self.moved = {side: limit - own for side, limit, own in zip(("low", "high"), result.limits, result.bands())}
        self.unit = "pu, moved to one band at buses with another" if any(m[1:].any() for m in self.moved.values()) else "pu"

    def by_bus(self, values, worst):
        """`worst`: np.fmin or np.fmax, over the last axis."""
        out = np.full(values.shape[:-1] + (len(self.names),), np.nan)
        columns = np.flatnonzero(self.live)
        order = columns[np.argsort(self.bus[columns], kind="stable")]
        buses, first = np.unique(self.bus[order], return_index=True)
        out[..., buses] = worst.reduceat(values[..., order], first, axis=-1)
        return out

    def voltages(self, values, side):
        """By bus: the lowest voltage of its phases, or the highest, moved so that one band holds at all buses; the source, whose
        voltage is given, is left out."""
        volts = self.by_bus(values, np.fmin if side == "low" else np.fmax) + self.moved[side]
        volts[..., self.parent < 0] = np.nan
        return volts


def worst_level(bands, side):
    """The outer quantile on a side, and its name."""
    if not bands.outer():
        return bands.mean, "one replica"
    k = 0 if side == "low" else -1
    return bands.quantiles[k], f"{100 * bands.levels[k]:g} %"


def nearer_to_limit(by_side, limits):
    """Of lowest and highest voltages the one that is nearer to its limit or further beyond; of one side its own."""
    if len(by_side) == 1:
        return next(iter(by_side.values()))
    low, high = by_side["low"], by_side["high"]
    return np.where(low - limits[0] < limits[1] - high, low, high)


class WorstVoltages:
    """The voltages of a run by mark (or day) and bus on the sides of the band that are broken, in a study with several replicas those of
    a bad one; where both sides are broken `shown` has the one that is nearer to its limit or further beyond."""

    def __init__(self, result, sites, run, in_days=False):
        self.sites, self.sides, names, self.by_side = sites, result.broken_sides(), [], {}
        long = in_days and plot_time.is_long(Bands(run, "voltages", "voltage_pu", by_day=False).hours)
        for side in self.sides:
            self.bands = Bands(run, "voltages", "voltage_pu", by_day=f"{side}est" if long else False)
            values, name = worst_level(self.bands, side)
            self.by_side[side] = sites.voltages(values, side)
            names.append(name)
        if any(np.isnan(volts).all() for volts in self.by_side.values()):
            raise NoData("no step has a load-flow solution")
        quantiles = f"{' and '.join(names)} quantile of replicas" if self.bands.outer() else names[0]
        self.what = f"{quantiles}, {self.bands.of_marks}"
        self.shown = nearer_to_limit(self.by_side, result.limits)

    def over_time(self):
        """By side and bus, the extremes over time."""
        return {side: (np.fmin if side == "low" else np.fmax).reduce(volts, axis=0) for side, volts in self.by_side.items()}

    def extremes(self):
        """[(side, voltage, mark, bus)] for each side."""
        found = []
        for side, volts in self.by_side.items():
            pick = np.nanargmin if side == "low" else np.nanargmax
            mark, bus = np.unravel_index(pick(volts), volts.shape)
            found.append((side, volts[mark, bus] - self.sites.moved[side][bus], int(mark), int(bus)))
        return found


def words_of(sides):
    """"lowest" or "lowest and highest"."""
    return " and ".join(f"{side}est" for side in sides)


def panels(count, width, height, most_columns=3, side_room=0.0, **how):
    """A figure of `count` panels in rows; returns it and the axes that are used."""
    columns = 2 if count == 4 and most_columns == 3 else min(most_columns, count)
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(width * columns + side_room, 0.6 + height * rows), squeeze=False, **how)
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return figure, axes.flat[:count]


def heading(figure, text):
    """A title of the whole figure, in as many lines as its width needs."""
    columns = int(12.5 * figure.get_size_inches()[0])
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, columns)]
    # Layouts that are constrained place it themselves; elsewhere its distance from the edge is in inches, for figures of any height.
    place = {} if figure.get_constrained_layout() else {"y": 1 - 0.1 / figure.get_size_inches()[1], "va": "top"}
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=11, **place)


def colour(index):
    return COLOURS[index % len(COLOURS)]


def dash(index):
    return DASHES[index % len(DASHES)]


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
                          xytext=(-2, 2), textcoords="offset points", color="#B00020", fontsize=8.5,
                          bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.5})
