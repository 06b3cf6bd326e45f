#include <sstream>
#include <string>
#include <system_error>

#include "sim/app/commands.hpp"
#include "sim/app/from_result.hpp"
#include "sim/app/say.hpp"
#include "sim/record/new_file.hpp"
#include "sim/study/export_tables.hpp"

namespace evsweep {

namespace fs = std::filesystem;

ExitStatus export_command(const ExportOptions& options) {
    if (options.result.empty())
        return refuse("export: no result file is named", "try `evsweep export results/study.h5 --csv tables`");
    if (options.csv.empty()) return refuse("export: it is not said where to", "give --csv DIR");
    std::error_code error;
    if (!options.force && fs::is_directory(options.csv, error) && !fs::is_empty(options.csv, error))
        return refuse("--csv: '" + options.csv.string() + "' holds something already",
                      "name another folder, or write into it with --force");
    if (const auto obstacle = obstacle_to_writing(options.csv / "summary.csv")) return refuse("--csv: " + *obstacle);
    const auto names = from_result(options.result, [&](const fs::path& result) {
        std::string list;
        for (const std::string& name : export_tables(result, options.csv)) list += name + "\n";
        return list;
    });
    if (!names) return ExitStatus::invalid_input;
    std::istringstream list(*names);
    for (std::string name; std::getline(list, name);) say((options.csv / name).string());
    return ExitStatus::success;
}

}  // namespace evsweep
