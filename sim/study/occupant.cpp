#include "sim/study/occupant.hpp"

#include <system_error>

#include "sim/record/result_reader.hpp"
#include "sim/record/seal.hpp"

namespace evsweep {

namespace {

bool is_nobody(const std::filesystem::path& path) {
    std::error_code error;
    return !std::filesystem::exists(path, error) || (std::filesystem::file_size(path, error) == 0 && !error);
}

}  // namespace

bool is_foreign(const std::filesystem::path& path) { return !is_nobody(path) && !ends_with_seal(path); }

Occupant occupant_of(const std::filesystem::path& path) {
    if (is_nobody(path)) return Occupant::nobody;
    if (!ends_with_seal(path)) return Occupant::foreign;
    try {
        const ResultReader reader(path);
        return reader.number_attribute("/", "interrupted").value_or(0.0) != 0.0 ? Occupant::interrupted : Occupant::complete;
    } catch (const FileError&) {
        return Occupant::complete;
    }
}

}  // namespace evsweep
