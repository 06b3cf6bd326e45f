// One command runs a study over the values of its section `sweep`, and one file holds what it found.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

#include "command.hpp"
#include "same_results.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::string two_axes = R"(extends: study.yaml
controllers: {uncoordinated: {}, fuzzy: {}}
sweep:
  axes:
    vehicles: {path: population.homes.vehicles, values: [2, 4, 6]}
    rating: {path: population.homes.charge_rating, values: [3.7 kW, 11 kW]}
)";

/// The small study with a sweep over it.
class SweepFolder : public StudyFolder {
   public:
    explicit SweepFolder(const std::string& text = two_axes) { write("sweep.yaml", text); }
    [[nodiscard]] Answer run(std::vector<std::string> words = {}) const {
        words.insert(words.begin(), {"run", "sweep.yaml"});
        return evsweep_in(path(), std::move(words));
    }
    [[nodiscard]] fs::path result() const { return path() / "results/sweep.h5"; }
    [[nodiscard]] fs::path points() const { return path() / "results/sweep.h5.points"; }
};

std::vector<double> numbers(const fs::path& file, const std::string& path) { return evsweep::ResultReader(file).numbers(path); }

}  // namespace

TEST_CASE("each point of a sweep has the numbers of a run with these values", "[sweep]") {
    const SweepFolder folder;
    const Answer answer = folder.run();
    INFO(answer.err);
    REQUIRE(answer.status == 0);
    CHECK(!fs::exists(folder.points()));
    CHECK_THAT(answer.out, Contains("6 points of 4 replicas"));
    const auto peaks = numbers(folder.result(), "/sweep/peak_kw");
    const auto means = numbers(folder.result(), "/sweep/peak_kw_mean"), low = numbers(folder.result(), "/sweep/peak_kw_low");
    const auto difference = numbers(folder.result(), "/sweep/peak_kw_difference");
    REQUIRE(peaks.size() == 3 * 2 * 2 * 4);
    std::size_t point = 0;
    for (const char* vehicles : {"2", "4", "6"})
        for (const char* rating : {"3.7 kW", "11 kW"}) {
            const StudyFolder alone;
            REQUIRE(evsweep_in(alone.path(), {"run", "study.yaml", "--set", "population.homes.vehicles=" + std::string(vehicles),
                                              "--set", "population.homes.charge_rating=" + std::string(rating), "--set",
                                              "controllers={uncoordinated: {}, fuzzy: {}}"})
                        .status == 0);
            const fs::path file = alone.path() / "results/study.h5";
            std::size_t controller = 0;
            for (const std::string label : {"uncoordinated", "fuzzy"}) {
                const std::size_t cell = point * 2 + controller;
                const auto own = numbers(file, "/controllers/" + label + "/kpis/peak_kw");
                CHECK(std::equal(own.begin(), own.end(), peaks.begin() + static_cast<std::ptrdiff_t>(cell * 4)));
                const auto summary = numbers(file, "/summary/" + label + "/kpis/peak_kw");
                CHECK(means[cell] == summary[0]);
                CHECK(low[cell] == summary[1]);
                ++controller;
            }
            CHECK(std::isnan(difference[point * 2]));
            CHECK(difference[point * 2 + 1] == numbers(file, "/paired/fuzzy_minus_uncoordinated/kpis/peak_kw")[0]);
            ++point;
        }
}

