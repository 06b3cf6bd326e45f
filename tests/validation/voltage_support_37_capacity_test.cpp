/// Stations of the 37-node feeder that plan reactive power before they know their capacity, through the whole program, against an
/// independent prototype (own three-wire load flow, own forecasts). Tolerances were set beforehand: pinball losses 1 %, coverage
/// .01, no reactive power 1e-5, plans without draws 1e-3, with draws 2e-3. The reference's data is not part of the project:
/// without it these tests say that they skipped.
#include <catch2/catch.hpp>
#include <optional>

#include "tests/validation/voltage_support_37_capacity.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

std::optional<std::filesystem::path> reference_data() {
    const auto folder = test::shared_dir() / "data" / "voltage_support_37";
    if (std::filesystem::exists(folder / "capacity_history.csv")) return folder;
    WARN("skipped: " << folder << " is not there");
    return std::nullopt;
}

const std::vector<std::string> all_labels{"rated", "persistence", "point", "stochastic", "oracle"};

/// The reference's week, with or without outages, or with a share of what was forecast.
CapacityWeek reference_run(const std::filesystem::path& data, bool outages, double factor,
                           const std::vector<std::string>& labels = all_labels) {
    return {reference_history(data, outages), reference_week(data), labels, factor};
}

/// A row of the table of forecasts.
struct ForecastRow {
    double kernel, persistence, persistence_errors, same_slot, mean;
    std::array<double, 3> coverage;
};

void require(const CapacityWeek& week, const ForecastRow& row) {
    const auto loss = [&](const char* forecast) {
        return week.counter("stochastic", std::string("pinball_") + forecast + "_kvar");
    };
    CHECK(loss("kernel") == Approx(row.kernel).epsilon(0.01));
    CHECK(loss("persistence") == Approx(row.persistence).epsilon(0.01));
    CHECK(loss("persistence_errors") == Approx(row.persistence_errors).epsilon(0.01));
    CHECK(loss("same_slot") == Approx(row.same_slot).epsilon(0.01));
    CHECK(loss("mean") == Approx(row.mean).epsilon(0.01));
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(std::abs(week.counter("stochastic", "coverage_" + std::to_string(10 + 40 * i)) - row.coverage[i]) < 0.01);
}

/// A row of the table of E, 1e-6 pu^2.
struct VoltageRow {
    double none, rated, persistence, point, stochastic, oracle;
};

void require(const CapacityWeek& week, const VoltageRow& row) {
    CHECK(week.e("uncoordinated") == Approx(row.none).epsilon(1e-5));
    CHECK(week.e("rated") == Approx(row.rated).epsilon(1e-3));
    CHECK(week.e("persistence") == Approx(row.persistence).epsilon(1e-3));
    CHECK(week.e("point") == Approx(row.point).epsilon(1e-3));
    CHECK(week.e("stochastic") == Approx(row.stochastic).epsilon(2e-3));
    CHECK(week.e("oracle") == Approx(row.oracle).epsilon(1e-3));
    for (const std::string& label : all_labels) CHECK(week.e(label) > (1.0 - 1e-3) * week.e("oracle"));
}

/// The shipped day with charging under some of its controllers, with another channel.
StudyResult run_day(const std::vector<std::string>& labels, const std::string& channel = {}) {
    std::vector<std::string> settings{"outputs.series=~", "outputs.voltages=~", "outputs.traces.every=15 min"};
    for (const char* label : {"central", "rounds_5", "rated", "persistence", "point", "stochastic", "oracle"})
        if (std::find(labels.begin(), labels.end(), label) == labels.end())
            settings.push_back(std::string("controllers.") + label + "=~");
    if (!channel.empty()) settings.push_back("channels.utilisation=" + channel);
    return run_study(load(scenario("voltage_support_37/capacity_study.yaml"), settings), {.threads = 1});
}

}  // namespace

