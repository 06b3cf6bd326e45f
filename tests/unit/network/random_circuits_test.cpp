// A thousand random circuits of everything that a description can hold, against dense nodal analysis; and every relay against its
// own rule. None may be wrong; some have no solution, or none that anybody finds: ten of the thousand at the most. To look at
// one:
//   EVSWEEP_SEED=17 EVSWEEP_PRINT=17.yaml test_unit_network "one random circuit of a given seed"
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "feeder_formats/evsweep/feeder_text.hpp"
#include "sim/network/relays/device_control_load_flow.hpp"
#include "unit/network/descriptions.hpp"
#include "unit/network/random_devices.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;

/// What became of a circuit.
struct Verdict {
    enum class Kind { right, wrong, refused, unsolved };
    Kind kind = Kind::right;
    bool hunts = false;
    bool is_followed = false, has_load_admittances = false;
    std::string text;
};

/// Taps and steps of a load flow in a description.
FeederDescription with_devices(FeederDescription d, const Feeder& feeder, const DeviceState& devices) {
    for (const FeederTransformer& t : feeder.transformers()) {
        const auto colon = t.id.find(':');  // the windings of one at three buses have parts of their own
        const std::string id = t.id.substr(0, colon);
        const auto row =
            std::find_if(d.transformers.begin(), d.transformers.end(), [&](const TransformerRow& r) { return r.id == id; });
        for (std::size_t w = 0; w < t.windings.size(); ++w) {
            const double tap = devices.tap[t.first_tap + w];
            if (colon != std::string::npos && w == 1)
                row->windings[static_cast<std::size_t>(t.id[colon + 1] - '1')].tap = tap;
            else if (colon == std::string::npos && t.windings[w].bus == row->windings[w].bus)
                row->windings[w].tap = tap;
        }
    }
    for (std::size_t s = 0; s < d.shunts.size(); ++s) d.shunts[s].steps_on = devices.steps_on[s];
    return d;
}

DenseFeeder::Voltages voltages_of(const Feeder& feeder, const LoadFlow& flow, const FeederDescription& d) {
    DenseFeeder::Voltages v;
    for (const BusRow& row : d.buses)
        for (const Conductor wire : row.conductors)
            v[{row.id, wire}] =
                flow.voltage(feeder.find_conductor(*feeder.find_bus(row.id), wire)->index()) * DenseFeeder::base(row);
    return v;
}

/// Largest difference in pu, and where it is.
struct Distance {
    double pu = 0.0;
    std::string where{};
};
Distance distance(const DenseFeeder& dense, const DenseFeeder::Voltages& one, const DenseFeeder::Voltages& two) {
    Distance worst;
    for (const auto& [name, volts] : one) {
        const double away = std::abs(volts - two.at(name)) / DenseFeeder::base(dense.bus(name.first));
        if (!(away <= worst.pu)) worst = {away, fmt::format("{}.{}", name.first, name_of(name.second))};
    }
    return worst;
}

std::string balance_of(const LoadFlow& flow) {
    const double size = std::abs(flow.source_kw()) + std::abs(flow.drawn_kw()) + std::abs(flow.source_kvar()) + 1.0;
    const double kw = flow.source_kw() - flow.drawn_kw() - flow.loss_kw();
    const double kvar = flow.source_kvar() - flow.drawn_kvar() - flow.loss_kvar();
    double branches = -flow.loss_kw();
    for (const BranchFlow& f : flow.branch_flows()) branches += (f.p_from + f.p_to).value();
    if (std::max(std::abs(kw), std::abs(kvar)) < 1e-9 * size && std::abs(branches) < 1e-7 * size) return {};
    return fmt::format("power is out of balance by {} kW, {} kvar, and branches by {} kW", kw, kvar, branches);
}

std::string discontent(const FeederDescription& d, const DenseFeeder& dense, const DenseFeeder::Voltages& v) {
    std::string text;
    for (const RegulatorRow& r : d.regulators)
        if (!RegulatorRule(d, dense, r).is_content(v)) text += " " + r.id;
    for (const CapacitorControlRow& r : d.capacitor_controls)
        if (!CapacitorRule(d, dense, r).is_content(v)) text += " " + r.id;
    return text.empty() ? "" : "relays are not content:" + text;
}

/// Where relays move on the way, the way to a solution may differ, so that of several another is found; it has to be one.
std::string compared(const FeederDescription& d, const DenseFeeder& dense, const DenseFeeder::Voltages& v) {
    const auto found = dense.find();
    const Distance away = found ? distance(dense, v, *found) : Distance{};
    if (found && away.pu < 1e-8) return {};
    const Distance off = distance(dense, v, dense.newton_step(v));
    if (off.pu < 1e-8 && !found) return {};
    bool may_have_several = false;
    if (!d.regulators.empty() || !d.capacitor_controls.empty())
        for (const LoadRow& row : d.loads)
            may_have_several = may_have_several || row.response.cut_off > 0.0 ||
                               (row.response.linear &&
                                (row.response.linear->at_rated_power || row.response.linear->low > row.response.linear->min ||
                                 row.response.linear->max <= row.response.linear->min));
    if (off.pu < 1e-8 && may_have_several) return {};
    return fmt::format("voltages are off by {} pu at {}, by Newton's method {} pu at {}", away.pu, away.where, off.pu, off.where);
}

