#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "places.hpp"
#include "unit/models/behaviours/behaviour_fixture.hpp"
#include "unit/models/behaviours/session_files.hpp"

using namespace evsweep;

namespace {

const std::string acn_header =
    "site,station_id,plug_in_local,plug_out_local,energy_kwh,requested_kwh,est_departure_local,claimed\n";
// Monday 2019-05-06 and Tuesday; the second row made no claim, the third returns to the first station.
const std::string acn_rows =
    "caltech,CA-1,2019-05-06 14:00,2019-05-06 18:30,9.5,12.0,2019-05-06 17:15,1\n"
    "caltech,CA-2,2019-05-06 15:00,2019-05-07 08:00,19.0,19.0,2019-05-06 16:00,0\n"
    "caltech,CA-1,2019-05-07 07:45,2019-05-07 16:00,3.8,3.8,2019-05-07 15:00,1\n";

std::string replay_of(const TemporaryFile& file, const std::string& layout, const std::string& more = "") {
    return "behaviour: sessions\nfile: " + file.path().string() + "\nlayout: " + layout +
           "\nplacement: {rule: round_robin, buses: [3, 5]}\ncapacity: 40 kWh\ncharge_rating: 7 kW\n" +
           "charge_efficiency: 95 %\ntarget_soc: 0.9\n" + more;
}

Instant at_clock(int day, int hour, int minute) {  // the fixture's scenario starts on day 0 at noon
    return Instant(std::chrono::hours(24 * day + hour - 12) + std::chrono::minutes(minute));
}

/// The reference recordings, or nothing where this checkout has none beside it.
std::optional<std::filesystem::path> reference_file(const std::string& name) {
    const std::filesystem::path path = test::shared_dir() / "data/sessions" / name;
    if (std::filesystem::exists(path)) return path;
    WARN("skipped: no reference data at " << path.string());
    return std::nullopt;
}

}  // namespace

TEST_CASE("recorded sessions of the ACN layout are replayed at their weekday and hour", "[behaviours][sessions]") {
    const TemporaryFile file(acn_header + acn_rows);
    BehaviourFixture fixture;
    const Population population = fixture.draw(replay_of(file, "acn"));
    CHECK_THAT(fixture.issue_texts(),
               Catch::Contains("the dates differ: the recorded days from 2019-05-06 on stand for the scenario's from "
                               "2025-01-06 on"));
    REQUIRE(population.connectors.size() == 2);
    CHECK(population.zones == std::vector<std::string>{"bus 3", "bus 5"});
    REQUIRE(population.sessions.size() == 3);
    const auto& claimed = population.sessions[0];
    CHECK(claimed.plug_in == at_clock(0, 14, 0));
    CHECK(claimed.unplug == at_clock(0, 18, 30));
    CHECK(claimed.stated_departure == at_clock(0, 17, 15));
    CHECK(claimed.target_soc == 0.9);
    CHECK(claimed.initial_soc == Approx(0.9 - 9.5 * 0.95 / 40.0));
    const auto& unclaimed = population.sessions[1];
    CHECK(unclaimed.unplug == at_clock(1, 8, 0));
    CHECK(unclaimed.stated_departure == unclaimed.unplug);
    CHECK(population.sessions[2].connector == claimed.connector);
}

TEST_CASE("the delivered energy brings a vehicle from its initial state of charge to its target", "[behaviours][sessions]") {
    const TemporaryFile file(acn_header + acn_rows);
    BehaviourFixture fixture;
    fixture.accounting = Accounting::literal;
    const Population population = fixture.draw(replay_of(file, "acn"));
    for (const auto& [k, drawn_kwh] : std::vector<std::pair<std::size_t, double>>{{0, 9.5}, {1, 19.0}, {2, 3.8}}) {
        const auto& s = population.sessions[k];
        CHECK((s.target_soc - s.initial_soc) * 40.0 * 0.95 == Approx(drawn_kwh));  // literal: grid energy = dSoC C eta
    }
}

