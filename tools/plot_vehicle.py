"""One vehicle: its power, its state of charge and the voltage it sees. Imported by `plot`; not a program."""
import datetime

import numpy as np

import plot_time
from plot_common import NoData, NoSuch, clock_axis, colour, dash, heading, legend_below, limit_lines, matplotlib, mdates, output_of, plt

MOST_DAYS_SHOWN = 8
WANTED = {"marker": "_", "markersize": 11, "markeredgewidth": 2, "color": "black", "linestyle": "none"}


class Trace:
    """What a run holds of one replica in full."""

    def __init__(self, run, replica):
        self.group = output_of(run, "traces")
        if "p_kw" not in self.group:
            raise NoData("output 'traces' holds no charging point")
        ids = self.group["traced_replica" if "traced_replica" in self.group else "replica"][()].astype(int)
        self.replica = int(ids[0]) if replica is None else replica
        if self.replica not in ids:
            raise NoSuch(f"--replica {self.replica}: output 'traces' holds replica {', '.join(map(str, ids))}")
        self.row = int(np.flatnonzero(ids == self.replica)[0])
        self.hours = plot_time.hours_since_start(self.group["time"])
        self.count = self.group["p_kw"].shape[2]

    def column(self, name, places):
        return self.group[name][self.row, :, places]

    def energies(self):
        """By charging point: what it returned, and what it drew, in mean kW."""
        power = self.group["p_kw"][self.row]
        return -np.fmin(power, 0).mean(axis=0), np.fmax(power, 0).mean(axis=0)


def busiest(traces):
    """The charging point that returned most under any controller; where none did, the one that drew most."""
    returned, drawn = (np.max(column, axis=0) for column in zip(*(trace.energies() for _, trace in traces)))
    return int(np.argmax(returned if returned.max() > 0 else drawn))


def window(result, trace, vehicle):
    """Which marks are shown: a day that was asked for, else all, of long studies the day on which the vehicle moved most."""
    when = np.array(result.clock(trace.hours))
    if result.day is not None:
        begin = datetime.datetime.combine(result.day, datetime.time())
        chosen = (when >= begin) & (when < begin + datetime.timedelta(days=1))
        if not chosen.any():
            first, last = (f"{moment:%Y-%m-%d %H:%M}" for moment in (when[0], when[-1]))
            raise NoSuch(f"--day {result.day}: output 'traces' has no mark then, but from {first} to {last}")
        return chosen
    if trace.hours[-1] - trace.hours[0] <= 24 * MOST_DAYS_SHOWN:
        return np.ones(len(when), bool)
    day = np.floor(trace.hours / 24)  # from the hour of the start, which is mostly noon: so a night stays whole
    power = np.abs(trace.column("p_kw", vehicle))
    best = max(np.unique(day), key=lambda d: np.nansum(power[day == d]))
    return day == best


class Stays:
    """When a vehicle was at the charging point and what it wanted: of output `stays`, else of the log of `events`; hours from the start,
    open ends are NaN."""

    def __init__(self, run, replica, point):
        self.spans, self.targets, self.bus = [], [], None
        if (table := replica_of(run, "stays", replica)) is not None:
            mine = np.flatnonzero((table["connector"][()] == point) & ~np.isnan(table["plug_in_h"][()]))  # NaN: it got no point
            self.spans = list(zip(table["plug_in_h"][()][mine], table["unplug_h"][()][mine]))
            self.targets = list(table["target_soc"][()][mine])
            self.bus = int(table["bus_place"][mine[0]]) if len(mine) else None
        elif (log := replica_of(run, "events", replica)) is not None:
            self.spans = spans_of(log, log["connector"][()] == point)


def replica_of(run, kind, replica):
    try:
        return output_of(run, kind).get(f"replica_{replica}")
    except NoData:
        return None


def spans_of(log, mine):
    """[(hour it came, hour it left)] from events."""
    kinds = list(log["kind"].attrs["labels"])
    found = []
    for hour, kind in zip(log["time_h"][()][mine], log["kind"][()][mine].astype(int)):
        if kinds[kind] == "plug_in":
            found.append([hour, np.nan])
        elif kinds[kind] in ("unplug", "swap"):
            if not found or np.isfinite(found[-1][1]):
                found.append([np.nan, np.nan])
            found[-1][1] = hour
    return found


