#include "evsweep/time_format.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

namespace evsweep {

namespace {

constexpr std::string_view known_letters = "YymbdaHIpMSzZs%";

/// Abbreviations that stand beside times in exports, where they tell the two hours apart that clocks show twice.
constexpr std::array<std::pair<std::string_view, int>, 18> abbreviations{{{"UTC", 0},
                                                                          {"GMT", 0},
                                                                          {"PST", -8},
                                                                          {"PDT", -7},
                                                                          {"MST", -7},
                                                                          {"MDT", -6},
                                                                          {"CST", -6},
                                                                          {"CDT", -5},
                                                                          {"EST", -5},
                                                                          {"EDT", -4},
                                                                          {"WET", 0},
                                                                          {"WEST", 1},
                                                                          {"BST", 1},
                                                                          {"CET", 1},
                                                                          {"CEST", 2},
                                                                          {"EET", 2},
                                                                          {"EEST", 3},
                                                                          {"Z", 0}}};
constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};

/// The parts of a time as they are found, in any order.
struct StampParts {
    int year = 0, month = 1, day = 1, hour = 0, minute = 0;
    Duration second{};
    std::optional<bool> is_afternoon{};
    std::optional<Duration> offset{};
    std::optional<std::int64_t> since_1970_s{};
};

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// Follows a format through a text; a method returns whether the text goes on as it must.
class StampScanner {
   public:
    explicit StampScanner(std::string_view text) : text_(text) {}

    [[nodiscard]] bool scan(std::string_view format) {
        while (!format.empty()) {
            if (format.front() == '[') {
                const std::size_t end = format.find(']');
                if (end == std::string_view::npos) return false;
                StampScanner inner = *this;
                if (inner.scan(format.substr(1, end - 1))) *this = inner;
                format.remove_prefix(end + 1);
            } else if (format.front() == '%' && format.size() > 1) {
                if (!take(format[1])) return false;
                format.remove_prefix(2);
            } else {
                if (!take_plain(format.front())) return false;
                format.remove_prefix(1);
            }
        }
        return true;
    }
    [[nodiscard]] bool is_done() const { return text_.empty(); }
    [[nodiscard]] std::optional<ClockStamp> stamp() const {
        if (parts_.since_1970_s) return ClockStamp{LocalTime(std::chrono::seconds(*parts_.since_1970_s)), Duration{}};
        const std::chrono::year_month_day date{std::chrono::year(parts_.year),
                                               std::chrono::month(static_cast<unsigned>(parts_.month)),
                                               std::chrono::day(static_cast<unsigned>(parts_.day))};
        if (!date.ok()) return std::nullopt;
        const Duration since_midnight = std::chrono::hours(hour()) + std::chrono::minutes(parts_.minute) + parts_.second;
        return ClockStamp{std::chrono::local_days(date) + since_midnight, parts_.offset};
    }

   private:
    [[nodiscard]] int hour() const {
        if (!parts_.is_afternoon) return parts_.hour;
        return parts_.hour % 12 + (*parts_.is_afternoon ? 12 : 0);
    }

    bool take_plain(char c) {
        if (c == ' ') {
            const std::size_t blanks = std::min(text_.find_first_not_of(" \t"), text_.size());
            text_.remove_prefix(blanks);
            return blanks > 0;
        }
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }

    bool take(char letter) {
        switch (letter) {
            case 'Y':
                return take_number(parts_.year, 4, 4, 0, 9999);
            case 'y':
                if (!take_number(parts_.year, 2, 2, 0, 99)) return false;
                parts_.year += parts_.year < 69 ? 2000 : 1900;  // as POSIX has it
                return true;
            case 'm':
                return take_number(parts_.month, 1, 2, 1, 12);
            case 'd':
                return take_number(parts_.day, 1, 2, 1, 31);
            case 'H':
                return take_number(parts_.hour, 1, 2, 0, 23);
            case 'I':
                return take_number(parts_.hour, 1, 2, 1, 12);
            case 'M':
                return take_number(parts_.minute, 1, 2, 0, 59);
            default:
                return take_word(letter);
        }
    }

    bool take_word(char letter) {
        switch (letter) {
            case 'S':
                return take_second();
            case 's':
                return take_since_1970();
            case 'b':
                return take_month();
            case 'a':
                return !word().empty();
            case 'p':
                return take_half();
            case 'Z':
                return take_abbreviation();
            case 'z':
                return take_offset();
            default:
                return letter == '%' && take_plain('%');
        }
    }