TEST_CASE("a recording in the Trondheim layout has a charging point per private user and per shared point",
          "[behaviours][sessions]") {
    const TemporaryFile file(
        "session_id,garage,user_id,user_type,shared_id,plug_in_local,plug_out_local,energy_kwh\n"
        "1,AdO3,AdO3-4,Private,,2018-12-24 16:20,2018-12-24 17:00,0.3\n"
        "2,AdO3,AdO3-9,Shared,Shared-2,2018-12-24 17:20,2018-12-24 18:00,0.3\n"
        "3,AdO3,AdO3-4,Shared,Shared-2,2018-12-24 18:20,2018-12-24 19:00,0.3\n"
        "4,AdO3,AdO3-4,Private,,2018-12-24 20:20,,4.0\n"
        "5,AdO3,AdO3-4,Private,,2018-12-24 20:20,2018-12-24 20:20,0\n");
    BehaviourFixture fixture;
    const Population population = fixture.draw(replay_of(file, "trondheim"));
    CHECK(population.connectors.size() == 2);
    CHECK(population.sessions.size() == 3);
    CHECK_THAT(fixture.issue_texts(), Catch::Contains("1 rows have no plug-out time and are left out (4.0 kWh)") &&
                                          Catch::Contains("1 rows end at or before their plug-in and are left out (0.0 kWh)"));
}

TEST_CASE("overlapping recorded stays at one charging point wait for one another, or are refused, and are counted",
          "[behaviours][sessions]") {
    const TemporaryFile file(
        "session_id,user_id,station_id,location_id,plug_in_local,plug_out_local,energy_kwh\r\n"
        "1,7,582873,461655,2014-11-17 13:00,2014-11-17 17:00,7.78\r\n"
        "2,8,582873,461655,2014-11-17 15:00,2014-11-17 18:00,5\r\n");
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(12);  // from noon to midnight: one day of dates
    const auto shift = "from: 2014-11-17\n";   // a Monday, as the scenario's first day
    const Population waiting = fixture.draw(replay_of(file, "workplace", shift));
    CHECK(fixture.issue_texts() == "");
    REQUIRE(waiting.sessions.size() == 2);
    CHECK(waiting.sessions[1].plug_in == at_clock(0, 17, 0));
    CHECK(waiting.sessions[1].unplug == at_clock(0, 18, 0));
    CHECK(waiting.stays.at(0).waited.count == 1);
    CHECK(waiting.stays.at(0).waited.kwh == Approx(5.0));
    CHECK(waiting.stays.at(0).played.kwh == Approx(12.78));
    const Population refused = fixture.draw(replay_of(file, "workplace", std::string(shift) + "when_occupied: refuse\n"));
    CHECK(refused.sessions.size() == 1);
    CHECK(refused.stays.at(0).occupied.count == 1);
    CHECK(refused.stays.at(0).dropped().kwh == Approx(5.0));
}

TEST_CASE("chosen dates limit the days, and a missing weekday is reported", "[behaviours][sessions]") {
    const TemporaryFile file(acn_header + acn_rows);
    BehaviourFixture fixture;
    const Population population = fixture.draw(replay_of(file, "acn", "from: 2019-05-07\nto: 2019-05-07\n"));
    CHECK(population.connectors.size() == 1);
    CHECK(population.sessions.empty());  // Tuesday 07:45 stands for Monday 07:45, before the start at noon
    CHECK(population.stays.at(0).under_way.count == 1);
    CHECK(population.stays.at(0).under_way.kwh == Approx(3.8));
    CHECK_THAT(fixture.issue_texts(), Catch::Contains("1 stays (19.0 kWh) that began before `from` are left out of it"));
    CHECK_THAT(fixture.issue_texts(), Catch::Contains("no recorded day is a Monday, so the days of the week are shifted") &&
                                          Catch::Contains("the recording has 1 of the scenario's 2 days"));
}