def seen_by(result, replica, point, stays):
    """Columns of `voltage_pu` that the charging point is between, all of its bus where the file does not say which; and the name of the
    bus. None where the file does not say where it is in this replica."""
    table = result.file.get("connectors")
    known = table is not None and (replica == 0 or not table.attrs.get("places_differ", 0))
    bus = int(table["bus_place"][point]) if known else stays.bus
    if bus is None:
        return None, None
    name = result.file["feeder/bus"].asstr()[bus]
    if not result.has_phases():
        return [bus], name
    feeder = result.file["feeder"]
    kind = "supply" if "supply" in feeder else "conductor"
    wires = feeder["supply_wires" if kind == "supply" else "conductor_phase"].asstr()[()]
    there = (feeder[f"{kind}_bus"][()] == bus) & (wires != "n")
    mine = there & np.isin(wires, table["wires"].asstr()[point].split(",") if known else [])
    return list(np.flatnonzero(mine if mine.any() else there)), name


def show_stays(result, axes, stays, begin, end):
    """Shades the time at the charging point, and marks the state of charge that is wanted at its end."""
    named = False
    for k, (came, left) in enumerate(stays.spans):
        span = [np.nan_to_num(came, nan=begin), np.nan_to_num(left, nan=end)]
        if span[1] <= begin or span[0] >= end:
            continue
        edges = mdates.date2num(result.clock(np.clip(span, begin, end)))
        for axis in axes:
            axis.axvspan(*edges, color="#E9EEF2", zorder=0, linewidth=0, label="plugged in" if axis is axes[0] and not named else None)
        if stays.targets:
            axes[1].plot([edges[1]], [stays.targets[k]], zorder=5, clip_on=False, **WANTED)
        named = True
    if named and stays.targets:
        axes[0].plot([], [], label="wanted at departure", **WANTED)


def vehicle_day(result):
    """One charging point of one replica: its power, state of charge and voltage, all controllers in one panel each."""
    traces = [(label, Trace(run, result.replica)) for label, run in result.controllers]
    first = traces[0][1]
    vehicle = busiest(traces) if result.vehicle is None else result.vehicle
    if not 0 <= vehicle < first.count:
        raise NoSuch(f"--vehicle {vehicle}: there is no such charging point; give one from 0 to {first.count - 1}")
    stays = Stays(result.controllers[0][1], first.replica, vehicle)
    columns, bus = seen_by(result, first.replica, vehicle, stays)
    at_bus = result.file["feeder/bus"].asstr()[()] == bus
    limits = [side[at_bus][0] for side in result.bands()] if at_bus.any() else result.limits
    rows = [("p_kw", "power drawn (kW)"), ("soc", "state of charge")]
    if columns:
        rows.append(("voltage_pu", "voltage (pu)\nlimits {:g}, {:g}".format(*limits)))
    figure, axes = plt.subplots(len(rows), 1, figsize=(8, 1.3 + 1.9 * len(rows)), sharex=True)
    chosen = window(result, first, vehicle)
    hours = first.hours[chosen]
    when = result.clock(hours)
    step = hours[1] - hours[0] if len(hours) > 1 else 1.0
    show_stays(result, axes, stays, hours[0], hours[-1] + step)
    for i, (label, trace) in enumerate(traces):
        for axis, (name, _) in zip(axes, rows):
            values = trace.column(name, columns).min(axis=1) if name == "voltage_pu" else trace.column(name, vehicle)
            axis.plot(when, values[chosen], color=colour(i), linestyle=dash(i), label=label,
                      drawstyle="steps-post" if name == "p_kw" else "default")
    for axis, (_, unit) in zip(axes, rows):
        axis.set_ylabel(unit)
    axes[0].axhline(0, color="#888888", linewidth=0.8)
    axes[1].yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0, decimals=0))
    if columns:
        limit_lines(axes[2], limits)
    clock_axis(axes[-1], hours)
    where = f", bus {bus}" if bus else " (the file does not say at which bus)"
    heading(figure, f"Charging point {vehicle}{where}, replica {first.replica}, {plot_time.period_of(result.start, hours)}")
    legend_below(figure, axes[0])
    return figure
