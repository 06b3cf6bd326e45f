/// How commands speak: answers to stdout, problems to stderr, each problem in the one form users know.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evsweep/issues.hpp"
#include "sim/app/exit_status.hpp"

namespace evsweep {

/// One line or block to stdout; ends with a line feed, whether `text` does or not. Where that fails, `lost_answer` knows, and
/// nothing more is written there.
void say(std::string_view text);
/// Why something that was said did not reach stdout; nothing where all of it did.
[[nodiscard]] std::optional<std::string> lost_answer();

/// A problem to stderr, as `say`. Where stderr takes nothing, the exit status has to do.
void report(std::string_view text);
/// Something to stderr, as it is, that nobody need wait for, such as progress: dropped where stderr does not take it at once.
void report_in_passing(std::string_view text);
/// Every issue to stderr, one per line.
void report(const Issues& issues);
/// One problem of the command line to stderr as `evsweep: problem; hint`; returns `invalid_input`.
ExitStatus refuse(const std::string& problem, const std::string& hint = {});
/// One sentence about a run that went wrong to stderr; returns `failed`.
ExitStatus fail(const std::string& sentence);

/// From now on nothing that this process says or reports is written: another one speaks for it.
void keep_silent();
/// What would have been written since, its beginning where it was much.
[[nodiscard]] std::string said_in_silence();

}  // namespace evsweep