TEST_CASE("random days keep their weekday and differ between replicas", "[behaviours][sessions]") {
    std::string rows;
    for (int week = 0; week < 3; ++week)  // Mondays 6, 13, 20 May 2019: one, two, three sessions; nobody on other days
        for (int k = 0; k <= week; ++k)
            rows += "caltech,CA-" + std::to_string(k) + ",2019-05-" + std::string(week == 0 ? "0" : "") +
                    std::to_string(6 + 7 * week) + " 13:00,2019-05-" + std::string(week == 0 ? "0" : "") +
                    std::to_string(6 + 7 * week) + " 17:00,5,5,2019-05-06 17:00,0\n";
    const TemporaryFile file(acn_header + rows);
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(24 * 8);  // Monday to the Tuesday after next
    const auto behaviour = fixture.make(replay_of(file, "acn", "draw: random_days\n"));
    std::set<std::size_t> seen;
    for (std::uint32_t replica = 0; replica < 60; ++replica) {
        Population population;
        behaviour->draw(Rng(1, replica), population);
        CHECK(population.connectors.size() == 3);
        for (const auto& s : population.sessions) REQUIRE(fixture.calendar.weekday(s.plug_in) == std::chrono::Monday);
        seen.insert(population.sessions.size());
    }
    CHECK(seen == std::set<std::size_t>{2, 3, 4, 5, 6});  // two Mondays of one to three sessions each
}

TEST_CASE("a battery too small for a recorded energy is refused with the row", "[behaviours][sessions]") {
    const TemporaryFile file(acn_header + acn_rows);
    BehaviourFixture fixture;
    CHECK_FALSE(fixture.try_make(replay_of(file, "acn", "lowest_soc: 0.5\n")));  // (0.9 - 0.5) 40 = 16 kWh < 19 x 0.95
    CHECK_THAT(fixture.issue_texts(),
               Catch::Contains(file.path().string() + ":3:1: population.homes.capacity: 1 sessions do not fit") &&
                   Catch::Contains("stores 18.050 kWh where 16.000 kWh fit below target_soc"));
}

TEST_CASE("sessions faster than the charge rating are reported", "[behaviours][sessions]") {
    const TemporaryFile file(acn_header + acn_rows);
    BehaviourFixture fixture;
    std::string text = replay_of(file, "acn");
    text.replace(text.find("7 kW"), 4, "2 kW");  // 9 kWh in 4.5 h, where 9.5 kWh were delivered
    fixture.make(text);
    CHECK_THAT(fixture.issue_texts(), Catch::Contains("1 of 3 sessions took more than the charge rating gives in their time"));
}

TEST_CASE("recorded times are kept to the millisecond where they are given so", "[behaviours][sessions]") {
    const TemporaryFile file(
        "station_id,plug_in_local,plug_out_local,energy_kwh\n"
        "1,2019-05-06 14:00:07,2019-05-06 18:30:59.9,9.5\n"
        "2,2019-05-06 15:00:00.25,2019-05-06 18:30:01.078,9.5\n");
    BehaviourFixture fixture;
    const Population population = fixture.draw(replay_of(file, "workplace"));
    REQUIRE(population.sessions.size() == 2);
    CHECK(population.sessions[0].plug_in == at_clock(0, 14, 0) + std::chrono::seconds(7));
    CHECK(population.sessions[0].unplug == at_clock(0, 18, 30) + Duration(59900));
    CHECK(population.sessions[1].plug_in == at_clock(0, 15, 0) + Duration(250));
    CHECK(population.sessions[1].unplug == at_clock(0, 18, 30) + Duration(1078));
}

TEST_CASE("a recorded time with odd seconds is refused", "[behaviours][sessions]") {
    for (const std::string time : {"14:00:7", "14:00:60", "14:00:07.", "14:00:07.1234", "14:00.07", "14:00 07", "14:00:07,5"}) {
        INFO(time);
        const TemporaryFile file("station_id,plug_in_local,plug_out_local,energy_kwh\n1,2019-05-06 " + time +
                                 ",2019-05-06 18:30,9.5\n");
        BehaviourFixture fixture;
        CHECK_FALSE(fixture.try_make(replay_of(file, "workplace")));
        CHECK_THAT(fixture.issue_texts(),
                   Catch::Contains("plug_in_local is not a time") || Catch::Contains("cells where the header"));
    }
}

TEST_CASE("a last day that is named was recorded, even if nobody came", "[behaviours][sessions]") {
    const TemporaryFile file(acn_header + acn_rows.substr(0, acn_rows.find('\n') + 1));  // Monday alone
    for (const auto& [to, days] : {std::pair("2019-05-06", 1), {"2019-05-07", 2}}) {
        BehaviourFixture fixture;
        CHECK(fixture.draw(replay_of(file, "acn", std::string("to: ") + to + "\n")).sessions.size() == 1);
        INFO(fixture.issue_texts());
        CHECK((fixture.issue_texts().find("the recording has 1 of the scenario's 2 days") == std::string::npos) == (days == 2));
    }
}

