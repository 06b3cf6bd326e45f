#include <catch2/catch.hpp>

#include "evsweep/time_zone.hpp"
#include "sim/study/input_texts.hpp"
#include "sim/study/wall_clock.hpp"

using namespace evsweep;

TEST_CASE("rows that are left out are told with their reasons and energies, and add up") {
    RecordedRows rows{{}, {}, "layout dundee, clock of Europe/London"};
    for (int k = 0; k < 4; ++k) rows.used.add(2.5);
    CHECK(recorded_rows_text("cars", rows) == "cars: 4 of 4 rows are used (10.0 kWh; layout dundee, clock of Europe/London)");
    rows.left_out.push_back({"have no plug-out time", {2, 3.0}});
    rows.left_out.push_back({"are there twice", {1, 2.5}});
    CHECK(recorded_rows_text("cars", rows) ==
          "cars: 4 of 7 rows are used (10.0 kWh; layout dundee, clock of Europe/London); left out: 2 have no plug-out time (3.0 "
          "kWh), 1 "
          "are there twice (2.5 kWh)");
}

TEST_CASE("tables show what clocks show after they have been set") {
    Issues issues;
    const auto berlin = find_time_zone("Europe/Berlin", {}, "", issues);
    REQUIRE(berlin);
    const auto start = std::chrono::local_days(std::chrono::year(2025) / 3 / 29) + std::chrono::hours(12);
    const Calendar calendar(start, berlin, {});
    const auto changes = clock_changes_of(calendar, std::chrono::hours(48));
    CHECK(changes == std::vector<double>{14.0, 1.0});  // at 02:00 of the next day, forward by an hour
    const WallClock clock("2025-03-29 12:00", changes);
    CHECK(clock.text(13.5) == "01:30");
    CHECK(clock.text(14.0) == "03:00");
    CHECK(clock.text(30.0) == "19:00+1d");
    CHECK(clock_changes_of(Calendar(start), std::chrono::hours(48)).empty());
}
