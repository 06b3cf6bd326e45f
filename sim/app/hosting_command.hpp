/// The command `hosting`: how many vehicles a feeder takes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/app/exit_status.hpp"
#include "sim/app/interrupt.hpp"

namespace evsweep {

/// What `evsweep hosting` was asked to do. Numbers stay text: the schemas read and check them.
struct HostingCommandOptions {
    std::filesystem::path scenario;
    std::string replicas;                      ///< short for `--set hosting.replicas=`; empty: as the scenario says
    std::string threads;                       ///< short for `--set study.threads=`
    std::string seed;                          ///< short for `--set study.seed=`
    std::optional<std::filesystem::path> out;  ///< a folder, or a file that ends in .h5
    std::vector<std::string> set;              ///< `path=value`
    bool force = false;                        ///< replace whatever is at `out`
    bool quiet = false;                        ///< print nothing but problems
    std::string instruction_set;               ///< empty: the widest there is
};

/// Searches for the hosting capacities that a scenario asks for, writes the result file and prints its table.
ExitStatus hosting_command(const HostingCommandOptions& options, InterruptWatch& watch);

}  // namespace evsweep