TEST_CASE("malformed recordings are refused row by row", "[behaviours][sessions]") {
    const auto issue_texts = [](const std::string& text, const std::string& layout) {
        const TemporaryFile file(text);
        BehaviourFixture fixture;
        CHECK_FALSE(fixture.try_make(replay_of(file, layout)));
        return fixture.issue_texts();
    };
    CHECK_THAT(issue_texts(acn_header + acn_rows, "workplac"), Catch::Contains("did you mean 'workplace'?"));
    CHECK_THAT(issue_texts(acn_header + acn_rows, "trondheim"),
               Catch::Contains("the column 'garage' of this layout is missing; its columns are those of layout acn"));
    CHECK_THAT(issue_texts(acn_header, "acn"), Catch::Contains("has no usable session on the chosen days"));
    const std::string rows =
        "caltech,CA-1,2019-05-32 14:00,2019-05-06 18:30,9.5,12.0,2019-05-06 17:15,1\n"
        "caltech,CA-1,2019-05-06 14:00,2019-05-06 18:30,-9.5,12.0,2019-05-06 17:15,1\n"
        "caltech,CA-1,2019-05-06 14:00,2019-05-06 18:30,9.5,12.0,soon,1\n"
        "caltech,CA-1\n";
    CHECK_THAT(issue_texts(acn_header + rows, "acn"),
               Catch::Contains(":2:14: population.homes: plug_in_local is not a time: '2019-05-32 14:00'; write YYYY-MM-DD "
                               "HH:MM[:SS[.mmm]]") &&
                   Catch::Contains(":3:48: population.homes: energy_kwh is not a number >= 0: '-9.5'") &&
                   Catch::Contains(":4:57: population.homes: est_departure_local is not a time: 'soon'") &&
                   Catch::Contains(":5:1: population.homes: 2 cells where the header has 8"));
}

TEST_CASE("a claim is understood however it is written, or refused with its cell", "[behaviours][sessions]") {
    const auto departure_of = [](const std::string& claimed) {
        const TemporaryFile file(acn_header + "caltech,CA-1,2025-01-06 14:00,2025-01-06 18:30,9.5,12.0,2025-01-06 17:15," +
                                 claimed + "\n");
        BehaviourFixture fixture;
        const auto behaviour = fixture.try_make(replay_of(file, "acn"));
        if (!behaviour) return fixture.issue_texts();
        Population population;
        behaviour->draw(Rng(1, 0), population);
        return std::string(population.sessions.at(0).stated_departure == at_clock(0, 17, 15) ? "claimed" : "unclaimed");
    };
    for (const std::string yes : {"1", "True", "TRUE", "true", "1.0", "yes", "t", "Y", " 1 ", "\"True\""})
        CHECK(departure_of(yes) == "claimed");
    for (const std::string no : {"0", "False", "FALSE", "0.0", "no", "f", "N"}) CHECK(departure_of(no) == "unclaimed");
    for (const std::string unknown : {"2", "maybe", "", "nan", "-1"})
        CHECK_THAT(departure_of(unknown), Catch::Contains(":2:74: population.homes: claimed is neither true nor false: '" +
                                                          unknown + "'; write 1 or 0, or true or false"));
}

TEST_CASE("a recording is read with a byte order mark, semicolons, quotes, units and the T of ISO times",
          "[behaviours][sessions]") {
    const TemporaryFile file(
        "\xEF\xBB\xBFstation_id;plug_in_local;plug_out_local;energy_kwh\r\n"
        "# a remark\r\n"
        "\"A;1\";2025-01-06T14:00;2025-01-06 18:30:00;9.5 kWh\r\n");
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(12);  // from noon to midnight: one day of dates
    const Population population = fixture.draw(replay_of(file, "workplace"));
    CHECK(fixture.issue_texts() == "");
    REQUIRE(population.sessions.size() == 1);
    CHECK(population.sessions[0].plug_in == at_clock(0, 14, 0));
    CHECK(population.stays.at(0).played.kwh == Approx(9.5));
}

