/// What is wrong with a history of capacities is said with its place, all at once.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <functional>

#include "controller_desk.hpp"
#include "scratch.hpp"

using namespace evsweep;

namespace {

/// `days` of four slots for two stations; `edit` changes the lines, the first of which is the header.
std::string history(int days, const std::function<void(std::vector<std::string>&)>& edit = {}) {
    std::vector<std::string> lines{"day,slot,0.all,1.all"};
    for (int row = 0; row < 4 * days; ++row)
        lines.push_back(fmt::format("{},{},8,{}", row / 4, row % 4, row % 3 == 0 ? "0" : "15.5"));
    if (edit) edit(lines);
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

/// The issues of a controller with this history, one a line, without the folder.
std::string issues_of(const std::string& text, const std::string& settings = "period: 6 h", const std::string& section = "") {
    test::ScratchFolder folder;
    const std::string file = folder.write("past.csv", text).string();
    Issues issues;
    (void)configure_controller("stochastic_subgradient", "{" + settings + ", history: {file: '" + file + "'" + section + "}}",
                               issues);
    std::string all;
    for (const Issue& issue : issues.list()) all += to_text(issue) + "\n";
    for (std::size_t at; (at = all.find(folder.path().string() + "/")) != std::string::npos;)
        all.erase(at, folder.path().string().size() + 1);
    return all;
}

bool says(const std::string& all, const std::string& line) {
    UNSCOPED_INFO(all);
    return all.find(line) != std::string::npos;
}

}  // namespace

TEST_CASE("a history of whole days is taken") { CHECK(issues_of(history(8)).empty()); }

TEST_CASE("a history with a gap is refused at the row behind it") {
    CHECK(
        says(issues_of(history(9, [](auto& lines) { lines.erase(lines.begin() + 11); })),
             "past.csv:12:1: controllers.it.history.file: day 2 slot 3 follows day 2 slot 1: there is a gap, or rows are out of "
             "order; give a row for day 2 slot 2; 0 where a station could give nothing"));
    CHECK(
        says(issues_of(history(9, [](auto& lines) { lines.erase(lines.begin() + 9, lines.begin() + 13); })),
             "past.csv:10:1: controllers.it.history.file: day 3 slot 0 follows day 1 slot 3: there is a gap, or rows are out of "
             "order; give a row for day 2 slot 0"));
    CHECK(says(issues_of(history(9, [](auto& lines) { lines.pop_back(); })),
               "past.csv:37:1: controllers.it.history.file: ends with slot 2 of day 8, which has 4; give whole days"));
    CHECK(says(issues_of(history(9, [](auto& lines) { lines.erase(lines.begin() + 1); })),
               "past.csv:2:1: controllers.it.history.file: begins with slot 1; begin with slot 0 of a day"));
}

TEST_CASE("negative and missing capacities are refused at their cells, all at once") {
    const std::string all = issues_of(history(9, [](auto& lines) {
        lines[3] = "0,2,-8,16";
        lines[5] = "1,0,8,";
        lines[6] = "1,1,many,16";
        lines[7] = "1,2,8";
    }));
    CHECK(says(all,
               "past.csv:4:5: controllers.it.history.file: the capacity of station '0.all' is negative: -8 kvar; give what it "
               "could draw or give at the most, 0 or more"));
    CHECK(says(all,
               "past.csv:6:7: controllers.it.history.file: the capacity of station '1.all' is missing; give kvar; 0 where it "
               "could give nothing"));
    CHECK(says(all, "past.csv:7:5: controllers.it.history.file: 'many' of station '0.all' is not a number; give kvar"));
    CHECK(
        says(all, "past.csv:8:1: controllers.it.history.file: 3 cells where the header has 4; give a number for every station"));
}

TEST_CASE("a history without stations or with one twice is refused at its header") {
    CHECK(says(
        issues_of("time,a\n0,1\n"),
        "past.csv:1:1: controllers.it.history.file: does not begin with a header 'day,slot' and the names of stations; write "
        "e.g. day,slot,701.ca.work,712.ca.homes"));
    CHECK(says(issues_of(history(9, [](auto& lines) { lines[0] = "day,slot,0.all,0.all"; })),
               "past.csv:1:16: controllers.it.history.file: station '0.all' is there twice; leave one"));
    CHECK(says(issues_of("day,slot,0.all\n"),
               "controllers.it.history.file: has no row under a header; give one row for every slot"));
}

TEST_CASE("less than eight days of history are refused where they are chosen") {
    CHECK(says(issues_of(history(7)),
               "controllers.it.history.file: 7 days of history are trained on, which say too little of days of the week; give at "
               "least 8"));
    CHECK(says(
        issues_of(history(9), "period: 6 h", ", train_days: 5"),
        "controllers.it.history.train_days: 5 days of history are trained on, which say too little of days of the week; give "
        "at least 8"));
    CHECK(says(issues_of(history(9), "period: 6 h", ", train_days: 10"),
               "controllers.it.history.train_days: 10 days are to be trained on, and the file has 9; give fewer, or a longer "
               "history"));
}

TEST_CASE("a history of slots of another length than the period is refused") {
    CHECK(says(
        issues_of(history(8), "period: 15 min"),
        "controllers.it.history: has days of 4 slots, and periods of 15 min do not divide a day into as many; let `period` be "
        "the length of a slot"));
}

TEST_CASE("training on days that are tested is refused") {
    test::ScratchFolder folder;
    const std::string file = folder.write("past.csv", history(10)).string();
    const std::string copy = folder.write("copy.csv", "# the same\n" + history(10)).string();
    const auto said = [&](const std::string& tested, int train, int from) {
        Issues issues;
        (void)configure_controller("stochastic_subgradient",
                                   fmt::format("{{period: 6 h, history: {{file: '{}', train_days: {}}}, given: {{file: '{}', "
                                               "from_day: {}}}}}",
                                               file, train, tested, from),
                                   issues);
        return issues.list().empty() ? std::string() : to_text(issues.list().front());
    };
    CHECK(said(file, 8, 8).empty());
    for (const std::string& tested : {file, copy})
        CHECK(says(
            said(tested, 9, 8),
            "controllers.it.history: trains on days before 9, and `given` tests on days from 8 on: forecasts would know them; "
            "give train_days: 8 or less, or test on later days"));
    CHECK(says(said(file, 8, 10), "controllers.it.given.from_day: the file has no day 10; give one from 0 to 9"));
}

TEST_CASE("a history that nothing is forecast from is warned of, and a missing one is an error") {
    CHECK(says(issues_of(history(8), "period: 6 h, knowledge: rated"), "controllers.it.history: "));
    Issues issues;
    (void)configure_controller("stochastic_subgradient", "{}", issues);
    REQUIRE(issues.list().size() == 1);
    CHECK(says(to_text(issues.list().front()),
               "controllers.it.history: is missing, and there is nothing to forecast from; give a file of past capacities, or "
               "another `knowledge`"));
}

TEST_CASE("stations that the scenario does not have, and those without history, are named while it is checked") {
    test::ScratchFolder folder;
    const std::string file = folder.write("past.csv", history(8, [](auto& lines) { lines[0] = "day,slot,1.all,0.al"; })).string();
    Issues issues;
    ControllerDesk desk;
    desk.park({});
    desk.issues_of_check = &issues;
    desk.start("stochastic_subgradient", "{period: 6 h, history: {file: '" + file + "'}}");
    std::string all;
    for (const Issue& issue : issues.list()) all += to_text(issue) + "\n";
    CHECK(says(all, "past.csv:1:10: controllers.it.history.file: there is no station '1.all' in this scenario"));
    CHECK(says(all, "past.csv:1:16: controllers.it.history.file: there is no station '0.al' in this scenario"));
    CHECK(says(all, "past.csv:1:10: controllers.it.history.file: station '0' has no column"));
}
