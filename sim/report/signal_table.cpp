#include "sim/report/signal_table.hpp"

#include <vector>

#include "sim/base/text_table.hpp"
#include "sim/engine/provided_signal.hpp"

namespace evsweep {

std::string signal_table() {
    constexpr std::size_t width = 100;
    std::vector<std::vector<std::string>> rows;
    for (const auto& [name, provided] : provided_signals()) {
        const SignalInfo& info = provided.info;
        const std::string form = info.form == Form::forecast ? " (forecast, for controllers and agents only)" : "";
        const std::string metered = provided.origin == Origin::network ? " (as of the latest load flow)" : "";
        rows.push_back({std::string(name), std::string(info.unit), std::string(name_of(info.extent)),
                        std::string(info.meaning) + form + metered});
    }
    return "Signals of the simulator. Section `metering` takes them by name, and so does the output `record`; so it does with "
           "signals\n"
           "that controllers and agents publish, which their own descriptions name.\n\n" +
           text_table({"signal", "unit", "one value for each", "meaning"}, std::move(rows), 2, width);
}

}  // namespace evsweep
