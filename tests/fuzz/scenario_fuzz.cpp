// Scenario files, with what the command line sets over them (lines after the last "--set " line): damaged ones give
// errors, never a crash, a hang or half a scenario.
#include <cmath>
#include <vector>

#include "evsweep/document.hpp"
#include "sim/config/scenario_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace evsweep;

constexpr std::string_view set = "\n--set ";

/// Cuts the assignments off the end of the input.
std::vector<std::string> take_overrides(std::string& text) {
    std::vector<std::string> overrides;
    for (std::size_t at = text.rfind(set); at != std::string::npos; at = text.rfind(set)) {
        overrides.push_back(text.substr(at + set.size()));
        text.erase(at);
    }
    return overrides;
}

void claim_whole(const Scenario& scenario) {
    fuzz::claim(!scenario.controllers.empty(), "a scenario has a controller");
    fuzz::claim(scenario.time.step.count() > 0 && scenario.time.duration % scenario.time.step == Duration::zero(),
                "the step divides the duration");
    fuzz::claim(scenario.limits.voltage_min < scenario.limits.voltage_max, "the voltage band is one");
    for (const Alternative& alternative : scenario.controllers)
        fuzz::claim(!alternative.parties.empty() && !alternative.type.empty(), "an alternative has parties");
    for (const MeterChoice& meter : scenario.metering)
        fuzz::claim(meter.delay.count() >= 0 && !meter.signal.empty(), "a meter has a signal and no negative delay");
    for (const auto& setting : scenario.resolved) fuzz::claim(!setting.path.empty(), "every setting has a path");
    for (const auto& [name, profile] : scenario.base_load.profiles)
        fuzz::claim(std::isfinite(profile.at(Instant{}, scenario.time.start)), "profiles are numbers");
    if (scenario.prices)
        fuzz::claim(std::isfinite(scenario.prices->buy.at(Instant{}, scenario.time.start)), "prices are numbers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string text(reinterpret_cast<const char*>(data), size);
    const auto overrides = take_overrides(text);
    Issues syntax;
    (void)parse_yaml(text, "scenario.yaml", syntax);
    fuzz::claim_words(syntax);
    Issues issues;
    const auto scenario = read_scenario_text(text, EVSWEEP_CORPUS "/scenario/scenario.yaml", overrides, issues);
    fuzz::claim(scenario.has_value() != issues.has_errors(), "reading gives a scenario or an error, not both");
    fuzz::claim(!syntax.has_errors() || issues.has_errors(), "a text with syntax errors is no scenario");
    fuzz::claim_words(issues);
    if (scenario) claim_whole(*scenario);
    return 0;
}
