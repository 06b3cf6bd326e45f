/// What every registered output must hold, made with its least settings, on a feeder that is balanced and on one that is not.
#include <catch2/catch.hpp>
#include <map>

#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

std::size_t size_of(const Coordinate& c) { return std::max(c.labels.size(), c.values.size()); }

/// Elements that the dimensions of each variable have. One without a coordinate is as long as the first array that has it.
std::map<std::string, std::size_t> sizes_of(const Made& made, const std::map<std::string, Values>& arrays) {
    std::map<std::string, std::size_t> along;
    for (const Coordinate& c : made.declared.coordinates()) along[c.name] = size_of(c);
    std::map<std::string, std::size_t> sizes;
    for (const Variable& v : made.declared.variables()) {
        sizes[v.name] = 1;
        for (const std::string& dim : v.dims) sizes[v.name] *= along.try_emplace(dim, arrays.at(v.name).size()).first->second;
    }
    return sizes;
}

void expect_all_filled(const Made& made, const std::map<std::string, Values>& arrays) {
    CHECK(arrays.size() == made.declared.variables().size());  // names differ
    const auto sizes = sizes_of(made, arrays);
    for (const Variable& v : made.declared.variables()) {
        CAPTURE(v.name);
        CHECK(arrays.at(v.name).size() == sizes.at(v.name));
        CHECK(v.dims.empty() == (v.aggregation == Aggregation::per_replica));
        CHECK_FALSE(v.unit.empty());
        CHECK_FALSE(v.long_name.empty());
    }
}

/// The rig's day with steps of 15 minutes, which divide every default.
template <class R>
void shorten(R& rig) {
    rig.context.step = minutes(15);
    rig.context.horizon = minutes(60);
}

}  // namespace

TEST_CASE("every output fills each of its variables, as large as its dimensions say", "[contract]") {
    for (const auto& [type, plugin] : plugins<Output>()) {
        CAPTURE(type);
        Rig rig;
        shorten(rig);
        const Made made = rig.make(type, plugin.least_settings);
        CHECK_FALSE(made.declared.variables().empty());
        expect_all_filled(made, rig.played(made, worked_day()));
    }
}

TEST_CASE("every output does so where phases differ, where a step has no solution, and without any vehicle", "[contract]") {
    for (const auto& [type, plugin] : plugins<Output>()) {
        CAPTURE(type);
        UnbalancedRig rig;
        shorten(rig);
        auto hour = worked_hour();
        hour.push_back({});  // without a solution
        const Made made = rig.make(type, plugin.least_settings);
        expect_all_filled(made, rig.played(made, hour));

        const Population nobody;
        const auto recorder = made.output->start({ReplicaId(0), &nobody});
        REQUIRE(recorder);
        for (std::size_t k = 0; k < 4; ++k) {
            rig.signals.shown = shown_by({0, 0, 0, 0, 1, 0, 0, 0, 0, true, {}, {}});
            for (const auto& [name, values] : hour[0]) rig.signals.shown[name] = values;
            rig.signals.shown["voltage"] = {};
            recorder->at(Snapshot(rig.instant(k), k, true, rig.signals));
        }
        expect_all_filled(made, made.finish(*recorder));
    }
}

TEST_CASE("every output fills its variables even where nothing was told", "[contract]") {
    for (const auto& [type, plugin] : plugins<Output>()) {
        CAPTURE(type);
        Rig rig;
        shorten(rig);
        const Made made = rig.make(type, plugin.least_settings);
        expect_all_filled(made, rig.played(made, {}));
    }
}

TEST_CASE("every output reads a signal once per snapshot, and only what it has subscribed to", "[contract]") {
    for (const auto& [type, plugin] : plugins<Output>()) {
        CAPTURE(type);
        UnbalancedRig rig;
        shorten(rig);
        const Made made = rig.make(type, plugin.least_settings);
        const auto recorder = rig.record(made);
        const auto day = worked_day();
        const auto hour = worked_hour();
        for (std::size_t k = 0; k < 2; ++k) {
            rig.signals.shown = shown_by(day[k]);
            for (const auto& [name, values] : hour[k]) rig.signals.shown[name] = values;
            rig.signals.reads.clear();
            recorder->at(Snapshot(rig.instant(k), k, true, rig.signals));
            for (const auto& [signal, count] : rig.signals.reads) {
                CAPTURE(signal);
                CHECK(count == 1);
            }
        }
        (void)made.finish(*recorder);
    }
}
