"""Hosting capacities: how likely limits are broken at which value, and what single buses take. Imported by `plot`; not a program."""
import math
import textwrap

import h5py
import numpy as np

import plot_time
from plot_common import NoData, colour, dash, heading, matplotlib, plt
from plot_layout import Layout
from plot_map import draw_feeder, mark, name_buses
from matplotlib.colors import LinearSegmentedColormap, Normalize

ROOM = LinearSegmentedColormap.from_list("room", ["#7F2704", "#FDB863", "#F3F3F3", "#6BAED6", "#08306B"])


def texts(array):
    return list(array.asstr()[()])


class Hosting:
    """The parts of a file of hosting capacities that figures are made of."""

    def __init__(self, path):
        self.file = h5py.File(path, "r")
        self.title = self.file.attrs["title"]
        self.group = self.file["hosting"]
        attributes = self.group.attrs
        self.replicas = int(attributes["replicas"])
        self.at_most, self.confidence = float(attributes["at_most"]), float(attributes["confidence"])
        self.paths = [str(path) for path in np.atleast_1d(attributes["paths"])]
        self.unit = str(attributes["unit"])
        self.start = plot_time.start_of(self.file)
        self.controllers, self.limits = texts(self.group["controller"]), texts(self.group["limit"])
        self.levels = self.group["level"][()]
        self.replica = self.vehicle = self.day = None

    def has_phases(self):
        return "feeder/conductor" in self.file

    def value_text(self):
        return ", ".join(self.paths) + (f" ({self.unit})" if self.unit else "")


def holds_hosting(path):
    """Whether a file holds hosting capacities; a file that cannot be read is somebody else's to complain of."""
    try:
        with h5py.File(path, "r") as file:
            return "hosting" in file
    except OSError:
        return False


class Curve:
    """What is known of the replicas of one controller that break one limit, by level."""

    def __init__(self, result, c, k):
        group = result.group
        broken, kept = group["broken"][c, k].astype(float), group["kept"][c, k].astype(float)
        known = broken + kept
        self.is_known = known[known > 0].size > 0
        n = max(result.replicas, 1)
        self.least, self.most = broken / n, 1.0 - kept / n
        whole = known == n
        same = np.diff(self.least) == 0
        flat = np.concatenate([[False], whole[:-1] & same]) & np.concatenate([whole[1:] & same, [False]])  # within a level stretch
        self.whole = np.flatnonzero(whole & ~flat)
        self.level, self.low, self.high = (group[name][c, k] for name in ("capacity_level", "capacity_low_level", "capacity_high_level"))

    def draw(self, axis, result, c):
        tint, alpha_y = colour(c), result.at_most
        axis.fill_between(result.levels, self.least, self.most, color=tint, alpha=0.18, linewidth=0)
        axis.plot(result.levels[self.whole], self.least[self.whole], color=tint, linestyle=dash(c), marker="o", markersize=3,
                  label=result.controllers[c])
        ends = [self.low, self.high]
        if np.isfinite(ends).all():
            values = [result.levels[int(max(0, end))] for end in ends]
            axis.plot(values, [alpha_y, alpha_y], color=tint, linewidth=4, alpha=0.6, solid_capstyle="butt", zorder=4)
        if self.level >= 0:
            axis.plot([result.levels[int(self.level)]], [alpha_y], marker="D", markersize=6, color=tint, markeredgecolor="white", zorder=5)


def words_of_capacity(result, level):
    if level < 0:
        return "none"
    return ("≥ " if level == len(result.levels) - 1 else "") + f"{result.levels[int(level)]:g}"


