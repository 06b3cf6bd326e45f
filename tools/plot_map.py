"""The feeder as a map: voltages, loadings and probabilities where they are. Imported by `plot`; not a program."""
import math

import numpy as np
from matplotlib.collections import LineCollection

import plot_time
from plot_common import Bands, NoData, Sites, WorstVoltages, heading, output_of, panels, worst_level
from plot_layout import Layout
from plot_scales import Shares, loading_scale, voltage_scale

MOST_NAMED_BUSES = 40
PLAIN = "#9A9A9A"


def draw_feeder(axis, layout, bus_colours=None, branch_colours=None, branch_widths=None):
    """Branches as lines, thicker ones on top, and buses as dots; a black square is the source."""
    buses = len(layout.x)
    segments = [layout.way(bus) for bus in range(1, buses)]
    widths = np.full(buses - 1, 1.2) if branch_widths is None else branch_widths[1:]
    order = np.argsort(widths, kind="stable")
    colours = [PLAIN] * (buses - 1) if branch_colours is None else branch_colours[1:]
    axis.add_collection(LineCollection([segments[k] for k in order], colors=[colours[k] for k in order], linewidths=widths[order],
                                       zorder=2, capstyle="round"))
    if bus_colours is not None:
        size = min(46.0, max(5.0, 5000 / buses))
        axis.scatter(layout.x[1:], layout.y[1:], s=size, c=bus_colours[1:], edgecolors="#444444" if buses <= 150 else "none",
                     linewidths=0.4, zorder=3)
    axis.scatter(layout.x[:1], layout.y[:1], s=46, marker="s", color="black", zorder=4)
    layout.frame(axis)


def name_buses(axis, layout, names):
    if len(names) > MOST_NAMED_BUSES:
        return
    for bus, name in enumerate(names):
        axis.annotate(name, (layout.x[bus], layout.y[bus]), xytext=(3, 4), textcoords="offset points", fontsize=6.5, color="#333333")


def mark(axis, layout, bus):
    """A ring around the bus that the title speaks of."""
    axis.scatter([layout.x[bus]], [layout.y[bus]], s=130, facecolors="none", edgecolors="black", linewidths=1.4, zorder=5)


def map_figure(result, count, title, lines=2):
    """Panels with `lines` of title each, and room for a colour bar."""
    layout = Layout(result)
    columns = 1 if layout.width > 2.2 * layout.height else 3
    figure, axes = panels(count, layout.width, layout.height + 0.2 * lines, columns, 1.1, constrained_layout=True)
    for axis in axes:
        axis.axis("off")
    heading(figure, title + layout.remark)
    return layout, figure, list(axes)


def map_voltage(result):
    """The worst voltage of every bus over the study, a panel per run."""
    sites = Sites(result)
    shown = [(label, WorstVoltages(result, sites, run)) for label, run in [("no vehicles", result.base)] + result.controllers]
    _, last = shown[-1]
    scale = voltage_scale(result, [v.over_time() for _, v in shown], last.sides)
    title = f"{last.words().capitalize()} voltage of each bus, {plot_time.period_of(result.start, last.bands.hours)}: {last.what}"
    layout, figure, axes = map_figure(result, len(shown), title, 1 + len(last.sides))
    for axis, (label, v) in zip(axes, shown):
        colours = scale.of(v.over_time())
        draw_feeder(axis, layout, colours, colours)
        name_buses(axis, layout, sites.names)
        lines = [label]
        for side, volts, _, bus in v.extremes():
            mark(axis, layout, bus)
            lines.append(f"{side}est {volts:.4f} pu at bus {sites.names[bus]}")
        axis.set_title("\n".join(lines), fontsize=10)
    scale.bar(figure, axes, "voltage (pu)", shrink=0.9, aspect=30)
    return figure


def branch_buses(result, labels):
    """By label of a rated branch or of its conductor: the bus that the branch feeds."""
    fed = {name: k + 1 for k, name in enumerate(result.file["feeder/branch"].asstr()[()])}
    return np.array([fed[label] if label in fed else fed[label.rpartition(".")[0]] for label in labels], dtype=int)


def rated_axis(result):
    return "rated_conductor" if result.has_phases() else "branch"


def highest_loadings(result, run):
    """By bus, the highest loading of the branch that feeds it (NaN without a rating); the names of the branches, and the bands."""
    bands = Bands(run, "voltages", "loading_pct")
    values, what = worst_level(bands, "high")
    labels = bands.group[rated_axis(result)].asstr()[()]
    highest = np.fmax.reduce(values, axis=0)
    by_bus, name = np.full(len(result.file["feeder/bus"]), np.nan), {}
    for bus, label, loading in zip(branch_buses(result, labels), labels, highest):
        if not loading <= by_bus[bus]:
            by_bus[bus], name[bus] = loading, label
    return by_bus, name, f"{what} quantile of replicas, {bands.sampling()}" if bands.outer() else what, bands


