#include "sim/app/say.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace evsweep {

void say(std::string_view text) { fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n"); }

void tell(const Issues& issues) {
    std::fflush(stdout);
    for (const Issue& issue : issues.list()) fmt::print(stderr, "{}\n", to_text(issue));
}

ExitStatus refuse(const std::string& problem, const std::string& hint) {
    fmt::print(stderr, "evsweep: {}{}{}\n", problem, hint.empty() ? "" : "; ", hint);
    return ExitStatus::invalid_input;
}

ExitStatus fail(const std::string& sentence) {
    fmt::print(stderr, "evsweep: {}\n", sentence);
    return ExitStatus::failed;
}

}  // namespace evsweep
