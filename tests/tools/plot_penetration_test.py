#!/usr/bin/python3
"""Studies at several penetrations are compared whatever their feeder and start. Run: plot_penetration_test.py FOLDER_OF_TOOLS

Exit status 77 where Python lacks the packages to draw with.
"""
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = sys.argv.pop(1)
sys.dont_write_bytecode = True
try:
    import h5py  # noqa: F401
    import matplotlib  # noqa: F401
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(77)
sys.path[:0] = [TOOLS, os.path.dirname(os.path.abspath(__file__))]
from small_results import Small


def load(name):
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(TOOLS, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


tool = load("plot_penetration")
tool.plt.rcParams.update(tool.STYLE)


class Penetrations(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()

    def tearDown(self):
        tool.plt.close("all")
        self.scratch.cleanup()

    def write(self, name, **how):
        path = os.path.join(self.scratch.name, name)
        Small(path, **how)
        return path

    def study(self, **how):
        low, high = self.write("low.h5", **how), self.write("high.h5", sag=0.02, **how)
        return tool.Comparison(tool.read_results([f"50={high}", f"0={low}"]))

    def run_tool(self, *arguments):
        return subprocess.run([os.path.join(TOOLS, "plot_penetration"), *arguments, "--out", self.scratch.name], capture_output=True,
                              text=True)

    def test_intervals_of_shares_are_those_of_wilson(self):
        z = 1.959964  # of a normal distribution, 95 %
        np.testing.assert_allclose(tool.wilson(0, 10, 0.95), (0, 100 * z * z / (10 + z * z)), rtol=1e-5, atol=1e-9)
        low, high = tool.wilson(5, 10, 0.95)
        self.assertAlmostEqual(low + high, 100.0)
        self.assertAlmostEqual(high, 76.34, places=2)  # (0.5 + z^2/20 + z sqrt(0.025 + z^2/400)) / (1 + z^2/10)

    def test_shares_are_in_their_order_and_outside_counts_replicas(self):
        study = self.study()
        self.assertEqual(list(study.results), [0.0, 50.0])
        for share, label in ((0.0, "smart"), (50.0, "full")):
            vmin = study.results[share].file[f"controllers/{label}/kpis/vmin_pu"][()]
            self.assertEqual(study.outside(share, label), (sum(vmin < 0.95), 20))

    def test_a_balanced_feeder_has_one_line_and_a_four_wire_one_a_line_per_phase(self):
        self.assertEqual([line[:2] for line in self.study().lines()], [("vmin_pu", "all buses")])
        self.assertEqual([line[:2] for line in self.study(phases=True).lines()], [("vmin_an_pu", "a-n")])

    def test_the_worst_moment_counts_from_the_start_of_the_study(self):
        figure = tool.voltage_profile(self.study(start="2025-03-01 00:00"))
        self.assertEqual(figure.axes[0].get_title(loc="left"), "full, 06:00")  # the sine is highest after a quarter of the day

    def test_figures_and_table_are_made_of_balanced_and_other_feeders(self):
        for phases in (False, True):
            files = [f"0={self.write('low.h5', phases=phases)}", f"50={self.write('high.h5', phases=phases, sag=0.02)}"]
            done = self.run_tool(*files)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(done.stdout.count("bus e: 20"), 4)
            for name in ("penetration.png", "voltage_profile.png"):
                self.assertTrue(os.path.getsize(os.path.join(self.scratch.name, name)) > 1000)

    def test_what_cannot_be_compared_is_one_line_and_status_2(self):
        path = self.write("low.h5")
        for arguments, words in ((["many=" + path], "'many' is no share"), (["1=" + path, "1=" + path], "1 % is there twice"),
                                 (["1=" + path + "x"], "no such file"), ([], "required")):
            done = self.run_tool(*arguments)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
