#include "sim/app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <new>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "evsweep/version.hpp"
#include "sim/app/parser.hpp"
#include "sim/app/say.hpp"
#include "sim/app/streams.hpp"
#include "sim/mpi/launch.hpp"
#include "sim/record/file_error.hpp"
#include "sim/study/memory_there.hpp"

namespace evsweep {

namespace {

constexpr auto out_of_memory =
    "not enough memory; ask for less: fewer threads, fewer or coarser outputs, a shorter time.duration (`evsweep check` says "
    "what a study takes)";
constexpr auto internal_error =
    "an internal error stopped this command, and it is not your fault; please report the command and its input";

void add_commands(CommandLine& line) {
    line.app.set_version_flag("--version", fmt::format("evsweep {}", version), "Print the version and stop");
    line.app.require_subcommand(0, 1);  // further words are names, also where a command is called so: `describe feeder`
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
    add_hosting(line);
    add_check(line);
    add_describe(line);
    add_solve(line);
    add_feeder(line);
    add_summary(line);
    add_show(line);
    add_why(line);
    add_export(line);
    add_merge(line);
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

/// Of several processes that were started together the first does everything but `run` alone.
bool is_idle_rank(const std::vector<CLI::App*>& commands) {
    const auto launch = launch_of_this_process();
    const bool helps = commands.size() == 1 && commands.front()->get_name() == "run";
    return launch && launch->has_mpi && !launch->is_first() && !helps;
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
    if (is_idle_rank(commands)) return ExitStatus::success;
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
    } catch (const FileError& error) {
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
    if (const auto launch = launch_of_this_process(); launch && launch->has_mpi && !launch->is_first()) keep_silent();
    const ExitStatus status = run_guarded(argc, argv);
    const auto lost = lost_answer();
    if (lost) fail(*lost);
    return lost && status == ExitStatus::success ? ExitStatus::failed : status;
}

}  // namespace evsweep
