#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>

#include "command.hpp"

using Catch::Matchers::Contains;
using evsweep::test::Answer;
using evsweep::test::evsweep_in;
using evsweep::test::peak_tells_nothing;
using evsweep::test::ScratchFolder;

namespace {

/// The megabytes behind "about " in what `check` says.
double estimated_mb(const std::string& text) {
    const auto at = text.find("memory: about ");
    REQUIRE(at != std::string::npos);
    char* unit = nullptr;
    const double number = std::strtod(text.c_str() + at + 14, &unit);
    return std::string(unit, 3) == " GB" ? 1000.0 * number : number;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("check says what a run takes of memory: never much less, and not twice as much") {
    if (peak_tells_nothing) {
        WARN("skipped: the address sanitizer keeps what was freed, so its peak means nothing");
        return;
    }
    struct Case {
        const char* title;
        std::string days, outputs, replicas;
    };
    // Mostly bands, mostly traces with the file, hardly anything beside the program, and numbers that go to the disk.
    const std::vector<Case> cases{{"bands", "20 d", "series: {every: 15 min}, voltages: {every: 15 min}", "400"},
                                  {"traces", "60 d", "traces: {replicas: [0, 1, 2, 3]}", "4"},
                                  {"little", "1 d", "kpis: {}", "4"},
                                  {"numbers", "1 d", "kpis: {}", "20000"}};
    for (const Case& c : cases) {
        INFO(c.title);
        const ScratchFolder folder;
        folder.write("feeder.yaml", evsweep::test::small_feeder);
        auto study = with(evsweep::test::small_study, "duration: 24 h", "duration: " + c.days);
        study = with(study, "replicas: 4", "threads: 2, replicas: " + c.replicas);
        folder.write("study.yaml", study + "outputs: {" + c.outputs + "}\n");
        const double estimated = estimated_mb(evsweep_in(folder.path(), {"check", "study.yaml"}).out);
        const Answer run = evsweep_in(folder.path(), {"run", "study.yaml", "--quiet"});
        REQUIRE(run.status == 0);
        INFO(estimated << " MB estimated, " << run.peak_mb << " MB taken");
        CHECK(estimated >= 0.8 * run.peak_mb);
        CHECK(estimated <= 2.0 * run.peak_mb);
    }
}

TEST_CASE("forty thousand replicas take hardly more memory than ten thousand", "[slow]") {
    if (peak_tells_nothing) {
        WARN("skipped: the address sanitizer keeps what was freed, so its peak means nothing");
        return;
    }
    std::map<std::string, double> peak_mb;
    for (const std::string replicas : {"10000", "40000", "80000"}) {
        const ScratchFolder folder;
        folder.write("feeder.yaml", evsweep::test::small_feeder);
        folder.write("study.yaml", with(evsweep::test::small_study, "replicas: 4", "threads: 2, replicas: " + replicas) +
                                       "outputs: {kpis: {}}\n");
        const Answer run = evsweep_in(folder.path(), {"run", "study.yaml", "--quiet"});
        REQUIRE(run.status == 0);
        peak_mb[replicas] = run.peak_mb;
    }
    INFO(peak_mb["10000"] << ", " << peak_mb["40000"] << ", " << peak_mb["80000"] << " MB");
    CHECK(peak_mb["40000"] <= peak_mb["10000"] + 6.0);
    CHECK(peak_mb["80000"] <= peak_mb["10000"] + 10.0);  // six columns of 8 bytes a replica are 3.4 MB more
}

TEST_CASE("a study that no memory holds is refused before it runs, with the number and what to change") {
    const ScratchFolder folder;
    folder.write("feeder.yaml", evsweep::test::small_feeder);
    auto study = with(evsweep::test::small_study, "duration: 24 h, step: 15 min", "duration: 3000 d, step: 5 min");
    study = with(study, "replicas: 4", "replicas: 100000");
    std::string controllers = "controllers:\n";
    for (int i = 0; i < 40; ++i) controllers += "  c" + std::to_string(i) + ": {controller: uncoordinated}\n";
    study = with(study, "controllers:\n  uncoordinated: {}\n", controllers);
    folder.write("study.yaml", study + "outputs: {voltages: {every: 5 min}}\n");
    for (const std::string command : {"check", "run"}) {
        const Answer answer = evsweep_in(folder.path(), {command, "study.yaml"});
        CHECK(answer.status == 1);
        CHECK_THAT(answer.err, Contains("not enough memory: the study takes about ") && Contains(" are there; ask for less: ") &&
                                   Contains("outputs.voltages"));
    }
    CHECK_FALSE(std::filesystem::exists(folder.path() / "results/study.h5"));
}
