/// Sites in `kpis`, `violations` and `elements`: a worked day of two sites.
#include <catch2/catch.hpp>

#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

/// Four steps of half an hour. `park` may draw 50 kW: it is 10 kW above in the second step, 4 in the third; `depot` (100 kW) is
/// 20 above in the third.
struct SiteDay {
    Rig rig;
    SiteDay() {
        rig.context.sites = {"park", "depot"};
        rig.signals.add({.info = info_of(signals::site_power), .members = {}, .size = 2});
        rig.signals.add({.info = info_of(signals::site_limit), .members = {}, .size = 2});
    }
    [[nodiscard]] std::map<std::string, Values> played(const std::string& output) const {
        const Made made = rig.make(output);
        const auto recorder = rig.record(made);
        const std::vector<Values> powers{{50, 80}, {60, 100}, {54, 120}, {0, 100}};
        for (std::size_t k = 0; k < powers.size(); ++k) {
            rig.signals.shown = shown_by(worked_day()[k]);
            rig.signals.shown["site_power"] = powers[k];
            rig.signals.shown["site_limit"] = {50, 100};
            recorder->at(Snapshot(rig.instant(k), k, k != 1, rig.signals));  // powers of sites need no load flow
        }
        return made.finish(*recorder);
    }
};

}  // namespace

TEST_CASE("kpis say how long and how far any site was above its limit") {
    auto day = SiteDay().played("kpis");
    CHECK(day.at("site_minutes_above_limit") == Values{60});
    CHECK(day.at("site_excess_max_kw") == Values{20});
    CHECK(day.at("site_worst") == Values{1});
    CHECK(day.at("site_excess_kwh")[0] == Approx(0.5 * (10 + 4 + 20)));
    CHECK(day.at("site_load_max_pct")[0] == Approx(120.0));
    CHECK(day.at("site_violation") == Values{1});
    CHECK(day.at("any_violation") == Values{1});
}

TEST_CASE("violations name the site that was furthest above its limit and when") {
    auto day = SiteDay().played("violations");
    CHECK(day.at("site_violation") == Values{1});
    CHECK(day.at("site_element") == Values{0});  // 120 % of park in the second step, which depot only equals later
    CHECK(day.at("site_first_h") == Values{0.5});
}

TEST_CASE("elements count minutes above the limit site by site") {
    auto day = SiteDay().played("elements");
    CHECK(day.at("site_above_minutes") == Values{60, 30});
    CHECK(day.at("site_load_max_pct")[0] == Approx(120.0));
    CHECK(day.at("site_load_max_pct")[1] == Approx(120.0));
}

TEST_CASE("a scenario without sites has no rows of sites") {
    const Rig rig;
    for (const char* output : {"kpis", "violations", "elements"}) {
        const Made made = rig.make(output);
        for (const Variable& v : made.declared.variables()) CHECK(v.name.rfind("site_", 0) != 0);
    }
}
