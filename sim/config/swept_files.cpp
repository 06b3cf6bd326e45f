#include "sim/config/swept_files.hpp"

#include <algorithm>
#include <system_error>

namespace evsweep {

bool matches_pattern(const std::string& name, const std::string& pattern) {
    std::size_t n = 0, p = 0, star = std::string::npos, retry = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p, ++n;
        } else if (star != std::string::npos) {  // the last star takes one character more
            p = star + 1;
            n = ++retry;
        } else {
            return false;
        }
    }
    return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

std::vector<std::filesystem::path> files_matching(const std::filesystem::path& pattern) {
    const auto folder = pattern.has_parent_path() ? pattern.parent_path() : std::filesystem::path(".");
    const std::string last = pattern.filename().string();
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename().string();
        if ((name.front() == '.' && last.front() != '.') || !matches_pattern(name, last)) continue;
        std::error_code unknown;
        if (!it->is_directory(unknown)) files.push_back(pattern.parent_path() / name);
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace evsweep
