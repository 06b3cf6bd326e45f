#!/usr/bin/python3
"""The figures of charging strategies show what a result file holds. Run: plot_test.py FOLDER_OF_TOOLS

Exit status 77 where Python lacks the packages to draw with.
"""
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = sys.argv.pop(1)
sys.dont_write_bytecode = True
try:
    import h5py
    import matplotlib  # noqa: F401
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(77)
sys.path.insert(0, TOOLS)
import plot_common
import plot_strategies

plot_common.plt.rcParams.update(plot_common.STYLE)
HOURS = np.arange(0.0, 24.0, 6.0)
BUSES = ["source", "9", "10"]
LEVELS = [0.05, 0.5, 0.95]


def text(values):
    return np.array(values, dtype=h5py.string_dtype())


def put_bands(run, kind, name, mean, width):
    """A variable whose outer quantiles lie `width` below and above the median."""
    group = run.require_group(kind)
    group.attrs["type"] = kind
    if "time" not in group:
        group["time"], group["quantile"] = HOURS, LEVELS
    group[name + "_mean"] = mean
    group[name + "_quantiles"] = np.stack([mean - width, mean, mean + width])


def put_run(file, path, volts, soc, width=0.0, label=None, kind="optimal_schedule", settings=()):
    run = file.create_group(path)
    put_bands(run, "voltages", "voltage_pu", volts, width)
    put_bands(run, "series", "vmin_pu", volts[:, 1:].min(axis=1), width)
    put_bands(run, "series", "mean_soc", soc, 0.0)
    put_bands(run, "series", "ev_kvar", -1000.0 * soc, 0.0)
    if label:
        run.attrs["label"], run.attrs["type"] = label, kind
        run["setting_path"], run["setting_value"] = text([s[0] for s in settings]), text([s[1] for s in settings])


def write_result(path, with_pair=True):
    """Three buses, four marks, and a schedule with and without its reactive power."""
    soc = np.linspace(0.5, 1.0, 4)
    volts = np.array([[1.03, 1.00, 0.99], [1.03, 0.99, 0.98], [1.03, 0.98, 0.97], [1.03, 1.01, 1.00]])
    with h5py.File(path, "w", track_order=True) as file:
        file.attrs.update({"evsweep_layout": 1, "title": "a test", "replicas_finished": 20, "confidence": 0.95, "reference": "plan",
                           "calendar_start": "2025-12-28T12:00", "voltage_min_pu": 0.97, "voltage_max_pu": 1.03})
        feeder = file.create_group("feeder")
        feeder["bus"], feeder["parent"] = text(BUSES), [-1, 0, 1]
        feeder["series_ohm"], feeder["nominal_v"] = [0.0, 1.0, 1.0], [20e3, 20e3, 20e3]
        put_run(file, "base", volts, soc)
        file.create_group("controllers", track_order=True)
        shared = [("strategy", "smart_q"), ("horizon", "24 h")]
        put_run(file, "controllers/plan", volts - 0.005, soc, 0.002, "plan", settings=shared + [("withhold_reactive", "false")])
        if with_pair:
            put_run(file, "controllers/held", volts - 0.02, soc, 0.002, "held", settings=shared + [("withhold_reactive", "true")])
            other = [("strategy", "v2g_q"), ("horizon", "24 h"), ("withhold_reactive", "false")]
            put_run(file, "controllers/other", volts, soc, 0.002, "other", settings=other)


class StrategyFigures(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.scratch.name, "result.h5")

    def tearDown(self):
        plot_common.plt.close("all")
        self.scratch.cleanup()

    def result(self, **how):
        write_result(self.path, **how)
        return plot_common.Result(self.path)

    def test_the_source_is_left_out_and_numbered_buses_are_in_their_order(self):
        result = self.result()
        self.assertEqual(plot_strategies.shown_buses(result), ([1, 2], ["9", "10"]))  # "source" is no number: as swept
        result.file.close()
        with h5py.File(self.path, "r+") as file:
            file["feeder/bus"][...] = text(["0", "10", "9"])
        self.assertEqual(plot_strategies.shown_buses(plot_common.Result(self.path)), ([2, 1], ["9", "10"]))

    def test_the_spread_over_time_is_that_of_the_median_replica_within_the_outer_ones(self):
        bands = plot_common.Bands(self.result().controllers[0][1], "voltages", "voltage_pu")
        spread, low, high = plot_strategies.over_time(bands)
        np.testing.assert_allclose(spread[3], [1.025, 0.99, 0.98])  # medians of four marks
        np.testing.assert_allclose(spread[0], [1.025, 0.975, 0.965])
        np.testing.assert_allclose(low, [1.023, 0.973, 0.963])
        np.testing.assert_allclose(high, [1.027, 1.007, 0.997])

    def test_every_run_has_a_panel_that_tells_its_lowest_voltage(self):
        figure = plot_strategies.voltage_by_bus(self.result())
        titles = [axis.get_title(loc="left") for axis in figure.axes if axis.get_visible()]
        self.assertEqual(titles, ["no vehicles: lowest 0.9700 pu at bus 10", "plan: lowest 0.9630 pu at bus 10",
                                  "held: lowest 0.9480 pu at bus 10", "other: lowest 0.9680 pu at bus 10"])

    def test_a_withheld_plan_is_paired_with_the_one_that_differs_in_nothing_else(self):
        result = self.result()
        self.assertEqual(plot_strategies.withheld_pairs(result), [(0, 1)])
        figure = plot_strategies.withheld_reactive(result)
        drawn = [line.get_label() for line in figure.axes[0].get_lines() if not line.get_label().startswith("_")]
        self.assertEqual(drawn, ["plan", "held", "no vehicles"])

    def test_without_such_a_pair_there_is_nothing_to_draw(self):
        with self.assertRaises(plot_common.NoData):
            plot_strategies.withheld_reactive(self.result(with_pair=False))

    def test_the_program_writes_these_figures_and_says_what_it_leaves_out(self):
        write_result(self.path)
        done = subprocess.run([os.path.join(TOOLS, "plot"), self.path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("voltage_by_bus", "withheld_reactive", "state_of_charge", "voltage_bands"):
            with open(os.path.join(self.scratch.name, f"result_{name}.png"), "rb") as png:
                self.assertEqual(png.read(8), b"\x89PNG\r\n\x1a\n")
        self.assertIn("skipped arrivals: output 'series' holds no arrivals", done.stdout)


if __name__ == "__main__":
    unittest.main()