def capacity_curves(result):
    """How likely each limit is broken at which value, with the capacities and their intervals; a panel for each limit."""
    curves = {k: [Curve(result, c, k) for c in range(len(result.controllers))] for k in range(len(result.limits))}
    shown = [k for k, of_limit in curves.items() if any(curve.least.max() > 0 for curve in of_limit)]
    if not shown:
        raise NoData("no limit was broken at any value")
    alike = {}  # a joint limit says what the kind says that makes it up
    for k in shown:
        curve_bytes = b"".join(curve.least.tobytes() + curve.most.tobytes() for curve in curves[k])
        alike.setdefault(curve_bytes, []).append(k)
    names = {same[0]: ", ".join(result.limits[k] for k in same) for same in alike.values()}
    shown = list(names)
    columns = min(2, len(shown))
    lines = math.ceil(len(shown) / columns)
    figure, axes = plt.subplots(lines, columns, figsize=(5.6 * columns, 0.9 + 3.1 * lines), squeeze=False, sharex=True, sharey=True)
    for axis in axes.flat[len(shown):]:
        axis.set_visible(False)
    for axis, k in zip(axes.flat, shown):
        for c, curve in enumerate(curves[k]):
            if curve.is_known:
                curve.draw(axis, result, c)
        axis.axhline(result.at_most, color="black", linewidth=0.9, linestyle=":")
        found = "; ".join(f"{label} {words_of_capacity(result, curve.level)}"
                          for label, curve in zip(result.controllers, curves[k]) if curve.is_known)
        axis.set_title(names[k] + "\n" + textwrap.fill(found, 62), fontsize=9)
        axis.yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0, decimals=0))
        axis.set_ylim(-0.02, 1.02)
    for row in axes:
        row[0].set_ylabel("days that break the limit")
    for axis in [a for a in axes[-1] if a.get_visible()]:
        axis.set_xlabel(result.value_text(), fontsize=9)
    figure.suptitle(f"{result.title}\ndots: all {result.replicas} replicas known, lines join them; shaded: what the others may be; diamonds: capacity at "
                    f"{100 * result.at_most:g} %, bars: its {100 * result.confidence:g} % interval", x=0.01, ha="left", fontsize=10)
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=min(4, len(labels)), frameon=False)
    return figure


def map_capacity(result):
    """What every bus takes if all stands there alone, a panel for each controller."""
    if "hosting_places" not in result.file:
        raise NoData("the scenario asks for no capacity of single buses (hosting.places)")
    group = result.file["hosting_places"]
    names = texts(result.file["feeder/bus"])
    place = {name: k for k, name in enumerate(names)}
    buses = [place[bus] for bus in texts(group["bus"])]
    values, levels = group["capacity"][()], group["capacity_level"][()]
    lowest, most = float(group.attrs["from"]), float(group.attrs["from"]) + float(group.attrs["step"]) * (int(group.attrs["levels"]) - 1)
    values = np.where(levels < 0, lowest, values)
    norm = Normalize(lowest, max(float(np.nanmax(values)), lowest + 1e-9))
    layout = Layout(result)
    count = len(result.controllers)
    columns = min(count, 1 if layout.width > 2.2 * layout.height else 2)
    lines = math.ceil(count / columns)
    figure, axes = plt.subplots(lines, columns, figsize=(columns * layout.width + 1.2, lines * (layout.height + 0.7) + 0.8), squeeze=False,
                                constrained_layout=True)
    for axis in axes.flat:
        axis.axis("off")
    for c, axis in zip(range(count), axes.flat):
        draw_feeder(axis, layout)
        axis.scatter(layout.x[buses], layout.y[buses], s=46, c=ROOM(norm(values[c])), edgecolors="#444444", linewidths=0.5, zorder=4)
        name_buses(axis, layout, names)
        at = int(np.nanargmin(values[c]))
        mark(axis, layout, buses[at])
        word = "none" if levels[c][at] < 0 else f"{values[c][at]:g}"
        first = str(group["binding_kind"].asstr()[c][at])
        axis.set_title(f"{result.controllers[c]}\nleast at bus {names[buses[at]]}: {word}" + (f", then {first}" if first else ""),
                       fontsize=9)
    bar = figure.colorbar(matplotlib.cm.ScalarMappable(norm, ROOM), ax=list(axes.flat), shrink=0.8, aspect=30)
    unit = f" ({group.attrs['unit']})" if group.attrs["unit"] else ""
    bar.set_label(f"capacity{unit}" + (f"; {most:g} is the end of the range" if np.nanmax(values) >= most else ""), fontsize=9)
    heading(figure, f"{result.title}: all at one bus, {group.attrs['limit']} limit broken on at most {100 * result.at_most:g} % of "
                    f"{int(group.attrs['replicas'])} days{layout.remark}")
    return figure


FIGURES = [capacity_curves, map_capacity]
