/// The words of OpenDSS scripts: `name=value` parameters of one line, and what their values mean as numbers.
#pragma once

#include <complex>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/issues.hpp"

namespace evsweep::opendss {

/// A value as it stands in the file, without its quotes.
struct Value {
    std::string text;
    bool quoted = false;  ///< by (), [], {}, "" or '': only then it may be reverse Polish arithmetic
    Position at;
};

/// One parameter of a line; a positional one has no name.
struct Parameter {
    std::string name;  ///< in lower case
    Value value;
};

/// Values of `@names`.
using Variables = std::map<std::string, Value>;

[[nodiscard]] std::string lower(std::string_view text);

/// `class.name` in lower case, split at its first dot.
[[nodiscard]] std::pair<std::string, std::string> parts_of(const std::string& full);

/// Splits a line at blanks, commas and `=`, without its comment. A quote that is not closed ends with the line, with a warning.
[[nodiscard]] std::vector<Parameter> split_line(std::string_view line, const Position& at, const Variables& variables,
                                                Issues& issues);

/// Splits a list at blanks and commas, keeping the quotes of its members in mind.
[[nodiscard]] std::vector<Value> split_list(const Value& value);

/// A whole number, or nothing.
[[nodiscard]] std::optional<long> to_integer(std::string_view text);
/// A plain number, or nothing; never infinite.
[[nodiscard]] std::optional<double> to_number(std::string_view text);
/// A number or, where the value is quoted, the result of reverse Polish arithmetic.
[[nodiscard]] std::optional<double> to_number(const Value& value);
/// `y`, `yes`, `t`, `true` and their opposites.
[[nodiscard]] std::optional<bool> to_boolean(std::string_view text);
[[nodiscard]] std::optional<std::vector<double>> to_numbers(const Value& value);
/// A square matrix of `order`, row by row with `|` between rows; a lower triangle is enough. Further rows are not read.
[[nodiscard]] std::optional<std::vector<double>> to_matrix(const Value& value, std::size_t order);
[[nodiscard]] bool has_more_rows(const Value& value, std::size_t order);

/// The result of reverse Polish arithmetic such as `(8 1000 /)`; nothing where a word is not known.
[[nodiscard]] std::optional<double> work_out(const std::vector<Value>& words);

/// A bus with the nodes that an element's conductors go to, as in `671.1.2.3`.
struct BusRef {
    std::string name;  ///< in lower case
    std::vector<int> nodes;
    Position at;
};
[[nodiscard]] std::optional<BusRef> to_bus(const Value& value);

}  // namespace evsweep::opendss
