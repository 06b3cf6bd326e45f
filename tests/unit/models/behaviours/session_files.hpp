/// Files of recorded sessions that are gone when the test ends, and how to read them.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "behaviours/recording.hpp"
#include "evsweep/time_zone.hpp"

namespace evsweep {

class TemporaryFile {
   public:
    explicit TemporaryFile(const std::string& text, const std::string& name = "sessions.csv")
        : path_(std::filesystem::temp_directory_path() / ("evsweep_" + std::to_string(::getpid()) + "_" + name)) {
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

   private:
    std::filesystem::path path_;
};

/// As the behaviour reads a layout of which it is told nothing more.
[[nodiscard]] inline RecordingChoice choice_of(Layout layout, Issues& issues) {
    RecordingChoice choice{layout_of(layout)};
    choice.path = "population.homes";
    if (!choice.layout.zone.empty()) choice.zone = find_time_zone(choice.layout.zone, {}, choice.path, issues);
    return choice;
}

}  // namespace evsweep