TEST_CASE("points meet the same days: fewer vehicles are a part of more, and charge the same", "[sweep]") {
    const SweepFolder folder(R"(extends: study.yaml
sweep: {population.homes.vehicles: [2, 3]}
)");
    REQUIRE(folder.run({"--keep-points"}).status == 0);
    const Answer few = evsweep_in(folder.path(), {"show", "results/sweep.h5", "--point", "0", "--replica", "2"});
    const Answer more = evsweep_in(folder.path(), {"show", "results/sweep.h5", "--point", "1", "--replica", "2"});
    REQUIRE(few.status == 0);
    REQUIRE(more.status == 0);
    const auto stay = [](const std::string& page, const std::string& vehicle) {
        std::istringstream lines(page);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string first;
            if (words >> first && first == vehicle) return line.substr(line.find(vehicle));
        }
        return std::string();
    };
    for (const char* vehicle : {"0", "1"}) {
        CHECK(!stay(few.out, vehicle).empty());
        CHECK(stay(few.out, vehicle) == stay(more.out, vehicle));
    }
    CHECK(fs::exists(folder.points() / "001.h5"));
}

TEST_CASE("a sweep that was killed goes on from its points, and ends with the same bits", "[sweep][resume]") {
    const std::vector<std::string> words{"--replicas", "300", "--set", "time.step=5 min", "--checkpoint", "5 ms", "--quiet"};
    const auto with = [&](const std::string& more) {
        auto all = words;
        all.push_back(more);
        return all;
    };
    const SweepFolder whole, folder;
    REQUIRE(whole.run(words).status == 0);
    for (const char* finished : {"000.h5", "002.h5"}) {
        const ScratchFolder streams;
        auto all = words;
        all.insert(all.begin(), {"run", "sweep.yaml"});
        const Program program(streams, folder.path(), all);
        REQUIRE(comes_true([&] { return fs::exists(folder.points() / finished); }, 120s));
        program.send(SIGKILL);
        (void)program.wait();
        REQUIRE(!fs::exists(folder.result()));
    }
    folder.write("kept.yaml", folder.read("sweep.yaml"));
    folder.write("sweep.yaml", two_axes + "title: another\nlimits: {voltage_min: 0.93 pu}\n");
    const Answer changed = folder.run(with("--resume"));
    CHECK(changed.status == 2);
    CHECK_THAT(changed.err, Contains("is of another sweep:") && Contains("limits.voltage_min was 0.9 pu, and is 0.93 pu") &&
                                Contains("undo the change, or begin anew with --force"));
    folder.write("sweep.yaml", folder.read("kept.yaml"));
    const Answer resumed = folder.run(with("--resume"));
    INFO(resumed.err);
    REQUIRE(resumed.status == 0);
    CHECK(same_arrays(whole.result(), folder.result()) > 200);
    CHECK(!fs::exists(folder.points()));
    const SweepFolder fresh;
    CHECK_THAT(fresh.run(with("--resume")).err, Contains("there is nothing to go on from"));
}

TEST_CASE("an interrupted sweep keeps its points and says how to go on", "[sweep]") {
    const SweepFolder folder;
    const ScratchFolder streams;
    const Program program(streams, folder.path(), {"run", "sweep.yaml", "--replicas", "400", "--set", "time.step=1 min"});
    REQUIRE(comes_true([&] { return fs::exists(folder.points() / "001.txt"); }, 120s));
    program.send(SIGINT);
    const Answer answer = program.wait();
    CHECK(answer.status == 130);
    CHECK_THAT(answer.err, Contains("interrupted; 1 of 6 points are finished and kept in results/sweep.h5.points; run the same "
                                    "command again to go on from there"));
    CHECK(!fs::exists(folder.result()));
}

TEST_CASE("all problems of all points are reported before anything runs", "[sweep]") {
    const SweepFolder folder(R"(extends: study.yaml
sweep:
  population.homes.charge_rating: [3 kW, 20 %, -1 kW]
  population.homes.target_sok: [0.5]
  controllers.fuzy.period: [5 min]
)");
    for (const char* command : {"run", "check"}) {
        const Answer answer = evsweep_in(folder.path(), {command, "sweep.yaml"});
        CHECK(answer.status == 2);
        CHECK_THAT(answer.err,
                   Contains("sweep.yaml:3:42: population.homes.charge_rating.value: '%' is not a power (at 1 of 3 points: "
                            "charge_rating 20 %, target_sok 0.5, period 5 min); expected kW (also W, MW)\n"
                            "sweep.yaml:3:48: population.homes.charge_rating: -1 kW is out of range"));
        CHECK_THAT(answer.err, Contains("sweep.yaml:4:3: population.homes.target_sok: unknown key; did you mean 'target_soc'?"));
        CHECK_THAT(answer.err, Contains("sweep.yaml:5:3: controllers.fuzy: is not in the scenario"));
        CHECK(!fs::exists(folder.path() / "results"));
    }
}