Verdict verdict_on(std::uint64_t seed) {
    RandomCircuit circuit(seed);
    const RandomDevices devices(circuit);
    const FeederDescription& d = circuit.d;
    if (const char* file = std::getenv("EVSWEEP_PRINT")) std::ofstream(file) << feeder_text(d, TextStyle::yaml);
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);
    Verdict verdict;
    if (!feeder) {
        for (const Issue& issue : issues.list())
            if (issue.severity == Severity::error) verdict.text += to_text(issue) + "; ";
        verdict.kind = Verdict::Kind::refused;
        return verdict;
    }
    const bool is_reduced = seed % 2 == 1;
    const std::vector<std::uint32_t> none;
    LoadFlow flow(
        std::make_shared<SweptNetwork>(
            *feeder, is_reduced ? DrawingPlaces::at(*feeder, none) : DrawingPlaces::everywhere(*feeder), feeder->folded()),
        {.tolerance_pu = 1e-10, .max_iterations = 300, .collapse_pu = 0.01});
    PortPower power(flow.ports());
    for (const LoadPoint& l : feeder->loads()) power.add(l, 1.0, flow.places());
    const SettledLoadFlow settled = settle(flow, power);
    const FeederDescription now = with_devices(d, *feeder, flow.devices());
    const DenseFeeder dense(now);
    verdict.hunts = settled.devices.status == SettleStatus::hunting;
    verdict.is_followed = settled.result.is_followed;
    verdict.has_load_admittances = settled.result.has_load_admittances;
    if (settled.result.status != LoadFlowStatus::converged) {
        verdict.kind = Verdict::Kind::unsolved;
        const auto found = dense.find();
        verdict.text = fmt::format("{}{}{}", name_of(settled.result.status), found ? ", and the reference finds a solution" : "",
                                   devices.has_jumps ? ", loads jump" : "");
        if (settled.result.highest_share) verdict.text += fmt::format(", {} can be carried", *settled.result.highest_share);
        return verdict;
    }
    const DenseFeeder::Voltages v = voltages_of(*feeder, flow, now);
    for (const std::string& text : {compared(now, dense, v), balance_of(flow), verdict.hunts ? "" : discontent(now, dense, v)})
        if (!text.empty()) verdict.text += text + "; ";
    if (!verdict.text.empty()) verdict.kind = Verdict::Kind::wrong;
    return verdict;
}

void judge(std::uint64_t first, std::uint64_t count) {
    std::uint64_t refused = 0, unsolved = 0, hunting = 0, followed = 0, by_admittances = 0;
    std::string texts;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Verdict verdict = verdict_on(seed);
        CAPTURE(seed, verdict.text);
        CHECK(verdict.kind != Verdict::Kind::wrong);
        refused += verdict.kind == Verdict::Kind::refused ? 1 : 0;
        unsolved += verdict.kind == Verdict::Kind::unsolved ? 1 : 0;
        hunting += verdict.hunts ? 1 : 0;
        followed += verdict.is_followed ? 1 : 0;
        by_admittances += verdict.has_load_admittances ? 1 : 0;
        if (verdict.kind != Verdict::Kind::right) texts += fmt::format("\n  seed {}: {}", seed, verdict.text);
    }
    UNSCOPED_INFO(fmt::format("of {}: {} refused, {} unsolved, {} hunting, {} followed, {} by admittances{}", count, refused,
                              unsolved, hunting, followed, by_admittances, texts));
    CHECK(100 * (unsolved + refused) <= count);
    CHECK(10 * hunting <= count);
}

TEST_CASE("random circuits agree with dense nodal analysis, and their relays are content", "[random_circuits][slow]") {
    judge(1, 500);
}
TEST_CASE("random circuits agree with dense nodal analysis, the second half", "[random_circuits][slow]") { judge(501, 500); }

TEST_CASE("one random circuit of a given seed", "[.random_circuits]") {
    const char* seed = std::getenv("EVSWEEP_SEED");
    REQUIRE(seed);
    judge(std::strtoull(seed, nullptr, 10), 1);
}

TEST_CASE("as many random circuits as one likes", "[.random_circuits]") {
    const char* first = std::getenv("EVSWEEP_SEED");
    const char* count = std::getenv("EVSWEEP_COUNT");
    REQUIRE((first && count));
    judge(std::strtoull(first, nullptr, 10), std::strtoull(count, nullptr, 10));
}

}  // namespace
