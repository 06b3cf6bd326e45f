"""Voltages bus by bus over time as colours. Imported by `plot`; not a program."""
import numpy as np

import plot_time
from plot_common import Sites, WorstVoltages, clock_axis, heading, mdates, plt, words_of
from plot_layout import longest_ways
from plot_scales import voltage_scale

MOST_NAMED_BUSES = 20


def along_feeder(sites):
    """Buses but the source, in the order of the feeder's ways, longest first: neighbours in the figure are neighbours in the feeder."""
    return np.array([bus for way in longest_ways(sites.parent) for bus in way if sites.parent[bus] >= 0], dtype=int)


def edges_of(result, bands):
    return mdates.date2num(result.clock(np.append(bands.hours, bands.hours[-1] + bands.minutes() / 60)))


def title_of(result, label, voltages):
    parts = []
    for side, volts, mark, bus in voltages.extremes():
        bands = voltages.bands
        moment = plot_time.day_text(result.clock([bands.hours[mark]])[0]) if bands.daily else \
            plot_time.moment_text(result.start, bands.hours, mark)
        parts.append(f"{side}est {volts:.4f} pu at bus {voltages.sites.names[bus]}, {moment}")
    return f"{label}: {'; '.join(parts)}"


def voltage_heat(result):
    """The voltage of every bus over time, a panel per run, for the side of the band that is broken."""
    sites = Sites(result)
    shown = [(label, WorstVoltages(result, sites, run, in_days=True)) for label, run in [("no vehicles", result.base)] + result.controllers]
    _, last = shown[-1]
    scale = voltage_scale(result, [v.shown for _, v in shown], last.sides)
    order = along_feeder(sites)
    height = 0.5 + min(2.4, max(1.2, 0.05 * len(order)))
    figure, axes = plt.subplots(len(shown), 1, figsize=(9, 1.1 + height * len(shown)), sharex=True, squeeze=False)
    for axis, (label, v) in zip(axes[:, 0], shown):
        mesh = np.ma.masked_invalid(v.shown[:, order].T)
        axis.pcolormesh(edges_of(result, v.bands), np.arange(len(order) + 1) - 0.5, mesh, cmap=scale.cmap, norm=scale.norm, rasterized=True)
        step = -(-len(order) // MOST_NAMED_BUSES)
        axis.set_yticks(range(0, len(order), step), sites.names[order][::step], fontsize=7)
        axis.set_ylim(len(order) - 0.5, -0.5)
        axis.set_ylabel("bus, worst phase" if sites.has_phases else "bus")
        axis.grid(False)
        axis.set_title(title_of(result, label, v), fontsize=10 if len(v.sides) == 1 else 9)
        axis.xaxis_date()
    clock_axis(axes[-1, 0], last.bands.hours)
    daily = f"{words_of(last.sides)} of each day, " if last.bands.daily else ""
    heading(figure, f"Voltages along the feeder, longest way first: {daily}{last.what}")
    high = figure.get_size_inches()[1]
    figure.tight_layout(rect=(0, 0, 0.93, 1))
    scale.bar(figure, list(axes[:, 0]), f"voltage ({sites.unit})", aspect=12 * high, pad=0.015, fraction=0.04)
    return figure
