#include "sim/study/csv_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evsweep {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

void CsvText::separate() {
    if (!is_first_) text_ += ',';
    is_first_ = false;
}

CsvText& CsvText::cell(std::string_view text) {
    separate();
    text_ += csv_field(text);
    return *this;
}

CsvText& CsvText::cell(double value) {
    separate();
    if (!std::isnan(value)) text_ += fmt::format("{}", value);
    return *this;
}

void CsvText::end_row() {
    text_ += '\n';
    is_first_ = true;
}

}  // namespace evsweep
