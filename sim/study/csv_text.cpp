#include "sim/study/csv_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evsweep {

void CsvText::separate() {
    if (!is_first_) text_ += ',';
    is_first_ = false;
}

CsvText& CsvText::cell(std::string_view text) {
    separate();
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        text_ += text;
        return *this;
    }
    text_ += '"';
    for (const char c : text) {
        if (c == '"') text_ += '"';
        text_ += c;
    }
    text_ += '"';
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
