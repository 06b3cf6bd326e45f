#include "sim/base/text_file.hpp"

#include "evsweep/input_files.hpp"

namespace evsweep {

namespace {

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
    const auto answer = issues.files().look(file);
    if (answer.problem.empty()) return true;
    issues.error(at, std::string(path), answer.problem, answer.hint);
    return false;
}

std::optional<std::string> read_text_file(const std::filesystem::path& file, Issues& issues, const Position& at,
                                          std::string_view path) {
    auto answer = issues.files().read(file);
    if (!answer.text) {
        issues.error(at, std::string(path), answer.problem, answer.hint);
        return std::nullopt;
    }
    if (const auto encoding = wide_encoding(*answer.text)) {
        issues.error(at, std::string(path), "file '" + file.string() + "' is " + *encoding + " text", "save the file as UTF-8");
        return std::nullopt;
    }
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (answer.text->compare(0, byte_order_mark.size(), byte_order_mark) == 0) answer.text->erase(0, byte_order_mark.size());
    return std::move(answer.text);
}

std::optional<std::string> read_text(const FilePath& file, std::string_view path, Issues& issues) {
    Issues found(file.files ? file.files : issues.shared_files());
    auto text = read_text_file(file.path, found, file.at, path);
    for (const Issue& issue : found.list()) issues.add(issue);
    return text;
}

std::optional<std::string> read_text(const FilePath& file) {
    Issues unsaid(file.files);
    return read_text_file(file.path, unsaid, file.at, "");
}

}  // namespace evsweep
