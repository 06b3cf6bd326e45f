"""The figures of feeders that are not balanced: one colour per phase. Imported by `plot`; not a program."""
import numpy as np

import plot_time
from plot_common import (Bands, NoData, clock_axis, draw_bands, electrical_distance, legend_below, limit_lines, plt)

# Phases as in Okabe and Ito's palette; legs of a split phase in colours of their own.
TINT = {"a": "#0072B2", "b": "#D55E00", "c": "#009E73", "s1": "#CC79A7", "s2": "#E69F00"}
MARKER = {"a": "o", "b": "s", "c": "^", "s1": "v", "s2": "D"}


def name_of(phase):
    if "-" in phase:
        return phase
    return f"leg {phase}" if phase.startswith("s") else f"phase {phase}"


def tint(phase):
    """A voltage to the neutral has the colour of its phase, one between phases that of the first."""
    return TINT[phase.split("-")[0]]


def stroke(phase):
    """Voltages between phases are dashed, since they share the colours of those to earth."""
    return (0, (5, 1.5)) if "-" in phase and not phase.endswith("-n") else "-"


class Wires:
    """The voltages that loads see, by the wires they are between ("a" is to earth), with what feeds each of them."""

    def __init__(self, result):
        feeder = result.file["feeder"]
        kind = "supply" if "supply" in feeder else "conductor"
        self.bus = feeder[f"{kind}_bus"][()]
        self.phase = feeder["supply_wires" if kind == "supply" else "conductor_phase"].asstr()[()]
        self.bus_name = feeder["bus"].asstr()[()]
        self.distance, parent, self.source_v = electrical_distance(result)
        # A split phase stands where its transformer does: a service drop would be longer than the whole feeder in its ohms.
        primary = set(self.bus[[not phase.startswith("s") and phase != "n" for phase in self.phase]])
        for bus in range(len(parent)):
            if bus not in primary and parent[bus] >= 0:
                self.distance[bus] = self.distance[parent[bus]]
        place = {(bus, phase): i for i, (bus, phase) in enumerate(zip(self.bus, self.phase))}
        self.up = [place.get((parent[bus], phase), -1) for bus, phase in zip(self.bus, self.phase)]
        self.phases = sorted(set(self.phase) - {"n"}, key=lambda phase: (len(phase.split("-")), list(TINT).index(phase.split("-")[0])))
        self.live = self.phase != "n"

    def name(self, conductor):
        return f"bus {self.bus_name[self.bus[conductor]]}, {name_of(self.phase[conductor])}"


def draw_phase(axis, wires, phase, volts):
    """The voltages of one phase over the distance, each joined to the one it is fed from."""
    x, y = [], []
    mine = np.flatnonzero(wires.phase == phase)
    if phase.startswith("s"):
        axis.plot(wires.distance[wires.bus[mine]], volts[mine], linestyle="none", marker=".", markersize=2, alpha=0.5,
                  color=tint(phase), zorder=1)
        axis.plot([], [], linestyle="none", marker=".", markersize=6, color=tint(phase), label=name_of(phase))
        return
    for i in mine:
        if wires.up[i] >= 0:
            up = wires.up[i]
            x += [wires.distance[wires.bus[up]], wires.distance[wires.bus[i]], np.nan]
            y += [volts[up], volts[i], np.nan]
    axis.plot(x, y, color=tint(phase), linewidth=1.1)
    few = len(mine) <= 60 or not x
    if few:
        axis.plot(wires.distance[wires.bus[mine]], volts[mine], linestyle="none", marker=MARKER[phase.split("-")[0]], markersize=3.2,
                  color=tint(phase))
    axis.plot([], [], color=tint(phase), linewidth=1.3, marker=MARKER[phase.split("-")[0]] if few else None, markersize=4,
              label=name_of(phase))


def voltage_profile(result):
    """One panel per run, at the moment of its lowest voltage."""
    wires = Wires(result)
    runs = [("no vehicles", result.base)] + result.controllers
    columns = min(2, len(runs))
    rows = -(-len(runs) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(5.2 * columns, 0.7 + 3.3 * rows), sharex=True, sharey=True, squeeze=False)
    for axis in axes.flat[len(runs):]:
        axis.set_visible(False)
    for axis, (label, run) in zip(axes.flat, runs):
        voltage = Bands(run, "voltages", "voltage_pu")
        values = np.where(wires.live, voltage.middle(), np.nan)
        if np.isnan(values).all():
            raise NoData(f"no step of {label} has a load-flow solution")
        step, worst = np.unravel_index(np.nanargmin(values), values.shape)
        for phase in wires.phases:
            draw_phase(axis, wires, phase, values[step])
        moment = plot_time.moment_text(result.start, voltage.hours, step)
        axis.plot([wires.distance[wires.bus[worst]]], [values[step, worst]], marker="o", markersize=10, markerfacecolor="none",
                  color="black", linestyle="none")
        axis.set_title(f"{label}, {moment}\nlowest {values[step, worst]:.4f} pu at {wires.name(worst)}", fontsize=10)
    for axis in axes.flat[:len(runs)]:
        limit_lines(axis, result.all_limits())
        axis.set_xlim(left=0)
    for axis in axes[-1, :]:
        axis.set_xlabel(f"electrical distance from the source (ohm at {wires.source_v / 1000:g} kV)", fontsize=9)
    for axis in axes[:, 0]:
        axis.set_ylabel("voltage (pu), median of replicas", fontsize=9)
    legend_below(figure, axes[0, 0])
    return figure


