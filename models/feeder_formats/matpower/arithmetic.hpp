/// Arithmetic on numbers and blocks of numbers, element by element, as the statements of a case file use it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/issues.hpp"
#include "feeder_formats/matpower/tokens.hpp"

namespace evsweep::matpower {

/// Thrown inside one statement and caught at its end; a statement that fails changes nothing.
struct Refusal {
    Position at;
    std::string problem;
    std::string hint;
};

/// A scalar or a rows x columns block.
struct Block {
    std::size_t rows = 1;
    std::size_t columns = 1;
    std::vector<double> values{0.0};
    [[nodiscard]] bool is_scalar() const { return rows == 1 && columns == 1; }
};

[[nodiscard]] inline Block scalar(double x) { return {1, 1, {x}}; }

using Names = std::vector<std::pair<const char*, double>>;

/// Named columns in the order in which MATPOWER's functions idx_bus, idx_brch and idx_gen return them.
[[nodiscard]] const std::map<std::string, Names>& column_functions();
/// Functions of one number.
[[nodiscard]] const std::map<std::string, double (*)(double)>& functions();
/// a + b, a - b, a * b, a / b, a ^ b and the dotted forms. Throws a Refusal where the shapes do not fit and where the
/// operator would be a matrix product, quotient or power.
[[nodiscard]] Block combine(const Token& op, const Block& a, const Block& b);

}  // namespace evsweep::matpower
