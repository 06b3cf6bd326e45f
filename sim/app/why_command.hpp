/// `evsweep why`: what made a limit break.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/app/exit_status.hpp"

namespace evsweep {

/// What `evsweep why` was asked to do. Numbers stay text until they are checked.
struct WhyOptions {
    std::filesystem::path study;               ///< a result, or a scenario
    std::string violation;                     ///< its number in the list; empty: the list is printed
    std::string replica;                       ///< of a result: only its violations; of a scenario: which one is run
    std::string controller;                    ///< likewise; empty: all
    std::string reruns;                        ///< empty: 10
    std::string orders;                        ///< empty: by the size of the feeder
    std::string threads;                       ///< empty: study.threads
    bool quick = false;                        ///< only the load flow of the instant
    std::optional<std::filesystem::path> out;  ///< file to keep the explanation in
    bool force = false;                        ///< replace what is there
};

/// Lists the violations of a study, or explains one.
[[nodiscard]] ExitStatus why_command(const WhyOptions& options);

}  // namespace evsweep