TEST_CASE("cells that cannot be understood are refused, whatever they lack", "[behaviours][sessions]") {
    const auto issue_texts = [](const std::string& header, const std::string& row) {
        const TemporaryFile file(header + "\n" + row + "\n");
        BehaviourFixture fixture;
        CHECK_FALSE(fixture.try_make(replay_of(file, "workplace")));
        return fixture.issue_texts();
    };
    const std::string header = "station_id,plug_in_local,plug_out_local,energy_kwh";
    CHECK_THAT(issue_texts("station_id;plug_in_local;plug_out_local;energy_kwh", "A;2025-01-06 14:00;2025-01-06 18:30;9,5"),
               Catch::Contains("energy_kwh is not a number >= 0: '9,5'; write decimals with a point"));
    for (const std::string energy : {"", "nan", "inf", "9.5 MWh", "1e999"})
        CHECK_THAT(issue_texts(header, "A,2025-01-06 14:00,2025-01-06 18:30," + energy),
                   Catch::Contains(":2:37: population.homes: energy_kwh is not a number >= 0: '" + energy + "'"));
    CHECK_THAT(issue_texts(header, "A,2025-01-06 14:00+01:00,2025-01-06 18:30,9.5"),
               Catch::Contains(":2:3: population.homes: plug_in_local is by UTC, and whose clock the days are by is not known: "
                               "'2025-01-06 14:00+01:00'; say `time_zone`"));
    CHECK_THAT(issue_texts(header, "A,2025-01-06 14:00,2025-01-06T18:30:00Z,9.5"), Catch::Contains("plug_out_local is by UTC"));
    CHECK_THAT(issue_texts(header, ",2025-01-06 14:00,2025-01-06 18:30,9.5"), Catch::Contains("station_id is empty"));
    CHECK_THAT(issue_texts(header + ",energy_kwh", "A,2025-01-06 14:00,2025-01-06 18:30,9.5,3"),
               Catch::Contains(":1:1: population.homes: the column 'energy_kwh' is there more than once"));
}

TEST_CASE("a replay begins on the scenario's own date where that was recorded", "[behaviours][sessions]") {
    std::string rows;
    for (const std::string day : {"2024-12-30", "2025-01-06", "2025-01-13"})  // Mondays
        rows += "A," + day + " 14:00," + day + " 18:00," + (day == "2025-01-06" ? "7" : "3") + "\n";
    const TemporaryFile file("station_id,plug_in_local,plug_out_local,energy_kwh\n" + rows);
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(12);  // from noon to midnight: one day of dates
    const Population population = fixture.draw(replay_of(file, "workplace"));
    CHECK(fixture.issue_texts() == "");
    REQUIRE(population.sessions.size() == 1);
    CHECK(population.stays.at(0).played.kwh == Approx(7.0));
}

TEST_CASE("a gap within the replayed days is reported with its first day", "[behaviours][sessions]") {
    const TemporaryFile file(
        "station_id,plug_in_local,plug_out_local,energy_kwh\n"
        "A,2025-01-06 14:00,2025-01-06 18:00,3\nA,2025-01-20 14:00,2025-01-20 18:00,3\n");
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(24 * 14 + 8);  // until Monday the 20th, 20:00
    fixture.make(replay_of(file, "workplace"));
    CHECK_THAT(fixture.issue_texts(),
               Catch::Contains("the record has a gap: 13 of the replayed days have no sessions, the first is "
                               "2025-01-07"));
}

