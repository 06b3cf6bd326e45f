#include <cctype>
#include <cstdlib>

#include "sim/base/tz_database.hpp"

namespace evsweep {

namespace {

using std::chrono::local_days;

/// The day of a year, and the local time of it, at which clocks are set.
struct RuleDay {
    enum class Kind { month_week_day, day_without_leap, day_with_leap };
    Kind kind = Kind::month_week_day;
    int month = 0, week = 0, day = 0;
    Duration time = std::chrono::hours(2);
};

/// Takes a POSIX rule apart, from left to right; each step returns nothing where the text does not go on as it should.
class RuleParser {
   public:
    explicit RuleParser(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool is_done() const { return rest_.empty(); }

    bool skip(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// A name such as "CET" or "<+03>".
    bool skip_name() {
        const bool is_quoted = skip('<');
        std::size_t length = 0;
        const auto belongs = [&](char c) { return is_quoted ? c != '>' : std::isalpha(static_cast<unsigned char>(c)) != 0; };
        while (length < rest_.size() && belongs(rest_[length])) ++length;
        rest_.remove_prefix(length);
        return length >= 3 && (!is_quoted || skip('>'));
    }

    /// "[+-]h[h[h]][:mm[:ss]]".
    std::optional<Duration> time() {
        const bool is_negative = skip('-');
        if (!is_negative) skip('+');
        const auto hour = number();
        if (!hour || *hour > 167) return std::nullopt;
        Duration sum = std::chrono::hours(*hour);
        for (const Duration part : {Duration(std::chrono::minutes(1)), Duration(std::chrono::seconds(1))}) {
            if (!skip(':')) break;
            const auto count = number();
            if (!count || *count > 59) return std::nullopt;
            sum += part * *count;
        }
        return is_negative ? -sum : sum;
    }

    /// "M3.5.0/2", "J60/2" or "59/2".
    std::optional<RuleDay> day() {
        RuleDay rule;
        bool good = true;
        const auto part = [&](int lowest, int highest) {
            const auto value = number();
            good = good && value && *value >= lowest && *value <= highest;
            return value.value_or(0);
        };
        if (skip('M')) {
            rule.month = part(1, 12);
            good = skip('.') && good;
            rule.week = part(1, 5);
            good = skip('.') && good;
            rule.day = part(0, 6);
        } else {
            const bool without_leap = skip('J');
            rule.kind = without_leap ? RuleDay::Kind::day_without_leap : RuleDay::Kind::day_with_leap;
            rule.day = part(without_leap ? 1 : 0, 365);
        }
        if (skip('/')) {
            const auto at = time();
            good = good && at;
            rule.time = at.value_or(Duration{});
        }
        return good ? std::optional(rule) : std::nullopt;
    }

   private:
    std::optional<int> number() {
        std::size_t length = 0;
        while (length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '9') ++length;
        if (length == 0 || length > 3) return std::nullopt;
        const int value = std::atoi(std::string(rest_.substr(0, length)).c_str());
        rest_.remove_prefix(length);
        return value;
    }

    std::string_view rest_;
};

LocalTime in_year(const RuleDay& rule, int number) {
    const std::chrono::year year(number);
    const local_days first(year / 1 / 1);
    if (rule.kind == RuleDay::Kind::day_with_leap) return first + std::chrono::days(rule.day) + rule.time;
    if (rule.kind == RuleDay::Kind::day_without_leap) {
        const bool is_after_leap_day = year.is_leap() && rule.day >= 60;
        return first + std::chrono::days(rule.day - 1 + (is_after_leap_day ? 1 : 0)) + rule.time;
    }
    const std::chrono::weekday weekday(static_cast<unsigned>(rule.day));
    const auto month = year / std::chrono::month(static_cast<unsigned>(rule.month));
    const local_days date = rule.week == 5 ? local_days(month / weekday[std::chrono::last])
                                           : local_days(month / weekday[static_cast<unsigned>(rule.week)]);
    return date + rule.time;
}

UtcTime as_utc(LocalTime clock, Duration offset) { return UtcTime(clock.time_since_epoch() - offset); }

}  // namespace

std::optional<ZoneRule> parse_zone_rule(std::string_view text, int from, int to) {
    RuleParser parser(text);
    if (!parser.skip_name()) return std::nullopt;
    const auto west = parser.time();  // POSIX counts towards the west
    if (!west) return std::nullopt;
    ZoneRule rule{-*west, {}};
    if (parser.is_done()) return rule;
    if (!parser.skip_name()) return std::nullopt;
    Duration summer = rule.usual + std::chrono::hours(1);
    if (!parser.skip(',')) {
        const auto summer_west = parser.time();
        if (!summer_west || !parser.skip(',')) return std::nullopt;
        summer = -*summer_west;
    }
    const auto begin = parser.day();
    if (!begin || !parser.skip(',')) return std::nullopt;
    const auto end = parser.day();
    if (!end || !parser.is_done()) return std::nullopt;
    for (int year = from; year <= to; ++year) {
        ClockChange forward{as_utc(in_year(*begin, year), rule.usual), summer};
        ClockChange back{as_utc(in_year(*end, year), summer), rule.usual};
        if (back.at < forward.at) std::swap(forward, back);  // south of the equator
        rule.changes.push_back(forward);
        rule.changes.push_back(back);
    }
    return rule;
}

}  // namespace evsweep
