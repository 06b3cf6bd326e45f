#include "sim/study/write_results.hpp"
#include "places.hpp"

#include <catch2/catch.hpp>

#include "sim/base/text_table.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/report/comparison.hpp"
#include "sim/study/read_summary.hpp"
#include "unit/app/same_results.hpp"
#include "unit/record/scratch_folder.hpp"
#include "unit/study/synthetic_study.hpp"

using namespace evsweep;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

namespace {

const VariableResult& variable(const RunResult& run, const std::string& output, const std::string& name) {
    for (const auto& v : run.variables)
        if (v.output == output && v.variable.name == name) return v;
    throw std::runtime_error("no variable " + name);
}

/// A study of two replicas whose statistics can be worked by hand.
StudyResult two_replicas(const Numbers& of_reference, const Numbers& of_other) {
    StudyResult study;
    study.title = "Two replicas";
    study.planned = 2;
    study.seed = 7;
    study.calendar_start = "2025-01-06 12:00";
    study.reference = "a";
    study.replicas = {ReplicaId(0), ReplicaId(1)};
    study.outputs = {{"kpis", "kpis", {}}};
    const Variable peak = synthetic::number("peak_kw", "kW", "peak demand", 1);
    study.base = {"base", "base", {}, {}, {{"kpis", peak, {90.0}, {}, {}}}, {}, 0};
    study.controllers = {{"a", "a", {}, {}, {{"kpis", peak, of_reference, {}, {}}}, {}, 0},
                         {"b", "b", {}, {}, {{"kpis", peak, of_other, {}, {}}}, {}, 0}};
    return study;
}

void add_kpi(StudyResult& study, const Variable& v, const Numbers& a, const Numbers& b) {
    study.base.variables.push_back({"kpis", v, {a.front()}, {}, {}});
    study.controllers[0].variables.push_back({"kpis", v, a, {}, {}});
    study.controllers[1].variables.push_back({"kpis", v, b, {}, {}});
}

std::size_t widest_line(const std::string& text) {
    std::size_t widest = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
    return widest;
}

/// Blocks into which the table of means is split: each repeats the column of the base.
std::size_t blocks(const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find("  base  "); at != std::string::npos; at = text.find("  base  ", at + 1)) ++count;
    return count;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("h5py and xarray find every kind of result where the layout says") {
    const ScratchFolder folder;
    const StudyResult study = synthetic::make_study();
    const auto path = folder / "study.h5";
    REQUIRE(write_results(study, path) == std::nullopt);
    const RunResult& evms = study.controllers[1];
    ExpectedArrays expected;
    const std::string group = "/controllers/evms";
    expected.add(group + "/kpis", "peak_kw", {"replica"}, "kW", variable(evms, "kpis", "peak_kw").values.read());
    expected.add(group + "/kpis", "net_cost", {"replica"}, "$", variable(evms, "kpis", "net_cost").values.read());
    const Bands& demand = variable(evms, "series", "demand_kw").bands;
    expected.add(group + "/series", "demand_kw_mean", {"time"}, "kW", demand.mean);
    Numbers all;
    for (const auto& q : demand.quantiles) all.insert(all.end(), q.begin(), q.end());
    expected.add(group + "/series", "demand_kw_quantiles", {"quantile", "time"}, "kW", all);
    expected.add(group + "/series", "quantile", {"quantile"}, "1", {0.05, 0.5, 0.95});
    expected.add(group + "/series", "zone", {"zone"}, {"homes", "work places", "car park"});
    expected.add(group + "/voltages", "voltage_pu_mean", {"time", "bus"}, "pu",
                 variable(evms, "voltages", "voltage_pu").bands.mean);
    expected.add(group + "/traces", "demand_kw", {"replica", "time"}, "kW",
                 variable(evms, "traces", "demand_kw").traces[0].second);
    expected.add(group + "/events/replica_0", "time_h", {"event"}, "h", {1.0, 2.5, 2.5});
    expected.add(group + "/events/replica_2", "time_h", {"event"}, "h", {});
    expected.add(group + "/reads", "party", {"read"}, Names{"evms"});
    expected.add(group + "/reads", "signal", {"read"}, Names{"feeder_head"});
    expected.add(group + "/reads", "unit", {"read"}, Names{"kW"});
    expected.add(group + "/reads", "publisher", {"read"}, Names{"simulator"});
    expected.add(group + "/reads", "freshness", {"read"}, Names{"present"});
    expected.add(group + "/reads", "meter", {"read"}, Names{"delay 5 min, noise 10 kW"});
    expected.add(group + "/unsolved", "status", {"step"}, Names{"collapsed"});
    expected.add("/controllers/my_fuzzy/kpis", "vmin_pu", {"replica"}, "pu",
                 variable(study.controllers[2], "kpis", "vmin_pu").values.read());
    expected.add("/base/kpis", "peak_kw", {"replica"}, "kW", variable(study.base, "kpis", "peak_kw").values.read());
    expected.add("/feeder", "series_ohm", {"bus"}, "ohm", study.feeder_series_ohm);
    expected.add("/failures", "what", {"failure"}, Names{"broken promise: the energy ledger closes"});
    expected.add("/scenario", "setting_value", {"setting"}, Names{"18446744073709551615", "40"});
    const int status = expected.check(path);
    if (status == 77) {
        WARN("skipped: python3 lacks h5py, xarray, or an engine for it");
        return;
    }
    CHECK(status == 0);
}

TEST_CASE("Summaries and paired differences of every pair are those of the hand calculation") {
    const ScratchFolder folder;
    StudyResult study = two_replicas({100, 104}, {101, 109});
    study.controllers.push_back(study.controllers[1]);
    study.controllers[2].label = "c";
    const auto path = folder / "study.h5";
    REQUIRE(write_results(study, path) == std::nullopt);
    const ResultReader reader(path);
    CHECK(reader.groups("/paired") == Names{"b_minus_a", "c_minus_a", "c_minus_b"});
    CHECK(reader.texts("/paired/b_minus_a/kpis/statistic") == Names{"mean", "low", "high", "deviation", "count"});
    // Differences 1 and 5: mean 3, deviation sqrt(8), and 12.70620474 = t(1) at 95 %.
    const Numbers paired = reader.numbers("/paired/b_minus_a/kpis/peak_kw");
    CHECK(paired[0] == 3.0);
    CHECK(paired[1] == Approx(3.0 - 2.0 * 12.70620474));
    CHECK(paired[2] == Approx(3.0 + 2.0 * 12.70620474));
    CHECK(paired[3] == Approx(std::sqrt(8.0)));
    CHECK(paired[4] == 2.0);
    CHECK(reader.numbers("/paired/c_minus_b/kpis/peak_kw")[0] == 0.0);
    CHECK(reader.texts("/summary/a/kpis/statistic") == Names{"mean", "low", "high", "deviation", "count", "quantile_0.05",
                                                             "quantile_0.5", "quantile_0.95", "quantile_0.05_low",
                                                             "quantile_0.05_high", "quantile_0.5_low", "quantile_0.5_high",
                                                             "quantile_0.95_low", "quantile_0.95_high"});
    const Numbers summary = reader.numbers("/summary/a/kpis/peak_kw");
    CHECK(summary[0] == 102.0);
    CHECK(summary[5] == Approx(100.2));
    CHECK(summary[6] == 102.0);
    REQUIRE(summary.size() == 14);
    // Both values are below the 5 % quantile, or both above the 95 % quantile, in 0.05^2 of studies: these ends alone are known.
    CHECK(std::isnan(summary[8]));
    CHECK(summary[9] == 104.0);
    CHECK(std::isnan(summary[10]));
    CHECK(std::isnan(summary[11]));
    CHECK(summary[12] == 100.0);
    CHECK(std::isnan(summary[13]));
}

TEST_CASE("Every array of quantiles says by how much its ranks may be off") {
    const ScratchFolder folder;
    StudyResult study = synthetic::make_study(3);
    for (auto& v : study.controllers[1].variables)
        if (v.variable.name == "demand_kw") v.bands.quantile_rank_error = 0.0035;
    REQUIRE(write_results(study, folder / "study.h5") == std::nullopt);
    const ResultReader reader(folder / "study.h5");
    CHECK(reader.number_attribute("/controllers/evms/series/demand_kw_quantiles", "quantile_rank_error") == 0.0035);
    CHECK(reader.number_attribute("/controllers/evms/voltages/voltage_pu_quantiles", "quantile_rank_error") == 0.0);
    CHECK_FALSE(reader.number_attribute("/controllers/evms/series/demand_kw_mean", "quantile_rank_error"));
}

TEST_CASE("The table printed from a file is the table printed after the run") {
    const ScratchFolder folder;
    StudyResult study = synthetic::make_study();
    REQUIRE(write_results(study, folder / "study.h5") == std::nullopt);
    const ReadSummary read = read_summary(folder / "study.h5");
    REQUIRE(read.problem.empty());
    REQUIRE(read.result);
    CHECK(comparison_table(*read.result) == comparison_table(study));
    CHECK(read.result->seed == study.seed);
    CHECK(read.result->replicas == study.replicas);
    CHECK(read.result->provenance.git_revision == "abc123");
    CHECK(read.result->provenance.instruction_set == "avx2");
    CHECK(read.result->provenance.libraries == study.provenance.libraries);
    CHECK(read.result->controllers[1].unsolved.at(0).at == Instant(std::chrono::hours(8)));
}

TEST_CASE("A file that is no result is refused with its name and the reason") {
    const ScratchFolder folder;
    const auto path = folder / "voltages.csv";
    std::ofstream(path) << "bus,vm_pu\n";
    const ReadSummary read = read_summary(path);
    CHECK_FALSE(read.result);
    CHECK(read.problem == path.string() + ": not an evsweep result; it is another program's file, or was cut off or changed");
}

TEST_CASE("A result in a folder that is not there is an error value") {
    CHECK(write_results(two_replicas({1, 2}, {1, 2}), "/no/such/folder/x.h5") ==
          "/no/such/folder/x.h5: cannot be written: No such file or directory; make the folder first");
}

TEST_CASE("A study without a finished replica is still written, read and told") {
    const ScratchFolder folder;
    StudyResult study = two_replicas({}, {});
    study.replicas.clear();
    study.interrupted = true;
    REQUIRE(write_results(study, folder / "none.h5") == std::nullopt);
    const ReadSummary read = read_summary(folder / "none.h5");
    REQUIRE(read.result);
    const std::string text = comparison_table(*read.result);
    CHECK(contains(text, "0 of 2 replicas, seed 7, interrupted before the rest"));
    CHECK(contains(text, "No replica was finished: there is nothing to compare."));
}

TEST_CASE("The table says means with their half-width, and marks differences whose interval excludes zero") {
    // Reference 100 and 102: mean 101, half-width 12.706 * 1. Differences 10 and 10.2: 10.1, half-width 1.27.
    const std::string text = comparison_table(two_replicas({100, 102}, {110, 112.2}));
    CHECK(contains(text,
                   "2 of 2 replicas, seed 7\nmean over the replicas ± half-width of its 95 % interval; base: the feeder without "
                   "vehicles\n"));
    CHECK(contains(text, "peak demand [kW]  90.0  101.0 ± 12.7  111.1 ± 14.0\n"));
    CHECK(contains(text, "Paired difference to a"));
    CHECK(contains(text, "peak demand [kW]  10.1 ± 1.3 *\n"));
    CHECK(contains(comparison_table(two_replicas({100, 102}, {101, 99})), "peak demand [kW]  -1.0 ± 25.4\n"));
}

TEST_CASE("Clock times are told as time of day, categories by their most frequent label") {
    StudyResult study = two_replicas({1, 2}, {1, 2});
    Variable when = synthetic::number("peak_time_h", "h", "time of the peak", 2);
    when.display = Display::clock;
    add_kpi(study, when, {7.5, 7.5}, {14.25, 14.25});
    Variable where = synthetic::number("vmin_bus", "1", "lowest bus", 0);
    where.display = Display::category;
    where.meanings = {"source", "end of line"};
    add_kpi(study, where, {1, 1}, {0, std::nan("")});
    const std::string text = comparison_table(study);
    CHECK(contains(text, "time of the peak [h:min]        19:30        19:30 (alike)  02:15 (alike)\n"));
    CHECK(contains(text, "end of line (100 %)"));
    CHECK(contains(text, "  6:45 (alike)\n"));
    when.name = "later_h";
    add_kpi(study, when, {38.0, 38.0}, {0.0, 0.0});
    CHECK(contains(comparison_table(study), "02:00+1d"));  // of the feeder without vehicles, which is one instant
}

TEST_CASE("Peaks of several days are told by the time of day, and times all around the clock as such") {
    StudyResult study = two_replicas({1, 2}, {1, 2});
    Variable when = synthetic::number("peak_time_h", "h", "time of the peak", 2);
    when.display = Display::clock;
    add_kpi(study, when, {7.0, 31.5}, {55.5, 8.5});  // from noon: 19:00 and 19:30, 19:30 and 20:30
    std::string text = comparison_table(study);
    CHECK(contains(text, "19:15 ± 3:11"));  // t(1) = 12.706 times 0.25 h
    CHECK(contains(text, "20:00 ± 6:21"));
    CHECK(contains(text, "0:45 ± 3:11"));
    when.name = "vmin_time_h";
    add_kpi(study, when, {0.0, 12.5}, {1.0, 2.0});
    text = comparison_table(study);
    CHECK(contains(text, "  spread  "));
    CHECK(contains(text, "spread: times of day that lie all around the clock; their mean says nothing"));
}

TEST_CASE("A result that grows on the disk holds the same as one that is built in memory") {
    const ScratchFolder folder;
    const StudyResult study = synthetic::make_study(60);
    PreparedResult(study, folder / "memory.h5").at(folder / "memory.h5").place();
    PreparedResult(study, folder / "disk.h5", 0).at(folder / "disk.h5").place();
    CHECK(folder.entries() == 2);
    CHECK(test::same_arrays(folder / "memory.h5", folder / "disk.h5") > 100);
    const ReadSummary memory = read_summary(folder / "memory.h5"), disk = read_summary(folder / "disk.h5");
    CHECK(comparison_table(memory.result.value()) == comparison_table(disk.result.value()));
}

TEST_CASE("Columns of a long study stay in the file, and give the same table") {
    const ScratchFolder folder;
    const std::size_t many = 70'000;
    StudyResult study = synthetic::make_study(3);
    study.replicas.clear();
    for (std::size_t r = 0; r < many; ++r) study.replicas.emplace_back(r);
    study.planned = static_cast<int>(many) + 1;
    const auto scratch = std::make_shared<NumberScratch>(folder.path(), 1000);
    for (auto& run : study.controllers)
        for (auto& row : run.variables) {
            if (row.variable.aggregation != Aggregation::per_replica) continue;
            NumberColumn column(scratch);
            for (std::size_t r = 0; r < many; ++r) column.push_back(row.values.at(r % 3) + 1e-3 * synthetic::scatter(r, 9));
            row.values = column;
        }
    REQUIRE(!write_results(study, folder / "long.h5"));
    const ReadSummary read = read_summary(folder / "long.h5");
    REQUIRE(read.result);
    CHECK(comparison_table(*read.result) == comparison_table(study));
    CHECK(variable(read.result->controllers[1], "kpis", "peak_kw").values.at(69'999) ==
          variable(study.controllers[1], "kpis", "peak_kw").values.at(69'999));
}

TEST_CASE("Values that all replicas share have bounds instead of a width of zero, and the legend says which") {
    StudyResult study = two_replicas({26, 158}, {158, 158});
    Variable minutes = synthetic::number("minutes", "min", "time outside the band", 0);
    minutes.lowest = 0.0;
    minutes.highest = 1440.0;
    add_kpi(study, minutes, {0, 0}, {0, 30});
    study.base.variables[0].values = {26};
    const std::string text = comparison_table(study);
    const std::string cells = text.substr(0, text.find("Paired difference"));
    // 1 - 0.05^(1/2) = 0.7764: 1440 of it is 1118, and 132 of it below 158 is 55.5.
    CHECK(contains(cells, "158.0 (≥ 55.5)\n"));
    CHECK(contains(cells, "0 (≤ 1118)"));
    CHECK(contains(text, "78 % of the days may differ from it (Clopper-Pearson)"));
    CHECK_FALSE(contains(text, "± 0\n"));
}

TEST_CASE("Skewed numbers have their interval by its ends, and numbers that some replicas lack say how many have them") {
    StudyResult study = two_replicas({1, 2}, {1, 2});
    for (std::size_t r = 2; r < 10; ++r) study.replicas.emplace_back(r);
    study.base.variables.clear();
    for (auto& run : study.controllers) run.variables.clear();
    Variable minutes = synthetic::number("minutes", "min", "time outside the band", 0);
    minutes.lowest = 0.0;
    add_kpi(study, minutes, {0, 0, 0, 0, 0, 0, 0, 15, 30, 60}, Numbers(10, 5.0));
    const double none = std::nan("");
    add_kpi(study, synthetic::number("wait", "h", "wait", 1), {1, 2, 3, none, none, none, none, none, none, none},
            {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    const std::string text = comparison_table(study);
    CHECK(contains(text, "11 [0, 68]") != contains(text, "10 [0, 68]"));  // 10.5, and 67.98 by an independent calculation
    CHECK(contains(text, "[low, high]: the interval where it is not symmetric"));
    CHECK(contains(text, "2.0 ± 2.5 (of 3)"));  // t(2) = 4.303 times 1 / sqrt(3)
    CHECK(contains(text, "(of n): over the n replicas that have a value"));
}

TEST_CASE("Replicas that are one and the same day have neither intervals nor stars, and a warning") {
    StudyResult study = two_replicas({100, 100}, {110, 110});
    study.same_fleets = true;
    std::string text = comparison_table(study);
    CHECK(contains(text, "one day, which all replicas repeat, so without intervals; base: the feeder without vehicles\n"));
    CHECK(contains(text, "peak demand [kW]  90.0  100.0  110.0\n"));
    CHECK(contains(text, "Difference to a on this one day"));
    CHECK(contains(text, "peak demand [kW]  10.0\n"));
    CHECK(contains(text, "All 2 replicas are one and the same day: nothing is drawn at random, or all draws came out alike."));
    study.controllers[1].variables[0].values = {110, 111};  // e.g. by the noise of meters
    text = comparison_table(study);
    CHECK(contains(text, "All 2 replicas have the same vehicles with the same stays."));
    CHECK(contains(text, "110.5 ± 6.4"));
    study.same_fleets = false;
    CHECK_FALSE(contains(comparison_table(study), "the same vehicles"));
}

TEST_CASE("Where a run has steps without a solution its numbers carry a mark and no difference a star") {
    StudyResult study = two_replicas({100, 102}, {110, 112.2});
    Variable loss = synthetic::number("loss", "kWh", "loss", 1);
    loss.over_solved_steps = true;
    add_kpi(study, loss, {50, 51}, {40, 41.2});
    REQUIRE(contains(comparison_table(study), "10.1 ± 1.3 *\n"));
    study.controllers[1].unsolved_steps = 3;
    const std::string text = comparison_table(study);
    CHECK(contains(text, "10.1 ± 1.3\n"));
    CHECK(contains(text, "40.6 ± 7.6†\n"));
    CHECK(contains(text, "50.5 ± 6.4  "));
    CHECK(contains(text, "-9.9 ± 1.3 †\n"));
    CHECK(contains(text, "†: over the steps with a load-flow solution only, so it may look too good"));
}

TEST_CASE("Rows that are zero everywhere are left out, and rows that are unknown are not") {
    StudyResult study = two_replicas({1, 2}, {1, 2});
    add_kpi(study, synthetic::number("overload", "min", "overloaded", 0), {0, 0}, {0, 0});
    add_kpi(study, synthetic::number("unserved", "kWh", "unserved", 1), {0, 0}, {0, 0.004});
    add_kpi(study, synthetic::number("vmin", "pu", "lowest voltage", 4), {std::nan(""), std::nan("")},
            {std::nan(""), std::nan("")});
    add_kpi(study, synthetic::number("hidden", "kW", "not a headline", 4, false), {1, 2}, {3, 4});
    const std::string text = comparison_table(study);
    CHECK_FALSE(contains(text, "overloaded"));
    CHECK(contains(text, "unserved [kWh]"));
    CHECK(contains(text, "0.00 ± 0.03"));  // 0.002 ± 0.025: more decimals than its one, which would show nothing but zeros
    CHECK(contains(text, "lowest voltage [pu]     –"));
    CHECK_FALSE(contains(text, "not a headline"));
}

TEST_CASE("What went wrong is said below the table") {
    const std::string text = comparison_table(synthetic::make_study());
    CHECK(contains(text, "1 of 41 replicas failed and are left out; the first: replica 5 under evms: broken promise"));
    CHECK(contains(text,
                   "evms: the load flow had no solution at 1 control step; these count as outside the voltage band and as "
                   "overloaded, while extremes, losses and feeder energies are over the other steps only; the first: replica 3, "
                   "8.00 h after the start"));
}

TEST_CASE("The table keeps to a hundred columns for four controllers and beyond") {
    StudyResult study = synthetic::make_study();
    study.controllers.push_back(study.controllers[2]);
    study.controllers[3].label = "threshold_v2g";
    const std::string four = comparison_table(study);
    CHECK(widest_line(four.substr(0, four.find("replicas failed"))) <= 100);
    CHECK(blocks(four) == 1);
    for (int more = 0; more < 4; ++more) study.controllers.push_back(study.controllers[1]);
    const std::string eight = comparison_table(study);
    CHECK(blocks(eight) > 1);
    CHECK(widest_line(eight.substr(0, eight.find("replicas failed"))) <= 100);
}

TEST_CASE("Names from outside cannot steer the terminal") {
    StudyResult study = two_replicas({1, 2}, {1, 2});
    study.title = "red \x1b[31m";
    CHECK_FALSE(contains(comparison_table(study), "\x1b"));
}

TEST_CASE("Every figure is drawn from a whole file, and those without data are passed over") {
    const std::string plot = (test::source_dir() / "tools/plot").string();
    if (run_command("/usr/bin/python3 -c 'import h5py, matplotlib' 2>/dev/null") != 0) {
        WARN("skipped: python3 lacks h5py or matplotlib");
        return;
    }
    const ScratchFolder folder;
    REQUIRE(write_results(synthetic::make_study(), folder / "study.h5") == std::nullopt);
    const std::string out = (folder / "figures").string();
    REQUIRE(run_command(plot + " " + (folder / "study.h5").string() + " --out " + out + " > " + (folder / "said").string()) == 0);
    const std::string said = file_text(folder / "said");
    for (const char* figure : {"arrivals", "ev_demand", "system_demand", "voltage_profile", "voltage_bands", "state_of_charge",
                               "paired_differences"}) {
        CAPTURE(figure);
        CHECK(contains(said, out + "/study_" + figure + ".png\n"));
        CHECK(file_text(folder / (std::string("figures/study_") + figure + ".png")).substr(1, 3) == "PNG");
    }
    REQUIRE(write_results(two_replicas({1, 2}, {1, 3}), folder / "bare.h5") == std::nullopt);
    REQUIRE(run_command(plot + " " + (folder / "bare.h5").string() + " --out " + out + " > " + (folder / "said").string()) == 0);
    CHECK(contains(file_text(folder / "said"), "skipped system_demand: "));
    std::ofstream(folder / "text.h5") << "no result";
    CHECK(run_command(plot + " " + (folder / "text.h5").string() + " 2> " + (folder / "said").string()) == 2);
    CHECK(contains(file_text(folder / "said"), "text.h5: not an evsweep result"));
    CHECK_FALSE(contains(file_text(folder / "said"), "Traceback"));
}
