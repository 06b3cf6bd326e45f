#include "evsweep/text_check.hpp"

#include <fmt/format.h>

#include <string_view>

namespace evsweep {

namespace {

/// A year of hourly values fits; what is longer makes the parser look far ahead.
constexpr std::size_t longest_line = 200'000;

/// Length of the UTF-8 character that starts at `i`, or 0 where there is none (RFC 3629, table 3-7 of Unicode).
std::size_t utf8_length(std::string_view text, std::size_t i) {
    const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U; };
    const auto continues = [&](std::size_t k, unsigned low = 0x80U, unsigned high = 0xBFU) {
        return byte(k) >= low && byte(k) <= high;
    };
    const unsigned first = byte(i);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return continues(i + 1) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        const unsigned low = first == 0xE0U ? 0xA0U : 0x80U;   // no overlong forms
        const unsigned high = first == 0xEDU ? 0x9FU : 0xBFU;  // no surrogates
        return continues(i + 1, low, high) && continues(i + 2) ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const unsigned low = first == 0xF0U ? 0x90U : 0x80U;
        const unsigned high = first == 0xF4U ? 0x8FU : 0xBFU;  // nothing above U+10FFFF
        return continues(i + 1, low, high) && continues(i + 2) && continues(i + 3) ? 4 : 0;
    }
    return 0;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20U && c != '\t' && c != '\n' && c != '\r') || byte == 0x7FU;
}

/// Whether the tab at `i` indents something that is neither a comment nor an empty line.
bool indents(std::string_view text, std::size_t i) {
    const std::size_t next = text.find_first_not_of(" \t", i);
    return next != std::string_view::npos && text[next] != '\n' && text[next] != '\r' && text[next] != '#';
}

}  // namespace

bool check_text(const std::string& text, const std::shared_ptr<const std::string>& file, Issues& issues) {
    int line = 1;
    std::size_t line_start = 0;
    bool in_indentation = true;
    for (std::size_t i = 0; i < text.size();) {
        const Position at{file, line, static_cast<int>(i - line_start) + 1};
        const std::size_t length = utf8_length(text, i);
        if (length == 0) return issues.error(at, "", "this is not UTF-8 text", "save the file as UTF-8"), false;
        if (is_control(text[i])) {
            const auto code = static_cast<unsigned>(static_cast<unsigned char>(text[i]));
            return issues.error(at, "", fmt::format("control character 0x{:02x}", code), "is this a text file?"), false;
        }
        if (text[i] == '\t' && in_indentation && indents(text, i))
            return issues.error(at, "", "tab in the indentation", "indent with spaces"), false;
        if (i - line_start > longest_line)
            return issues.error(at, "", "a line of more than 200,000 characters", "keep long series in a CSV file"), false;
        in_indentation = text[i] == '\n' || (in_indentation && (text[i] == ' ' || text[i] == '\t'));
        i += length;
        if (text[i - 1] == '\n') {
            ++line;
            line_start = i;
        }
    }
    return true;
}

}  // namespace evsweep
