#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/config/describe.hpp"

namespace evsweep {

ExitStatus describe_command(const std::string& name) {
    if (name.empty()) return say(describe_all()), ExitStatus::success;
    const auto text = describe(name);
    if (!text) return refuse("there is nothing called '" + name + "' to describe", describe_hint(name));
    return say(*text), ExitStatus::success;
}

}  // namespace evsweep
