// Reverse Polish arithmetic inside values: (8 1000 /) is 0.008. Angles are in degrees.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "feeder_formats/opendss/text.hpp"

namespace evsweep::opendss {
namespace {

constexpr double degree = std::numbers::pi / 180.0;

/// The ten registers of a pocket calculator; the first is the one shown.
class Registers {
   public:
    void push(double x) {
        std::rotate(stack_.rbegin(), stack_.rbegin() + 1, stack_.rend());
        stack_[0] = x;
        ++filled_;
    }
    double& x() { return stack_[0]; }
    /// Replaces the first two registers by one.
    void combine(double result) {
        std::rotate(stack_.begin(), stack_.begin() + 1, stack_.end());
        stack_[0] = result;
        if (filled_ > 0) --filled_;
    }
    [[nodiscard]] double y() const { return stack_[1]; }
    void swap() { std::swap(stack_[0], stack_[1]); }
    /// Copies the first register upwards.
    void roll_up() { push(x()); }
    /// Drops the first register.
    void roll_down() { combine(y()); }

    [[nodiscard]] std::size_t filled() const { return filled_; }

   private:
    std::array<double, 10> stack_{};
    std::size_t filled_ = 0;
};

struct OfTwo {
    std::string_view name;
    double (*of)(double y, double x);
};
constexpr OfTwo of_two[] = {
    {"+", [](double y, double x) { return y + x; }},
    {"-", [](double y, double x) { return y - x; }},
    {"*", [](double y, double x) { return y * x; }},
    {"/", [](double y, double x) { return y / x; }},
    {"^", [](double y, double x) { return std::pow(y, x); }},
    {"atan2", [](double y, double x) { return std::atan2(y, x) / degree; }},
};

struct OfOne {
    std::string_view name;
    double (*of)(double x);
};
constexpr OfOne of_one[] = {
    {"sqr", [](double x) { return x * x; }},
    {"sqrt", [](double x) { return std::sqrt(x); }},
    {"sin", [](double x) { return std::sin(x * degree); }},
    {"cos", [](double x) { return std::cos(x * degree); }},
    {"tan", [](double x) { return std::tan(x * degree); }},
    {"asin", [](double x) { return std::asin(x) / degree; }},
    {"acos", [](double x) { return std::acos(x) / degree; }},
    {"atan", [](double x) { return std::atan(x) / degree; }},
    {"ln", [](double x) { return std::log(x); }},
    {"log10", [](double x) { return std::log10(x); }},
    {"exp", [](double x) { return std::exp(x); }},
    {"inv", [](double x) { return 1.0 / x; }},
};

/// Whether the word is known and has its operands.
bool perform(const std::string& word, Registers& registers) {
    for (const OfTwo& op : of_two)
        if (op.name == word) return registers.filled() > 1 && (registers.combine(op.of(registers.y(), registers.x())), true);
    for (const OfOne& op : of_one)
        if (op.name == word) return registers.filled() > 0 && (registers.x() = op.of(registers.x()), true);
    if (word == "pi") return registers.push(std::numbers::pi), true;
    if (word == "swap") return registers.swap(), true;
    if (word == "rollup") return registers.roll_up(), true;
    if (word == "rolldn") return registers.roll_down(), true;
    return false;
}

}  // namespace

std::optional<double> work_out(const std::vector<Value>& words) {
    Registers registers;
    for (const Value& word : words) {
        if (const auto number = to_number(std::string_view(word.text)))
            registers.push(*number);
        else if (!perform(lower(word.text), registers))
            return std::nullopt;
    }
    return registers.filled() > 0 && std::isfinite(registers.x()) ? std::optional(registers.x()) : std::nullopt;
}

}  // namespace evsweep::opendss