TEST_CASE("of a pattern's feeders the one that is broken is told, and the others go on", "[sweep]") {
    const SweepFolder folder(R"(extends: study.yaml
sweep: {feeder.file: {glob: "feeder*.yaml"}}
)");
    folder.write("feeder_broken.yaml", "name: broken\nbuses: [3\n");
    std::string smaller = small_feeder;
    smaller.replace(smaller.find("200 kW"), 6, "100 kW");
    folder.write("feeder_smaller.yaml", smaller);
    const Answer answer = folder.run();
    CHECK(answer.status == 1);
    CHECK_THAT(answer.err, Contains("feeder_broken.yaml is left out: feeder_broken.yaml:"));
    CHECK_THAT(answer.out, Contains("2 of 3 points, of 4 replicas"));
    const auto peaks = numbers(folder.result(), "/sweep/peak_kw_mean");
    REQUIRE(peaks.size() == 3);
    CHECK(std::isnan(peaks[1]));
    CHECK(peaks[2] < peaks[0] - 90.0);
    const auto problems = evsweep::ResultReader(folder.result()).texts("/sweep/problem");
    CHECK(problems[0].empty());
    CHECK_THAT(problems[1], Contains("feeder_broken.yaml:"));
    CHECK(evsweep::ResultReader(folder.result()).texts("/sweep/feeder") ==
          std::vector<std::string>{"feeder.yaml", "feeder_broken.yaml", "feeder_smaller.yaml"});

    SECTION("and the file repeats it, whatever has become of the folder") {
        const ScratchFolder elsewhere;
        fs::copy(folder.result(), elsewhere.path() / "sweep.h5");
        const Answer again = evsweep_in(elsewhere.path(), {"run", "sweep.h5", "--out", "again.h5"});
        INFO(again.err);
        CHECK(again.status == 1);
        CHECK(evsweep::ResultReader(elsewhere.path() / "again.h5").texts("/sweep/feeder") ==
              std::vector<std::string>{"feeder.yaml", "feeder_broken.yaml", "feeder_smaller.yaml"});
        CHECK(are_same(numbers(elsewhere.path() / "again.h5", "/sweep/peak_kw"), numbers(folder.result(), "/sweep/peak_kw")));
    }
    SECTION("and where all are broken nothing runs") {
        folder.write("feeder.yaml", "3");
        folder.write("feeder_smaller.yaml", "name: none");
        const Answer none = folder.run({"--force"});
        CHECK(none.status == 2);
        CHECK_THAT(none.err, Contains("feeder_smaller.yaml") && Contains("feeder.yaml"));
    }
}

TEST_CASE("categories that points number by themselves keep their meanings", "[sweep]") {
    const SweepFolder folder("extends: study.yaml\nsweep: {feeder.file: {files: [feeder.yaml, other.yaml]}}\n");
    std::string other = small_feeder;
    other.insert(other.find("  - {id: b,"), "  - {id: aa, nominal: 10 kV}\n");
    other.insert(other.find("loads:"), "  - {id: a_aa, from: a, to: aa, r: 1 ohm, x: 1 ohm}\n");
    folder.write("other.yaml", other);
    REQUIRE(folder.run().status == 0);
    const evsweep::ResultReader reader(folder.result());
    const auto names = reader.texts_attribute("/sweep/vmin_bus", "labels");
    const auto codes = reader.numbers("/sweep/vmin_bus");
    REQUIRE(codes.size() == 2 * 4);
    for (const double code : codes) CHECK(names.at(static_cast<std::size_t>(code)) == "c");
}

