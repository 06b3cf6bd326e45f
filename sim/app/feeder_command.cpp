#include <fmt/format.h>

#include <algorithm>

#include "sim/app/commands.hpp"
#include "sim/app/feeder_summary.hpp"
#include "sim/app/say.hpp"
#include "sim/config/feeder_text.hpp"
#include "sim/network/feeder_checks.hpp"
#include "sim/record/new_file.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {
namespace {

constexpr std::size_t terminal_columns = 120;

std::string summary(const FeederDescription& feeder, const Issues& issues) {
    const std::size_t n = issues.list().size();
    const std::string told = n == 0 ? "nothing" : fmt::format("as told in {} warning{}", n, n == 1 ? "" : "s");
    return feeder_summary(feeder, terminal_columns) + fmt::format("{:<17}{}\n", "left out", told);
}

ExitStatus write(const std::string& text, const std::filesystem::path& file) {
    try {
        NewFile out(file);
        out.write(text);
        out.place();
    } catch (const FileError& error) {
        return fail(error.what());
    }
    return ExitStatus::success;
}

/// What is in the way of writing to `options.out`.
std::optional<std::string> obstacle_to_output(const FeederOptions& options) {
    std::error_code error;
    if (std::filesystem::equivalent(options.feeder, *options.out, error))
        return "'" + options.out->string() + "' is the file that is read";
    return obstacle_to_writing(*options.out);
}

}  // namespace

ExitStatus feeder_command(const FeederOptions& options) {
    if (!options.to.empty() && options.to != "yaml" && options.to != "json")
        return refuse("--to: '" + options.to + "' is not a style of feeder files", "yaml and json are");
    if (options.to.empty() && options.out) return refuse("--out: there is nothing to write", "give --to yaml or --to json");
    Issues issues;
    FeederChoice choice;
    choice.file.path = options.feeder;
    choice.file.at = {std::make_shared<const std::string>(options.feeder.string())};
    choice.format = options.format;
    const auto feeder = read_feeder_description(choice, issues);
    if (feeder) check_feeder_rows(*feeder, issues);
    tell(issues);
    if (!feeder || issues.has_errors()) return ExitStatus::invalid_input;
    if (options.out)
        if (const auto obstacle = obstacle_to_output(options)) return refuse("--out: " + *obstacle, "name another file");
    if (options.to.empty()) return say(summary(*feeder, issues)), ExitStatus::success;
    const std::string text = feeder_text(*feeder, options.to == "json" ? TextStyle::json : TextStyle::yaml);
    if (options.out) return write(text, *options.out);
    say(text);
    return ExitStatus::success;
}

}  // namespace evsweep
