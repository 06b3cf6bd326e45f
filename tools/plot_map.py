"""The feeder as a map: voltages, loadings and probabilities where they are. Imported by `plot`; not a program."""
import math

import numpy as np
from matplotlib.collections import LineCollection

import plot_time
from plot_common import Bands, NoData, Sites, WorstVoltages, heading, nearer_to_limit, output_of, panels, words_of, worst_level
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


def has(run, name):
    """Whether output `elements` holds quantiles of a variable: they see every step and not the marks alone."""
    try:
        return f"{name}_quantiles" in output_of(run, "elements")
    except NoData:
        return False


def quantile_of(group, name, side):
    """The outer quantile on a side of what `elements` holds, and its name."""
    k = 0 if side == "low" else -1
    return group[f"{name}_quantiles"][k], f"{100 * group['quantile'][k]:g} %"


class Extremes:
    """The worst voltage of every bus over the study, by side of the band that is broken."""

    def __init__(self, result, sites, run):
        if has(run, "vmin_pu") and has(run, "vmax_pu"):
            group, self.by_side, names = output_of(run, "elements"), {}, []
            for side in result.broken_sides():
                values, name = quantile_of(group, "vmin_pu" if side == "low" else "vmax_pu", side)
                self.by_side[side] = sites.voltages(values, side)
                names.append(name)
            self.what = f"{' and '.join(names)} quantile of replicas, all steps" if result.replicas > 1 else "one replica, all steps"
        else:
            voltages = WorstVoltages(result, sites, run)
            self.by_side, self.what = voltages.over_time(), voltages.what
        if any(np.isnan(volts).all() for volts in self.by_side.values()):
            raise NoData("no step has a load-flow solution")
        self.shown = nearer_to_limit(self.by_side, result.limits)


def map_voltage(result):
    """The worst voltage of every bus over the study, a panel per run."""
    sites = Sites(result)
    shown = [(label, Extremes(result, sites, run)) for label, run in [("no vehicles", result.base)] + result.controllers]
    _, last = shown[-1]
    sides = list(last.by_side)
    scale = voltage_scale(result, [v.shown for _, v in shown], sides)
    title = f"{words_of(sides).capitalize()} voltage of each bus, {plot_time.period_text(*result.period())}: {last.what}"
    layout, figure, axes = map_figure(result, len(shown), title, 1 + len(sides))
    for axis, (label, v) in zip(axes, shown):
        colours = scale.of(v.shown)
        draw_feeder(axis, layout, colours, colours)
        name_buses(axis, layout, sites.names)
        lines = [label]
        for side, volts in v.by_side.items():
            bus = int((np.nanargmin if side == "low" else np.nanargmax)(volts))
            mark(axis, layout, bus)
            lines.append(f"{side}est {volts[bus] - sites.moved[side][bus]:.4f} pu at bus {sites.names[bus]}")
        axis.set_title("\n".join(lines), fontsize=10)
    scale.bar(figure, axes, f"voltage ({sites.unit})", shrink=0.9, aspect=30)
    return figure


def branch_buses(result, labels):
    """By label of a rated branch or of its conductor: the bus that the branch feeds."""
    fed = {name: k + 1 for k, name in enumerate(result.file["feeder/branch"].asstr()[()])}
    return np.array([fed[label] if label in fed else fed[label.rpartition(".")[0]] for label in labels], dtype=int)


def rated_axis(result):
    return "rated_conductor" if result.has_phases() else "branch"


def loadings_of(result, run):
    """Labels of rated conductors or branches with their highest loadings over the study, and words for what these are."""
    group = output_of(run, "elements") if has(run, "line_loading_max_pct") or has(run, "transformer_loading_max_pct") else None
    if group is None:
        bands = Bands(run, "voltages", "loading_pct")
        values, what = worst_level(bands, "high")
        words = f"{what} quantile of replicas, {bands.sampling()}" if bands.outer() else what
        return bands.group[rated_axis(result)].asstr()[()], np.fmax.reduce(values, axis=0), words
    kinds = [kind for kind in ("line", "transformer") if has(run, f"{kind}_loading_max_pct")]
    found = [quantile_of(group, f"{kind}_loading_max_pct", "high") for kind in kinds]
    words = f"{found[0][1]} quantile of replicas, all steps" if result.replicas > 1 else "one replica, all steps"
    return np.concatenate([group[kind].asstr()[()] for kind in kinds]), np.concatenate([values for values, _ in found]), words