TEST_CASE("capacity of the 37-node stations: forecasts are as good as those of the prototype") {
    const auto data = reference_data();
    if (!data) return;
    require(reference_run(*data, false, 1.0, {"stochastic"}), ForecastRow{.1737, .2133, .2133, 1.017, .3330, {.097, .499, .899}});
    require(reference_run(*data, true, 1.0, {"stochastic"}), ForecastRow{1.180, 2.464, 1.990, 1.504, 2.581, {.106, .480, .901}});
}

TEST_CASE("stochastic sub-gradient: the shipped week with the reference's capacities comes to the voltages of the prototype") {
    const auto data = reference_data();
    if (!data) return;
    const CapacityWeek week = reference_run(*data, false, 1.0);
    require(week, VoltageRow{125.940, 88.751, 87.456, 87.997, 86.598, 86.592});
    CHECK(week.j("uncoordinated") == Approx(11.9295).epsilon(1e-5));
    CHECK(week.j("point") == Approx(8.5736).epsilon(1e-3));
    CHECK(week.j("stochastic") == Approx(8.4660).epsilon(2e-3));
    CHECK(week.j("oracle") == Approx(8.4657).epsilon(1e-3));
    CHECK(week.e("stochastic") < 0.99 * week.e("point"));
    CHECK(week.e("stochastic") < 1.005 * week.e("oracle"));
    for (const std::string& label : all_labels) CHECK(week.e(label) <= week.e("rated"));
    // It asks for more than it expects to get.
    CHECK(week.counter("stochastic", "requested_kvar") == Approx(505.0).epsilon(0.02));
    CHECK(week.counter("stochastic", "short_kvar") == Approx(210.0).epsilon(0.05));
    CHECK(week.counter("point", "requested_kvar") == Approx(295.0).epsilon(0.02));
    CHECK(week.counter("point", "short_kvar") == Approx(8.5).epsilon(0.05));
}

TEST_CASE("stochastic sub-gradient: with outages nobody foresees the forecast is worth more", "[slow]") {
    const auto data = reference_data();
    if (!data) return;
    const CapacityWeek week = reference_run(*data, true, 1.0);
    require(week, VoltageRow{125.940, 99.026, 105.462, 105.960, 97.084, 97.026});
    CHECK(week.j("point") == Approx(10.1607).epsilon(1e-3));
    CHECK(week.j("stochastic") == Approx(9.3937).epsilon(2e-3));
    CHECK(week.j("oracle") == Approx(9.3876).epsilon(1e-3));
    CHECK(week.e("stochastic") < 0.94 * week.e("point"));
    CHECK(week.e("stochastic") < 1.005 * week.e("oracle"));
    CHECK(week.e("rated") > week.e("stochastic"));
    CHECK(week.e("rated") < week.e("point"));
}

TEST_CASE("stochastic sub-gradient: where capacities are half of what was forecast no forecast helps", "[slow]") {
    const auto data = reference_data();
    if (!data) return;
    const CapacityWeek week = reference_run(*data, false, 0.5);
    require(week, VoltageRow{125.940, 105.880, 104.439, 104.403, 104.375, 104.200});
    const std::array known{week.e("persistence"), week.e("point"), week.e("stochastic")};
    const auto [least, most] = std::minmax_element(known.begin(), known.end());
    CHECK(*most - *least < 0.003 * *most);
}

