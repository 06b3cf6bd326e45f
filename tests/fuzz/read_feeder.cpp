#include <cmath>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "sim/network/feeder.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace evsweep::fuzz {

namespace {

void claim_whole(const Feeder& feeder) {
    claim(feeder.buses() == feeder.branches() + 1, "a feeder is a tree");
    for (std::size_t b = 1; b < feeder.buses(); ++b)
        claim(feeder.branch(BranchId(b - 1)).parent.index() < b, "a parent comes before its children");
    for (const auto& load : feeder.loads()) claim(std::isfinite(load.p_kw) && std::isfinite(load.q_kvar), "loads are numbers");
}

}  // namespace

void read_feeder(std::string_view format, std::string_view file, const std::string& text) {
    Issues issues;
    Reader reader{issues};
    const auto configured = plugins<FeederFormat>().at(std::string(format)).configure(Node::make_map({}), "feeder", reader);
    const SourceText source{std::string(file), text};
    const auto reading = configured->make({});
    (void)reading->recognises(source);
    const auto description = reading->read(source, issues);
    claim(description.has_value() != issues.has_errors(), "a format gives a description or an error, not both");
    claim_words(issues);
    if (!description) return;
    Issues faults;
    const auto feeder = build_feeder(*description, {}, faults);
    claim(feeder.has_value() != faults.has_errors(), "building gives a feeder or an error, not both");
    claim_words(faults);
    if (feeder) claim_whole(*feeder);
}

}  // namespace evsweep::fuzz
