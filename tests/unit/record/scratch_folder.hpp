/// A folder that a test may write into, gone when the test ends; and Python's opinion of a result file.
#pragma once

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "places.hpp"
#include "scratch.hpp"

namespace evsweep {

using test::ScratchFolder;

/// Exit status of a shell command.
inline int run_command(const std::string& command) {
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What read_back.py is to find: one line of JSON per array.
class ExpectedArrays {
   public:
    void add(const std::string& group, const std::string& name, const std::vector<std::string>& dims, const std::string& units,
             const std::vector<double>& values) {
        std::string list;
        for (double v : values)
            list += (list.empty() ? "" : ", ") + (std::isnan(v) ? std::string("null") : fmt::format("{:.17g}", v));
        add_line(group, name, dims, units, list);
    }
    void add(const std::string& group, const std::string& name, const std::vector<std::string>& dims,
             const std::vector<std::string>& values) {
        add_line(group, name, dims, "", quoted(values));
    }
    /// Status of read_back.py: 0 all as expected, 77 Python lacks the packages.
    [[nodiscard]] int check(const std::filesystem::path& file) const {
        std::ofstream(file.string() + ".jsonl") << lines_;
        return run_command(fmt::format("/usr/bin/python3 '{}/tests/unit/record/read_back.py' '{}' '{}.jsonl'",
                                       test::source_dir().string(), file.string(), file.string()));
    }

   private:
    static std::string quoted(const std::vector<std::string>& values) {
        std::string list;
        for (const auto& v : values) list += (list.empty() ? "\"" : ", \"") + v + "\"";
        return list;
    }
    void add_line(const std::string& group, const std::string& name, const std::vector<std::string>& dims,
                  const std::string& units, const std::string& values) {
        lines_ +=
            fmt::format("{{\"group\": \"{}\", \"variable\": \"{}\", \"dims\": [{}], \"units\": \"{}\", \"values\": [{}]}}\n",
                        group, name, quoted(dims), units, values);
    }
    std::string lines_;
};

}  // namespace evsweep
