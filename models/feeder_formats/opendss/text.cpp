#include "feeder_formats/opendss/text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace evsweep::opendss {
namespace {

constexpr std::string_view opening = "([{\"'";
constexpr std::string_view closing = ")]}\"'";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == ','; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Puts the values of variables in where a word begins with their name; an unknown `@name` stays and fails where its value is
/// needed. The value of a quoted variable keeps its quotes inside a list, and makes a word of its own quoted.
void substitute(Value& value, const Variables& variables) {
    const std::string text = std::move(value.text);
    value.text.clear();
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i + 1;
        const bool begins = i == 0 || is_blank(text[i - 1]) || text[i - 1] == '|' || opening.find(text[i - 1]) != opening.npos;
        if (text[i] != '@' || !begins) {
            value.text += text[i++];
            continue;
        }
        while (end < text.size() && is_name(text[end])) ++end;
        const auto found = variables.find(lower(std::string_view(text).substr(i, end - i)));
        if (found == variables.end()) {
            value.text += text.substr(i, end - i);
        } else if (found->second.quoted && value.quoted) {
            value.text += "{" + found->second.text + "}";
        } else {
            value.text += found->second.text;
            value.quoted = value.quoted || found->second.quoted;
        }
        i = end;
    }
}

/// A reading place in one line.
class LineReader {
   public:
    LineReader(std::string_view line, const Position& at) : line_(line), at_(at) {}

    bool at_end() {
        while (next_ < line_.size() && is_blank(line_[next_])) ++next_;
        return next_ >= line_.size() || is_comment();
    }
    /// Takes an `=` that follows, with blanks around it.
    bool accept_equals() {
        std::size_t ahead = next_;
        while (ahead < line_.size() && (line_[ahead] == ' ' || line_[ahead] == '\t')) ++ahead;
        if (ahead >= line_.size() || line_[ahead] != '=') return false;
        next_ = ahead + 1;
        while (next_ < line_.size() && (line_[next_] == ' ' || line_[next_] == '\t')) ++next_;
        return true;
    }
    Value take() {
        Value value;
        value.at = here();
        const auto quote = next_ < line_.size() ? opening.find(line_[next_]) : std::string_view::npos;
        if (quote != std::string_view::npos) {
            const auto end = line_.find(closing[quote], next_ + 1);
            open_quote_ = open_quote_ || end == std::string_view::npos;
            value.text = line_.substr(next_ + 1, end == std::string_view::npos ? end : end - next_ - 1);
            if (end == std::string_view::npos)
                while (!value.text.empty() && is_blank(value.text.back())) value.text.pop_back();
            value.quoted = true;
            next_ = end == std::string_view::npos ? line_.size() : end + 1;
            return value;
        }
        const std::size_t start = next_;
        while (next_ < line_.size() && !is_blank(line_[next_]) && line_[next_] != '=' && !is_comment()) ++next_;
        value.text = line_.substr(start, next_ - start);
        return value;
    }
    Position here() const {
        Position at = at_;
        at.column += static_cast<int>(std::min<std::size_t>(next_, 1'000'000));
        return at;
    }
    /// Whether what was taken last ends at a comma between two digits: "3,5".
    bool at_decimal_comma() const {
        const auto is_digit = [&](std::size_t i) { return i < line_.size() && line_[i] >= '0' && line_[i] <= '9'; };
        return next_ > 0 && next_ < line_.size() && line_[next_] == ',' && is_digit(next_ - 1) && is_digit(next_ + 1);
    }
    bool open_quote() const { return open_quote_; }
    void skip() { ++next_; }

   private:
    bool is_comment() const {
        return line_[next_] == '!' || (line_[next_] == '/' && next_ + 1 < line_.size() && line_[next_ + 1] == '/');
    }

    std::string_view line_;
    Position at_;
    std::size_t next_ = 0;
    bool open_quote_ = false;
};

}  // namespace

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::pair<std::string, std::string> parts_of(const std::string& full) {
    const std::string text = lower(full);
    const auto dot = text.find('.');
    if (dot == std::string::npos) return {text, {}};
    return {text.substr(0, dot), text.substr(dot + 1)};
}

