"""What vehicles and the whole system draw over time. Imported by `plot`; not a program."""
import math

import numpy as np

import plot_time
from plot_common import (MOST_STACKED_ZONES, Bands, NoData, clock_axis, colour, draw_bands, draw_course, fill_course, legend_below, mdates,
                         plt)


def arrivals(result):
    run = result.controllers[0][1]
    figure, axis = plt.subplots(figsize=(8, 4.2))
    for i, (name, label) in enumerate((("arrivals", "plug-ins"), ("departures", "unplugs"))):
        bands = Bands(run, "series", name)
        width = bands.hours[1] - bands.hours[0] if len(bands.hours) > 1 else 1.0
        edges = result.clock(np.append(bands.hours, bands.hours[-1] + width))
        look = {"linewidth": 1.6} if bands.daily else {"fill": True, "alpha": 0.75}  # days of a year touch: only their outline is seen
        axis.stairs(bands.mean, mdates.date2num(edges), color=colour(i), label=f"{label}, mean", **look)
        if bands.outer():
            middles = result.clock(bands.hours + width / 2)
            low, high = bands.outer()
            axis.vlines(middles, low, high, color="black", linewidth=0.8, label=bands.band_name() if i == 0 else None)
    axis.xaxis_date()
    clock_axis(axis, bands.hours)
    axis.set_ylabel("vehicles per day" if bands.daily else f"vehicles per {60 * width:g} min")
    axis.set_title(f"Plug-ins and unplugs, {result.replicas} replicas")
    axis.set_ylim(bottom=0)
    legend_below(figure, axis)
    return figure


def draw_zones(result, axis, bands, zones):
    """Zones stacked, what they draw upwards and what they return downwards."""
    up, down = np.zeros(len(bands.hours)), np.zeros(len(bands.hours))
    for i, zone in enumerate(zones):
        drawn, returned = np.maximum(bands.mean[:, i], 0), np.minimum(bands.mean[:, i], 0)
        fill_course(result, axis, bands, up, up + drawn, color=colour(i), alpha=0.8, linewidth=0, label=zone)
        fill_course(result, axis, bands, down, down + returned, color=colour(i), alpha=0.8, linewidth=0)
        up, down = up + drawn, down + returned


def heat_zones(axis, key, when, zones, values, limit):
    """Zones above one another, their power as colour between the times of `when`, explained in the axis `key`."""
    mesh = axis.pcolormesh(mdates.date2num(when), np.arange(len(zones) + 1) - 0.5, values.T, cmap="PuOr_r", vmin=-limit, vmax=limit,
                           rasterized=True)
    axis.grid(False)
    step = max(1, math.ceil(len(zones) / 18))
    axis.set_yticks(np.arange(0, len(zones), step), zones[::step], fontsize=7)
    axis.set_ylabel("zone")
    axis.xaxis_date()
    axis.figure.colorbar(mesh, cax=key, label="kW")


def ev_demand(result):
    # By days zones add up to the total in their means alone; the highest of each day is drawn beside them.
    by_day = "mean" if plot_time.is_long(Bands(result.base, "series", "demand_kw", by_day=False).hours) else None
    totals = [(label, Bands(run, "series", "ev_kw", by_day)) for label, run in result.controllers]
    try:
        per_zone = [Bands(run, "series", "zone_ev_kw", by_day) for _, run in result.controllers]
        zones = list(per_zone[0].group["zone"].asstr()[()])
    except NoData:
        per_zone, zones = [], []
    stacked = len(zones) <= MOST_STACKED_ZONES
    rows = len(totals) if stacked else 2 * len(totals)
    # The narrow second column holds the colour keys, so that all panels keep one width and one time axis.
    figure, axes = plt.subplots(rows, 1 if stacked else 2, figsize=(8, 0.8 + (2.4 if stacked else 2.0) * rows), sharex="col",
                                squeeze=False, gridspec_kw=None if stacked else {"width_ratios": (1, 0.02)})
    limit = max((np.nanmax(np.abs(zone.mean)) for zone in per_zone), default=1.0) or 1.0
    line_axes = axes[:, 0] if stacked else axes[::2, 0]
    for i, (label, total) in enumerate(totals):
        axis = line_axes[i]
        if zones and stacked:
            draw_zones(result, axis, per_zone[i], zones)
        if total.outer() and not by_day:
            for edge, name in zip(total.outer(), (total.band_name(), None)):
                draw_course(result, axis, total, edge, color="black", linewidth=0.9, linestyle=(0, (2, 2)), label=name)
        draw_course(result, axis, total, total.mean, color="black", linewidth=1.4, label="all vehicles, mean")
        if by_day:
            peak = Bands(result.controllers[i][1], "series", "ev_kw")
            draw_course(result, axis, peak, peak.mean, color="#444444", linewidth=0.9, label=f"all vehicles, {peak.sampling()}")
        axis.axhline(0, color="#888888", linewidth=0.8)
        axis.set_ylabel(f"EV power (kW)\n{total.sampling()}")
        axis.set_title(f"EV demand under {label}")
        if zones and not stacked:
            axes[2 * i, 1].set_visible(False)
            edges = result.clock(np.append(total.hours, total.hours[-1] + total.minutes() / 60))
            heat_zones(axes[2 * i + 1, 0], axes[2 * i + 1, 1], edges, zones, per_zone[i].mean, limit)
            axes[2 * i + 1, 0].set_title(f"per zone under {label}, mean")
    low = min(axis.get_ylim()[0] for axis in line_axes)
    high = max(axis.get_ylim()[1] for axis in line_axes)
    for axis in line_axes:
        axis.set_ylim(low, high)
    clock_axis(axes[-1, 0], totals[0][1].hours)
    legend_below(figure, line_axes[0])
    return figure


def system_demand(result):
    figure, axis = plt.subplots(figsize=(8, 4.6))
    bands = draw_bands(result, axis, "series", "demand_kw")
    base = Bands(result.base, "series", "demand_kw")
    draw_course(result, axis, base, base.mean, color="black", linewidth=1.2, label="no vehicles")
    clock_axis(axis, bands.hours)
    axis.set_ylabel(f"demand without losses (kW), {bands.sampling()}")
    axis.set_title(f"System demand: mean and {bands.band_name()}")
    axis.set_ylim(bottom=min(0.0, axis.get_ylim()[0]))
    legend_below(figure, axis)
    return figure
