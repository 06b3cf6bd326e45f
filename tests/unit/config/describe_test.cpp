#include <catch2/catch.hpp>
#include <sstream>

#include "sim/base/text_table.hpp"
#include "sim/config/describe.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;

namespace {

std::size_t longest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    return longest;
}

bool has_line(const std::string& text, const std::string& beginning) {
    return ("\n" + text).find("\n" + beginning) != std::string::npos;
}

}  // namespace

TEST_CASE("the list has every section and the plug-ins of every interface") {
    const std::string text = describe_all();
    for (const std::string heading :
         {"sections of a scenario", "controllers", "agents", "channels", "behaviours", "distributions", "formats", "outputs"})
        CHECK(has_line(text, heading + "\n"));
    for (const std::string name : {"study", "base_load", "test_drip", "test_market", "test_wire", "test_fleet", "test_log"})
        CHECK(has_line(text, "  " + name + " "));
    CHECK(longest_line(text) <= 100);
    CHECK(longest_line(describe_all(72)) <= 72);
}

TEST_CASE("a plug-in is described by its schema: name, type, range, default and meaning") {
    const auto text = describe("test_drip");
    REQUIRE(text);
    CHECK(*text ==
          "test_drip (controller)\n"
          "  Charges every vehicle at one low rate, whatever happens around it in the feeder.\n"
          "\n"
          "  parameter  type                 range    default  meaning\n"
          "  rate       quantity (kW)        (0, 50]  3 kW     power of each vehicle\n"
          "  period     duration             > 0      15 min   time between decisions\n"
          "  lowest     share (number or %)  [0, 1]   0.2      no charging below\n"
          "  highest    share (number or %)  [0, 1]   0.9      no charging above\n");
    CHECK(longest_line(*describe("test_drip", 76)) <= 76);
}

TEST_CASE("every description keeps within the width of a terminal") {
    std::istringstream lines(describe_all());
    int described = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.substr(0, 2) != "  " || line[2] == ' ') continue;
        const std::string name = line.substr(2, line.find(' ', 2) - 2);
        INFO(name);
        const auto text = describe(name);
        REQUIRE(text);
        CHECK(longest_line(*text) <= 100);
        ++described;
    }
    CHECK(described >= 15);
}

TEST_CASE("what a plug-in requires is marked, and one without parameters says so") {
    CHECK(describe("test_fleet")->find("vehicles   whole number      >= 1     required") != std::string::npos);
    CHECK(*describe("test_log") == "test_log (output)\n  Records nothing.\n\n  It has no parameters.\n");
}

TEST_CASE("sections are described like plug-ins, with the maps inside them") {
    CHECK(has_line(*describe("time"), "  start"));
    CHECK(has_line(*describe("metering"), "  noise "));
    CHECK(has_line(*describe("channels"), "  test_wire "));
    CHECK(has_line(*describe("agents"), "  test_market "));
    CHECK(has_line(*describe("base_load"), "  profiles.NAME\n    parameter"));
    CHECK(has_line(*describe("controllers"), "  test_drip "));
    for (const std::string name :
         {"study", "time", "feeder", "load_flow", "devices", "limits", "base_load", "prices", "metering"})
        CHECK(longest_line(*describe(name)) <= 100);
}

TEST_CASE("a name that means nothing has no description but a hint") {
    CHECK_FALSE(describe("test_drop"));
    CHECK(describe_hint("test_drop") == "did you mean 'test_drip'?");
    CHECK(describe_hint("nonsense_of_some_length") == "run `evsweep describe` for the list");
}

TEST_CASE("tables keep within their width by wrapping the last column") {
    CHECK(text_table({"a", "b"}, {{"x", "one two three four five six seven"}}, 1, 30) ==
          " a  b\n"
          " x  one two three four five\n"
          "    six seven\n");
    CHECK(text_table({"a", "b", "c"}, {{"x", "", "y"}}, 0, 80) == "a  c\nx  y\n");  // nobody needs an empty column
    CHECK(text_table({}, {{"x", "a long cell in the middle of it", "the last"}}, 0, 40) ==
          "x  a long cell in the   the last\n"
          "   middle of it\n");
    CHECK(text_table({}, {}, 2, 80).empty());
    CHECK(wrapped("", 10) == std::vector<std::string>{""});
    CHECK(wrapped("a_word_longer_than_the_width b", 10) == std::vector<std::string>{"a_word_longer_than_the_width", "b"});
}

TEST_CASE("a section whose entries are plug-ins lists them") {
    CHECK(has_line(*describe("population"), "  test_fleet "));
    CHECK(has_line(*describe("outputs"), "  test_log "));
}

TEST_CASE("a parameter is described by its name alone, with everyone who has it") {
    const auto step = describe("step");
    REQUIRE(step);
    CHECK(has_line(*step, "  of section time"));
    CHECK(step->find("control grid: metering, deciding and load flow") != std::string::npos);
    CHECK(has_line(*describe("by_class"), "  of section base_load"));
    CHECK(has_line(*describe("profiles"), "  profiles.NAME"));
    CHECK_FALSE(describe("no_such_parameter"));
    CHECK(describe_hint("warm_upp") == "did you mean 'warm_up'?");
}

TEST_CASE("units are described with what they measure") {
    CHECK(has_line(*describe("units"), "  a power                   kW (also W, MW)"));
    CHECK(longest_line(*describe("units")) <= 100);
}