std::vector<Parameter> split_line(std::string_view line, const Position& at, const Variables& variables, Issues& issues) {
    LineReader reader(line, at);
    std::vector<Parameter> parameters;
    while (!reader.at_end()) {
        Parameter parameter;
        const Position start = reader.here();
        parameter.value = reader.take();
        const bool bare = parameter.value.text.empty() && !parameter.value.quoted;
        if (reader.accept_equals()) {
            if (bare) issues.error(start, "", "an `=` without a name before it", "write NAME=VALUE");
            parameter.name = lower(parameter.value.text);
            parameter.value = reader.take();
            if (reader.at_decimal_comma())
                issues.error(parameter.value.at, "", "'" + parameter.value.text.substr(0, 40) + ",' has a decimal comma",
                             "write a decimal point, or a blank between two values");
        } else if (bare) {
            reader.skip();
        }
        if (!variables.empty() && parameter.value.text.find('@') != std::string::npos) substitute(parameter.value, variables);
        parameters.push_back(std::move(parameter));
    }
    if (reader.open_quote())
        issues.warning(parameters.back().value.at, "", "a quote or bracket is not closed: it ends with its line, as in OpenDSS",
                       "close it");
    return parameters;
}

std::vector<Value> split_list(const Value& value) {
    LineReader reader(value.text, value.at);
    std::vector<Value> members;
    while (!reader.at_end()) {
        Value member = reader.take();
        if (member.text.empty() && !member.quoted) reader.skip();
        members.push_back(std::move(member));
    }
    return members;
}

std::optional<long> to_integer(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<double> to_number(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

std::optional<double> to_number(const Value& value) {
    if (const auto number = to_number(std::string_view(value.text))) return number;
    if (!value.quoted) return std::nullopt;
    return work_out(split_list(value));
}

std::optional<bool> to_boolean(std::string_view text) {
    // OpenDSS looks at the first letter alone.
    const std::string first = lower(text.substr(0, 1));
    if (first == "y" || first == "t") return true;
    if (first == "n" || first == "f") return false;
    return std::nullopt;
}

std::optional<std::vector<double>> to_numbers(const Value& value) {
    std::vector<double> numbers;
    const auto members = split_list(value);
    for (const Value& member : members) {
        const auto number = to_number(member);
        if (!number) {  // a quoted value may as well be one number worked out
            if (const auto whole = to_number(value)) return std::vector<double>{*whole};
            return std::nullopt;
        }
        numbers.push_back(*number);
    }
    return numbers;
}

std::optional<std::vector<double>> to_matrix(const Value& value, std::size_t order) {
    std::vector<double> matrix(order * order, 0.0);
    std::string_view rest = value.text;
    for (std::size_t row = 0; row < order; ++row) {
        const auto bar = rest.find('|');
        const auto numbers = to_numbers({std::string(rest.substr(0, bar)), false, value.at});
        if (!numbers || (numbers->size() != row + 1 && numbers->size() != order)) return std::nullopt;
        for (std::size_t column = 0; column < numbers->size(); ++column)
            matrix[row * order + column] = matrix[column * order + row] = (*numbers)[column];
        rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
    }
    return matrix;
}

bool has_more_rows(const Value& value, std::size_t order) {
    std::string_view rest = value.text;
    for (std::size_t row = 0; row < order; ++row) {
        const auto bar = rest.find('|');
        rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
    }
    return std::any_of(rest.begin(), rest.end(), [](char c) { return !is_blank(c) && c != '|'; });
}

std::optional<BusRef> to_bus(const Value& value) {
    BusRef bus;
    bus.at = value.at;
    std::string_view rest = value.text;
    const auto dot = rest.find('.');
    bus.name = lower(rest.substr(0, dot));
    while (!bus.name.empty() && is_blank(bus.name.back())) bus.name.pop_back();
    if (bus.name.empty()) return std::nullopt;
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    while (!rest.empty()) {
        const auto end = rest.find('.');
        const auto node = to_integer(rest.substr(0, end));
        if (!node || *node < 0 || *node > 1000 || bus.nodes.size() > 100) return std::nullopt;
        bus.nodes.push_back(static_cast<int>(*node));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return bus;
}

}  // namespace evsweep::opendss
