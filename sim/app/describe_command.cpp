#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/config/describe.hpp"
#include "sim/report/signal_table.hpp"

namespace evsweep {

ExitStatus describe_command(const std::string& name) {
    if (name.empty())
        return say(describe_all() +
                   "\n`evsweep describe NAME` explains one of these, or any parameter, e.g. placement; `describe signals` "
                   "lists what can\nbe metered and recorded, `describe units` what numbers may be written in.\n"),
               ExitStatus::success;
    if (name == "signals") return say(signal_table()), ExitStatus::success;
    const auto text = describe(name);
    if (!text) return refuse("there is nothing called '" + name + "' to describe", describe_hint(name));
    return say(*text), ExitStatus::success;
}

}  // namespace evsweep
