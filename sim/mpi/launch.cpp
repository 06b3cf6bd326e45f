#include "sim/mpi/launch.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace evsweep {

namespace {

std::optional<int> number_of_environment(const char* name) {
    const char* text = std::getenv(name);
    if (!text) return std::nullopt;
    const std::string_view digits(text);
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool is_number = error == std::errc() && end == digits.data() + digits.size() && number >= 0;
    return is_number ? std::optional(number) : std::nullopt;
}

std::optional<Launch> launch_of(const char* rank_name, const char* size_name, bool has_mpi) {
    const auto rank = number_of_environment(rank_name), size = number_of_environment(size_name);
    if (!rank || !size || *size <= 1 || *rank >= *size) return std::nullopt;
    return Launch{*rank, *size, has_mpi};
}

}  // namespace

std::optional<Launch> launch_of_this_process() {
    if (std::getenv("OMPI_COMM_WORLD_SIZE")) return launch_of("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", true);
    if (std::getenv("PMI_SIZE")) return launch_of("PMI_RANK", "PMI_SIZE", true);
    if (std::getenv("PMIX_RANK")) return launch_of("PMIX_RANK", "SLURM_STEP_NUM_TASKS", true);
    return launch_of("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", false);
}

}  // namespace evsweep
