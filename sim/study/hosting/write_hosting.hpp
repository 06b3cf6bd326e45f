/// Writes and reads hosting capacities as an HDF5 file in the layout of sim/record/README.md.
#pragma once

#include <filesystem>
#include <vector>

#include "sim/study/hosting/hosting_result.hpp"

namespace evsweep {

class ResultReader;

/// The bytes of the file, to be placed at `path` or elsewhere. Throws FileError, which names `path`.
[[nodiscard]] std::vector<unsigned char> hosting_bytes(const HostingResult& result, const std::filesystem::path& path);

/// Whether a result file holds hosting capacities.
[[nodiscard]] bool holds_hosting(const ResultReader& reader);
/// What its table shows: all but feeder, connectors and inputs. Throws FileError.
[[nodiscard]] HostingResult read_hosting_result(const ResultReader& reader);

}  // namespace evsweep
