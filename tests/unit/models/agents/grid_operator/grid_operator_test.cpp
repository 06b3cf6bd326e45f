/// The agent `grid_operator`: the powers that BK6-22-300 leaves, and curtailments that controllers obey.
#include <catch2/catch.hpp>

#include "agents/grid_operator/least_power.hpp"
#include "unit/models/controllers/heuristics/hand_day.hpp"

using namespace evsweep;
using namespace evsweep::heuristic_days;

namespace {

PartyChoice grid_operator(const std::string& yaml, Duration step) {
    Issues issues;
    Reader reader{.issues = issues, .step = step};
    auto read = read_plugin<Agent>(parse_yaml(yaml, "agent.yaml", issues), "agents.dso", reader, "grid_operator");
    for (const auto& issue : issues.list()) FAIL(to_text(issue));
    return {"dso", "agents.dso", std::move(*read)};
}

std::vector<std::string> complaints(const std::string& yaml) {
    Issues issues;
    Reader reader{.issues = issues, .step = 1min};
    (void)read_plugin<Agent>(parse_yaml(yaml, "agent.yaml", issues), "agents.dso", reader, "grid_operator");
    std::vector<std::string> texts;
    for (const auto& issue : issues.list()) texts.push_back(to_text(issue));
    return texts;
}

double total(const std::vector<double>& row) {
    double kw = 0.0;
    for (const double p : row) kw += p;
    return kw;
}

}  // namespace

TEST_CASE("several devices at one connection keep what the simultaneity factors of BK6-22-300 leave them") {
    // 4.2 kW for the first, GZF x 4.2 kW for each further one; GZF 0.80, 0.75, ... 0.50 for 2 to 8 devices, 0.45 from 9 on.
    CHECK(least_power_of_site_kw(0) == 0.0);
    CHECK(least_power_of_site_kw(1) == Approx(4.2));
    CHECK(least_power_of_site_kw(2) == Approx(4.2 + 0.80 * 4.2));
    CHECK(least_power_of_site_kw(4) == Approx(4.2 + 3 * 0.70 * 4.2));
    CHECK(least_power_of_site_kw(8) == Approx(4.2 + 7 * 0.50 * 4.2));
    CHECK(least_power_of_site_kw(9) == Approx(4.2 + 8 * 0.45 * 4.2));
    CHECK(least_power_of_site_kw(40) == Approx(4.2 + 39 * 0.45 * 4.2));
}

TEST_CASE("a curtailment by the clock takes each point down to 4.2 kW and no further") {
    // From 1:00 to 2:00, and the four of them want 10 kW each.
    const Day day = play("first_come_first_served", "{}", hours_of(6.0), four_vehicles(), {},
                         {grid_operator("{by: clock, from: '01:00', until: '02:00', period: 1 h}", 1h)});
    CHECK(rounded(day.powers)[0] == std::vector<double>{10, 10, 0, 0});
    CHECK(rounded(day.powers)[1] == std::vector<double>{4.2, 4.2, 4.2, 4.2});
    CHECK(rounded(day.powers)[2] == std::vector<double>{10, 10, 10, 10});
}

TEST_CASE("a site keeps the power of all its devices together, which its controller shares out") {
    const Day day = play("earliest_deadline_first", "{}", hours_of(6.0), four_vehicles(), {village("park", 100.0)},
                         {grid_operator("{by: clock, from: '01:00', until: '02:00', per: site, period: 1 h}", 1h)});
    const double least_kw = 4.2 + 3 * 0.70 * 4.2;  // 13.02
    CHECK(rounded(day.powers)[1] == std::vector<double>{0, 3.02, 10, 0});
    CHECK(total(day.powers[1]) == Approx(least_kw));
}

TEST_CASE("a measured curtailment begins a delay after the limit is passed, lasts its time, and ends within the limit") {
    // 1000 kW, line losses of about 10 kW, and two vehicles of 10 kW: beyond 1020 kW at once. Without curtailment that lasts
    // until B is full (1:30) and A (2:00). With 4.2 kW each the head is at 1019, which is not 1 % within: A and B stay curtailed
    // until they leave.
    Fleet fleet;
    fleet.add(needing(20.0, 0.25, 8.0));
    fleet.add(needing(15.0, 0.25, 8.0));
    const Day day = play("first_come_first_served", "{}", hours_of(8.0, 1min), fleet, {},
                         {grid_operator("{above: 1020 kW, delay: 5 min, release: 1 %}", 1min)});
    const auto at = [&](int minute) { return rounded(day.powers)[static_cast<std::size_t>(minute)]; };
    CHECK(at(15) == std::vector<double>{10, 10});
    CHECK(at(20) == std::vector<double>{10, 10});  // measured at 16 min for the first time
    CHECK(at(21) == std::vector<double>{4.2, 4.2});
    CHECK(at(120) == std::vector<double>{4.2, 4.2});
    for (const auto& row : day.powers)
        for (std::size_t c = 0; c < 2; ++c) CHECK((row[c] == 0.0 || row[c] >= 4.2 - 1e-9));
    CHECK(missing_kwh(day, 0) == Approx(0.0).margin(1e-9));
}

TEST_CASE("a grid operator refuses what the law and its limit do not allow") {
    CHECK(complaints("{above: 1 MW, reduce_to: 3 kW}").front().find("must be") != std::string::npos);
    CHECK(complaints("{}").front().find("is missing; say beyond which power") != std::string::npos);
    CHECK(complaints("{by: clock, delay: 1 min}").front().find("with a measurement") != std::string::npos);
    CHECK(complaints("{above: 1 MW, delay: 90 s}").front().find("is not a whole number of periods") != std::string::npos);
}
