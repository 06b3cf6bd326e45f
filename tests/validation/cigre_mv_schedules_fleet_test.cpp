/// The inputs of the five-strategy study on the CIGRE MV feeder are the reference's: vehicle by vehicle, and the voltages of the
/// feeder without vehicles.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/validation/cigre_mv_schedules.hpp"

using namespace evsweep;
using namespace evsweep::validation;

namespace {

constexpr double steps_per_hour = 4.0;

Instant after_noon(double hour_of_first_day) { return Instant(Duration(std::llround(3.6e6 * (hour_of_first_day - 12.0)))); }

/// The first step that begins at or after `at`.
long first_whole_step(Instant at) { return static_cast<long>(std::ceil(steps_per_hour * hours(at.time_since_epoch()) - 1e-12)); }

/// The step in which `at` lies, or that begins there.
long step_of(Instant at) { return static_cast<long>(std::floor(steps_per_hour * hours(at.time_since_epoch()) + 1e-12)); }

}  // namespace

TEST_CASE("CIGRE MV schedules: the shipped fleet is the reference's, vehicle by vehicle", "[cigre_mv]") {
    if (!has_reference()) return;
    const LoadedStudy study = load(scenario("cigre_mv/reference_study.yaml"));
    const Population fleet = study.draw(ReplicaId(0));
    const auto rows = read_csv(reference_folder / "ref_evs_seed1.csv");
    REQUIRE(rows.size() == 878);
    REQUIRE(fleet.sessions.size() == rows.size());
    for (const Session& stay : fleet.sessions) {
        const auto& row = rows.at(stay.connector.index());
        CAPTURE(stay.connector.index());
        const BusId bus = fleet.connectors.bus[stay.connector.index()];
        CHECK(study.feeder->site().bus.at(bus.index()) == std::to_string(std::lround(row.at("node"))));
        // The reference plans the quarters of an hour that a stay fills.
        CHECK(stay.plug_in == Instant(std::chrono::minutes(15) * first_whole_step(after_noon(row.at("arrival_h")))));
        CHECK(stay.unplug == Instant(std::chrono::minutes(15) * step_of(after_noon(row.at("departure_h(+24)")))));
        CHECK(stay.stated_departure == stay.unplug);
        CHECK(first_whole_step(stay.plug_in) == std::lround(row.at("first_step")));
        CHECK(step_of(stay.unplug) == std::lround(row.at("last_step_excl (15 min from 12:00)")));
        CHECK(stay.initial_soc == Approx(row.at("soc0")).margin(1e-9));
        CHECK(stay.target_soc == 1.0);
    }
}

TEST_CASE("CIGRE MV schedules: the simultaneous fleet differs in its plug-ins alone", "[cigre_mv]") {
    const Population spread = load(scenario("cigre_mv/reference_study.yaml")).draw(ReplicaId(0));
    const Population at_once = load(scenario("cigre_mv/simultaneous_study.yaml")).draw(ReplicaId(0));
    REQUIRE(at_once.sessions.size() == spread.sessions.size());
    std::vector<const Session*> of_connector(spread.connectors.size());
    for (const Session& stay : spread.sessions) of_connector[stay.connector.index()] = &stay;
    for (const Session& stay : at_once.sessions) {
        const Session& other = *of_connector[stay.connector.index()];
        CHECK(stay.plug_in == Instant(std::chrono::hours(4)));
        CHECK(stay.unplug == other.unplug);
        CHECK(stay.initial_soc == other.initial_soc);
        CHECK(at_once.connectors.bus[stay.connector.index()] == spread.connectors.bus[stay.connector.index()]);
    }
}

TEST_CASE("CIGRE MV schedules: voltages without vehicles agree with the reference to its last digit", "[cigre_mv]") {
    const StudyResult result = run_study(load(scenario("cigre_mv/reference_study.yaml"), uncoordinated_alone()), {});
    const auto& volts = find(result.base, "voltages", "voltage_pu");
    const std::size_t buses = volts.bands.mean.size() / study_steps;
    double low = 2.0, high = 0.0;
    for (std::size_t i = 0; i < volts.bands.mean.size(); ++i) {
        if (i % buses == 0) continue;  // the source
        low = std::min(low, volts.bands.mean[i]);
        high = std::max(high, volts.bands.mean[i]);
    }
    CHECK(low == Approx(0.9703).margin(0.00005));  // the published window
    CHECK(high == Approx(1.0298).margin(0.00005));
    if (!has_reference()) return;
    const auto rows = read_csv(reference_folder / "ref_A_case2.csv");
    const auto& vmin = find(result.base, "series", "vmin_pu").bands.mean;
    std::size_t compared = 0;
    for (std::size_t t = 0; t < study_steps; ++t) {
        if (rows.at(t).at("P_MW") != 0.0) continue;  // only where the reference has no vehicle either
        CHECK(vmin[t] == Approx(rows[t].at("vmin_ac")).margin(1e-6));
        ++compared;
    }
    CHECK(compared >= 20);
}
