#include "sim/study/sweep/sweep_folder.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <system_error>

#include "sim/record/new_file.hpp"
#include "sim/record/seal.hpp"
#include "sim/study/checkpoint.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Whether the name is that of a file of a point, e.g. `003.txt`, and of which.
std::optional<std::size_t> point_of(const fs::path& file) {
    const std::string stem = file.stem().string();
    if (file.extension() != ".txt" || stem.empty() || stem.size() > 9) return std::nullopt;
    if (stem.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    return static_cast<std::size_t>(std::stoul(stem));
}

}  // namespace

fs::path SweepFolder::folder_of(const fs::path& result) {
    fs::path folder = result;
    folder += ".points";
    return folder;
}

fs::path SweepFolder::file_of(std::size_t point) const { return folder_ / fmt::format("{:03}.h5", point); }

fs::path SweepFolder::identity_file(std::size_t point) const { return folder_ / fmt::format("{:03}.txt", point); }

bool SweepFolder::is_finished(std::size_t point) const {
    std::error_code error;
    return fs::exists(identity_file(point), error) && ends_with_seal(file_of(point));
}

std::size_t SweepFolder::finished(const CheckedSweep& sweep) const {
    std::size_t count = 0;
    for (std::size_t point = 0; point < sweep.points.size(); ++point) count += is_finished(point) ? 1 : 0;
    return count;
}

std::optional<std::string> SweepFolder::open(const CheckedSweep& sweep, Start start) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(folder_, error)) && !fs::is_directory(folder_, error))
        return fmt::format("'{}' is in the way of the points' results, and is no folder; move it away", folder_.string());
    fs::create_directories(folder_, error);
    if (error) return fmt::format("'{}' cannot be made: {}; name another --out", folder_.string(), error.message());
    if (!claim_.take(folder_))
        return fmt::format("another run keeps its points in '{}'; wait for it, or name another --out", folder_.string());
    if (start == Start::replace)
        for (const auto& entry : fs::directory_iterator(folder_)) fs::remove_all(entry.path(), error);
    had_anything_ = !fs::is_empty(folder_, error);
    return difference(sweep);
}

/// In what the points that are there differ from those of the sweep.
std::optional<std::string> SweepFolder::difference(const CheckedSweep& sweep) const {
    for (const auto& entry : fs::directory_iterator(folder_)) {
        const auto point = point_of(entry.path());
        if (!point) continue;
        if (*point >= sweep.points.size())
            return fmt::format("'{}' has results of more points than the sweep; begin anew with --force", folder_.string());
        const auto differences = identity_differences(text_of(entry.path()), sweep.points[*point].identity);
        if (differences.empty()) continue;
        std::string text =
            fmt::format("point {} ({}) in '{}' is of another sweep:", *point, sweep.sweep.label_of(*point), folder_.string());
        for (const std::string& each : differences) text += "\n  " + each;
        return text + "\n; undo the change, or begin anew with --force";
    }
    return std::nullopt;
}

void SweepFolder::begin(std::size_t point, const std::string& identity) {
    place_file(identity_file(point), {reinterpret_cast<const unsigned char*>(identity.data()), identity.size()});
}

void SweepFolder::discard() {
    if (!claim_.is_held()) return;
    std::error_code error;
    fs::remove_all(folder_, error);
    claim_.release();
}

}  // namespace evsweep
