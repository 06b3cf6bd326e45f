"""Loadings over time, and how long demand is how high. Imported by `plot`; not a program."""
import math

import numpy as np

from plot_common import Bands, NoData, clock_axis, colour, dash, draw_course, fill_course, heading, legend_below, plt
from plot_map import rated_axis
import plot_time

MOST_BRANCHES = 5


class Loadings:
    """The loadings of a run; of a year by the highest of each day."""

    def __init__(self, result, run):
        long = plot_time.is_long(Bands(run, "voltages", "loading_pct", by_day=False).hours)
        self.bands = Bands(run, "voltages", "loading_pct", by_day="highest" if long else False)
        self.labels = self.bands.group[rated_axis(result)].asstr()[()]
        self.peak = np.fmax.reduce(self.bands.middle(), axis=0) if len(self.labels) else np.array([])


def most_loaded(runs):
    """Places of the branches with the highest loadings under any controller; of one branch only its most loaded conductor."""
    peak = np.fmax.reduce([loadings.peak for _, loadings in runs])
    places, branches = [], set()
    for k in np.argsort(-np.nan_to_num(peak), kind="stable"):
        branch = runs[0][1].labels[k].rpartition(".")[0] or runs[0][1].labels[k]
        if math.isfinite(peak[k]) and branch not in branches:
            branches.add(branch)
            places.append(k)
        if len(places) == MOST_BRANCHES:
            break
    if not places:
        raise NoData("no branch has a rating, or no step a load-flow solution")
    return places


def loading(result):
    """The loadings of the most loaded branches over time, a panel per run."""
    runs = [(label, Loadings(result, run)) for label, run in [("no vehicles", result.base)] + result.controllers]
    places = most_loaded(runs)
    figure, axes = plt.subplots(len(runs), 1, figsize=(8, 1.1 + 2.1 * len(runs)), sharex=True, sharey=True, squeeze=False)
    for axis, (label, loadings) in zip(axes[:, 0], runs):
        bands = loadings.bands
        for i, k in enumerate(places):
            if bands.outer() and result.replicas > 1:
                fill_course(result, axis, bands, *(edge[:, k] for edge in bands.outer()), color=colour(i), alpha=0.2, linewidth=0)
            draw_course(result, axis, bands, bands.middle()[:, k], color=colour(i), label=loadings.labels[k],
                        linestyle="-" if bands.daily else dash(i), linewidth=1.0 if bands.daily else 1.6)
        axis.axhline(100, color="#B00020", linewidth=1.1, linestyle=(0, (8, 3)))
        top = places[int(np.nanargmax(np.nan_to_num(loadings.peak[places])))]
        axis.set_title(f"{label}: median up to {loadings.peak[top]:.0f} % in {loadings.labels[top]}", fontsize=10)
        axis.set_ylabel("loading (%)")
    axes[0, 0].set_ylim(bottom=0)
    clock_axis(axes[-1, 0], runs[0][1].bands.hours)
    bands = runs[-1][1].bands
    spread = f" and {bands.band_name()}" if bands.outer() and result.replicas > 1 else ""
    which = f"The {len(places)} most loaded branches" if len(places) > 1 else "The branch with a rating"
    daily = f"{bands.daily} of each day, {bands.of_marks}" if bands.daily else bands.sampling()
    heading(figure, f"{which}: median{spread}, {daily}")
    legend_below(figure, axes[0, 0])
    return figure


def load_duration(result):
    """The demand in falling order: how long it is how high."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), gridspec_kw={"width_ratios": (3, 2)})
    runs = [("no vehicles", result.base, "black", "-")]
    runs += [(label, run, colour(i), dash(i)) for i, (label, run) in enumerate(result.controllers)]
    for label, run, tint, line in runs:
        bands = Bands(run, "series", "demand_kw", by_day=False)
        known = np.sort(bands.mean[np.isfinite(bands.mean)])[::-1]
        if len(known) == 0:
            raise NoData(f"no step of {label} has a load-flow solution")
        share = 100 * np.arange(len(known) + 1) / len(known)
        for axis in axes:
            axis.step(share, np.append(known, known[-1]), where="post", color=tint, linestyle=line, label=label)
            if bands.outer() and run is not result.base and result.replicas > 1:
                high = np.sort(bands.outer()[1][np.isfinite(bands.outer()[1])])[::-1]
                axis.step(100 * np.arange(len(high) + 1) / len(high), np.append(high, high[-1]), where="post", color=tint, linewidth=0.9,
                          linestyle=(0, (1, 1.5)))
    covered = (bands.hours[-1] - bands.hours[0]) + bands.minutes() / 60
    of_what = ", mean of replicas" if result.replicas > 1 else ""
    axes[0].set_title(f"Load duration{of_what}, {covered:g} h from {plot_time.day_text(result.clock([bands.hours[0]])[0])}")
    axes[0].set_xlim(0, 100)
    axes[0].set_ylim(bottom=min(0.0, axes[0].get_ylim()[0]))
    axes[0].set_ylabel(f"demand without losses (kW), {bands.sampling()}")
    widest = 10 if len(bands.hours) < 1000 else 2
    axes[1].set_title(f"the highest {widest} %, {covered * widest / 100:.3g} h")
    axes[1].set_xlim(0, widest)
    for axis in axes:
        axis.set_xlabel("share of the time (%)")
    if bands.outer() and result.replicas > 1:
        axes[0].plot([], [], color="#555555", linewidth=0.9, linestyle=(0, (1, 1.5)), 
                     label=f"{100 * bands.levels[-1]:g} % quantile of replicas")
    zoom(axes[1], widest)
    legend_below(figure, axes[0])
    return figure


def zoom(axis, widest):
    """The range of what is seen up to `widest` %."""
    seen = []
    for line in axis.get_lines():
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        seen += list(y[x <= widest])
    low, high = min(seen), max(seen)
    room = 0.06 * (high - low or abs(high) or 1.0)
    axis.set_ylim(low - room, high + room)
