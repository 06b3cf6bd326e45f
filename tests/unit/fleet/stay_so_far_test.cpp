#include <catch2/catch.hpp>

#include "sim/fleet/charging_state.hpp"
#include "unit/fleet/fleet_of.hpp"

using namespace evsweep;

TEST_CASE("a stay so far is what leaving now would report, and asking for it changes no bit of what follows", "[charging]") {
    const ConnectorId c0(0);
    const SessionId s0(0);
    const auto at_h = [](double h) { return Instant(from_hours(h)); };
    const Population population = fleet_of({});
    ChargingState asked(population), left(population), undisturbed(population);
    for (ChargingState* state : {&asked, &left, &undisturbed}) {
        state->plug_in(s0, Instant{});
        state->set_power(c0, 5.0, 0.0, at_h(0.5));
    }
    const SessionRecord so_far = asked.so_far(c0, at_h(1.1)), whole = left.unplug(c0, at_h(1.1));
    CHECK(so_far.final_soc == whole.final_soc);
    CHECK(so_far.charged_kwh == whole.charged_kwh);
    CHECK(so_far.stored_kwh == whole.stored_kwh);
    CHECK(so_far.discharged_kwh == 0.0);
    CHECK(so_far.end == at_h(1.1));
    CHECK_FALSE(so_far.complete);
    const SessionRecord later = asked.unplug(c0, at_h(1.7)), expected = undisturbed.unplug(c0, at_h(1.7));
    CHECK(later.final_soc == expected.final_soc);
    CHECK(later.charged_kwh == expected.charged_kwh);
    CHECK(later.complete);
}
