// Rule bases of the controller `fuzzy`: damaged ones give a problem, never a crash, a hang or a table with a hole.
#include <cmath>

#include "controllers/fuzzy/surface.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace evsweep;
    const FuzzyReading reading = read_surface(std::string(reinterpret_cast<const char*>(data), size), 2, 2.0);
    fuzz::claim((reading.surface != nullptr) == reading.problem.empty(), "rules give a surface or a problem, not both");
    Issues issues;
    if (!reading.problem.empty()) issues.error({}, "rules", reading.problem, reading.hint);
    fuzz::claim_words(issues);
    if (!reading.surface) return 0;
    for (const double x : {0.0, 0.5, 1.0}) {
        const double power = reading.surface->power({x, x, x, x});
        fuzz::claim(std::isfinite(power) && std::abs(power) <= 1.0 + 1e-9, "power goes from -1 to 1");
    }
    return 0;
}
