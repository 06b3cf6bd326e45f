/// What the tests of the five-strategy study share: its reference tables, and how its runs are started.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "places.hpp"
#include "tests/validation/study_fixture.hpp"

namespace evsweep::validation {

inline constexpr std::size_t study_steps = 96;  ///< quarters of an hour from noon

/// The reference's tables, beside the repository; may be absent.
inline const std::filesystem::path reference_folder = test::shared_dir() / "data" / "cigre_ev_study";

/// Whether the tables are there; says where it looked if not.
inline bool has_reference() {
    if (std::filesystem::exists(reference_folder / "ref_evs_seed1.csv")) return true;
    WARN("skipped: no reference tables in " << reference_folder.string());
    return false;
}

/// Overrides that leave controllers out.
inline std::vector<std::string> without_controllers(const std::vector<std::string>& labels) {
    std::vector<std::string> overrides;
    for (const auto& label : labels) overrides.push_back("controllers." + label + "=~");
    return overrides;
}

/// The study of the reference fleet with full power alone.
inline std::vector<std::string> uncoordinated_alone() {
    return without_controllers({"smart", "smart_q", "v2g", "v2g_q", "smart_q_without_q"});
}

}  // namespace evsweep::validation