TEST_CASE("all points of a sweep are exported into one table", "[sweep]") {
    const SweepFolder folder;
    REQUIRE(folder.run().status == 0);
    REQUIRE(evsweep_in(folder.path(), {"export", "results/sweep.h5", "--csv", "tables"}).status == 0);
    const auto lines_of = [&](const std::string& name) {
        std::istringstream text(folder.read("tables/" + name));
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);) lines.push_back(line);
        return lines;
    };
    CHECK(lines_of("points.csv").size() == 1 + 6);
    CHECK(lines_of("points.csv")[1].rfind("2,3.7,0,4,4,0,", 0) == 0);
    const auto replicas = lines_of("replicas.csv");
    REQUIRE(replicas.size() == 1 + 6 * 2 * 4);
    CHECK(replicas[0].rfind("vehicles,rating [kW],controller,replica,", 0) == 0);
    CHECK(replicas.back().rfind("6,11,fuzzy,3,", 0) == 0);
    const auto means = numbers(folder.result(), "/sweep/peak_kw_mean");
    std::size_t cell = 0;
    for (const std::string& line : lines_of("sweep.csv")) {
        const auto at = line.find(",kpis,peak_kw,kW,");
        if (at == std::string::npos) continue;
        std::istringstream cells(line.substr(at + 1));
        std::string text;
        for (int k = 0; k < 7; ++k) std::getline(cells, text, ',');  // kpis, peak_kw, kW, meaning, interval, replicas, mean
        CHECK(std::stod(text) == means.at(cell++));
    }
    CHECK(cell == 6 * 2);
}

TEST_CASE("a sweep's file is summarised as the run was, and repeated", "[sweep]") {
    const SweepFolder folder;
    const Answer run = folder.run();
    REQUIRE(run.status == 0);
    const Answer summary = evsweep_in(folder.path(), {"summary", "results/sweep.h5"});
    CHECK(summary.status == 0);
    CHECK(summary.out + "\nResults: results/sweep.h5\n" == run.out);
    CHECK(evsweep_in(folder.path(), {"run", "results/sweep.h5", "--out", "again.h5"}).status == 0);
    CHECK(same_arrays(folder.result(), folder.path() / "again.h5") > 200);
}

TEST_CASE("many points have a line each", "[sweep]") {
    std::string seeds = "1";
    for (int seed = 2; seed <= 25; ++seed) seeds += ", " + std::to_string(seed);
    const SweepFolder folder("extends: study.yaml\nsweep: {study.seed: [" + seeds + "]}\n");
    const Answer answer = folder.run({"--replicas", "2", "--quiet"});
    REQUIRE(answer.status == 0);
    CHECK(answer.out.empty());
    const Answer summary = evsweep_in(folder.path(), {"summary", "results/sweep.h5"});
    CHECK(summary.status == 0);
    CHECK_THAT(summary.out, Contains("25 points of 2 replicas") && Contains("uncoordinated pu  uncoordinated %") &&
                                Contains("All numbers of all points"));
    CHECK(std::count(summary.out.begin(), summary.out.end(), '\n') < 50);
}

