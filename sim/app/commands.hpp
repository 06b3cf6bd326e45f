/// The commands of evsweep, apart from how the command line is parsed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/app/exit_status.hpp"
#include "sim/app/interrupt.hpp"

namespace evsweep {

/// What `evsweep run` was asked to do. Numbers stay text: the scenario's schema reads and checks them.
struct RunOptions {
    std::filesystem::path scenario;
    std::string replicas;                      ///< short for `--set study.replicas=`; empty: as the scenario says
    std::string threads;                       ///< short for `--set study.threads=`
    std::string seed;                          ///< short for `--set study.seed=`
    std::optional<std::filesystem::path> out;  ///< a folder, or a file that ends in .h5
    std::vector<std::string> set;              ///< `path=value`
    bool force = false;                        ///< replace whatever is at `out`
    bool resume = false;                       ///< expect finished replicas of a run that did not end
    std::string checkpoint;                    ///< time between checkpoints, or `none`; empty: 10 s
    std::string only_replica;                  ///< run one replica alone; empty: all
    std::string point;                         ///< of a sweep: run this point alone; empty: all
    bool keep_points = false;                  ///< of a sweep: leave the results of its points where they are
    std::string replicas_from;                 ///< first replica of a part of the study; empty: 0, or no part
    std::string replicas_to;                   ///< the one after its last; empty: to the end, or no part
    bool quiet = false;                        ///< print nothing but problems
    bool profile = false;                      ///< report where the time went
    std::string instruction_set;               ///< empty: the widest there is
};

/// What `evsweep solve` was asked to do. Numbers stay text until they are checked.
struct SolveOptions {
    std::filesystem::path feeder;
    std::string format;                        ///< empty: recognised by content
    std::string source_voltage;                ///< pu; empty: as the feeder says
    std::string tolerance;                     ///< pu; empty: 1e-8
    std::string controls;                      ///< settle or as-given; empty: settle
    std::string scenarios;                     ///< how many random ones; empty: nominal load alone
    std::string seed;                          ///< of the scenarios; empty: 1
    std::vector<std::string> spread;           ///< LOW and HIGH; empty: 0.3 and 1.5
    std::string threads;                       ///< 0: one per core; empty: 0
    std::string instruction_set;               ///< empty: the widest there is
    std::optional<std::filesystem::path> csv;  ///< folder for the tables
};

/// What `evsweep feeder` was asked to do.
struct FeederOptions {
    std::filesystem::path feeder;
    std::string format;                        ///< empty: recognised by content
    std::string to;                            ///< yaml or json; empty: print a summary
    std::optional<std::filesystem::path> out;  ///< file to write instead of stdout
};

/// What `evsweep show` was asked to do. Numbers stay text until they are checked.
struct ShowOptions {
    std::filesystem::path result;
    std::string point;                         ///< of a sweep
    std::string replica;                       ///< empty: 0
    std::string controller;                    ///< empty: the reference
    std::string vehicle;                       ///< empty: all
    std::optional<std::filesystem::path> out;  ///< result file of this one day
    bool force = false;                        ///< replace what is there
};

/// What `evsweep export` was asked to do.
struct ExportOptions {
    std::filesystem::path result;
    std::filesystem::path csv;  ///< folder for the tables
    bool force = false;         ///< write into a folder that holds something already
};

/// What `evsweep new` was asked to write.
struct NewOptions {
    std::string what;              ///< study, feeder or controller
    std::filesystem::path path;    ///< a file, of a controller a folder; empty: named after what it is
    std::filesystem::path feeder;  ///< of a study; empty: one to edit is written beside it
};

/// Runs a study, writes its result file and prints its comparison table. Where `watch` sees a signal meanwhile, with the replicas
/// that are finished then.
[[nodiscard]] ExitStatus run_command(const RunOptions& options, InterruptWatch& watch);
/// Reads scenarios with all they refer to and prints every problem; writes nothing.
[[nodiscard]] ExitStatus check_command(const std::vector<std::filesystem::path>& files,
                                       const std::vector<std::string>& overrides);
/// Prints the parameters of a plug-in or of a scenario section, or the list of all where `name` is empty.
[[nodiscard]] ExitStatus describe_command(const std::string& name);
/// Solves one load flow of a feeder at nominal load and prints what a planner asks first.
[[nodiscard]] ExitStatus solve_command(const SolveOptions& options);
/// Solves very many load flows of a feeder with random loads and reports how their voltages, losses and powers are spread.
[[nodiscard]] ExitStatus solve_scenarios_command(const SolveOptions& options);
/// Reports what a feeder file holds, or writes it in the project's own format.
[[nodiscard]] ExitStatus feeder_command(const FeederOptions& options);
/// Plays one replica of a study under one controller again and prints its day: every stay, or one vehicle step by step.
[[nodiscard]] ExitStatus show_command(const ShowOptions& options);
/// Writes the tables of a result as CSV files.
[[nodiscard]] ExitStatus export_command(const ExportOptions& options);
/// Writes a commented study, feeder or controller to edit; never over an existing file.
[[nodiscard]] ExitStatus new_command(const NewOptions& options);
/// Prints the comparison table of a result file.
[[nodiscard]] ExitStatus summary_command(const std::filesystem::path& file);

}  // namespace evsweep
