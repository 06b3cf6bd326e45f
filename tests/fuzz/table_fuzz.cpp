// Tables (CSV) of profiles and of recorded sessions: damaged ones give errors, never a crash, a hang or half a table.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "behaviours/recording.hpp"
#include "sim/config/csv_column.hpp"
#include "sim/config/profiles.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace evsweep;

/// A file in memory that holds the input.
const std::filesystem::path& scratch() {
    static const std::filesystem::path file = "/dev/shm/evsweep_fuzz_" + std::to_string(::getpid()) + ".csv";
    return file;
}

void read_profile(const FilePath& file) {
    Issues issues;
    ProfileText text;
    text.every = std::chrono::hours(1);
    text.file = file;
    text.column = "load";
    const auto profile = make_profile(text, "base_load.profiles.day", "1", TimeSettings{}, issues);
    fuzz::claim(profile.has_value() != issues.has_errors(), "a table gives a profile or an error, not both");
    fuzz::claim_words(issues);
    if (profile)
        for (const double value : profile->values)
            fuzz::claim(std::isfinite(value) && std::abs(value) <= 1e9, "profiles are numbers");
    Issues of_header;
    (void)csv_header(file, "base_load.columns", of_header);
    fuzz::claim_words(of_header);
}

std::uintmax_t size_of(const FilePath& file) { return std::filesystem::file_size(file.path); }

void read_sessions(const FilePath& file) {
    for (const auto& [name, layout] : names_of(Layout{})) {
        Issues issues;
        RecordingChoice choice{layout_of(layout)};
        choice.path = "population.homes.file";
        static const auto berlin = find_time_zone("Europe/Berlin", {}, "", issues);
        choice.zone = berlin;
        choice.unreadable = size_of(file) % 2 == 0 ? Unreadable::refuse : Unreadable::leave_out;
        const Recording recording = read_recordings({file}, choice, issues);
        fuzz::claim_words(issues);
        for (const RecordedStay& stay : recording.stays) {
            fuzz::claim(std::isfinite(stay.energy_kwh) && stay.energy_kwh >= 0.0, "energies are numbers");
            fuzz::claim(stay.station < recording.stations.size() && stay.unplug > stay.plug_in && stay.lasts > Duration{},
                        "a stay has a place and a length");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::ofstream(scratch(), std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    const FilePath file{scratch(), {}};
    read_profile(file);
    read_sessions(file);
    return 0;
}
