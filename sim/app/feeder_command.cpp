#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/network/build/feeder_checks.hpp"
#include "sim/record/new_file.hpp"
#include "sim/report/feeder_summary.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {
namespace {

constexpr std::size_t terminal_columns = 120;

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

using FeederWriter = std::function<std::optional<std::string>(const FeederDescription&, Issues&)>;

/// What writes a feeder in each style that a format has.
std::map<std::string, FeederWriter> writers() {
    std::map<std::string, FeederWriter> all;
    Issues none;
    Reader reader{none};
    for (const auto& [name, entry] : plugins<FeederFormat>()) {
        const auto configured = entry.configure(Node::make_map({}), "feeder", reader);
        const std::shared_ptr<const FeederFormat> format = configured->make({});
        for (const std::string_view style : format->styles())
            all.emplace(style, [format, style](const FeederDescription& feeder, Issues& issues) {
                return format->write(feeder, style, issues);
            });
    }
    return all;
}

/// "dss, json and yaml".
std::string names_of(const std::map<std::string, FeederWriter>& writers) {
    std::string text;
    for (auto each = writers.begin(); each != writers.end(); ++each)
        text += (each == writers.begin() ? "" : std::next(each) == writers.end() ? " and " : ", ") + each->first;
    return text;
}

/// Reports what a feeder holds, if its network can be solved.
ExitStatus summarise(const FeederDescription& feeder, Issues& issues) {
    const auto built = build_feeder(feeder, {}, issues);
    report(issues);
    if (!built) return ExitStatus::invalid_input;
    return say(feeder_summary(feeder, *built, terminal_columns)), ExitStatus::success;
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
    const auto known = writers();
    const auto writer = known.find(options.to);
    if (!options.to.empty() && writer == known.end())
        return refuse("--to: '" + options.to + "' is not a style of feeder files", names_of(known) + " are");
    if (options.to.empty() && options.out) return refuse("--out: there is nothing to write", "give --to with " + names_of(known));
    Issues issues;
    FeederChoice choice;
    choice.file.path = options.feeder;
    choice.file.at = {std::make_shared<const std::string>(options.feeder.string())};
    choice.format = options.format;
    const auto feeder = read_feeder_description(choice, issues);
    if (feeder && options.to.empty()) return summarise(*feeder, issues);
    if (feeder) check_feeder_rows(*feeder, issues);
    report(issues);
    if (!feeder || issues.has_errors()) return ExitStatus::invalid_input;
    if (options.out)
        if (const auto obstacle = obstacle_to_output(options)) return refuse("--out: " + *obstacle, "name another file");
    Issues not_written;
    const auto text = writer->second(*feeder, not_written);
    report(not_written);
    if (!text) return ExitStatus::failed;
    if (options.out) return write(*text, *options.out);
    say(*text);
    return ExitStatus::success;
}

}  // namespace evsweep
