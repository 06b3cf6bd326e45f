/// Calendar days in texts.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "evsweep/values.hpp"

namespace evsweep {

/// A calendar day, "YYYY-MM-DD" in the text.
struct Date {
    std::chrono::local_days day{};
    friend bool operator==(const Date&, const Date&) = default;
};
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);
[[nodiscard]] std::string date_text(std::chrono::local_days day);

template <>
struct Value<Date> : PlainValue<Date> {};

}  // namespace evsweep
