#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <system_error>

#include "evsweep/starts.hpp"
#include "evsweep/version.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/record/new_file.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

std::string filled(std::string text, const std::string& mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
    return text;
}

/// "night_owl" -> "NightOwl".
std::string class_name(const std::string& name) {
    std::string text;
    bool begins = true;
    for (const char c : name) {
        if (c != '_') text += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        begins = c == '_';
    }
    return text;
}

bool is_snake_case(const std::string& name) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name.front() >= 'a' && name.front() <= 'z' && name.back() != '_' &&
           name.find("__") == std::string::npos && std::all_of(name.begin(), name.end(), fits);
}

/// A file that `new` writes.
struct Start {
    fs::path path;
    std::string text;
};

/// Writes all of them or none; an existing file stays.
ExitStatus write_starts(const std::vector<Start>& starts, const std::string& next) {
    for (const Start& start : starts) {
        std::error_code error;
        if (fs::exists(fs::symlink_status(start.path, error)))
            return refuse(fmt::format("new: '{}' exists already, and stays", start.path.string()), "name another file");
    }
    try {
        for (const Start& start : starts) {
            std::error_code error;
            if (start.path.has_parent_path()) fs::create_directories(start.path.parent_path(), error);
            place_file(start.path, std::vector<unsigned char>(start.text.begin(), start.text.end()));
            say("wrote " + start.path.string());
        }
    } catch (const FileError& error) {
        return fail(error.what());
    }
    return say(next), ExitStatus::success;
}

/// `file` as the scenario at `scenario` names it: seen from there.
std::string seen_from(const fs::path& scenario, const fs::path& file) {
    if (file.is_absolute()) return file.string();
    std::error_code error;
    const fs::path folder = fs::absolute(scenario, error).lexically_normal().parent_path();
    return fs::absolute(file, error).lexically_normal().lexically_relative(folder).string();
}

ExitStatus new_study(const NewOptions& options) {
    const fs::path path = options.path.empty() ? "study.yaml" : options.path;
    std::vector<Start> starts;
    fs::path feeder = options.feeder;
    if (feeder.empty()) {
        feeder = path.parent_path() / "feeder.yaml";
        std::error_code error;
        if (!fs::exists(feeder, error)) starts.push_back({feeder, starts::feeder});
    } else if (std::error_code error; !fs::is_regular_file(feeder, error)) {
        return refuse(fmt::format("new: there is no feeder file '{}'", feeder.string()), "leave out --feeder to get one to edit");
    }
    starts.push_back({path, filled(starts::study, "@FEEDER@", seen_from(path, feeder))});
    return write_starts(starts, fmt::format("edit it; `evsweep check {0}` checks it, `evsweep run {0}` runs it", path.string()));
}

ExitStatus new_feeder(const NewOptions& options) {
    const fs::path path = options.path.empty() ? "feeder.yaml" : options.path;
    return write_starts(
        {{path, starts::feeder}},
        fmt::format("edit it; `evsweep feeder {0}` says what it holds, `evsweep solve {0}` solves it", path.string()));
}

/// A folder with the controller and what builds it.
ExitStatus new_controller(const NewOptions& options) {
    const std::string name = options.path.empty() ? "my_controller" : options.path.filename().string();
    if (!is_snake_case(name))
        return refuse(fmt::format("new: '{}' cannot be the name of a controller", name),
                      "write it in snake_case, e.g. night_owl");
    const fs::path folder = options.path.empty() ? fs::path(name) : options.path;
    const auto fill = [&](const char* text) {
        const std::string minor = std::string(version).substr(0, std::string(version).rfind('.'));
        return filled(filled(filled(text, "@NAME@", name), "@CLASS@", class_name(name)), "@VERSION@", minor);
    };
    return write_starts(
        {{folder / (name + ".cpp"), fill(starts::controller)}, {folder / "CMakeLists.txt", fill(starts::controller_build)}},
        fmt::format("edit it; `cmake -B {0}/build {0} && cmake --build {0}/build` builds an evsweep with it from an "
                    "installed evsweep;\nin a source tree, {1}.cpp goes to models/controllers/ and nothing else is "
                    "needed",
                    folder.string(), name));
}

}  // namespace

ExitStatus new_command(const NewOptions& options) {
    if (options.what == "study") return new_study(options);
    if (options.what == "feeder") return new_feeder(options);
    if (options.what == "controller") return new_controller(options);
    return refuse("new: it is not said what", "write `evsweep new study`, `evsweep new feeder` or `evsweep new controller`");
}

}  // namespace evsweep
