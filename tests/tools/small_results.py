"""Small result files to draw, as `evsweep run` lays them out. Imported by tests; not a program."""
import h5py
import numpy as np

LEVELS = [0.05, 0.5, 0.95]
CONTROLLERS = ("full", "smart")


def text(values):
    return np.array(values, dtype=h5py.string_dtype())


def put_bands(group, name, mean, width, **notes):
    """Quantiles lie `width` below and above the mean."""
    group[name + "_mean"], group[name + "_quantiles"] = mean, np.stack([mean - width, mean, mean + width])
    for key, value in notes.items():
        group[name + "_mean"].attrs[key] = value


def put_output(run, kind, hours=None, units="h"):
    group = run.create_group(kind, track_order=True)
    group.attrs["type"] = kind
    if hours is not None:
        group["time"], group["quantile"] = hours, LEVELS
        group["time"].attrs["units"] = units
    return group


def put_kpi(group, name, values, long_name, unit="1", display="number", headline=1, labels=None):
    group[name] = np.asarray(values, dtype=float)
    group[name].attrs.update({"units": unit, "long_name": long_name, "display": display, "headline": headline, "decimals": 2})
    if labels:
        group[name].attrs["labels"] = text(labels)


class Small:
    """Four buses: s - m - e, and a lateral m - l; a balanced feeder, or one with phases (l has phase b alone)."""

    bus, parent = ["s", "m", "e", "l"], [-1, 0, 1, 1]
    branch = ["top", "line.1", "side"]

    def __init__(self, path, phases=False, coordinates=False, start="2025-01-06 12:00", hours=None, units="h", with_elements=True,
                 sag=0.0, bands=None):
        self.bands = bands  # lowest and highest voltage allowed at every bus; None: as the attributes say
        self.phases, self.hours, self.units, self.sag = phases, np.arange(0.0, 24.0, 2.0) if hours is None else hours, units, sag
        self.seen = ["s.a", "m.a", "m.b", "e.a", "e.b", "l.b"] if phases else self.bus
        with h5py.File(path, "w", track_order=True) as file:
            file.attrs.update({"evsweep_layout": 1, "title": "a test", "replicas_finished": 20, "confidence": 0.95, "reference": "full",
                               "calendar_start": start, "voltage_min_pu": 0.95, "voltage_max_pu": 1.05, "currency": "$"})
            self.put_feeder(file.create_group("feeder", track_order=True), coordinates)
            self.put_run(file.create_group("base"), 0.0, 1, with_elements)
            file.create_group("controllers", track_order=True)
            for k, label in enumerate(CONTROLLERS):
                run = file.create_group(f"controllers/{label}", track_order=True)
                run.attrs["label"], run.attrs["type"] = label, label
                self.put_run(run, 0.04 - 0.02 * k, 20, with_elements)
                self.put_summary(file, run, label)

    def put_feeder(self, feeder, coordinates):
        feeder["bus"], feeder["parent"] = text(self.bus), self.parent
        feeder["series_ohm"], feeder["nominal_v"] = [0.0, 1.0, 2.0, 1.0], 4 * [400.0]
        feeder["branch"], feeder["rating_a"] = text(self.branch), [100.0, 100.0, np.inf]
        if self.bands:
            feeder["voltage_min_pu"], feeder["voltage_max_pu"] = self.bands
        if coordinates:
            feeder["x"], feeder["y"] = [0.0, np.nan, 2.0, 1.0], [0.0, np.nan, 0.0, 1.0]
        if self.phases:
            feeder["conductor"] = text(self.seen)
            feeder["conductor_bus"], feeder["conductor_phase"] = [0, 1, 1, 2, 2, 3], text(list("aababb"))

    def put_run(self, run, drop, replicas, with_elements):
        daily = 1.0 + np.sin(2 * np.pi * self.hours / 24)
        series = put_output(run, "series", self.hours, self.units)
        put_bands(series, "demand_kw", 100.0 + 20 * daily, 1.0, cell_methods="time: mean")
        put_bands(series, "ev_kw", 20 * daily, 1.0, cell_methods="time: mean")
        depth = np.array([0, 1, 1.5, 2, 2.5, 1]) if self.phases else np.array([0, 1, 2, 1.2])
        volts = 1.0 - np.outer(0.005 + drop * daily / 4 + self.sag, depth)
        put_bands(series, "vmin_pu", volts.min(axis=1), 0.001)
        put_bands(series, "mean_soc", 0.5 + 0 * daily, 0.01)
        voltages = put_output(run, "voltages", self.hours, self.units)
        put_bands(voltages, "voltage_pu", volts, 0.001)
        rated = ["top.a", "line.1.a", "line.1.b"] if self.phases else ["top", "line.1"]
        voltages["rated_conductor" if self.phases else "branch"] = text(rated)
        put_bands(voltages, "loading_pct", np.outer(daily * (40 + 500 * drop), np.arange(1, len(rated) + 1)), 2.0)
        self.put_traces(run, volts)
        self.put_kpis(run, volts, drop, replicas)
        if with_elements:
            self.put_elements(run, rated, drop)

    def put_traces(self, run, volts):
        traces = put_output(run, "traces", self.hours, self.units)
        traces["replica"], traces["connector"] = [0], [0.0, 1.0]
        power = np.zeros((1, len(self.hours), 2))
        power[0, 3:5, 0], power[0, 5:6, 1] = 7.0, -7.0
        traces["p_kw"], traces["soc"], traces["voltage_pu"] = power, np.full(power.shape, 0.6), volts[None]
        events = put_output(run, "events").create_group("replica_0")
        events["time_h"], events["connector"], events["kind"] = [5.0, 9.0], [0.0, 0.0], [0.0, 1.0]
        events["kind"].attrs["labels"] = text(["plug_in", "unplug"])

    def put_kpis(self, run, volts, drop, replicas):
        kpis, spread = put_output(run, "kpis"), np.linspace(-1, 1, replicas) if replicas > 1 else np.zeros(1)
        put_kpi(kpis, "vmin_pu", volts.min() + 0.002 * spread, "lowest voltage at any bus", "pu")
        put_kpi(kpis, "vmax_pu", 1.0 + 0 * spread, "highest voltage at any bus", "pu", headline=0)
        put_kpi(kpis, "vmin_bus", 2 + 0 * spread, "bus with the lowest voltage", display="category", headline=0, labels=self.bus)
        if self.phases:
            put_kpi(kpis, "vmin_phase", 0 * spread, "phase with the lowest voltage", display="category", headline=0, labels=["a", "b"])
            put_kpi(kpis, "vmin_an_pu", volts.min() + 0.002 * spread, "lowest voltage of phase a", "pu", headline=0)
        minutes = np.where(volts.min() + 0.002 * spread < 0.95, 60, 0)
        put_kpi(kpis, "minutes_below_band", minutes, "time below the band", "min")
        put_kpi(kpis, "minutes_above_band", 0 * minutes, "time above the band", "min")
        put_kpi(kpis, "minutes_outside_band", minutes, "time outside the band", "min", headline=0)
        put_kpi(kpis, "peak_time_h", 12.0 + 0.5 * spread, "time of the peak demand", "h", "clock")
        put_kpi(kpis, "purchases", 10 + 100 * drop + spread, "paid for charging", "$", headline=0)
        put_kpi(kpis, "sales", 3 + 0 * spread, "earned by returning energy", "$", headline=0)
        put_kpi(kpis, "net_cost", 7 + 100 * drop + spread, "purchases less sales", "$")
        put_kpi(kpis, "low_voltage_violation", (spread < 0).astype(float), "voltage below 0.95 pu", display="event")

    def put_elements(self, run, rated, drop):
        elements = put_output(run, "elements")
        elements["quantile"] = LEVELS
        elements["conductor" if self.phases else "bus"] = text(self.seen)
        elements["line"] = text(rated)
        share = np.linspace(0, 10 * drop, len(self.seen))
        put_bands(elements, "vmin_pu", 1 - 0.1 * share, 0.01)
        put_bands(elements, "vmax_pu", 1 + 0 * share, 0.01)
        put_bands(elements, "line_loading_max_pct", 1000 * drop + np.arange(len(rated)), 1.0)
        for name, values in (("minutes_below_band", share), ("line_overload_minutes", np.linspace(0, 5 * drop, len(rated)))):
            for suffix, shift in (("share", 0.0), ("share_low", -0.1), ("share_high", 0.1)):
                elements[f"{name}_{suffix}"] = np.clip(values + shift, 0, 1)

    def put_summary(self, file, run, label):
        for name in ("net_cost", "low_voltage_violation"):
            mean = run["kpis"][name][()].mean()
            file.require_group(f"summary/{label}/kpis")[name] = [mean, mean - 0.1, mean + 0.1, 0.0, 20.0]


def add_connectors(path, wires=("a", "b"), differ=0):
    with h5py.File(path, "r+") as file:
        table = file.create_group("connectors")
        table.attrs["places_differ"] = differ
        table["bus"], table["bus_place"], table["wires"] = text(["e", "e"]), [2, 2], text(wires)