TEST_CASE("one point of a sweep is a study by itself", "[sweep]") {
    const SweepFolder folder;
    REQUIRE(folder.run({"--point", "3"}).status == 0);
    REQUIRE(
        evsweep_in(folder.path(), {"run", "study.yaml", "--set", "population.homes.vehicles=4", "--set",
                                   "population.homes.charge_rating=11 kW", "--set", "controllers={uncoordinated: {}, fuzzy: {}}"})
            .status == 0);
    const fs::path point = folder.path() / "results/sweep-point-3.h5";
    CHECK(numbers(point, "/controllers/fuzzy/kpis/peak_kw") ==
          numbers(folder.path() / "results/study.h5", "/controllers/fuzzy/kpis/peak_kw"));
    CHECK(evsweep_in(folder.path(), {"run", point.string(), "--out", "again.h5"}).status == 0);
    CHECK(same_arrays(point, folder.path() / "again.h5") > 50);
    const Answer no_such = folder.run({"--point", "6"});
    CHECK(no_such.status == 2);
    CHECK_THAT(no_such.err, Contains("sweep.point: there is no point '6'; points are 0 to 5"));
}

TEST_CASE("what cannot be done with a sweep is refused with what to do instead", "[sweep]") {
    const SweepFolder folder;
    const Answer swept = folder.run({"--set", "population.homes.vehicles=3"});
    CHECK(swept.status == 2);
    CHECK_THAT(swept.err, Contains("--set: population.homes.vehicles: is what the sweep sets (axis vehicles)"));
    const Answer alone = folder.run({"--only-replica", "1"});
    CHECK(alone.status == 2);
    CHECK_THAT(alone.err, Contains("say which with --point"));
    CHECK(folder.run({"--profile"}).status == 2);
    CHECK(evsweep_in(folder.path(), {"show", "sweep.yaml"}).status == 2);
    const Answer plain = evsweep_in(folder.path(), {"run", "study.yaml", "--keep-points"});
    CHECK(plain.status == 2);
    const Answer check = evsweep_in(folder.path(), {"check", "sweep.yaml"});
    CHECK(check.status == 0);
    CHECK_THAT(
        check.out,
        Contains("sweep.yaml: good: 6 points, vehicles (3) x rating (2); at most 24 replicas in all, of uncoordinated, fuzzy") &&
            Contains("memory of the largest point"));
    fs::create_directories(folder.points());
    folder.write("results/sweep.h5.points/099.txt", "a: b\n");
    CHECK_THAT(folder.run().err, Contains("has results of more points than the sweep"));
    CHECK(folder.run({"--force"}).status == 0);
}

TEST_CASE("xarray reads the axes of a sweep as dimensions", "[sweep]") {
    if (std::system("/usr/bin/python3 -c 'import xarray, h5netcdf' 2>/dev/null") != 0) {
        WARN("skipped: xarray or h5netcdf is not installed");
        return;
    }
    const SweepFolder folder;
    REQUIRE(folder.run().status == 0);
    folder.write("look.py", R"(import sys
import numpy as np
import xarray as xr
sweep = xr.open_dataset(sys.argv[1], group="sweep", engine="h5netcdf")
assert dict(sweep.peak_kw.sizes) == {"vehicles": 3, "rating": 2, "controller": 2, "replica": 4}, sweep.peak_kw.sizes
assert list(sweep.vehicles.values) == [2, 4, 6] and list(sweep.rating.values) == [3.7, 11] and sweep.rating.units == "kW"
assert list(sweep.controller.values) == ["uncoordinated", "fuzzy"]
np.testing.assert_allclose(sweep.peak_kw.mean("replica"), sweep.peak_kw_mean, rtol=1e-12)
difference = (sweep.peak_kw - sweep.peak_kw.sel(controller="uncoordinated")).mean("replica").sel(controller="fuzzy")
np.testing.assert_allclose(difference, sweep.peak_kw_difference.sel(controller="fuzzy"), rtol=1e-9, atol=1e-9)
assert sweep.any_violation.max() <= 1 and (sweep.any_violation_low <= sweep.any_violation_mean).all()
assert (sweep.peak_kw_mean.sel(rating=11) >= sweep.peak_kw_mean.sel(rating=3.7)).all()
)");
    const std::string command = "/usr/bin/python3 " + (folder.path() / "look.py").string() + " " + folder.result().string();
    CHECK(std::system(command.c_str()) == 0);
}
