#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "sim/network/sweep/instruction_set.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

/// The given set is in use until the end of the scope.
class InUse {
   public:
    explicit InUse(InstructionSet set) : before_(instruction_set_in_use()) { use_instruction_set(set); }
    ~InUse() { use_instruction_set(before_); }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;

   private:
    InstructionSet before_;
};

std::vector<InstructionSet> available() {
    std::vector<InstructionSet> sets;
    for (const auto& [name, set] : names_of(InstructionSet{}))
        if (is_available(set)) sets.push_back(set);
    return sets;
}

double largest(const std::vector<double>& values) {
    double size = 0.0;
    for (const double v : values)
        if (std::isfinite(v)) size = std::max(size, std::abs(v));
    return size;
}

/// The largest difference; infinite where one has a number and the other none.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return HUGE_VAL;
    double furthest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
        const double gap = std::abs(a[i] - b[i]);
        furthest = std::max(furthest, std::isnan(gap) ? HUGE_VAL : gap);
    }
    return furthest;
}

/// Gaps of ledgers are rounding and nothing else.
bool is_rounding_itself(const std::string& name) { return name.find("/ledger/") != std::string::npos; }

}  // namespace

TEST_CASE("with every instruction set a study is the same to the last bit, whatever threads and widths of ensembles") {
    const LoadedStudy study =
        load(scenario("ieee33/comparison_study.yaml"), {"study.replicas=8", "population.homes.vehicles=60"});
    for (const InstructionSet set : available()) {
        CAPTURE(name_of(set));
        const InUse use(set);
        const StudyResult first = run_study(study, {.threads = 1, .ensemble_width = 1});
        CHECK(first.provenance.instruction_set == name_of(set));
        const Numbers one = all_numbers(first);
        REQUIRE(one.size() > 100);
        for (const StudyOptions& options :
             {StudyOptions{.threads = 1, .ensemble_width = 8}, StudyOptions{.threads = 2, .ensemble_width = 1},
              StudyOptions{.threads = 2}, StudyOptions{.threads = 3, .ensemble_width = 8},
              StudyOptions{.threads = 7, .ensemble_width = 3}}) {
            CAPTURE(options.threads, options.ensemble_width);
            require_identical(one, all_numbers(run_study(study, options)));
        }
    }
}

TEST_CASE("between instruction sets the 33-bus study differs by rounding: lowest voltages, losses, peaks and all other numbers",
          "[slow]") {
    constexpr double bound = 1e-12;  // of the largest number of its column; sim/network/lanes/README.md
    const LoadedStudy study = load(scenario("ieee33/comparison_study.yaml"), {"study.replicas=16"});
    const auto numbers_with = [&](InstructionSet set) {
        const InUse use(set);
        return all_numbers(run_study(study, {}));
    };
    const Numbers baseline = numbers_with(InstructionSet::baseline);
    for (const char* name : {"vmin_pu", "loss_energy_kwh", "peak_kw"}) REQUIRE(baseline.count(std::string("fuzzy/kpis/") + name));
    for (const InstructionSet set : available()) {
        const Numbers other = numbers_with(set);
        REQUIRE(other.size() == baseline.size());
        for (const auto& [name, values] : baseline) {
            if (is_rounding_itself(name)) continue;
            CAPTURE(name_of(set), name);
            REQUIRE(distance(values, other.at(name)) <= bound * largest(values));
        }
    }
}
