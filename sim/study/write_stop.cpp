#include "sim/study/write_stop.hpp"

#include <limits>
#include <string>

namespace evsweep {

namespace {

const std::string group = "/stop";

}  // namespace

void write_stop(ResultFile& file, const StopOutcome& stop) {
    const StopTarget& target = stop.target;
    file.annotate(group,
                  {{"long_name", "why the study has as many replicas as it has"},
                   {"rule", "three-stage sampling (Hall 1981), then further stages while the interval is wider than asked"},
                   {"output", target.output},
                   {"variable", target.variable},
                   {"controller", target.controller},
                   {"versus", target.versus},
                   {"shown_unit", target.unit},
                   {"shown_per_unit", target.per_unit},
                   {"relative", target.relative},
                   {"confidence", target.confidence},
                   {"estimate", stop.estimate},
                   {"half_width_asked", stop.asked},
                   {"half_width_reached", stop.reached},
                   {"is_reached", std::int64_t{stop.is_reached()}},
                   {"looked_at", stop.looks},
                   {"max_replicas", stop.most},
                   {"replicas_that_would_do", stop.would_do}});
}

std::optional<StopOutcome> read_stop(const ResultReader& reader) {
    if (!reader.has(group)) return std::nullopt;
    const auto text = [&](const char* name) { return reader.text_attribute(group, name); };
    const auto number = [&](const char* name, double otherwise) {
        return reader.number_attribute(group, name).value_or(otherwise);
    };
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    StopOutcome stop;
    stop.target = {text("output"),
                   text("variable"),
                   text("shown_unit"),
                   number("shown_per_unit", 1.0),
                   text("controller"),
                   text("versus"),
                   0.0,
                   number("relative", 0.0),
                   number("confidence", unknown)};
    stop.estimate = number("estimate", unknown);
    stop.asked = number("half_width_asked", unknown);
    stop.reached = number("half_width_reached", unknown);
    stop.looks = reader.numbers_attribute(group, "looked_at");
    stop.most = number("max_replicas", unknown);
    stop.would_do = number("replicas_that_would_do", 0.0);
    return stop;
}

}  // namespace evsweep
