#include "sim/app/result_target.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "sim/app/child_process.hpp"
#include "sim/app/result_path.hpp"
#include "sim/record/appendix.hpp"
#include "sim/record/new_file.hpp"
#include "sim/study/occupant.hpp"
#include "sim/study/write_results.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

/// As `occupant_of`, also for files that bring down the library that reads them: those are kept.
Occupant occupant_found_safely(const fs::path& path) {
    constexpr ChildLimits limits{std::chrono::seconds(60), std::size_t{1} << 44U};
    const auto code = [](Occupant occupant) { return std::to_string(static_cast<int>(occupant)); };
    const ChildAnswer answer = ask_child([&] { return code(occupant_of(path)); }, limits);
    for (const Occupant occupant : {Occupant::nobody, Occupant::interrupted, Occupant::foreign})
        if (answer.end == ChildAnswer::End::answered && answer.text == code(occupant)) return occupant;
    return Occupant::complete;
}

bool is_to_stay(const fs::path& path) { return is_foreign(path) || occupant_found_safely(path) == Occupant::complete; }

/// A name for an interrupted study's result beside a complete one: one that is free, or that another interrupted one has.
fs::path partial_place(const fs::path& file) {
    fs::path place = beside(file, ".partial");
    for (int i = 2; i < 100; ++i) {
        const Occupant there = occupant_found_safely(place);
        if (there == Occupant::nobody || there == Occupant::interrupted) break;
        place = beside(file, fmt::format(".partial-{}", i));
    }
    return place;
}

/// Where a result may survive that cannot be written where it should be.
std::vector<fs::path> spare_folders() {
    std::error_code error;
    std::vector<fs::path> folders{fs::current_path(error)};
    if (error) folders.clear();
    if (auto temporary = fs::temp_directory_path(error); !error) folders.push_back(std::move(temporary));
    folders.emplace_back("/var/tmp");
    return folders;
}

}  // namespace

std::optional<std::string> ResultTarget::obstacle() const {
    if (const auto obstacle = obstacle_to_writing(file_)) return *obstacle + "; name another folder or file";
    if (overwrites_ == Overwrites::anything) return std::nullopt;
    if (is_foreign(file_))
        return "'" + file_.string() +
               "' is not a result of evsweep, or was changed since; name another file, or overwrite it with "
               "--force";
    if (occupant_found_safely(file_) == Occupant::complete)
        return "'" + file_.string() + "' holds the result of an earlier run; name another file, or replace it with --force";
    return std::nullopt;
}

PlacedResult ResultTarget::place(const StudyResult& result, const ScratchFile* appendix) const {
    PlacedResult placed;
    const fs::path place = place_for(result, placed);
    try {
        const PreparedResult prepared(result, place);
        const auto make = [&](const fs::path& path) {
            NewFile file = prepared.at(path);
            if (appendix) add_appendix(file, *appendix);
            return file;
        };
        place_or_rescue(make, place, placed);
    } catch (const FileError& error) {
        placed.notes.emplace_back(error.what());
    }
    placed.is_at_fault = placed.file != place;
    return placed;
}

PlacedResult ResultTarget::place(const MakeBytes& make) const {
    PlacedResult placed;
    try {
        const auto bytes = make(file_);
        const auto write = [&bytes](const fs::path& path) {
            NewFile file(path);
            file.write(bytes);
            return file;
        };
        place_or_rescue(write, file_, placed);
    } catch (const FileError& error) {
        placed.notes.emplace_back(error.what());
    }
    placed.is_at_fault = placed.file != file_;
    return placed;
}

fs::path ResultTarget::place_for(const StudyResult& result, PlacedResult& placed) const {
    if (!result.interrupted || occupant_found_safely(file_) != Occupant::complete) return file_;
    placed.notes.push_back("'" + file_.string() + "' holds a complete result, which stays");
    return partial_place(file_);
}

void ResultTarget::place_or_rescue(const MakeFile& make, const fs::path& path, PlacedResult& placed) const {
    try_to_place(make, path, placed);
    if (!placed.file) rescue(make, placed);
}

void ResultTarget::try_to_place(const MakeFile& make, const fs::path& path, PlacedResult& placed) const {
    try {
        NewFile file = make(path);
        file.complete();
        if (overwrites_ == Overwrites::interrupted && is_to_stay(path)) {
            placed.notes.push_back(path.string() + ": cannot be written: another file has come there meanwhile, which stays");
            return;
        }
        file.place();
        placed.file = path;
    } catch (const FileError& error) {
        placed.notes.emplace_back(error.what());
    }
}

void ResultTarget::rescue(const MakeFile& make, PlacedResult& placed) const {
    for (const fs::path& folder : spare_folders()) {
        const fs::path path = beside(folder / file_.filename(), fmt::format(".rescued-{}", getpid()));
        std::error_code error;
        if (fs::exists(fs::symlink_status(path, error))) continue;
        try_to_place(make, path, placed);
        if (!placed.file) continue;
        placed.notes.push_back("the result is kept in '" + path.string() + "'; move it to where it belongs");
        return;
    }
    placed.notes.emplace_back("the result file could not be kept anywhere");
}

}  // namespace evsweep