def map_loading(result):
    """The highest loading of every branch over the study, a panel per run."""
    shown = [(label, *highest_loadings(result, run)) for label, run in [("no vehicles", result.base)] + result.controllers]
    if all(np.isnan(loading).all() for _, loading, *_ in shown):
        raise NoData("no branch has a rating, or no step a load-flow solution")
    scale = loading_scale([loading for _, loading, *_ in shown])
    *_, what, bands = shown[-1]
    title = f"Highest loading of each branch, {plot_time.period_of(result.start, bands.hours)}: {what}"
    layout, figure, axes = map_figure(result, len(shown), title)
    for axis, (label, loading, name, _, _) in zip(axes, shown):
        relative = np.nan_to_num((loading - scale.low) / (scale.high - scale.low))
        draw_feeder(axis, layout, None, scale.of(loading), 1.2 + 3.5 * relative)
        if np.isfinite(loading).any():
            at = int(np.nanargmax(loading))
            label = f"{label}\nhighest {loading[at]:.0f} % in {name[at]}"
            mark(axis, layout, at)
        axis.set_title(label, fontsize=10)
    scale.bar(figure, axes, "loading (%)", shrink=0.9, aspect=30)
    return figure


class Probabilities:
    """Of one run, by bus: how likely its voltage leaves the band, and how likely the branch that feeds it is overloaded."""

    def __init__(self, result, sites, run):
        self.group = output_of(run, "elements")
        self.result, self.sites = result, sites
        self.worst = []  # texts on the most likely bus and branch
        self.bus = self.of_buses()
        self.branch = self.of_branches()

    def interval(self, name, at):
        low, high = (self.group[f"{name}_share_{end}"][at] for end in ("low", "high"))
        return f" [{100 * low:.0f}-{100 * high:.0f} %]" if math.isfinite(low) and math.isfinite(high) else ""

    def of_buses(self):
        worst = np.full(len(self.sites.names), np.nan)
        said = None
        for name, word in (("minutes_below_band", "low"), ("minutes_above_band", "high")):
            if f"{name}_share" not in self.group:
                continue
            share = np.where(self.sites.live, self.group[f"{name}_share"][()], np.nan)
            worst = np.fmax(worst, self.sites.by_bus(share, np.fmax))
            if np.isfinite(share).any() and (said is None or np.nanmax(share) > said[0]):
                at = int(np.nanargmax(share))
                place = self.group[self.axis_of(name)].asstr()[at]
                said = (share[at], f"{word} voltage, {place}: {100 * share[at]:.0f} %{self.interval(name, at)}")
        if said is not None:
            self.worst.append(said[1])
        return worst

    def of_branches(self):
        worst = np.full(len(self.sites.names), np.nan)
        said = None
        for kind in ("line", "transformer"):
            name = f"{kind}_overload_minutes"
            if f"{name}_share" not in self.group:
                continue
            labels, share = self.group[kind].asstr()[()], self.group[f"{name}_share"][()]
            np.fmax.at(worst, branch_buses(self.result, labels), share)
            if np.isfinite(share).any() and (said is None or np.nanmax(share) > said[0]):
                at = int(np.nanargmax(share))
                said = (share[at], f"overload, {kind} {labels[at]}: {100 * share[at]:.0f} %{self.interval(name, at)}")
        if said is not None:
            self.worst.append(said[1])
        return worst

    def axis_of(self, name):
        return next(k for k in ("supply", "conductor", "bus")
                    if k in self.group and len(self.group[k]) == len(self.group[f"{name}_share"]))


def map_probability(result):
    """How likely every bus leaves the voltage band and every branch is overloaded, a panel per controller."""
    sites = Sites(result)
    shown = [(label, Probabilities(result, sites, run)) for label, run in result.controllers]
    if all(np.isnan(p.bus).all() and np.isnan(p.branch).all() for _, p in shown):
        raise NoData("output 'elements' judges no voltage and no loading")
    scale = Shares()
    layout, figure, axes = map_figure(result, len(shown), f"P(violation) by element: share of {result.replicas} replicas", 3)
    for axis, (label, p) in zip(axes, shown):
        widths = 1.0 + 4.0 * np.nan_to_num(p.branch)
        colours = scale.of(p.branch)
        colours[np.isnan(p.branch)] = (0.72, 0.72, 0.72, 1.0)
        draw_feeder(axis, layout, scale.of(p.bus), colours, widths)
        axis.set_title("\n".join([label] + p.worst), fontsize=9)
    bar = scale.bar(figure, axes, "dots: voltage out of the band; lines: overload", shrink=0.9, aspect=30)
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    return figure
