/// CSV text (RFC 4180) as it grows row by row.
#pragma once

#include <string>
#include <string_view>

namespace evsweep {

/// A text as a CSV field: quoted where it would be taken apart.
[[nodiscard]] std::string csv_field(std::string_view text);

class CsvText {
   public:
    CsvText& cell(std::string_view text);
    /// The shortest text that reads back to the same double; empty where it is not a number.
    CsvText& cell(double value);
    void end_row();
    [[nodiscard]] const std::string& text() const { return text_; }

   private:
    void separate();

    std::string text_;
    bool is_first_ = true;
};

}  // namespace evsweep
