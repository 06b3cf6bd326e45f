/// What differs from one kind of day to another: a value of an attribute for each day of the week, and for holidays.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/schema.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// A kind of day: a day of the week, or a holiday, which is like a Sunday unless something is said of holidays.
enum class Weekday { mon, tue, wed, thu, fri, sat, sun, holiday };
inline constexpr std::size_t kinds_of_days = 8;
[[nodiscard]] inline std::vector<std::pair<std::string, Weekday>> names_of(Weekday) {
    return {{"mon", Weekday::mon}, {"tue", Weekday::tue}, {"wed", Weekday::wed}, {"thu", Weekday::thu},
            {"fri", Weekday::fri}, {"sat", Weekday::sat}, {"sun", Weekday::sun}, {"holiday", Weekday::holiday}};
}
[[nodiscard]] inline Weekday kind_of_day(const Calendar& calendar, std::chrono::local_days day) {
    return calendar.is_holiday(day) ? Weekday::holiday : static_cast<Weekday>(std::chrono::weekday(day).iso_encoding() - 1);
}

/// The kinds of days that a key names: "weekday", "weekend", or one of them; none for another key.
[[nodiscard]] std::vector<Weekday> days_named(const std::string& key);

/// Which node holds for which kind of day in a map such as {weekday: ..., weekend: ..., holiday: ...}; a single day goes before
/// weekday and weekend. Nothing where the map is of another kind. Days without a node are reported.
struct DayNodes {
    std::array<const Node*, kinds_of_days> of{};
    bool names_holiday = false;
};
[[nodiscard]] bool is_by_day(const Node& node);
[[nodiscard]] std::optional<DayNodes> nodes_by_day(const Node& node, std::string_view path, Reader& reader);

/// A value for all days, or one for each kind of day.
template <class T>
struct ByDay {
    std::vector<T> values{T{}};
    std::vector<std::string> keys{};                 ///< of the values, as they were said; none where all days are alike
    std::array<std::size_t, kinds_of_days> which{};  ///< of the values holds on which kind of day
    ByDay() = default;
    ByDay(T always) : values{std::move(always)} {}  // NOLINT(google-explicit-constructor): a value for all days

    [[nodiscard]] const T& on(Weekday kind) const { return values[which[static_cast<std::size_t>(kind)]]; }
    [[nodiscard]] bool is_by_day() const { return !keys.empty(); }
    [[nodiscard]] bool names_holiday() const { return std::find(keys.begin(), keys.end(), "holiday") != keys.end(); }
};

template <class T>
struct Value<ByDay<T>> {
    static std::optional<ByDay<T>> read(const Node& node, std::string_view path, Reader& reader) {
        if (!is_by_day(node)) {
            auto always = Value<T>::read(node, path, reader);
            return always ? std::optional(ByDay<T>(std::move(*always))) : std::nullopt;
        }
        const auto nodes = nodes_by_day(node, path, reader);
        if (!nodes) return std::nullopt;
        ByDay<T> days;
        days.values.clear();
        for (const auto& [key, value] : node.entries) {
            auto own = Value<T>::read(value, std::string(path) + "." + key.scalar, reader);
            if (!own) continue;
            for (std::size_t k = 0; k < kinds_of_days; ++k)
                if (nodes->of[k] == &value) days.which[k] = days.values.size();
            days.values.push_back(std::move(*own));
            days.keys.push_back(key.scalar);
        }
        return days.values.size() == node.entries.size() ? std::optional(std::move(days)) : std::nullopt;
    }
    static std::string type() { return Value<T>::type() + ", or one by day"; }
    static std::string unit() { return Value<T>::unit(); }
    static std::string text(const ByDay<T>& days) {
        if (!days.is_by_day()) return Value<T>::text(days.values.front());
        std::string text = "{";
        for (std::size_t k = 0; k < days.keys.size(); ++k)
            text += (k > 0 ? ", " : "") + days.keys[k] + ": " + Value<T>::text(days.values[k]);
        return text + "}";
    }
    static std::optional<double> out_of(const Range& range, const ByDay<T>& days) {
        for (const T& value : days.values)
            if (auto bad = Value<T>::out_of(range, value)) return bad;
        return std::nullopt;
    }
};

template <class T>
struct PartsOf<ByDay<T>> : PartsOf<T> {};

}  // namespace evsweep
