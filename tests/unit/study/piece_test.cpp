#include "sim/study/piece.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace evsweep;

namespace {

/// One of everything that a replica may bring.
ReplicaRun full_run() {
    ReplicaRun run;
    run.replica = ReplicaId(41);
    run.fleet = 0xFEDCBA9876543210U;
    ControllerRun controller;
    Recorded recorded(3);
    recorded.put(VariableHandle{0}, std::vector<double>{1.0, -0.0, std::nan(""), INFINITY, 5e-324});
    recorded.put(VariableHandle{2}, std::vector<double>{});
    controller.recorded = {recorded, std::nullopt};
    LoadFlowResult result;
    result.status = LoadFlowStatus::collapsed;
    result.iterations = 17;
    result.worst_bus = BusId(3);
    result.last_change_pu = 0.25;
    result.has_load_admittances = true;
    result.highest_share = 0.75;
    controller.outcome.unsolved = {{Instant(Duration(60'000)), result}};
    controller.outcome.ledger = EnergyLedger::of_gaps(1e-9, 2e-10, -3e-9);
    controller.outcome.messages = {{"trajectory", 5, 3, 1, Duration(250)}};
    controller.reads = {{"homes", "voltage", "pu", "simulator", "present", "delay 5 min"}};
    controller.counters = {{"moved_kvar", 12.5}, {"plans", std::nan("")}};
    controller.remarks = {{Instant(Duration(1)), "a limit could not be kept: 3 kW"}};
    run.controllers = {controller, ControllerRun{}};
    return run;
}

ReplicaRun failed_run() {
    ReplicaRun run;
    run.replica = ReplicaId(42);
    run.failure = ReplicaFailure{ReplicaId(42), "evms", "the energy ledger does not close"};
    return run;
}

std::vector<unsigned char> bytes_of(std::vector<ReplicaRun> runs) {
    std::vector<unsigned char> bytes;
    for (ReplicaRun& run : runs) append_run(run, bytes);
    return bytes;
}

}  // namespace

TEST_CASE("replicas are the same to the last bit after having been bytes", "[resume]") {
    const auto bytes = bytes_of({full_run(), failed_run()});
    const auto runs = runs_of_bytes(bytes, 2);
    REQUIRE(runs);
    CHECK(bytes_of(*runs) == bytes);
    const ReplicaRun& first = runs->front();
    CHECK(first.replica == ReplicaId(41));
    CHECK(first.fleet == 0xFEDCBA9876543210U);
    REQUIRE(first.controllers.size() == 2);
    ControllerRun controller = first.controllers.front();
    REQUIRE(controller.recorded.size() == 2);
    CHECK(!controller.recorded[1]);
    const auto& arrays = controller.recorded[0]->arrays();
    REQUIRE(arrays.size() == 3);
    CHECK(std::signbit(arrays[0]->at(1)));
    CHECK(std::isnan(arrays[0]->at(2)));
    CHECK(arrays[0]->at(4) == 5e-324);
    CHECK(!arrays[1]);
    CHECK(arrays[2]->empty());
    CHECK(controller.outcome.unsolved.front().result.highest_share == 0.75);
    CHECK(controller.outcome.unsolved.front().result.worst_bus == BusId(3));
    CHECK(controller.outcome.ledger.fleet_gap_kwh() == -3e-9);
    CHECK(controller.outcome.messages.front().largest_delay == Duration(250));
    CHECK(controller.reads.front().meter == "delay 5 min");
    CHECK(controller.remarks.front().text == "a limit could not be kept: 3 kW");
    CHECK(runs->back().failure->what == "the energy ledger does not close");
}

TEST_CASE("bytes that are not whole, or more, are no replicas", "[resume]") {
    const auto bytes = bytes_of({full_run(), failed_run()});
    for (std::size_t length = 0; length < bytes.size(); ++length) CHECK(!runs_of_bytes(std::span(bytes).first(length), 2));
    auto longer = bytes;
    longer.push_back(0);
    CHECK(!runs_of_bytes(longer, 2));
    CHECK(!runs_of_bytes(bytes, 1));
    CHECK(!runs_of_bytes(bytes, 3));
    CHECK(!runs_of_bytes(bytes, std::size_t{1} << 60U));
    CHECK(runs_of_bytes({}, 0)->empty());
}
