#include "evsweep/date.hpp"

#include <fmt/format.h>

#include "sim/base/clock_text.hpp"

namespace evsweep {

std::optional<Date> parse_date(std::string_view text) {
    constexpr std::size_t length = 10;  // YYYY-MM-DD
    const auto calendar = text.size() == length ? parse_calendar(text) : std::nullopt;
    return calendar ? std::optional(Date{calendar->day(Instant{})}) : std::nullopt;
}

std::string date_text(std::chrono::local_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

template <>
std::optional<Date> PlainValue<Date>::read(const Node& node, std::string_view path, Reader& reader) {
    auto date = node.is_scalar() ? parse_date(node.scalar) : std::nullopt;
    if (!date) report_expected(node, path, "a date such as 2019-05-06", reader);
    return date;
}
template <>
std::string PlainValue<Date>::type() {
    return "date";
}
template <>
std::string PlainValue<Date>::unit() {
    return {};
}
template <>
std::string PlainValue<Date>::text(const Date& date) {
    return date_text(date.day);
}
template <>
std::optional<double> PlainValue<Date>::out_of(const Range&, const Date&) {
    return std::nullopt;
}

}  // namespace evsweep