// The prototype's two histories let it claim that the kernel is at least 3 % better than persistence without outages on every
// history. That does not hold: of 40 draws of this law three are worse than persistence (by up to 2.7 %), where capacities
// changed least in the test week, and one is .5 % better; the mean is 13 % better. So without outages the mean of ten draws is
// judged.
TEST_CASE("stochastic sub-gradient: on ten draws of capacities the sub-gradient stays near the oracle", "[slow]") {
    for (const bool outages : {false, true}) {
        double stochastic = 0.0, point = 0.0, oracle = 0.0, kernel = 0.0, persistence = 0.0;
        for (unsigned seed = 1; seed <= 10; ++seed) {
            CAPTURE(seed, outages);
            const CapacityWeek week(CapacityLaw(seed).draw(outages), {}, {"point", "stochastic", "oracle"}, 1.0, 4);
            stochastic += week.e("stochastic");
            point += week.e("point");
            oracle += week.e("oracle");
            const auto loss = [&](const char* of) { return week.counter("stochastic", std::string("pinball_") + of + "_kvar"); };
            kernel += loss("kernel");
            persistence += loss("persistence");
            CHECK(loss("kernel") < loss("same_slot"));
            CHECK(loss("kernel") < loss("mean"));
            if (outages) CHECK(loss("kernel") < 0.65 * loss("persistence"));
            if (outages) CHECK(loss("kernel") < loss("persistence_errors"));
            for (int decile = 10; decile <= 90; decile += 10)
                CHECK(std::abs(week.counter("stochastic", "coverage_" + std::to_string(decile)) - 0.01 * decile) < 0.05);
        }
        CAPTURE(outages, stochastic, point, oracle, kernel, persistence);
        CHECK(stochastic < (outages ? 0.94 : 0.99) * point);
        CHECK(stochastic < 1.005 * oracle);
        CHECK(kernel < 0.97 * persistence);
    }
}

TEST_CASE(
    "stochastic sub-gradient on the day with charging: the oracle gets what it asks for, and messages that come in time change "
    "nothing") {
    const StudyResult plain = run_day({"stochastic", "oracle"});
    CHECK(find(controller(plain, "oracle"), "counters", "short_kvar").values.at(0) < 1e-9);
    CHECK(find(controller(plain, "stochastic"), "counters", "short_kvar").values.at(0) > 100.0);
    const auto said = [](const StudyResult& result, const char* name) {
        return find(controller(result, "stochastic"), "counters", name).values.at(0);
    };
    const auto voltage = [](const StudyResult& result) {
        return find(controller(result, "stochastic"), "traces", "supply_voltage").traces;
    };
    const StudyResult late = run_day({"stochastic"}, "{channel: ideal, delay: 1 s}");
    CHECK(voltage(late) == voltage(plain));
    const StudyResult later = run_day({"stochastic"}, "{channel: ideal, delay: 10 s}");
    CHECK(said(later, "iterations_per_slot") == 44.0);  // of two exchanges each; what would arrive with the next slot is too late
    const StudyResult lost = run_day({"stochastic"}, "{channel: random, loss: 100 %}");
    CHECK(said(lost, "iterations_per_slot") == 0.0);
    CHECK(said(lost, "requested_kvar") > 0.0);  // each plans alone
}

TEST_CASE("stochastic sub-gradient: messages that take different times end the replica with advice") {
    const StudyResult result = run_day({"stochastic"}, "{channel: random, delay: {distribution: uniform, min: 1 s, max: 2 s}}");
    REQUIRE(result.failures.size() == 1);
    CHECK(result.failures.front().what.find("messages of one exchange take different times on channel utilisation; give them all "
                                            "the same delay") != std::string::npos);
}

TEST_CASE("stochastic sub-gradient: a study is the same to the bit on any number of threads") {
    const std::vector<std::string> settings{"study.replicas=3",       "time.duration=8 h",          "controllers.central=~",
                                            "controllers.rounds_5=~", "controllers.rated=~",        "controllers.persistence=~",
                                            "controllers.point=~",    "controllers.oracle=~",       "outputs.series=~",
                                            "outputs.voltages=~",     "outputs.traces.every=15 min"};
    const LoadedStudy study = load(scenario("voltage_support_37/capacity_study.yaml"), settings);
    const StudyResult one = run_study(study, {.threads = 1, .ensemble_width = 1}), three = run_study(study, {.threads = 3});
    const auto& a = find(controller(one, "stochastic"), "traces", "supply_voltage").traces;
    const auto& b = find(controller(three, "stochastic"), "traces", "supply_voltage").traces;
    REQUIRE(!a.empty());
    CHECK(a == b);
    CHECK(find(controller(one, "stochastic"), "counters", "moved_kvar").values.read() ==
          find(controller(three, "stochastic"), "counters", "moved_kvar").values.read());
    CHECK(find(controller(one, "stochastic"), "counters", "moved_kvar").values.at(0) > 0.0);
}
