#include "sim/app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "evsweep/version.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/app/streams.hpp"
#include "sim/study/memory_there.hpp"

namespace evsweep {

namespace {

constexpr auto out_of_memory =
    "not enough memory; ask for less: fewer threads, fewer or coarser outputs, a shorter time.duration (`evsweep check` says "
    "what a study takes)";
constexpr auto internal_error =
    "an internal error stopped this command, and it is not your fault; please report the command and its input";

/// The parser with the values it fills in; `command` is set by the subcommand that was found.
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

/// A subcommand that keeps what it does not understand, so that we can say it in our own words.
CLI::App* add_command(CommandLine& line, const std::string& name, const std::string& summary, const std::string& examples) {
    CLI::App* command = line.app.add_subcommand(name, summary);
    command->footer("Examples:\n" + examples);
    command->group("Commands");
    command->allow_extras();
    return command;
}

void add_overrides(CLI::App* command, std::vector<std::string>& overrides) {
    command->add_option("--set", overrides, "Overrides one setting of the scenario; may be given several times")
        ->type_name("PATH=VALUE")
        ->allow_extra_args(false);
}

void add_instruction_set(CLI::App* command, std::string& name) {
    command
        ->add_option("--instruction-set", name,
                     "Vectors to use; else the widest that this machine has. Numbers of different ones agree to 1e-12\n"
                     "of the largest of their kind; with one of them they are the same to the last bit")
        ->type_name("baseline|avx2|avx512");
}

void add_run(CommandLine& line) {
    CLI::App* run = add_command(line, "run", "Run a study and write its result file",
                                "  evsweep run scenarios/ieee33/evms_study.yaml\n"
                                "  evsweep run study.yaml --replicas 1000 --threads 2 --out results/big.h5\n"
                                "  evsweep run study.yaml --set limits.voltage_min=\"0.95 pu\" --set study.seed=7\n"
                                "  evsweep run results/study.h5     the same study again, from what its result kept of it\n"
                                "  evsweep run study.yaml --resume  after a crash: from the last checkpoint on\n"
                                "Exit status: 0 done, 1 the run or a replica failed, 2 a problem of the input (nothing is\n"
                                "written), 130 interrupted (finished replicas are kept).\n"
                                "Ctrl-C, SIGTERM and SIGHUP end the run at its next step and keep the finished replicas: in\n"
                                "NAME.partial.h5 where NAME.h5 holds a complete result already. A second one ends it at once.");
    run->add_option("FILE", line.run.scenario, "The scenario (YAML), or the result of an earlier run")->option_text(" ");
    run->add_option("--replicas", line.run.replicas, "Number of replicas (study.replicas)")->type_name("N");
    run->add_option("--threads", line.run.threads, "Number of threads; 0: one per core (study.threads)")->type_name("N");
    run->add_option("--seed", line.run.seed, "Seed of all random draws (study.seed)")->type_name("N");
    run->add_option("--out", line.run.out, "Result file (.h5) or folder; else results/<scenario>.h5")->type_name("PATH");
    run->add_flag("--force", line.run.force,
                  "Replace the result of an earlier run, or whatever is at --out, and drop what an earlier run had finished");
    run->add_flag("--resume", line.run.resume,
                  "Go on from the replicas that an earlier run of the same study had finished; the result is the same to the\n"
                  "last bit. A run does so by itself where they are there; this says that they have to be");
    run->add_option(
           "--checkpoint", line.run.checkpoint,
           "Time between checkpoints of finished replicas, in OUT.checkpoint while the run lasts; none: no checkpoints (10 s)")
        ->type_name("TIME");
    run->add_option("--only-replica", line.run.only_replica, "Run this replica alone, e.g. one that failed")->type_name("N");
    add_overrides(run, line.run.set);
    add_instruction_set(run, line.run.instruction_set);
    run->add_flag("--profile", line.run.profile, "Report where the time went, also in the result file (/profile)");
    run->add_flag("--quiet", line.run.quiet, "Print nothing but problems");
    run->callback([&line] {
        line.command = [&line] {
            return line.run.scenario.empty() ? refuse("run: no scenario is named", "try `evsweep run study.yaml`")
                                             : run_command(line.run, line.watch);
        };
    });
}

void add_check(CommandLine& line) {
    CLI::App* check = add_command(line, "check", "Read scenarios and report everything that is wrong with them",
                                  "  evsweep check study.yaml\n"
                                  "  evsweep check scenarios/ieee33/*.yaml\n"
                                  "The last line says how much memory a run takes.\n"
                                  "Exit status: 0 all good, 1 good, but not enough memory here, 2 some are not.");
    check->add_option("FILE", line.files, "Scenarios (YAML)")->option_text("...");
    add_overrides(check, line.check_set);
    check->callback([&line] {
        line.command = [&line] {
            if (line.files.empty()) return refuse("check: no scenario is named", "try `evsweep check study.yaml`");
            return check_command({line.files.begin(), line.files.end()}, line.check_set);
        };
    });
}

void add_describe(CommandLine& line) {
    CLI::App* describe = add_command(line, "describe", "List all plug-ins and sections, or the parameters of one",
                                     "  evsweep describe\n"
                                     "  evsweep describe evms\n"
                                     "  evsweep describe study\n"
                                     "  evsweep describe signals");
    describe->add_option("NAME", line.plugin, "A controller, behaviour, distribution, feeder format, output or section")
        ->option_text(" ");
    describe->callback([&line] { line.command = [&line] { return describe_command(line.plugin); }; });
}

void add_scenarios(CLI::App* solve, SolveOptions& options) {
    solve->add_option("--scenarios", options.scenarios, "Solve so many load flows, every load of each at random")->type_name("N");
    solve->add_option("--spread", options.spread, "Loads are U(LOW, HIGH) times nominal, each on its own (0.3 1.5)")
        ->type_name("LOW HIGH")
        ->type_size(2)
        ->expected(1)
        ->allow_extra_args(false);
    solve->add_option("--seed", options.seed, "Seed of the random loads (1)")->type_name("N");
    solve->add_option("--threads", options.threads, "Number of threads; 0: one per core (the default)")->type_name("N");
    add_instruction_set(solve, options.instruction_set);
}

void add_solve(CommandLine& line) {
    CLI::App* solve = add_command(line, "solve", "Solve one load flow of a feeder at nominal load, or very many at random loads",
                                  "  evsweep solve scenarios/ieee33/feeder.yaml\n"
                                  "  evsweep solve case33bw.m --tolerance 1e-10 --csv results/case33bw\n"
                                  "  evsweep solve scenarios/ieee33/feeder.yaml --scenarios 1000000 --spread 0.5 1.2\n"
                                  "Exit status: 0 solved, 1 no solution or controls without rest, 2 a problem of the input.");
    solve->add_option("FEEDER", line.solve.feeder, "A feeder file")->option_text(" ");
    solve->add_option("--csv", line.solve.csv, "Folder for the tables")->type_name("DIR");
    solve
        ->add_option("--controls", line.solve.controls,
                     "Let tap changers and capacitors settle (the default), or take them as given")
        ->type_name("settle|as-given");
    solve->add_option("--tolerance", line.solve.tolerance, "Voltage change that counts as solved (1e-8)")->type_name("PU");
    solve->add_option("--source-voltage", line.solve.source_voltage, "Voltage at the source instead of the file's")
        ->type_name("PU");
    solve->add_option("--format", line.solve.format, "Feeder format; else recognised by content")->type_name("NAME");
    add_scenarios(solve, line.solve);
    solve->callback([&line] {
        line.command = [&line] {
            return line.solve.feeder.empty() ? refuse("solve: no feeder is named", "try `evsweep solve feeder.yaml`")
                                             : solve_command(line.solve);
        };
    });
}

void add_feeder(CommandLine& line) {
    CLI::App* feeder = add_command(
        line, "feeder", "Report what a feeder file holds, or convert it to the project's own format",
        "  evsweep feeder case33bw.m\n"
        "  evsweep feeder Master.dss --to yaml -o feeder.yaml\n"
        "The numbers of the written file are those of the read one to the last bit.\n"
        "Without --to it reports what was read, assumed and left out, and what no limit judges. A file whose network cannot be\n"
        "solved is refused then; with --to only rows that are wrong by themselves are.\n"
        "Exit status: 0 done, 1 the file cannot be written, 2 a problem of the input.");
    feeder->add_option("FEEDER", line.feeder.feeder, "A feeder file")->option_text(" ");
    feeder->add_option("--to", line.feeder.to, "Write it as yaml, json or dss (OpenDSS) instead")->type_name("STYLE");
    feeder->add_option("-o,--out", line.feeder.out, "File to write; else stdout")->type_name("FILE");
    feeder->add_option("--format", line.feeder.format, "Feeder format; else recognised by content")->type_name("NAME");
    feeder->callback([&line] {
        line.command = [&line] {
            return line.feeder.feeder.empty() ? refuse("feeder: no feeder is named", "try `evsweep feeder feeder.yaml`")
                                              : feeder_command(line.feeder);
        };
    });
}

void add_show(CommandLine& line) {
    CLI::App* day = add_command(line, "show", "Show one day of a study: every stay, or one vehicle step by step",
                                "  evsweep show results/evms_study.h5 --replica 7 --controller evms\n"
                                "  evsweep show results/evms_study.h5 --replica 7 --controller evms --vehicle 12 --out day.h5\n"
                                "The day is played again from the inputs that the result holds, or from a scenario.\n"
                                "`tools/plot day.h5` draws it. Exit status: 0 done, 1 the day failed, 2 a problem of the input.");
    day->add_option("RESULT", line.day.result, "A result file (.h5), or a scenario (YAML)")->option_text(" ");
    day->add_option("--replica", line.day.replica, "Which replica, counted from 0 (0)")->type_name("N");
    day->add_option("--controller", line.day.controller, "Label of the controller; else the reference")->type_name("LABEL");
    day->add_option("--vehicle", line.day.vehicle, "One vehicle, counted from 0, with its power over time")->type_name("N");
    day->add_option("--out", line.day.out, "Keep the day with all its traces in a result file (.h5)")->type_name("FILE");
    day->add_flag("--force", line.day.force, "Replace the result at --out");
    day->callback([&line] {
        line.command = [&line] {
            return line.day.result.empty() ? refuse("show: no result file is named", "try `evsweep show results/study.h5`")
                                           : show_command(line.day);
        };
    });
}

void add_export(CommandLine& line) {
    CLI::App* tables =
        add_command(line, "export", "Write the tables of a result file as CSV",
                    "  evsweep export results/evms_study.h5 --csv tables\n"
                    "One file per table, units in the header, all controllers below one another. Times are given as local\n"
                    "dates and in hours since the start; cells of unknown numbers are empty.\n"
                    "Exit status: 0 written, 1 a file cannot be written, 2 a problem of the input.");
    tables->add_option("RESULT", line.tables.result, "A result file (.h5)")->option_text(" ");
    tables->add_option("--csv", line.tables.csv, "Folder for the tables")->type_name("DIR");
    tables->add_flag("--force", line.tables.force, "Write into a folder that holds something already");
    tables->callback([&line] { line.command = [&line] { return export_command(line.tables); }; });
}

void add_new(CommandLine& line) {
    CLI::App* start = add_command(line, "new", "Write a commented study, feeder or controller to edit",
                                  "  evsweep new study\n"
                                  "  evsweep new study night/study.yaml --feeder network/Master.dss\n"
                                  "  evsweep new feeder street.yaml\n"
                                  "  evsweep new controller night_owl\n"
                                  "A study without --feeder gets a small feeder beside it. Existing files stay as they are.\n"
                                  "Exit status: 0 written, 1 a file cannot be written, 2 a problem of the input.");
    start->callback([&line] { line.command = [&line] { return new_command(line.start); }; });
    for (const auto& [what, summary] :
         {std::pair{"study", "A scenario, and a small feeder beside it"}, std::pair{"feeder", "A feeder file"},
          std::pair{"controller", "A folder with a controller and what builds it"}}) {
        CLI::App* kind = start->add_subcommand(what, summary);
        kind->allow_extras();
        kind->add_option("PATH", line.start.path, "File to write; of a controller, its folder, named like it")->option_text(" ");
        if (kind->get_name() == "study")
            kind->add_option("--feeder", line.start.feeder, "The feeder file of the study")->type_name("FILE");
        kind->callback([&line, kind] { line.start.what = kind->get_name(); });
        kind->get_help_ptr()->description("Print this help and stop");
    }
}

void add_summary(CommandLine& line) {
    CLI::App* summary =
        add_command(line, "summary", "Print the comparison table of a result file", "  evsweep summary results/evms_study.h5");
    summary->add_option("RESULT", line.result, "A result file (.h5)")->option_text(" ");
    summary->callback([&line] {
        line.command = [&line] {
            return line.result.empty() ? refuse("summary: no result file is named", "try `evsweep summary results/study.h5`")
                                       : summary_command(line.result);
        };
    });
}

void add_commands(CommandLine& line) {
    line.app.set_version_flag("--version", fmt::format("evsweep {}", version), "Print the version and stop");
    line.app.get_formatter()->label("SUBCOMMAND", "COMMAND");
    line.app.allow_extras();
    line.app.footer(
        "Examples:\n"
        "  evsweep new study\n"
        "  evsweep run scenarios/ieee33/evms_study.yaml\n"
        "  evsweep check study.yaml\n"
        "  evsweep describe\n"
        "`evsweep COMMAND --help` says more about a command.");
    add_run(line);
    add_check(line);
    add_describe(line);
    add_solve(line);
    add_feeder(line);
    add_summary(line);
    add_show(line);
    add_export(line);
    add_new(line);
    for (CLI::App* command : line.app.get_subcommands({})) command->get_help_ptr()->description("Print this help and stop");
    line.app.get_help_ptr()->description("Print this help and stop");
}

std::vector<std::string> flag_names(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

ExitStatus refuse_word(const CLI::App& command, const std::string& word) {
    const std::string where = command.get_name() == "evsweep" ? "" : command.get_name() + ": ";
    const std::string help = fmt::format("see `evsweep {}--help`", where.empty() ? "" : command.get_name() + " ");
    if (word.rfind('-', 0) != 0) return refuse(fmt::format("{}did not expect '{}'", where, word), help);
    const std::string flag = word.substr(0, word.find('='));
    const std::string near = nearest_name(flag, flag_names(command));
    return refuse(fmt::format("{}there is no flag '{}'", where, flag), near.empty() ? help : "did you mean '" + near + "'?");
}

/// No command, an unknown command, or words left over.
ExitStatus refuse_leftovers(CommandLine& line) {
    const auto commands = line.app.get_subcommands();
    if (!commands.empty()) {
        for (const CLI::App* part : commands.front()->get_subcommands())
            if (part->remaining_size() > 0) return refuse_word(*part, part->remaining().front());
        if (commands.front()->remaining_size() > 0) return refuse_word(*commands.front(), commands.front()->remaining().front());
    }
    const auto words = line.app.remaining();
    if (words.empty()) return report(line.app.help()), ExitStatus::invalid_input;
    if (!commands.empty() || words.front().rfind('-', 0) == 0) return refuse_word(line.app, words.front());
    std::vector<std::string> known;
    for (const CLI::App* command : line.app.get_subcommands({})) known.push_back(command->get_name());
    return refuse("there is no command '" + words.front() + "'", did_you_mean(words.front(), known));
}

/// A flag without its value, with too many values, or with a value it cannot take.
ExitStatus refuse_flag(const CLI::ParseError& error) {
    const std::string text = error.what();
    const std::string flag = text.substr(0, text.find_first_of(": "));
    if (flag.rfind("--", 0) != 0) return refuse("cannot understand this command line", "see `evsweep --help`");
    if (text.find("missing") != std::string::npos) return refuse("'" + flag + "' needs a value", "see `evsweep --help`");
    return refuse("'" + flag + "' was given more than once or with a value it does not take", "give it once");
}

/// The name of a flag that was given an empty value, which is most likely a variable of a script that is not set.
std::string flag_without_value(const CLI::App& command) {
    for (const CLI::Option* option : command.get_options())
        for (const std::string& value : option->results())
            if (value.empty()) return option->get_name();
    return {};
}

ExitStatus parse_and_run(int argc, const char* const* argv) {
    CommandLine line;
    add_commands(line);
    try {
        line.app.parse(argc, argv);
    } catch (const CLI::Success& answer) {  // --help, --version
        std::ostringstream text;
        line.app.exit(answer, text, text);
        return say(text.str()), ExitStatus::success;
    } catch (const CLI::ParseError& error) {
        return refuse_flag(error);
    }
    const auto commands = line.app.get_subcommands();
    std::vector<const CLI::App*> given(commands.begin(), commands.end());
    for (const CLI::App* command : commands)
        for (const CLI::App* part : command->get_subcommands()) given.push_back(part);
    for (const CLI::App* command : given)
        if (const auto flag = flag_without_value(*command); !flag.empty())
            return refuse("'" + flag + "' needs a value that is not empty", "see `evsweep --help`");
    const bool left_over = line.app.remaining_size(true) > 0 || commands.size() != 1;
    return left_over || !line.command ? refuse_leftovers(line) : line.command();
}

ExitStatus run_guarded(int argc, const char* const* argv) {
    try {
        fail_beyond_memory_there();
        return parse_and_run(argc, argv);
    } catch (const ScenarioError& error) {
        report(error.issues());
        return ExitStatus::invalid_input;
    } catch (const NotEnoughMemory& error) {
        return fail(error.what());
    } catch (const std::bad_alloc&) {
        return fail(out_of_memory);
    } catch (const std::length_error&) {
        return fail(out_of_memory);
    } catch (const std::system_error& error) {
        const bool no_room =
            error.code() == std::errc::resource_unavailable_try_again || error.code() == std::errc::not_enough_memory;
        return no_room ? fail(out_of_memory) : fail(internal_error);
    } catch (...) {
        return fail(internal_error);
    }
}

}  // namespace

ExitStatus run_command_line(int argc, const char* const* argv) {
    prepare_streams();
    const ExitStatus status = run_guarded(argc, argv);
    const auto lost = lost_answer();
    if (lost) fail(*lost);
    return lost && status == ExitStatus::success ? ExitStatus::failed : status;
}

}  // namespace evsweep
