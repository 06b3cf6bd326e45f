#include "sim/app/result_path.hpp"

#include <algorithm>

namespace evsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_name = 255;  // bytes; of nearly every file system

/// The first characters of `text` that take `most` bytes or less.
std::string cut(std::string text, std::size_t most) {
    if (text.size() <= most) return text;
    const auto continues_a_character = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
    while (most > 0 && continues_a_character(most)) --most;
    text.resize(most);
    return text;
}

}  // namespace

fs::path result_path(const fs::path& scenario, const std::optional<fs::path>& out) {
    if (out && out->extension() == ".h5") return *out;
    return out.value_or("results") / scenario.stem().concat(".h5");
}

std::optional<std::string> wrong_ending(const std::optional<fs::path>& out) {
    std::error_code error;
    if (!out || !out->has_extension() || out->extension() == ".h5" || fs::is_directory(*out, error)) return std::nullopt;
    return "'" + out->string() + "' is neither an HDF5 file (.h5) nor a folder";
}

fs::path beside(const fs::path& file, const std::string& mark) {
    const std::string end = mark + file.extension().string();
    return file.parent_path() / (cut(file.stem().string(), longest_name - std::min(longest_name, end.size())) + end);
}

}  // namespace evsweep