TEST_CASE("the published recordings are read whole", "[behaviours][sessions]") {
    // Rows and rows without plug-out time as their publishers count them.
    const std::vector<std::tuple<std::string, Layout, std::size_t, std::size_t>> published{
        {"acn_caltech_jpl.csv", Layout::acn, 27407, 0},
        {"trondheim_residential.csv", Layout::trondheim, 6878, 34},
        {"workplace_us_2014_2015.csv", Layout::workplace, 3395, 0}};
    for (const auto& [name, layout, rows, without_plug_out] : published) {
        const auto path = reference_file(name);
        if (!path) return;
        INFO(name);
        Issues issues;
        const Recording recording = read_recordings({{*path, {}}}, choice_of(layout, issues), issues);
        CHECK_FALSE(issues.has_errors());
        std::size_t left_out = 0;
        for (const auto& issue : issues.list())
            if (issue.problem.find("left out") != std::string::npos) left_out += std::stoul(issue.problem);
        CHECK(recording.stays.size() + left_out == rows);
        const auto expected_text = [&](std::size_t n) {
            return std::to_string(n) + " rows have no plug-out time and are left out";
        };
        const bool is_reported =
            !issues.list().empty() && issues.list().front().problem.rfind(expected_text(without_plug_out), 0) == 0;
        CHECK(is_reported == (without_plug_out > 0));
        if (layout == Layout::workplace) CHECK(recording.stations.size() == 105);  // as published
    }
}

TEST_CASE("counts give recorded charging points their buses in order, in every replica; a class is drawn for each of them") {
    const TemporaryFile file(acn_header + acn_rows);
    const auto buses = [&file](const std::string& placement, std::uint32_t replica) {
        std::string text = replay_of(file, "acn");
        text.replace(text.find("{rule: round_robin, buses: [3, 5]}"), std::string("{rule: round_robin, buses: [3, 5]}").size(),
                     placement);
        BehaviourFixture fixture;
        return fixture.draw(text, replica).connectors.bus;
    };
    std::set<std::vector<BusId>> by_class;
    for (std::uint32_t replica = 0; replica < 20; ++replica) {
        CHECK(buses("{rule: counts, counts: {5: 1, 3: 1}}", replica) == std::vector<BusId>{BusId(2), BusId(4)});
        by_class.insert(buses("{rule: class, class: residential}", replica));
    }
    CHECK(by_class.size() > 3);
}

TEST_CASE("a recorded state of charge at plug-in counts, and the energy leads from there to the target",
          "[behaviours][sessions]") {
    const std::string header = "station_id,plug_in_local,plug_out_local,energy_kwh,soc\n";
    const std::string row = "A,2025-01-06 14:00:30,2025-01-06 18:30,10,";
    const std::string columns =
        "columns: {station: station_id, plug_in: plug_in_local, plug_out: plug_out_local, energy: energy_kwh, "
        "initial_soc: ";
    const auto replay = [&](const TemporaryFile& file, const std::string& column, const std::string& more = "") {
        return "behaviour: sessions\nfile: " + file.path().string() + "\n" + columns + column +
               "}\nplacement: {rule: round_robin, buses: [3]}\ncapacity: 40 kWh\ncharge_rating: 7 kW\ncharge_efficiency: 90 %\n" +
               more;
    };
    const TemporaryFile share(header + row + "0.35\n"), percent(header + row + "35\n", "percent.csv");
    for (const auto& text : {replay(share, "soc"), replay(percent, "{column: soc, unit: \"%\"}")}) {
        BehaviourFixture fixture;
        const Population population = fixture.draw(text);
        REQUIRE(population.sessions.size() == 1);
        CHECK(population.sessions[0].plug_in == at_clock(0, 14, 0) + std::chrono::seconds(30));
        CHECK(population.sessions[0].initial_soc == Approx(0.35));
        CHECK(population.sessions[0].target_soc == Approx(0.35 + 10 * 0.9 / 40));
        CHECK_THAT(fixture.issue_texts(), !Catch::Contains("soc"));
    }
    BehaviourFixture high, unclear, given;
    REQUIRE(high.make(replay(share, "soc", "highest_soc: 0.5")));
    CHECK_THAT(
        high.issue_texts(),
        Catch::Contains(
            "sessions.csv:2:1: warning: population.homes.highest_soc: 1 of 1 sessions, this one first, want to be above 0.5"));
    REQUIRE_FALSE(unclear.try_make(replay(percent, "soc")));
    CHECK_THAT(unclear.issue_texts(),
               Catch::Contains("percent.csv:2:") && Catch::Contains("soc is not a share from 0 to 1: '35'; is it in %?"));
    REQUIRE(given.make(replay(share, "soc", "target_soc: 0.9")));
    CHECK_THAT(given.issue_texts(), Catch::Contains("target_soc") && Catch::Contains("without a column initial_soc"));
}
