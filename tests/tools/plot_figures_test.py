#!/usr/bin/python3
"""Maps, heat maps, loadings, distributions, vehicles and time axes show what a result file holds. Run: plot_figures_test.py FOLDER_OF_TOOLS

Exit status 77 where Python lacks the packages to draw with.
"""
import datetime
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = sys.argv.pop(1)
sys.dont_write_bytecode = True
try:
    import h5py
    import matplotlib.dates as mdates
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(77)
sys.path[:0] = [TOOLS, os.path.dirname(os.path.abspath(__file__))]
import plot_common
import plot_demand
import plot_distributions
import plot_heat
import plot_layout
import plot_loading
import plot_map
import plot_scales
import plot_time
import plot_vehicle
import plot_why
from small_results import Small, add_connectors

plot_common.plt.rcParams.update(plot_common.STYLE)


class WithResult(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.scratch.name, "result.h5")

    def tearDown(self):
        plot_common.plt.close("all")
        self.scratch.cleanup()

    def result(self, **how):
        if os.path.exists(self.path):
            os.remove(self.path)  # h5py keeps what it has open
        Small(self.path, **how)
        return plot_common.Result(self.path)


class Times(WithResult):
    def test_hours_and_cf_units_mean_the_same(self):
        hours = np.arange(0.0, 24.0, 2.0)
        # The first mark is at 12:00 of 6 January, 36 hours after the midnight that the file counts from.
        shifted = self.result(hours=hours + 36, units="hours since 2025-01-05 00:00:00")
        np.testing.assert_allclose(plot_common.Bands(shifted.base, "series", "demand_kw").hours, hours)
        minutes = self.result(hours=60 * hours, units="minutes since 2025-01-06 12:00:00")
        np.testing.assert_allclose(plot_common.Bands(minutes.base, "series", "demand_kw").hours, hours)

    def test_unknown_units_of_time_are_refused(self):
        with self.assertRaisesRegex(ValueError, "fortnights"):
            plot_common.Bands(self.result(units="fortnights").base, "series", "demand_kw")

    def test_days_are_calendar_days_also_of_a_study_from_noon(self):
        start, hours = datetime.datetime(2025, 1, 6, 12), np.arange(0.0, 60.0, 1.0)
        values = np.random.default_rng(1).normal(size=60)
        by_date = {}
        for h, v in zip(hours, values):
            by_date.setdefault((start + datetime.timedelta(hours=h)).date(), []).append(v)
        days = plot_time.Days(hours, start)
        for how, of in (("lowest", min), ("highest", max), ("mean", np.mean), ("sum", sum)):
            np.testing.assert_allclose(days.reduce(values, how), [of(day) for day in by_date.values()])
        np.testing.assert_allclose(days.hours, [-12, 12, 36])  # midnights

    def test_a_missing_value_does_not_spoil_its_day(self):
        days = plot_time.Days(np.arange(0.0, 48.0, 12.0), datetime.datetime(2025, 1, 6))
        values = np.array([1.0, np.nan, np.nan, np.nan])
        np.testing.assert_array_equal(days.reduce(values, "highest"), [1, np.nan])
        np.testing.assert_array_equal(days.reduce(values, "mean"), [1, np.nan])

    def test_a_year_is_drawn_by_days_with_the_months_below(self):
        result = self.result(hours=np.arange(0.0, 24 * 365, 6.0), start="2025-01-01 00:00")
        figure = plot_demand.system_demand(result)
        self.assertEqual(len(figure.axes[0].get_lines()[0].get_xdata()), 366)  # steps of 365 days
        self.assertIn("highest of day", figure.axes[0].get_ylabel())
        self.assertEqual(figure.axes[0].get_xlabel(), "Wed 1 Jan to Wed 31 Dec 2025")
        names = [t.get_text() for t in figure.axes[0].get_xticklabels(minor=True)]
        self.assertEqual(names, "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())

    def test_a_week_names_its_days_between_their_midnights(self):
        figure = plot_demand.system_demand(self.result(hours=np.arange(0.0, 168.0, 2.0)))
        axis = figure.axes[0]
        self.assertEqual([t.get_text().split("\n")[0] for t in axis.get_xticklabels(minor=True)],
                         ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"])
        self.assertTrue(all(place == int(place) for place in axis.get_xticks()))

    def test_a_moment_of_several_days_has_its_date(self):
        start = datetime.datetime(2025, 1, 6, 12)
        self.assertEqual(plot_time.moment_text(start, np.arange(0.0, 24.0), 20), "08:00")
        self.assertEqual(plot_time.moment_text(start, np.arange(0.0, 100.0), 20), "Tue 7 Jan 08:00")


class Layouts(WithResult):
    def test_a_tree_has_no_two_buses_in_one_place_and_goes_to_the_right(self):
        rng = np.random.default_rng(3)
        parent = np.array([-1] + [int(rng.integers(max(0, k - 4), k)) for k in range(1, 80)])
        x, y = plot_layout.tree(parent)
        self.assertEqual(len(set(zip(x, y))), len(parent))
        self.assertTrue((x[1:] == x[parent[1:]] + 1).all())

    def test_ways_cover_every_bus_once(self):
        ways = plot_layout.longest_ways(np.array([-1, 0, 1, 1, 3, 0]))
        self.assertEqual(ways, [[0, 1, 3, 4], [2], [5]])

    def test_a_bus_without_coordinates_lies_between_its_neighbours(self):
        layout = plot_layout.Layout(self.result(coordinates=True))
        np.testing.assert_allclose([layout.x[1], layout.y[1]], [(0 + 2 + 1) / 3, 1 / 3])
        self.assertEqual(layout.remark, "")

    def test_a_feeder_without_coordinates_says_so(self):
        self.assertIn("no coordinates", plot_layout.Layout(self.result()).remark)


class Scales(unittest.TestCase):
    def test_what_breaks_a_limit_is_orange_or_purple_and_the_rest_blue(self):
        scale = plot_scales.Scale([np.array([0.9, 1.0, 1.1])], {"low": 0.95, "high": 1.05})
        below, within, above = scale.of(np.array([0.92, 1.0, 1.08]))[:, :3]
        self.assertTrue(below[0] > below[2])                       # more red than blue
        self.assertTrue(within[2] > within[0])                     # more blue than red
        self.assertTrue(above[2] > above[1] and above[0] > above[1])  # red and blue, little green

    def test_a_limit_far_from_all_values_does_not_stretch_the_scale(self):
        scale = plot_scales.Scale([np.array([0.99, 1.0])], {"low": 0.9})
        self.assertEqual((scale.limits, scale.low, scale.high), ({}, 0.99, 1.0))

    def test_values_that_are_all_alike_have_a_scale(self):
        self.assertTrue(np.isfinite(plot_scales.Scale([np.ones(3)], {"low": 0.9}).of(np.ones(3))).all())


class Maps(WithResult):
    def titles(self, figure):
        return [axis.get_title(loc="left") for axis in figure.axes if axis.get_title(loc="left")]

    def test_the_map_rings_the_bus_that_its_title_names(self):
        for phases in (False, True):
            result = self.result(phases=phases, coordinates=True, with_elements=False)
            figure = plot_map.map_voltage(result)
            volts = result.file["controllers/full/voltages/voltage_pu_quantiles"][0].min(axis=0)
            self.assertEqual(self.titles(figure)[1], f"full\nlowest {volts.min():.4f} pu at bus e")
            ring = figure.axes[1].collections[-1].get_offsets()[0]
            np.testing.assert_allclose(ring, [2, 0])  # where bus e is

    def test_elements_that_saw_every_step_are_preferred_to_marks(self):
        result = self.result()
        figure = plot_map.map_voltage(result)
        lowest = result.file["controllers/full/elements/vmin_pu_quantiles"][0]
        self.assertIn(f"{lowest[1:].min():.4f} pu", self.titles(figure)[1])
        self.assertIn("all steps", figure._suptitle.get_text())

    def test_a_branch_with_a_dot_in_its_name_is_found_by_conductor_and_alone(self):
        result = self.result(phases=True)
        np.testing.assert_array_equal(plot_map.branch_buses(result, ["line.1.b", "top.a", "line.1"]), [2, 1, 2])

    def test_the_most_loaded_conductor_of_a_branch_is_its_loading(self):
        result = self.result(phases=True, with_elements=False)
        by_bus, name, _ = plot_map.highest_loadings(result, result.controllers[0][1])
        self.assertEqual((name[1], name[2]), ("top.a", "line.1.b"))
        self.assertTrue(np.isnan(by_bus[3]))  # no rating
        np.testing.assert_allclose(by_bus[2], result.file["controllers/full/voltages/loading_pct_quantiles"][2].max())

    def test_the_map_of_probabilities_tells_the_most_likely_elements_with_their_intervals(self):
        figure = plot_map.map_probability(self.result(phases=True))
        self.assertEqual(self.titles(figure)[0].split("\n"), ["full", "voltage too low at l.b: 40 % [30-50 %]",
                                                              "overload of line line.1.b: 20 % [10-30 %]"])

    def test_without_elements_there_is_no_map_of_probabilities(self):
        with self.assertRaisesRegex(plot_common.NoData, "no output 'elements'"):
            plot_map.map_probability(self.result(with_elements=False))

    def test_a_heat_map_tells_where_and_when_the_voltage_is_lowest(self):
        result = self.result(phases=True)
        figure = plot_heat.voltage_heat(result)
        self.assertIn("at bus e, 18:00", self.titles(figure)[1])  # the sine is highest 6 hours after noon
        order = plot_heat.along_feeder(plot_common.Sites(result))
        self.assertEqual(sorted(order), [1, 2, 3])

    def test_a_bus_with_another_band_is_coloured_by_its_own_and_tells_its_own_voltage(self):
        result = self.result(bands=([0.95, 0.95, 0.95, 0.985], [1.05, 1.05, 1.05, 1.05]))
        self.assertEqual(result.all_limits(), [0.95, 0.985, 1.05])
        sites = plot_common.Sites(result)
        np.testing.assert_allclose(sites.moved["low"], [0, 0, 0, -0.035])
        shown = plot_common.WorstVoltages(result, sites, dict(result.controllers)["full"])
        side, volts, mark, bus = shown.extremes()[0]
        self.assertEqual((side, sites.names[bus]), ("low", "l"))  # 1.2 times the depth of m, and .035 pu nearer to its limit
        self.assertGreater(volts, shown.over_time()["low"][bus] + 0.034)
        self.assertIn("another", sites.unit)

    def test_where_both_sides_are_broken_the_one_further_beyond_is_shown(self):
        shown = plot_common.nearer_to_limit({"low": np.array([0.93, 0.99]), "high": np.array([1.06, 1.07])}, (0.95, 1.05))
        np.testing.assert_allclose(shown, [0.93, 1.07])


class Loads(WithResult):
    def test_the_area_under_a_load_duration_curve_is_the_energy(self):
        result = self.result()
        figure = plot_loading.load_duration(result)
        line = figure.axes[0].get_lines()[0]  # of the feeder without vehicles
        share, kw = np.asarray(line.get_xdata()) / 100, np.asarray(line.get_ydata())
        self.assertTrue((np.diff(kw) <= 0).all())
        energy = (kw[:-1] * np.diff(share)).sum() * 24
        np.testing.assert_allclose(energy, 2 * result.file["base/series/demand_kw_mean"][()].sum())

    def test_of_a_branch_only_its_most_loaded_conductor_is_drawn(self):
        figure = plot_loading.loading(self.result(phases=True))
        names = [line.get_label() for line in figure.axes[0].get_lines() if not line.get_label().startswith("_")]
        self.assertEqual(names, ["line.1.b", "top.a"])


class Distributions(WithResult):
    def test_times_around_midnight_stay_together(self):
        values = plot_distributions.spread_of(self.result(), "peak_time_h")[0][1]  # 11.5 to 12.5 h after noon
        self.assertAlmostEqual(np.ptp(values), 1.0)
        self.assertAlmostEqual(np.cos(np.pi * np.median(values) / 12), 1.0)  # midnight

    def test_panels_are_the_headline_numbers_that_differ(self):
        figure = plot_distributions.kpi_distributions(self.result())
        titles = [axis.get_title(loc="left") for axis in figure.axes if axis.get_visible()]
        self.assertEqual(titles, ["lowest voltage at any bus", "time below the band", "time of the peak demand", "purchases less sales"])

    def test_probabilities_are_drawn_with_the_intervals_of_the_file(self):
        lines = plot_distributions.probabilities(self.result()).axes[0].get_lines()
        np.testing.assert_allclose(lines[0].get_xdata(), [40, 60])  # half of 20 replicas, 10 % to either side
        np.testing.assert_allclose(lines[1].get_xdata(), [50])

    def test_cost_is_what_is_paid_less_what_is_earned(self):
        axis = plot_distributions.cost(self.result()).axes[0]
        paid, earned = (np.array([bar.get_width() for bar in bars]) for bars in axis.containers)
        net = next(line for line in axis.get_lines() if line.get_label().startswith("net"))
        np.testing.assert_allclose(net.get_xdata(), paid + earned)


class Vehicles(WithResult):
    def seen_by(self, result, replica, point=1):
        return plot_vehicle.seen_by(result, replica, point, plot_vehicle.Stays(result.controllers[0][1], replica, point))

    def test_the_voltage_is_that_between_the_wires_of_the_charging_point(self):
        self.result(phases=True)
        add_connectors(self.path)
        result = plot_common.Result(self.path)
        self.assertEqual(self.seen_by(result, 0), ([4], "e"))  # e.b
        self.assertEqual(len(plot_vehicle.vehicle_day(result).axes), 3)

    def test_places_of_another_replica_are_not_guessed(self):
        self.result()
        add_connectors(self.path, differ=1)
        result = plot_common.Result(self.path)
        self.assertEqual(self.seen_by(result, 0), ([2], "e"))
        self.assertEqual(self.seen_by(result, 1), (None, None))

    def test_the_one_that_returns_energy_is_shown_unless_another_is_asked_for(self):
        result = self.result()
        self.assertIn("Charging point 1 (the file does not say at which bus)", plot_vehicle.vehicle_day(result)._suptitle.get_text())
        result.vehicle = 0
        figure = plot_vehicle.vehicle_day(result)
        shaded = figure.axes[0].patches[0].get_xy()[:, 0]
        begin = mdates.date2num(datetime.datetime(2025, 1, 6, 17))  # 5 hours after noon
        np.testing.assert_allclose([shaded.min(), shaded.max()], [begin, begin + 4 / 24])

    def test_stays_tell_the_bus_and_what_is_wanted(self):
        self.result(phases=True)
        with h5py.File(self.path, "r+") as file:
            for label in ("full", "smart"):
                stays = file.create_group(f"controllers/{label}/stays")
                stays.attrs["type"] = "stays"
                for name, values in (("connector", [0, 1]), ("bus_place", [1, 2]), ("plug_in_h", [3, 5]), ("unplug_h", [8, 9]),
                                     ("target_soc", [0.7, 0.8])):
                    stays[f"replica_0/{name}"] = np.array(values, float)
        result = plot_common.Result(self.path)
        self.assertEqual(self.seen_by(result, 0), ([3, 4], "e"))  # both phases of e: its wires are not known
        wanted = [line for line in plot_vehicle.vehicle_day(result).axes[1].get_lines() if line.get_marker() == "_"]
        self.assertEqual([float(line.get_ydata()[0]) for line in wanted], [0.8])

    def test_a_day_is_cut_out(self):
        result = self.result(hours=np.arange(0.0, 96.0, 2.0))
        result.day = datetime.date(2025, 1, 8)
        axis = plot_vehicle.vehicle_day(result).axes[0]
        self.assertEqual(len(axis.get_lines()[0].get_xdata()), 12)


class Program(WithResult):
    def plot(self, *arguments):
        return subprocess.run([os.path.join(TOOLS, "plot"), self.path, *arguments], capture_output=True, text=True)

    def test_every_figure_that_the_file_holds_is_written(self):
        Small(self.path)
        wanted = ["load_duration", "voltage_profile", "voltage_bands", "map_voltage", "voltage_heat", "map_loading", "loading",
                  "map_probability", "probabilities", "vehicle_day", "cost", "kpi_distributions"]
        done = self.plot("--figures", ",".join(wanted))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(done.stdout.split()), sorted(os.path.join(self.scratch.name, f"result_{name}.png") for name in wanted))
        for name in wanted:
            with open(os.path.join(self.scratch.name, f"result_{name}.png"), "rb") as png:
                self.assertEqual(png.read(8), b"\x89PNG\r\n\x1a\n")

    def test_what_does_not_exist_is_one_line_and_status_2(self):
        Small(self.path)
        wrong = {("--figures", "map_volt"): "no figure 'map_volt'; did you mean 'map_voltage'?",
                 ("--figures", "vehicle_day", "--vehicle", "2"): "there is no such charging point; give one from 0 to 1",
                 ("--figures", "vehicle_day", "--replica", "7"): "output 'traces' holds replica 0",
                 ("--figures", "vehicle_day", "--day", "2025-02-01"): "no mark then, but from 2025-01-06 12:00 to 2025-01-07 10:00"}
        for arguments, words in wrong.items():
            done = self.plot(*arguments)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(words, done.stderr)


def write_explanation(path, by_bus=False):
    """Two vehicles at one bus, a generator and loads, over three marks; the third vehicle is beyond the figure's parts."""
    text = h5py.string_dtype()
    with h5py.File(path, "w") as file:
        file.attrs.update({"content": "explanation", "title": "a street", "calendar_start": "2025-01-06 12:00:00"})
        why = file.create_group("why")
        why.attrs.update({"limit_kind": "low_voltage", "element": "bus 9", "controller": "c", "replica": 3, "time_h": 6.0,
                          "units": "pu", "value": 0.88, "limit": 0.9, "value_of_nobody": 1.0})
        why["actor"] = np.array(["vehicle 0", "vehicle 1", "loads at bus 9", "generator 4"], dtype=text)
        why["kind"] = np.array(["vehicle", "vehicle", "base load", "generator"], dtype=text)
        why["bus"] = np.array(["9", "9", "9", "8"], dtype=text)
        why["share"], why["share_error"] = [-0.03, -0.04, -0.07, 0.02], [0.003, 0.004, 0.0, 0.0]
        hour = why.create_group("hour")
        hour.attrs["is_by_bus"] = int(by_bus)
        hour["time"], hour["value"] = [5.5, 6.0, 6.5], [0.91, 0.88, 0.92]
        hour["loads_kw"], hour["other_vehicles_kw"], hour["other_fed_in_kw"] = [5.0] * 3, [0.0] * 3, [0.0, 2.0, 0.0]
        hour["part"] = np.array(["vehicles at bus 9"] if by_bus else ["vehicle 1", "vehicle 0"], dtype=text)
        hour["part_kw"] = [[7.0, 7.0, 0.0]] if by_bus else [[4.0, 4.0, 0.0], [3.0, 3.0, -1.0]]


class Explanations(WithResult):
    def open(self, **how):
        write_explanation(self.path, **how)
        return plot_why.open_explanation(self.path)

    def test_powers_pile_up_to_the_total(self):
        figure = plot_why.why_hour(self.open())
        total = next(line for line in figure.axes[0].lines if line.get_label() == "total")
        np.testing.assert_allclose(total.get_ydata(), [12.0, 10.0, 4.0])
        self.assertIn("low voltage at bus 9, Mon 18:00, under c, replica 3", figure._suptitle.get_text())

    def test_bars_are_the_shares_with_their_errors(self):
        bars = {name: (share, error) for name, share, error, _ in plot_why.bars_of(self.open())}
        self.assertEqual(bars["vehicle 1"], (-0.04, 0.004))
        self.assertAlmostEqual(sum(share for share, _ in bars.values()), -0.12)

    def test_vehicles_of_a_bus_are_one_bar_where_the_hour_is_by_bus(self):
        bars = {name: (share, error) for name, share, error, _ in plot_why.bars_of(self.open(by_bus=True))}
        np.testing.assert_allclose(bars["vehicles at bus 9"], (-0.07, 0.005))
        self.assertNotIn("vehicle 1", bars)

    def test_plot_draws_the_one_figure_of_an_explanation(self):
        write_explanation(self.path)
        done = subprocess.run([sys.executable, os.path.join(TOOLS, "plot"), self.path], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.strip(), os.path.join(self.scratch.name, "result_why_hour.png"))

    def test_another_result_is_none(self):
        Small(self.path)
        self.assertIsNone(plot_why.open_explanation(self.path))


if __name__ == "__main__":
    unittest.main()
