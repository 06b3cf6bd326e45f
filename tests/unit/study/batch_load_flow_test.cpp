// The public batch of load flows: what it finds, for any number of threads and neighbours, and how it says no.
#include "evsweep/batch_load_flow.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <random>

#include "evsweep/contracts.hpp"
#include "places.hpp"
#include "tests/bench/feeders.hpp"

namespace {

using namespace evsweep;

std::filesystem::path scenario_file(const std::string& file) { return test::source_dir() / "scenarios" / file; }

BatchLoadFlow opened(const std::string& file, const BatchOptions& options = {}) {
    Issues issues;
    auto flows = BatchLoadFlow::open(scenario_file(file), options, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(flows);
    return std::move(*flows);
}

/// Nominal loads times U(0.3, 1.5), [scenario][load].
struct Powers {
    Powers(const BatchLoadFlow& flows, std::size_t scenarios) {
        std::mt19937_64 engine(7);
        std::uniform_real_distribution<double> scale(0.3, 1.5);
        for (std::size_t s = 0; s < scenarios; ++s)
            for (const BatchLoad& load : flows.loads()) {
                const double factor = scale(engine);
                p_kw.push_back(load.p_kw * factor);
                q_kvar.push_back(load.q_kvar * factor);
            }
    }
    std::vector<double> p_kw, q_kvar;
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

bool same_bits(const BatchResult& a, const BatchResult& b) {
    return same_bits(a.status, b.status) && same_bits(a.sweeps, b.sweeps) && same_bits(a.source_kw, b.source_kw) &&
           same_bits(a.source_kvar, b.source_kvar) && same_bits(a.loss_kw, b.loss_kw) && same_bits(a.lowest_pu, b.lowest_pu) &&
           same_bits(a.highest_pu, b.highest_pu) && same_bits(a.lowest_at, b.lowest_at) &&
           same_bits(a.highest_at, b.highest_at) && same_bits(a.voltage_pu, b.voltage_pu);
}

template <class T>
std::vector<T> part(const std::vector<T>& all, std::size_t first, std::size_t count) {
    return {all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

}  // namespace

TEST_CASE("a batch finds what one load flow after the other finds, on feeders of every kind", "[batch]") {
    for (const char* file : {"ieee33/feeder.yaml", "feeders/cigre_mv.yaml", "feeders/ieee13.yaml", "feeders/ieee37.yaml",
                             "feeders/ieee123.yaml", "feeders/european_lv.yaml"}) {
        CAPTURE(file);
        BatchLoadFlow flows = opened(file, {.tolerance_pu = 1e-12});
        constexpr std::size_t scenarios = 11;  // no multiple of any number of lanes
        const Powers powers(flows, scenarios);
        const BatchResult found = flows.solve(powers.p_kw, powers.q_kvar, BatchDetail::voltages);
        REQUIRE(found.size() == scenarios);
        const Feeder& feeder = bench::feeder_of(file);
        REQUIRE(flows.loads().size() == feeder.loads().size());
        REQUIRE(flows.nodes().size() == feeder.site().supply.size());
        LoadFlow single(feeder, {.tolerance_pu = 1e-12});
        for (std::size_t s = 0; s < scenarios; ++s) {
            PortPower power(feeder.ports());
            for (std::size_t l = 0; l < flows.loads().size(); ++l) {
                LoadPoint load = feeder.loads()[l];
                load.p_kw = powers.p_kw[s * flows.loads().size() + l];
                load.q_kvar = powers.q_kvar[s * flows.loads().size() + l];
                power.add(load, 1.0);
            }
            single.restart();
            REQUIRE(single.solve(power).status == LoadFlowStatus::converged);
            CHECK(found.status[s] == BatchStatus::converged);
            CHECK(found.source_kw[s] == Approx(single.source_kw()).epsilon(1e-10));
            CHECK(found.source_kvar[s] == Approx(single.source_kvar()).epsilon(1e-9));
            CHECK(std::abs(found.loss_kw[s] - single.loss_kw()) < 1e-9 * single.source_kw());
            double worst = 0.0;
            for (std::size_t n = 0; n < flows.nodes().size(); ++n)
                worst = std::max(worst, std::abs(found.voltage_pu[s * flows.nodes().size() + n] - single.supply_pu()[n]));
            CHECK(worst < 1e-11);
        }
    }
}

TEST_CASE("a batch tells the lowest and the highest voltage and where they are", "[batch]") {
    BatchLoadFlow flows = opened("feeders/ieee13.yaml");
    const Powers powers(flows, 5);
    const BatchResult found = flows.solve(powers.p_kw, powers.q_kvar, BatchDetail::voltages);
    const std::size_t nodes = flows.nodes().size();
    for (std::size_t s = 0; s < 5; ++s) {
        double lowest = 2.0;
        double highest = 0.0;
        for (std::size_t n = 0; n < nodes; ++n) {
            lowest = std::min(lowest, found.voltage_pu[s * nodes + n]);
            highest = std::max(highest, found.voltage_pu[s * nodes + n]);
        }
        CHECK(found.lowest_pu[s] == lowest);
        CHECK(found.highest_pu[s] == highest);
        CHECK(found.voltage_pu[s * nodes + found.lowest_at[s]] == lowest);
        CHECK(found.voltage_pu[s * nodes + found.highest_at[s]] == highest);
    }
}

TEST_CASE("a scenario has the same bits for any number of threads, in any company and at any place", "[batch]") {
    for (const std::string& set : available_instruction_sets()) {
        CAPTURE(set);
        BatchLoadFlow one = opened("feeders/ieee13.yaml", {.threads = 1, .instruction_set = set});
        BatchLoadFlow three = opened("feeders/ieee13.yaml", {.threads = 3, .instruction_set = set});
        CHECK(one.instruction_set() == set);
        constexpr std::size_t scenarios = 700;
        const Powers powers(one, scenarios);
        const BatchResult all = one.solve(powers.p_kw, powers.q_kvar, BatchDetail::voltages);
        CHECK(same_bits(all, three.solve(powers.p_kw, powers.q_kvar, BatchDetail::voltages)));
        CHECK(same_bits(all, three.solve(powers.p_kw, powers.q_kvar, BatchDetail::voltages)));  // starts afresh
        const std::size_t loads = one.loads().size();
        const std::size_t nodes = one.nodes().size();
        for (const std::size_t first : {1UL, 303UL, 699UL}) {
            const BatchResult alone = three.solve(part(powers.p_kw, first * loads, loads),
                                                  part(powers.q_kvar, first * loads, loads), BatchDetail::voltages);
            CHECK(same_bits(alone.voltage_pu, part(all.voltage_pu, first * nodes, nodes)));
            CHECK(alone.loss_kw[0] == all.loss_kw[first]);
            CHECK(alone.sweeps[0] == all.sweeps[first]);
        }
    }
}

TEST_CASE("a scenario without a solution is told by its status and does not touch its neighbours", "[batch]") {
    BatchLoadFlow flows = opened("ieee33/feeder.yaml");
    Powers powers(flows, 8);
    const BatchResult sound = flows.solve(powers.p_kw, powers.q_kvar, BatchDetail::extremes);
    const std::size_t loads = flows.loads().size();
    powers.p_kw[2 * loads + 16] = 1e6;
    powers.p_kw[5 * loads + 3] = std::nan("");
    const BatchResult found = flows.solve(powers.p_kw, powers.q_kvar, BatchDetail::extremes);
    for (std::size_t s = 0; s < 8; ++s) {
        if (s == 2 || s == 5) {
            CHECK(found.status[s] == (s == 2 ? BatchStatus::collapsed : BatchStatus::diverged));
            CHECK(std::isnan(found.source_kw[s]));
            CHECK(std::isnan(found.loss_kw[s]));
            CHECK(std::isnan(found.lowest_pu[s]));
            continue;
        }
        CHECK(found.status[s] == BatchStatus::converged);
        CHECK(found.source_kw[s] == sound.source_kw[s]);
        CHECK(found.lowest_pu[s] == sound.lowest_pu[s]);
    }
    CHECK(name_of(found.status[2]) == "collapsed");
    CHECK(name_of(found.status[5]) == "diverged");
}

TEST_CASE("a batch gives what was asked for, and knows the loads of its feeder", "[batch]") {
    BatchLoadFlow flows = opened("ieee33/feeder.yaml");
    REQUIRE(flows.loads().size() == 32);
    CHECK(flows.loads()[0].bus == "2");
    CHECK(flows.loads()[0].p_kw == 100.0);
    CHECK(flows.loads()[0].q_kvar == 60.0);
    CHECK(flows.nodes()[17].bus == "18");
    std::vector<double> p, q;
    for (const BatchLoad& load : flows.loads()) p.push_back(load.p_kw), q.push_back(load.q_kvar);
    const BatchResult powers = flows.solve(p, q);
    CHECK(powers.loss_kw[0] == Approx(202.6771).margin(1e-4));  // Baran and Wu
    CHECK(powers.lowest_pu.empty());
    CHECK(powers.core_seconds > 0.0);
    const BatchResult extremes = flows.solve(p, q, BatchDetail::extremes);
    CHECK(extremes.lowest_pu[0] == Approx(0.913090).margin(1e-6));
    CHECK(flows.nodes()[extremes.lowest_at[0]].bus == "18");
    CHECK(extremes.voltage_pu.empty());
    CHECK(flows.solve({}, {}).size() == 0);
    CHECK_THROWS_WITH(flows.solve(p, {}), "broken promise: active and reactive powers are of the same loads");
    p.pop_back(), q.pop_back();
    CHECK_THROWS_WITH(flows.solve(p, q), "broken promise: powers are of whole scenarios");
}

TEST_CASE("a batch takes a feeder from memory, with another voltage at the source", "[batch]") {
    Issues issues;
    BatchOptions options;
    options.source_voltage = PerUnit(1.05);
    auto flows = BatchLoadFlow::build(bench::read_description("ieee33/feeder.yaml"), options, issues);
    REQUIRE(flows);
    const std::vector<double> nothing(flows->loads().size(), 0.0);
    const BatchResult found = flows->solve(nothing, nothing, BatchDetail::extremes);
    CHECK(found.lowest_pu[0] == Approx(1.05));
    CHECK(found.loss_kw[0] == Approx(0.0).margin(1e-9));
}

TEST_CASE("what is wrong with the file and with the options of a batch is told at once", "[batch]") {
    Issues issues;
    const BatchOptions options{
        .tolerance_pu = 0.0, .max_iterations = 0, .source_voltage = PerUnit(7.0), .threads = -1, .instruction_set = "avx3"};
    CHECK_FALSE(BatchLoadFlow::open("no/such/feeder.yaml", options, issues));
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    REQUIRE(texts.size() == 6);
    CHECK_THAT(texts[0], Catch::Matchers::Contains("no/such/feeder.yaml"));
    CHECK(texts[1] == "BatchOptions: tolerance_pu: 0 is out of range; must be (0, 0.1]");
    CHECK(texts[2] == "BatchOptions: max_iterations: 0 is out of range; must be >= 1");
    CHECK(texts[3] == "BatchOptions: threads: -1 is out of range; must be >= 0");
    CHECK(texts[4] == "BatchOptions: source_voltage: 7 is out of range; must be [0.5, 1.5]");
    CHECK_THAT(texts[5], Catch::Matchers::Contains("unknown choice 'avx3'"));
}
