#include "sim/app/result_path.hpp"

#include <fstream>
#include <system_error>

namespace evsweep {

namespace fs = std::filesystem;

fs::path result_path(const fs::path& scenario, const std::optional<fs::path>& out) {
    if (out && out->extension() == ".h5") return *out;
    return out.value_or("results") / scenario.stem().concat(".h5");
}

std::optional<std::string> obstacle_to_writing(const fs::path& file) {
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    std::error_code error;
    if (fs::is_directory(file, error)) return "'" + file.string() + "' is a folder";
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder)) return "the folder '" + folder.string() + "' cannot be made";
    const fs::path probe = fs::path(file).concat(".probe");
    const bool writable = std::ofstream(probe).put('\n').flush().good();
    fs::remove(probe, error);
    if (!writable) return "cannot write in '" + folder.string() + "'";
    return std::nullopt;
}

}  // namespace evsweep