def phase_bands(result):
    """Lowest and highest voltage of every phase over time, a panel per run."""
    if not result.has_phases():
        raise NoData("the feeder is balanced")
    runs = [("no vehicles", result.base)] + result.controllers
    figure, axes = plt.subplots(len(runs), 1, figsize=(8, 0.8 + 2.3 * len(runs)), sharex=True, sharey=True, squeeze=False)
    for axis, (label, run) in zip(axes[:, 0], runs):
        low, high = Bands(run, "series", "phase_vmin_pu"), Bands(run, "series", "phase_vmax_pu")
        when = result.clock(low.hours)
        for k, phase in enumerate(low.group["phase"].asstr()[()]):
            if low.outer() and run is not result.base:
                axis.fill_between(when, low.outer()[0][:, k], low.outer()[1][:, k], color=tint(phase), alpha=0.2, linewidth=0)
            axis.plot(when, low.mean[:, k], color=tint(phase), linestyle=stroke(phase), label=f"{name_of(phase)}, lowest")
            axis.plot(when, high.mean[:, k], color=tint(phase), linewidth=0.9, linestyle=(0, (1, 1.5)))
        axis.plot([], [], color="black", linewidth=0.9, linestyle=(0, (1, 1.5)), label="highest")
        axis.set_title(label if run is result.base else f"{label}: mean and {low.band_name()}", fontsize=10)
        axis.set_ylabel("voltage (pu)")
    for axis in axes[:, 0]:
        limit_lines(axis, result.all_limits())
    clock_axis(axes[-1, 0], low.hours)
    legend_below(figure, axes[0, 0], 3 if len(low.mean[0]) > 3 else 4)
    return figure


def unbalance(result):
    """The highest unbalance factor and the highest neutral current over time."""
    if not result.has_phases():
        raise NoData("the feeder is balanced")
    figure, axes = plt.subplots(2, 1, figsize=(8, 6.6), sharex=True)
    shown = ((axes[0], "unbalance_pct", "unbalance |V2|/|V1| (%)", "Highest unbalance factor of all buses"),
             (axes[1], "neutral_a", "current (A)", "Highest current in a neutral or back through earth"))
    for axis, name, unit, title in shown:
        bands = draw_bands(result, axis, "series", name)
        base = Bands(result.base, "series", name)
        axis.plot(result.clock(base.hours), base.mean, color="black", linewidth=1.2, label="no vehicles")
        axis.set_ylabel(unit)
        axis.set_title(f"{title}: mean and {bands.band_name()}")
        axis.set_ylim(bottom=0)
    clock_axis(axes[1], bands.hours)
    legend_below(figure, axes[0])
    return figure


def worst_phase(result):
    """On which phase, and at which bus most often, the lowest voltage of a replica lies."""
    if not result.has_phases():
        raise NoData("the feeder is balanced")
    names, shares, buses = [], [], []
    for label, run in result.controllers:
        group = next((g for g in run.values() if "vmin_phase" in g), None)
        if group is None:
            raise NoData("the study has no output 'kpis'")
        phases, codes = list(group["vmin_phase"].attrs["labels"]), group["vmin_phase"][()]
        codes = codes[~np.isnan(codes)].astype(int)
        if len(codes) == 0:
            raise NoData(f"no step of {label} has a load-flow solution")
        names.append(label)
        shares.append(np.bincount(codes, minlength=len(phases)) / len(codes))
        at, count = np.unique(group["vmin_bus"][()][~np.isnan(group["vmin_bus"][()])].astype(int), return_counts=True)
        top = at[np.argmax(count)]
        buses.append(f"most often bus {group['vmin_bus'].attrs['labels'][top]}")
    figure, axis = plt.subplots(figsize=(8, 1.5 + 0.6 * len(names)))
    left, places = np.zeros(len(names)), np.arange(len(names))
    for k, phase in enumerate(phases):
        width = np.array([share[k] for share in shares])
        axis.barh(places, width, left=left, color=tint(phase), label=name_of(phase), height=0.6)
        left += width
    axis.set_yticks(places, [f"{name}\n{bus}" for name, bus in zip(names, buses)], fontsize=9)
    axis.invert_yaxis()
    axis.set_xlim(0, 1)
    axis.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    axis.grid(axis="y", visible=False)
    axis.set_title(f"Phase of the lowest voltage, share of {result.replicas} replicas")
    legend_below(figure, axis)
    return figure
