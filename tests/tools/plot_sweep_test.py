#!/usr/bin/python3
"""What the figures of a sweep show is what its file holds. Run: plot_sweep_test.py FOLDER_OF_TOOLS

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
import plot_sweep

plot_common.plt.rcParams.update(plot_common.STYLE)
CONTROLLERS = ["full", "smart"]


def text(values):
    return np.array(values, dtype=h5py.string_dtype())


class SweepFile:
    """A sweep over shares and, where asked for, ratings and a third axis, of 20 replicas; laid out as `evsweep run` does."""

    def __init__(self, path, axes):
        self.random = np.random.default_rng(3)
        with h5py.File(path, "w", track_order=True) as file:
            file.attrs.update({"evsweep_layout": 1, "title": "a sweep", "confidence": 0.95, "reference": "full", "currency": "$"})
            file["scenario/setting_path"] = text(["limits.voltage_min", "limits.voltage_max"])
            file["scenario/setting_value"] = text(["0.95 pu", "1.05 pu"])
            group = file.create_group("sweep", track_order=True)
            group.attrs["axes"] = text([name for name, *_ in axes])
            for name, values, unit in axes:
                if unit is None:
                    group[name] = text(values)
                else:
                    group[name], group[f"{name}_label"] = values, text([f"{v:g} {unit}" for v in values])
                    group[name].attrs["units"] = unit
            group["controller"], group["quantile"] = text(CONTROLLERS), [0.05, 0.5, 0.95]
            sizes = [len(values) for _, values, _ in axes]
            level = np.zeros(sizes + [2]) + np.arange(np.prod(sizes)).reshape(sizes + [1]) + np.array([0.5, 0.0])
            self.put(group, "peak_kw", 100 + 10 * level, "peak demand", "kW")
            self.put(group, "vmin_an_pu", 1.0 - 0.01 * level, "lowest voltage a-n", "pu", headline=0)
            self.put(group, "loss_kwh", 5 + 0 * level, "energy lost", "kWh")
            self.put(group, "low_voltage_violation", level / level.max(), "voltage below 0.95 pu", "1", display="event")

    def put(self, group, name, means, long_name, unit, display="number", headline=1):
        spread = self.random.normal(size=means.shape + (20,))
        group[name] = means[..., None] + 0.02 * means[..., None] * spread if display == "number" else spread > 0
        group[name].attrs.update({"output": "kpis", "long_name": long_name, "units": unit, "display": display, "headline": headline,
                                  "decimals": 1})
        group[f"{name}_mean"], group[f"{name}_low"], group[f"{name}_high"] = means, means - 0.01 * means, means + 0.01 * means
        group[f"{name}_interval"] = np.ones(means.shape, dtype=np.int32)
        group[f"{name}_quantiles"] = np.stack([0.97 * means, means, 1.03 * means], axis=-1)


SHARE = ("share", [0.0, 50.0, 100.0], "%")
RATING = ("rating", [3.7, 11.0], "kW")
FEEDER = ("feeder", ["north.yaml", "south.yaml"], None)


class Sweeps(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.scratch.name, "sweep.h5")

    def tearDown(self):
        plot_common.plt.close("all")
        self.scratch.cleanup()

    def sweep(self, *axes, at=None):
        SweepFile(self.path, axes)
        return plot_sweep.Sweep(self.path, at)

    def run_tool(self, *arguments):
        return subprocess.run([os.path.join(TOOLS, "plot"), self.path, *arguments, "--out", self.scratch.name], capture_output=True, text=True)

    def test_curves_go_through_the_means_and_bands_hold_the_intervals(self):
        sweep = self.sweep(SHARE)
        axis = plot_sweep.sweep_numbers(sweep).axes[0]
        means = [line for line in axis.lines if line.get_label() in CONTROLLERS]
        np.testing.assert_allclose(means[0].get_xydata(), [[0, 105], [50, 115], [100, 125]])
        np.testing.assert_allclose(means[1].get_ydata(), [100, 110, 120])
        thin = sorted(line.get_ydata()[0] for line in axis.lines if line.get_label() not in CONTROLLERS)
        np.testing.assert_allclose(thin, sorted([0.97 * 105, 1.03 * 105, 97, 103]))
        edge = axis.collections[0].get_paths()[0].vertices[:, 1]
        np.testing.assert_allclose([edge.min(), edge.max()], [0.99 * 105, 1.01 * 125])
        self.assertEqual(axis.get_xlabel(), "share (%)")

    def test_numbers_that_are_the_same_everywhere_are_left_out(self):
        self.assertEqual(self.sweep(SHARE).headlines("number"), ["peak_kw"])

    def test_heat_maps_write_the_means_of_each_controller(self):
        figure = plot_sweep.sweep_numbers(self.sweep(SHARE, RATING))
        maps = [axis for axis in figure.axes if axis.images]
        self.assertEqual(len(maps), 2)
        np.testing.assert_allclose(maps[1].images[0].get_array(), [[100, 110], [120, 130], [140, 150]])
        self.assertEqual([t.get_text() for t in maps[1].texts][:2], ["100.0", "110.0"])
        self.assertEqual([t.get_text() for t in maps[0].get_yticklabels()], ["0 %", "50 %", "100 %"])

    def test_axes_are_fixed_by_the_label_of_a_value(self):
        sweep = self.sweep(SHARE, RATING, at={"rating": "11 kW"})
        axis = plot_sweep.sweep_numbers(sweep).axes[0]
        np.testing.assert_allclose(axis.lines[0].get_ydata(), [115, 135, 155])
        with self.assertRaisesRegex(plot_common.NoSuch, "no value '7 kW'; it has 3.7 kW, 11 kW"):
            plot_sweep.Sweep(self.path, {"rating": "7 kW"})
        with self.assertRaisesRegex(plot_common.NoSuch, "no axis 'power'"):
            plot_sweep.Sweep(self.path, {"power": "7 kW"})

    def test_points_without_numbers_are_dots_with_intervals(self):
        axis = plot_sweep.sweep_numbers(self.sweep(FEEDER)).axes[0]
        self.assertEqual([label.get_text() for label in axis.get_yticklabels()], ["north.yaml", "south.yaml"])
        np.testing.assert_allclose(axis.containers[0].lines[0].get_xdata(), [105, 115])

    def test_of_many_points_their_shares_are_drawn(self):
        axis = plot_sweep.sweep_numbers(self.sweep(("feeder", [f"{k}.yaml" for k in range(50)], None))).axes[0]
        np.testing.assert_allclose(axis.lines[1].get_xdata()[[0, 49]], [100, 590])
        np.testing.assert_allclose(axis.lines[1].get_ydata()[[0, 24, 49]], [2, 50, 100])

    def test_voltages_by_phase_have_the_limits_and_how_likely_they_are_left(self):
        figure = plot_sweep.sweep_voltage(self.sweep(SHARE))
        self.assertEqual([axis.get_title(loc="left") for axis in figure.axes], ["full", "smart", "voltage below 0.95 pu"])
        np.testing.assert_allclose(figure.axes[1].lines[0].get_ydata(), [1.0, 0.99, 0.98])
        np.testing.assert_allclose(figure.axes[2].lines[0].get_ydata(), [20, 60, 100])
        self.assertEqual(figure.axes[0].get_legend_handles_labels()[1][0], "a-n, mean")

    def test_the_tool_draws_what_it_can_and_says_what_it_cannot(self):
        self.sweep(SHARE, RATING, FEEDER)
        done = self.run_tool()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("skipped sweep_numbers: the sweep has 3 axes; fix all but two with --at AXIS=VALUE", done.stdout)
        done = self.run_tool("--at", "feeder=south.yaml", "--at", "rating=11 kW")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in ("sweep_numbers", "sweep_violations", "sweep_voltage"):
            self.assertTrue(os.path.getsize(os.path.join(self.scratch.name, f"sweep_{name}.png")) > 1000)
        for arguments, words in ((["--at", "rating"], "is no value of an axis"), (["--figures", "map_voltage"], "is of one study"),
                                 (["--at", "rating=2 kW"], "has no value '2 kW'")):
            done = self.run_tool(*arguments)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
