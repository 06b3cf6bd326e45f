// Studies that run as many replicas as they need, as a user sees them.
#include <catch2/catch.hpp>
#include <string>

#include "command.hpp"
#include "sim/record/result_reader.hpp"

using Catch::Matchers::Contains;
using evsweep::ResultReader;
using namespace evsweep::test;

namespace {

/// The small study with a first stage of 20 replicas.
class StopFolder : public StudyFolder {
   public:
    explicit StopFolder(const std::string& stop) {
        std::string text = small_study;
        const std::string old = "study: {replicas: 4, seed: 5}";
        text.replace(text.find(old), old.size(), "study: {replicas: 20, seed: 5, stop: " + stop + "}");
        write("study.yaml", text);
    }
};

}  // namespace

TEST_CASE("a run says its plan as it goes, and in the end how precise it is", "[stop]") {
    const StopFolder folder("{kpi: loss_energy_kwh, relative: 0.5 %, max_replicas: 300}");
    const Answer check = evsweep_in(folder.path(), {"check", "study.yaml"});
    CHECK_THAT(check.out, Contains("20 to 300 replicas, as needed, of uncoordinated"));
    const Answer run = evsweep_in(folder.path(), {"run", "study.yaml", "--out", "r.h5"});
    INFO(run.err << run.out);
    REQUIRE(run.status == 0);
    CHECK_THAT(run.err, Contains("20 of 20 replicas planned, at most 300 (100 %)"));
    CHECK_THAT(run.out, Contains("replicas as needed: kpis.loss_energy_kwh of uncoordinated ± "));
    CHECK_THAT(run.out, Contains("asked for ± "));
    CHECK_THAT(run.out, Contains("(0.5 % of it);\nlooked at after 20"));
    CHECK_THAT(run.out, !Contains("Not as precise as asked"));
    const Answer summary = evsweep_in(folder.path(), {"summary", "r.h5"});
    CHECK(run.out == summary.out + "\nResults: r.h5\n");
}

TEST_CASE("too few replicas are a warning, and a result runs again to as many", "[stop]") {
    const StopFolder folder("{kpi: peak_kw, half_width: 10 W, max_replicas: 50}");
    const Answer run = evsweep_in(folder.path(), {"run", "study.yaml", "--out", "r.h5"});
    CHECK(run.status == 0);
    CHECK_THAT(run.out, Contains("50 of 50 replicas"));
    CHECK_THAT(run.out, Contains("Not as precise as asked: kpis.peak_kw of uncoordinated: asked ± 0.01 kW, reached ± "));
    const Answer again = evsweep_in(folder.path(), {"run", "r.h5", "--out", "again.h5", "--threads", "1"});
    CHECK(again.status == 0);
    const ResultReader first(folder.path() / "r.h5"), second(folder.path() / "again.h5");
    CHECK(first.numbers("/controllers/uncoordinated/kpis/peak_kw") == second.numbers("/controllers/uncoordinated/kpis/peak_kw"));
    CHECK(first.number_attribute("/stop", "half_width_reached") == second.number_attribute("/stop", "half_width_reached"));
    const Answer day = evsweep_in(folder.path(), {"show", "r.h5", "--replica", "49"});
    INFO(day.err);
    CHECK(day.status == 0);
    const Answer alone = evsweep_in(folder.path(), {"run", "study.yaml", "--only-replica", "49", "--out", "alone.h5"});
    INFO(alone.err);
    REQUIRE(alone.status == 0);
    const std::string peak = "/controllers/uncoordinated/kpis/peak_kw";
    CHECK(ResultReader(folder.path() / "alone.h5").numbers(peak) == std::vector<double>{first.numbers(peak).at(49)});
    CHECK_THAT(alone.out, !Contains("replicas as needed"));
}

TEST_CASE("with --replicas one says the first stage of a study that stops by itself", "[stop]") {
    const StopFolder folder("{kpi: peak_kw, half_width: 10 W, max_replicas: 50}");
    const Answer few = evsweep_in(folder.path(), {"run", "study.yaml", "--replicas", "5"});
    CHECK(few.status == 2);
    CHECK_THAT(few.err, Contains("study.replicas: with study.stop these are the replicas of the first stage"));
    const Answer fixed = evsweep_in(folder.path(), {"run", "study.yaml", "--replicas", "5", "--set", "study.stop=~"});
    CHECK(fixed.status == 0);
    CHECK_THAT(fixed.out, Contains("5 of 5 replicas"));
}