def highest_loadings(result, run):
    """By bus, the highest loading of the branch that feeds it (NaN without a rating); the names of the branches, and what it is."""
    labels, highest, what = loadings_of(result, run)
    by_bus, name = np.full(len(result.file["feeder/bus"]), np.nan), {}
    for bus, label, loading in zip(branch_buses(result, labels), labels, highest):
        if not loading <= by_bus[bus]:
            by_bus[bus], name[bus] = loading, label
    return by_bus, name, what


def map_loading(result):
    """The highest loading of every branch over the study, a panel per run."""
    shown = [(label, *highest_loadings(result, run)) for label, run in [("no vehicles", result.base)] + result.controllers]
    if all(np.isnan(loading).all() for _, loading, *_ in shown):
        raise NoData("no branch has a rating, or no step a load-flow solution")
    scale = loading_scale([loading for _, loading, *_ in shown])
    title = f"Highest loading of each branch, {plot_time.period_text(*result.period())}: {shown[-1][3]}"
    layout, figure, axes = map_figure(result, len(shown), title)
    for axis, (label, loading, name, _) in zip(axes, shown):
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
        self.bus, self.branch = (np.full(len(sites.names), np.nan) for _ in range(2))
        low = [self.of_voltage(sites, "minutes_below_band", "too low"), self.of_voltage(sites, "minutes_above_band", "too high")]
        over = [self.of_branches(result, kind) for kind in ("line", "transformer")]
        self.worst = self.told(low, "no voltage out of the band") + self.told(over, "no overload")

    def told(self, found, none):
        """A line for each kind that happened; one with its interval where none did."""
        found = [kind for kind in found if kind is not None]
        happened = [text for share, text, _ in found if share > 0]
        return happened or [none + found[0][2] for _ in found[:1]]

    def most_likely(self, name, share, labels, what):
        """(share, text with the element and its interval, the interval) of the most likely element; None where none is judged."""
        if not np.isfinite(share).any():
            return None
        at = int(np.nanargmax(share))
        low, high = (self.group[f"{name}_share_{end}"][at] for end in ("low", "high"))
        interval = f" [{100 * low:.0f}-{100 * high:.0f} %]" if math.isfinite(low) and math.isfinite(high) else ""
        alike = int((share == share[at]).sum()) - 1
        more = f" and {alike} more" if alike else ""
        return share[at], f"{what} {labels[at]}{more}: {100 * share[at]:.0f} %{interval}", interval

    def of_voltage(self, sites, name, what):
        if f"{name}_share" not in self.group:
            return None
        share = np.where(sites.live, self.group[f"{name}_share"][()], np.nan)
        self.bus = np.fmax(self.bus, sites.by_bus(share, np.fmax))
        axis = next(k for k in ("supply", "conductor", "bus") if k in self.group and len(self.group[k]) == len(share))
        return self.most_likely(name, share, self.group[axis].asstr()[()], f"voltage {what} at")

    def of_branches(self, result, kind):
        name = f"{kind}_overload_minutes"
        if f"{name}_share" not in self.group:
            return None
        labels, share = self.group[kind].asstr()[()], self.group[f"{name}_share"][()]
        np.fmax.at(self.branch, branch_buses(result, labels), share)
        return self.most_likely(name, share, labels, f"overload of {kind}")


def map_probability(result):
    """How likely every bus leaves the voltage band and every branch is overloaded, a panel per controller."""
    sites = Sites(result)
    shown = [(label, Probabilities(result, sites, run)) for label, run in result.controllers]
    if all(np.isnan(p.bus).all() and np.isnan(p.branch).all() for _, p in shown):
        raise NoData("output 'elements' judges no voltage and no loading")
    scale = Shares()
    layout, figure, axes = map_figure(result, len(shown), f"P(violation) by element: share of {result.replicas} replicas",
                                      1 + max(len(p.worst) for _, p in shown))
    for axis, (label, p) in zip(axes, shown):
        widths = 1.0 + 4.0 * np.nan_to_num(p.branch)
        colours = scale.of(p.branch)
        colours[np.isnan(p.branch)] = (0.72, 0.72, 0.72, 1.0)
        draw_feeder(axis, layout, scale.of(p.bus), colours, widths)
        axis.set_title("\n".join([label] + p.worst), fontsize=9)
    bar = scale.bar(figure, axes, "dots: voltage out of the band; lines: overload", shrink=0.9, aspect=30)
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    return figure
