/// The few statements that MATPOWER case files consist of, read and worked out without executing any code.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "evsweep/issues.hpp"

namespace evsweep::matpower {

/// A table of numbers, row by row, with the place of each row.
struct Table {
    std::size_t columns = 0;
    std::vector<double> values;
    std::vector<Position> at;

    [[nodiscard]] std::size_t rows() const { return at.size(); }
    /// Column numbers count from 1, as in the MATPOWER manual.
    [[nodiscard]] double operator()(std::size_t row, std::size_t column) const { return values[row * columns + column - 1]; }
    [[nodiscard]] double& operator()(std::size_t row, std::size_t column) { return values[row * columns + column - 1]; }
};

/// A case after its last statement.
struct Case {
    std::string name;
    std::map<std::string, double> scalars;  ///< fields with one number: baseMVA
    std::map<std::string, Table> tables;    ///< fields with a matrix: bus, branch, gen, ...
};

/// Reads
///     function mpc = NAME            mpc.version = '2'             mpc.FIELD = NUMBER or [matrix] or {names}
///     [PQ, PV, ...] = idx_bus        define_constants              NAME = EXPRESSION
///     mpc.FIELD(ROWS, COLUMNS) = EXPRESSION
/// where a matrix has expressions, and an expression has numbers, names, fields, + - * / ^ .* ./ .^, parentheses and a few
/// functions of one number. Anything else is an issue at its place.
[[nodiscard]] Case read_case(const std::string& text, const std::filesystem::path& file, Issues& issues);

}  // namespace evsweep::matpower
