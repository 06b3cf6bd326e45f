#include "sim/base/text_file.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

namespace evsweep {

namespace {

/// What to do about a missing file: the name it may have been meant to be.
std::string missing_hint(const std::filesystem::path& file) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    std::error_code error;
    std::vector<std::string> names;
    constexpr std::size_t most = 1000;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end && names.size() < most;
         it.increment(error))
        names.push_back(it->path().filename().string());
    if (error && names.empty()) return "there is no folder " + folder.string();
    std::sort(names.begin(), names.end());
    const std::string nearest = nearest_name(file.filename().string(), names);
    if (!nearest.empty()) return "did you mean '" + nearest + "'?";
    return "looked in " + folder.string();
}

/// The name of an encoding of more than one byte per character, by the byte order mark at its beginning.
std::optional<std::string> wide_encoding(std::string_view text) {
    const std::string_view start = text.substr(0, 2);
    return start == "\xFF\xFE" || start == "\xFE\xFF" ? std::optional<std::string>("UTF-16") : std::nullopt;
}

}  // namespace

std::filesystem::path resolved_file(const std::string& name, const Position& at) {
    const std::filesystem::path file(name);
    if (file.is_absolute() || !at.file) return file.lexically_normal();
    return (std::filesystem::path(*at.file).parent_path() / file).lexically_normal();
}

bool check_readable_file(const std::filesystem::path& file, Issues& issues, const Position& at, std::string_view path) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    const auto complain = [&](std::string problem, std::string hint) {
        issues.error(at, std::string(path), std::move(problem), std::move(hint));
        return false;
    };
    const std::string name = "'" + file.string() + "'";
    if (status.type() == std::filesystem::file_type::not_found)
        return complain("file " + name + " does not exist", missing_hint(file));
    if (std::filesystem::is_directory(status)) return complain(name + " is a folder", "name a file in it");
    if (error || !std::filesystem::is_regular_file(status)) return complain(name + " is not a file that can be read", {});
    if (!std::ifstream(file)) return complain("file " + name + " cannot be opened", "check its permissions");
    return true;
}

std::optional<std::string> read_text_file(const std::filesystem::path& file, Issues& issues, const Position& at,
                                          std::string_view path) {
    if (!check_readable_file(file, issues, at, path)) return std::nullopt;
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (!error && size > largest_text_file) {
        issues.error(at, std::string(path), "file '" + file.string() + "' is larger than 64 MiB", "is it the right file?");
        return std::nullopt;
    }
    std::ifstream stream(file, std::ios::binary);
    std::string text(error ? 0 : static_cast<std::size_t>(size), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream || error) {
        issues.error(at, std::string(path), "file '" + file.string() + "' cannot be read", {});
        return std::nullopt;
    }
    if (const auto encoding = wide_encoding(text)) {
        issues.error(at, std::string(path), "file '" + file.string() + "' is " + *encoding + " text", "save the file as UTF-8");
        return std::nullopt;
    }
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.compare(0, byte_order_mark.size(), byte_order_mark) == 0) text.erase(0, byte_order_mark.size());
    return text;
}

std::optional<std::string> read_text(const FilePath& file, std::string_view path, Issues& issues) {
    return read_text_file(file.path, issues, file.at, path);
}

}  // namespace evsweep
