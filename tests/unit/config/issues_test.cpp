#include <catch2/catch.hpp>

#include "evsweep/issues.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

TEST_CASE("an issue says where, what and what to do, and leaves out what there is not") {
    const auto file = std::make_shared<const std::string>("a.yaml");
    CHECK(to_text({{file, 3, 7}, "study.seed", "is missing", "give one"}) == "a.yaml:3:7: study.seed: is missing; give one");
    CHECK(to_text({{file, 3, 7}, "study.seed", "is missing", ""}) == "a.yaml:3:7: study.seed: is missing");
    CHECK(to_text({{file, 0, 0}, "", "the file is empty", ""}) == "a.yaml: the file is empty");
    CHECK(to_text({{}, "study.seed", "is missing", ""}) == "study.seed: is missing");
    CHECK(to_text({{file, 1, 1}, "x", "is odd", "", Severity::warning}) == "a.yaml:1:1: warning: x: is odd");
}

TEST_CASE("an issue is one line of bearable length, whatever it quotes") {
    CHECK(to_text({{}, "a\nb", "unknown '\x1B[31m\n'", ""}) == "a b: unknown '?[31m '");
    CHECK(to_text({{}, "", std::string(600, 'x'), ""}) == std::string(500, 'x') + "...");
    std::string umlauts = "x";
    while (umlauts.size() < 600) umlauts += "\xC3\xA4";
    CHECK(to_text({{}, "", umlauts, ""}) == umlauts.substr(0, 499) + "...");  // no character is cut in two
}

TEST_CASE("what is quoted from a file is cut after 80 characters, for it may be another file than was meant") {
    const std::string secret(200, 's');
    CHECK(to_text({{}, "x", "unknown '" + secret + "' here", "did you mean '" + secret + "'?"}) ==
          "x: unknown '" + secret.substr(0, 80) + "...' here; did you mean '" + secret.substr(0, 80) + "...'?");
    CHECK(to_text({{}, "x", "unknown '" + secret, ""}) == "x: unknown '" + secret.substr(0, 80) + "...");
    const std::string plain =
        "the bus's own voltage is far from what the transformer's windings, of which there are three, have; it's wrong";
    CHECK(to_text({{}, "x", plain, ""}) == "x: " + plain);
    CHECK(to_text({{}, secret, "is odd", ""}) == secret.substr(0, 160) + "...: is odd");
}

TEST_CASE("only errors spoil a reading") {
    Issues issues;
    issues.warning({}, "x", "is odd");
    CHECK_FALSE(issues.has_errors());
    issues.error({}, "x", "is wrong");
    CHECK(issues.has_errors());
}

TEST_CASE("the error that is thrown lists all issues, one per line") {
    Issues issues;
    issues.error({}, "x", "is wrong");
    issues.error({}, "y", "is missing", "give it");
    const ScenarioError error(issues);
    CHECK(std::string(error.what()) == "x: is wrong\ny: is missing; give it");
    CHECK(error.issues().list().size() == 2);
}

TEST_CASE("a slip of the pen finds the name that was meant, another word does not") {
    const std::vector<std::string> names{"peak_setpoint", "cap", "window", "voltage_min"};
    CHECK(nearest_name("peak_setpiont", names) == "peak_setpoint");  // neighbours swapped
    CHECK(nearest_name("Peak-Setpoint", names) == "peak_setpoint");  // another spelling
    CHECK(nearest_name("windw", names) == "window");                 // a letter left out
    CHECK(nearest_name("voltage_mim", names) == "voltage_min");      // a letter replaced
    CHECK(nearest_name("efficiency", names).empty());
    CHECK(nearest_name("", names).empty());
    CHECK(nearest_name("x", names).empty());
    CHECK(nearest_name(std::string(100'000, 'a'), names).empty());
}

TEST_CASE("the hint after an unknown name is the name that was meant, or the names there are") {
    CHECK(did_you_mean("evmz", {"evms", "fuzzy"}) == "did you mean 'evms'?");
    CHECK(did_you_mean("quick", {"evms", "fuzzy"}) == "known: evms, fuzzy");
    CHECK(did_you_mean("quick", {}).empty());
    std::string sixteen = "known:";
    for (int i = 0; i < 16; ++i) sixteen += i == 0 ? " name" : ", name";
    CHECK(did_you_mean("quick", std::vector<std::string>(16, "name")) == sixteen);
    CHECK(did_you_mean("quick", std::vector<std::string>(17, "name")) == sixteen + ", ...");
}
