/// The parser of the command line, to which every command adds its words: one file for each kind of command.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/app/commands.hpp"

namespace evsweep {

/// The parser with the values it fills in; `command` is set by the command that was found.
struct CommandLine {
    CLI::App app{
        "Monte Carlo studies of electric vehicles on a distribution feeder: what a charging controller does to\n"
        "peaks, voltages, losses and costs, compared replica by replica on the same days.",
        "evsweep"};
    std::function<ExitStatus()> command;
    InterruptWatch watch;
    RunOptions run;
    std::vector<std::string> files;
    std::vector<std::string> check_set;
    std::string plugin;
    SolveOptions solve;
    FeederOptions feeder;
    ShowOptions day;
    ExportOptions tables;
    NewOptions start;
    std::string result;
};

/// A command that keeps what it does not understand, so that we can say it in our own words.
CLI::App* add_command(CommandLine& line, const std::string& name, const std::string& summary, const std::string& examples);
void add_overrides(CLI::App* command, std::vector<std::string>& overrides);
void add_instruction_set(CLI::App* command, std::string& name);

void add_run(CommandLine& line);
void add_hosting(CommandLine& line);
void add_check(CommandLine& line);
void add_describe(CommandLine& line);
void add_new(CommandLine& line);
void add_solve(CommandLine& line);
void add_feeder(CommandLine& line);
void add_summary(CommandLine& line);
void add_show(CommandLine& line);
void add_why(CommandLine& line);
void add_export(CommandLine& line);
void add_merge(CommandLine& line);

}  // namespace evsweep