    bool take_number(int& number, std::size_t fewest, std::size_t most, int lowest, int highest) {
        std::size_t length = 0;
        int value = 0;
        while (length < most && length < text_.size() && is_decimal_digit(text_[length]))
            value = value * 10 + (text_[length++] - '0');
        if (length < fewest || value < lowest || value > highest) return false;
        number = value;
        text_.remove_prefix(length);
        return true;
    }

    bool take_second() {
        int whole = 0;
        if (!take_number(whole, 1, 2, 0, 59)) return false;
        parts_.second = std::chrono::seconds(whole);
        if (text_.size() < 2 || text_.front() != '.' || !is_decimal_digit(text_[1])) return true;
        text_.remove_prefix(1);
        double fraction = 0.0;
        double weight = 0.1;
        for (; !text_.empty() && is_decimal_digit(text_.front()); weight *= 0.1, text_.remove_prefix(1))
            fraction += weight * (text_.front() - '0');
        parts_.second += Duration(std::llround(1000.0 * fraction));
        return true;
    }

    bool take_since_1970() {
        std::int64_t value = 0;
        std::size_t length = 0;
        while (length < 11 && length < text_.size() && is_decimal_digit(text_[length]))
            value = value * 10 + (text_[length++] - '0');
        text_.remove_prefix(length);
        parts_.since_1970_s = value;
        return length > 0;
    }

    std::string word() {
        std::string found;
        while (!text_.empty() && is_ascii_letter(text_.front())) {
            found += static_cast<char>(std::tolower(static_cast<unsigned char>(text_.front())));
            text_.remove_prefix(1);
        }
        return found;
    }

    bool take_month() {
        const std::string name = word().substr(0, 3);
        const auto found = std::find(month_names.begin(), month_names.end(), name);
        parts_.month = static_cast<int>(found - month_names.begin()) + 1;
        return found != month_names.end();
    }

    bool take_half() {
        const std::string half = word();
        parts_.is_afternoon = half == "pm";
        return half == "am" || half == "pm";
    }

    bool take_abbreviation() {
        std::string name = word();
        for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        for (const auto& [known, ahead_h] : abbreviations) {
            if (name != known) continue;
            parts_.offset = std::chrono::hours(ahead_h);
            return true;
        }
        return false;
    }

    bool take_offset() {
        const std::size_t end = text_.find_first_not_of("Zz+-:0123456789");
        parts_.offset = parse_offset(text_.substr(0, end));
        text_.remove_prefix(std::min(end, text_.size()));
        return parts_.offset.has_value();
    }

    std::string_view text_;
    StampParts parts_;
};

}  // namespace

std::optional<ClockStamp> parse_stamp(std::string_view text, std::string_view format) {
    StampScanner scanner(text);
    return scanner.scan(format) && scanner.is_done() ? scanner.stamp() : std::nullopt;
}

std::string format_fault(std::string_view format) {
    std::string letters;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') continue;
        const char letter = i + 1 < format.size() ? format[++i] : ' ';
        if (known_letters.find(letter) == std::string_view::npos)
            return std::string("has %") + letter + ", which is none of %Y %y %m %b %d %a %H %I %p %M %S %z %Z %s";
        letters += letter;
    }
    if (std::count(format.begin(), format.end(), '[') != std::count(format.begin(), format.end(), ']'))
        return "has a bracket that is not closed";
    const auto has = [&letters](std::string_view any) { return letters.find_first_of(any) != std::string::npos; };
    if (has("s")) return {};
    if (!has("Yy") || !has("mb") || !has("d")) return "lacks the year, the month or the day";
    if (has("I") && !has("p")) return "has %I without %p";
    return {};
}

std::size_t find_offset(std::string_view text) {
    constexpr std::size_t shortest = 16;  // "YYYY-MM-DD HH:MM"
    if (text.size() <= shortest) return text.size();
    return std::min(text.find_first_of("Zz+-", shortest), text.size());
}

std::optional<Duration> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") return Duration{};
    if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    std::string digits;
    for (const char c : text.substr(1))
        if (c != ':') digits += c;
    const bool has_minutes = digits.size() == 4;
    if ((digits.size() != 2 && !has_minutes) || !std::all_of(digits.begin(), digits.end(), is_decimal_digit)) return std::nullopt;
    const auto two = [&digits](std::size_t at) { return (digits[at] - '0') * 10 + (digits[at + 1] - '0'); };
    const int minute = has_minutes ? two(2) : 0;
    if (two(0) > 15 || minute > 59) return std::nullopt;
    const Duration ahead = std::chrono::hours(two(0)) + std::chrono::minutes(minute);
    return text[0] == '-' ? -ahead : ahead;
}

}  // namespace evsweep
