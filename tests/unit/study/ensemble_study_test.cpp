#include <catch2/catch.hpp>
#include <new>
#include <stdexcept>

#include "evsweep/contracts.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

using Trouble = void (*)(std::uint32_t replica);

/// Does what another controller does, and makes trouble once it decides.
class Troubled final : public Controller {
   public:
    Troubled(std::unique_ptr<Controller> inner, std::uint32_t replica, Trouble trouble)
        : inner_(std::move(inner)), replica_(replica), trouble_(trouble) {}
    [[nodiscard]] Cadence cadence() const override { return inner_->cadence(); }
    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        inner_->decide(turn, seen, setpoints);
        trouble_(replica_);
    }

   private:
    std::unique_ptr<Controller> inner_;
    std::uint32_t replica_;
    Trouble trouble_;
};

/// A study of 11 replicas under two controllers, the first of which makes trouble as told.
LoadedStudy troubled_study(Trouble when_made, Trouble when_it_decides) {
    LoadedStudy study = load(scenario("ieee33/evms_study.yaml"), {"study.replicas=11", "population.homes.vehicles=30"});
    auto& first = std::get<Configured<Controller>>(study.scenario.controllers.front().parties.front().plugin);
    auto make = first.make;
    first.make = [=](const Controller::Context& context) -> std::unique_ptr<Controller> {
        when_made(context.rng.replica());
        return std::make_unique<Troubled>(make(context), context.rng.replica(), when_it_decides);
    };
    return study;
}

void nothing(std::uint32_t) {}
void wrong_setpoint_in_4(std::uint32_t replica) {
    if (replica == 4) throw SetpointError("a setpoint out of range");
}
void no_memory_in_2_and_9(std::uint32_t replica) {
    if (replica == 2 || replica == 9) throw std::bad_alloc();
}
void bug_in_4(std::uint32_t replica) {
    if (replica == 4) throw std::logic_error("a bug");
}

/// The numbers of all replicas but those that failed, from a study in which none does.
Numbers numbers_without(const std::vector<std::size_t>& failed) {
    Numbers kept;
    for (auto& [name, values] : all_numbers(run_study(troubled_study(nothing, nothing), {.threads = 1}))) {
        if (values.size() != 11 || name.find("base/") == 0) continue;
        for (std::size_t r = 0; r < values.size(); ++r)
            if (std::find(failed.begin(), failed.end(), r) == failed.end()) kept[name].push_back(values[r]);
    }
    REQUIRE(kept.size() > 40);
    return kept;
}

void require_same_where_both_have_it(const Numbers& kept, const StudyResult& result) {
    const Numbers numbers = all_numbers(result);
    for (const auto& [name, values] : kept) {
        INFO(name);
        REQUIRE(is_identical(values, numbers.at(name)));
    }
}

}  // namespace

TEST_CASE("a replica that fails is left out alone, wherever it stands in its ensemble") {
    const LoadedStudy study = troubled_study(nothing, wrong_setpoint_in_4);
    const Numbers kept = numbers_without({4});
    for (const StudyOptions& options : {StudyOptions{.threads = 1, .ensemble_width = 1}, StudyOptions{.threads = 1},
                                        StudyOptions{.threads = 2}, StudyOptions{.threads = 3, .ensemble_width = 5}}) {
        CAPTURE(options.threads, options.ensemble_width);
        const StudyResult result = run_study(study, options);
        REQUIRE(result.failures.size() == 1);
        CHECK(result.failures[0].replica == ReplicaId(4));
        CHECK(result.failures[0].controller == "uncoordinated");
        CHECK_THAT(result.failures[0].what, Catch::Matchers::Contains("a setpoint out of range"));
        CHECK_FALSE(result.interrupted);
        require_same_where_both_have_it(kept, result);
    }
}

TEST_CASE("what a replica throws is its own failure: memory, a bug, when its controller is made or decides") {
    const LoadedStudy made = troubled_study(no_memory_in_2_and_9, nothing);
    const LoadedStudy decided = troubled_study(nothing, bug_in_4);
    for (const StudyOptions& options : {StudyOptions{.threads = 1}, StudyOptions{.threads = 2, .ensemble_width = 3}}) {
        const StudyResult no_memory = run_study(made, options);
        REQUIRE(no_memory.failures.size() == 2);
        CHECK(no_memory.failures[0].replica == ReplicaId(2));
        CHECK(no_memory.failures[1].replica == ReplicaId(9));
        CHECK(no_memory.failures[1].what == "not enough memory; ask for fewer threads or coarser outputs");
        require_same_where_both_have_it(numbers_without({2, 9}), no_memory);
        const StudyResult bug = run_study(decided, options);
        REQUIRE(bug.failures.size() == 1);
        CHECK(bug.failures[0].what == "internal error: a bug");
        CHECK(bug.failures[0].controller == "uncoordinated");
        require_same_where_both_have_it(numbers_without({4}), bug);
    }
}

TEST_CASE("replicas are told as finished in their order, each once") {
    const LoadedStudy study = troubled_study(nothing, wrong_setpoint_in_4);
    std::vector<int> told;
    const StudyResult result = run_study(study, {.threads = 3,
                                                 .progress =
                                                     [&](const Progress& p) {
                                                         CHECK(p.planned == 11);
                                                         told.push_back(p.finished);
                                                     },
                                                 .ensemble_width = 2});
    CHECK(told == std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    CHECK(result.replicas.size() == 10);
}

TEST_CASE("what the progress callback throws ends the study and reaches the caller") {
    const LoadedStudy study = troubled_study(nothing, nothing);
    StudyOptions options{.threads = 3, .ensemble_width = 1};
    options.progress = [](const Progress& p) {
        if (p.finished == 3) throw std::runtime_error("the terminal is gone");
    };
    CHECK_THROWS_WITH(run_study(study, options), "the terminal is gone");
}

TEST_CASE("a profile counts what the study simulated, and is absent unless asked for") {
    const LoadedStudy study = troubled_study(nothing, nothing);
    CHECK_FALSE(run_study(study, {.threads = 2}).profile);
    const StudyResult result = run_study(study, {.threads = 2, .profile = true});
    REQUIRE(result.profile);
    CHECK(result.profile->total.replica_days == Approx(11 * 2 * study.scenario.time.duration / std::chrono::hours(24)));
    CHECK(result.profile->working_seconds() > 0.0);
    CHECK(result.profile->working_seconds() <= 2.0 * result.profile->wall_seconds);
    CHECK(result.profile->peak_memory_mb > 1.0);
}
