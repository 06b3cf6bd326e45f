#include "feeder_formats/matpower/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <utility>

#include "feeder_formats/matpower/arithmetic.hpp"
#include "feeder_formats/matpower/cursor.hpp"

namespace evsweep::matpower {
namespace {

constexpr int deepest_nesting = 100;
constexpr std::size_t widest_index = 100;
/// Elements worked on in all: beyond any real case, and soon reached by a file made to keep the reader busy.
constexpr std::size_t most_work = 50'000'000;
constexpr std::size_t most_issues = 100;

/// Fields that a feeder has no use for: costs, areas and names.
bool is_ignored_field(const std::string& field) {
    static const std::vector<std::string> fields{"gencost", "areas", "bus_name", "gentype", "genfuel"};
    return std::find(fields.begin(), fields.end(), field) != fields.end();
}

class Program : private Cursor {
   public:
    Program(const std::string& text, const Position& file, Issues& issues)
        : Cursor(split_tokens(text, file, issues)), issues_(issues) {}

    Case run() {
        while (!at_end()) {
            const std::size_t first = place();
            try {
                statement();
            } catch (const Refusal& refusal) {
                issues_.error(refusal.at, "", refusal.problem, refusal.hint);
                if (issues_.list().size() >= most_issues) break;
                go_to(first);
                depth_ = 0;
                blanks_separate_ = false;
                skip_statement();
            }
        }
        return std::move(case_);
    }

   private:
    void statement() {
        const Token& first = peek();
        if (first.kind == Token::Kind::newline || first.is(";") || first.is(",")) {
            take();
            return;
        }
        if (first.is("[")) return named_columns();
        if (first.kind != Token::Kind::name) refuse_unknown(first);
        if (first.word == "function") return function_line();
        if (first.word == "define_constants") return all_columns();
        if (first.word == "end" || first.word == "return") return last_line();
        if (first.word == case_variable_ && peek(1).is(".")) return field_statement();
        if (peek(1).is("=")) return scalar_statement();
        refuse_unknown(first);
    }

    [[noreturn]] void refuse_unknown(const Token& token) const {
        refuse_at(token.at, "this statement is not one that case files consist of",
                  "work it out and write the numbers; no code is executed");
    }

    void function_line() {
        const Position at = take().at;
        if (!case_.name.empty()) refuse_at(at, "a second function", "a case file has one");
        const bool bracket = accept("[");
        case_variable_ = expect_name();
        if (bracket && !peek().is("]")) refuse("expected one result", "save the case in version 2 of the case format");
        if (bracket) expect("]");
        expect("=");
        case_.name = expect_name();
        if (accept("(")) expect(")");
        end_of_statement();
    }

    void last_line() {
        const Token& word = take();
        while (peek().kind == Token::Kind::newline || peek().is(";")) take();
        if (!at_end()) refuse_unknown(word);
    }

    void named_columns() {
        expect("[");
        std::vector<std::string> names;
        while (!accept("]")) {
            if (accept(",")) continue;
            names.push_back(expect_name());
        }
        expect("=");
        const Position at = peek().at;
        const std::string function = expect_name();
        const auto found = column_functions().find(function);
        if (found == column_functions().end())
            refuse_at(at, "unknown function '" + function + "'", "known are idx_bus, idx_brch and idx_gen");
        if (names.size() > found->second.size())
            refuse_at(at, fmt::format("{} returns {} numbers, not {}", function, found->second.size(), names.size()));
        end_of_statement();
        for (std::size_t i = 0; i < names.size(); ++i) variables_[names[i]] = found->second[i].second;
    }

    void all_columns() {
        take();
        end_of_statement();
        for (const auto& [function, names] : column_functions())
            for (const auto& [name, value] : names) variables_[name] = value;
    }

    void scalar_statement() {
        const std::string name = expect_name();
        expect("=");
        const Position at = peek().at;
        const Block value = expression();
        if (!value.is_scalar()) refuse_at(at, "'" + name + "' would be a table; only numbers can be named");
        end_of_statement();
        variables_[name] = value.values.front();
    }

    void field_statement() {
        take();
        expect(".");
        const Position at = peek().at;
        const std::string field = expect_name();
        if (peek().is("(")) return indexed_statement(field, at);
        expect("=");
        if (peek().is("{") || peek().kind == Token::Kind::text) return text_field(field, at);
        if (peek().is("[")) {
            Table table = matrix();
            end_of_statement();
            if (!is_ignored_field(field)) known_table(field, at);
            case_.tables[field] = std::move(table);
            return;
        }
        if (field != "baseMVA") refuse_at(at, fmt::format("field '{}' is not known to a feeder", field), "remove it");
        const Block value = expression();
        if (!value.is_scalar()) refuse_at(at, "baseMVA is not one number");
        end_of_statement();
        case_.scalars[field] = value.values.front();
    }

    void known_table(const std::string& field, const Position& at) const {
        if (field != "bus" && field != "branch" && field != "gen")
            refuse_at(at, fmt::format("field '{}' is not known to a feeder", field), "known are bus, branch, gen and gencost");
    }

    void text_field(const std::string& field, const Position& at) {
        if (peek().is("{")) {
            if (!is_ignored_field(field)) refuse_at(at, fmt::format("field '{}' is not known to a feeder", field), "remove it");
            while (!accept("}")) {
                if (at_end()) refuse("expected '}'");
                take();
            }
            return end_of_statement();
        }
        if (field != "version") refuse_at(at, fmt::format("field '{}' is not known to a feeder", field), "remove it");
        if (take().word != "2") refuse_at(at, "not version 2 of the case format", "save the case in version 2");
        end_of_statement();
    }

    void indexed_statement(const std::string& field, const Position& at) {
        Table& table = existing_table(field, at);
        const Selection selection = index(table);
        expect("=");
        const Block value = expression();
        if (!value.is_scalar() && (value.rows != selection.rows || value.columns != selection.columns.size()))
            refuse_at(at, fmt::format("{} x {} numbers do not fit into {} x {}", value.rows, value.columns, selection.rows,
                                      selection.columns.size()));
        end_of_statement();
        work(selection.rows * selection.columns.size());
        for (std::size_t r = 0; r < selection.rows; ++r) {
            for (std::size_t c = 0; c < selection.columns.size(); ++c) {
                const double x = value.is_scalar() ? value.values[0] : value.values[r * value.columns + c];
                table(selection.first_row + r, selection.columns[c]) = x;
            }
        }
    }

    Table& existing_table(const std::string& field, const Position& at) {
        const auto found = case_.tables.find(field);
        if (found == case_.tables.end()) refuse_at(at, fmt::format("'{}.{}' is not set yet", case_variable_, field));
        return found->second;
    }

    Table matrix() {
        expect("[");
        blanks_separate_ = true;
        Table table;
        std::vector<double> row;
        Position row_at;
        while (true) {
            const Token& token = peek();
            if (token.is("]") || token.is(";") || token.kind == Token::Kind::newline) {
                add_row(table, row, row_at);
                if (!take().is("]")) continue;
                blanks_separate_ = false;
                return table;
            } else if (token.is(",")) {
                take();
            } else {
                if (row.empty()) row_at = token.at;
                row.push_back(element());
            }
        }
    }

    void add_row(Table& table, std::vector<double>& row, const Position& at) const {
        if (row.empty()) return;
        if (table.rows() == 0) table.columns = row.size();
        if (row.size() != table.columns)
            refuse_at(at, fmt::format("this row has {} numbers and those above have {}", row.size(), table.columns));
        table.values.insert(table.values.end(), row.begin(), row.end());
        table.at.push_back(at);
        row.clear();
    }

    double element() {
        const Position at = peek().at;
        const Block value = expression();
        if (!value.is_scalar()) refuse_at(at, "a table as an element of a table", "each element is one number");
        return value.values.front();
    }

    /// In a table, `a -b` are two elements, and `a - b`, `a-b` and `a- b` are one.
    bool begins_element(const Token& sign) const { return blanks_separate_ && sign.spaced && !peek(1).spaced; }

    /// What stands in parentheses, where blanks mean nothing.
    template <class Read>
    auto in_parentheses(Read read) {
        expect("(");
        const bool before = std::exchange(blanks_separate_, false);
        auto value = read();
        blanks_separate_ = before;
        expect(")");
        return value;
    }

    struct Selection {
        std::size_t first_row = 0;
        std::size_t rows = 0;
        std::vector<std::size_t> columns;
    };

    Selection index(const Table& table) {
        return in_parentheses([&] { return selection_of(table); });
    }

    Selection selection_of(const Table& table) {
        Selection selection;
        if (accept(":")) {
            selection.rows = table.rows();
        } else {
            selection.first_row = whole(table.rows(), "rows") - 1;
            selection.rows = 1;
        }
        expect(",");
        const bool list = accept("[");
        do {
            if (list && accept(",")) continue;
            column_range(table, selection.columns);
        } while (list && !peek().is("]"));
        if (list) expect("]");
        return selection;
    }

    /// `PD`, `3` or `3:4`.
    void column_range(const Table& table, std::vector<std::size_t>& columns) {
        const std::size_t first = whole(table.columns, "columns");
        const std::size_t last = accept(":") ? whole(table.columns, "columns") : first;
        for (std::size_t column = first; column <= last; ++column) columns.push_back(column);
        if (columns.size() > widest_index) refuse("too many columns");
    }

    /// A whole number from 1 to `most`.
    std::size_t whole(std::size_t most, const char* what) {
        const Position at = peek().at;
        const Block value = expression();
        const double x = value.values.front();
        if (!value.is_scalar() || !(x >= 1.0) || !(x <= static_cast<double>(most)) || x != std::floor(x))
            refuse_at(at, fmt::format("not one of the {} {}", most, what));
        return static_cast<std::size_t>(x);
    }

    Block expression() {
        if (++depth_ > deepest_nesting) refuse_at(peek().at, "too deeply nested");
        Block value = product();
        while ((peek().is("+") || peek().is("-")) && !begins_element(peek())) {
            const Token& op = take();
            value = joined(op, value, product());
        }
        --depth_;
        return value;
    }

    Block product() {
        Block value = signed_power();
        while (peek().is("*") || peek().is("/") || peek().is(".*") || peek().is("./")) {
            const Token& op = take();
            value = joined(op, value, signed_power());
        }
        return value;
    }

    Block signed_power() {
        double sign = 1.0;
        while (peek().is("-") || peek().is("+")) sign = take().is("-") ? -sign : sign;
        Block value = power();
        for (double& x : value.values) x *= sign;
        return value;
    }

    Block power() {
        Block value = primary();
        while (peek().is("^") || peek().is(".^")) {
            const Token& op = take();
            const bool negative = accept("-");
            Block exponent = primary();
            if (negative)
                for (double& x : exponent.values) x = -x;
            value = joined(op, value, exponent);
        }
        return value;
    }

    Block primary() {
        const Token& token = peek();
        if (token.kind == Token::Kind::number) return scalar(take().number);
        if (token.is("(")) return in_parentheses([&] { return expression(); });
        if (token.kind != Token::Kind::name) refuse("expected a number, a name or a parenthesis");
        if (token.word == case_variable_ && peek(1).is(".")) return field_value();
        const auto function = functions().find(token.word);
        if (function != functions().end() && peek(1).is("(") && !(blanks_separate_ && peek(1).spaced))
            return function_value(function->second);
        const auto variable = variables_.find(token.word);
        if (variable != variables_.end()) return take(), scalar(variable->second);
        if (token.word == "pi") return take(), scalar(std::numbers::pi);
        if (token.word == "Inf" || token.word == "inf") return take(), scalar(std::numeric_limits<double>::infinity());
        if (token.word == "NaN" || token.word == "nan") return take(), scalar(std::numeric_limits<double>::quiet_NaN());
        refuse_at(token.at, fmt::format("unknown name '{}'", token.word.substr(0, 40)),
                  "columns are named by `[PQ, PV, ...] = idx_bus` and the like");
    }

    Block function_value(double (*function)(double)) {
        take();
        Block value = in_parentheses([&] { return expression(); });
        for (double& x : value.values) x = function(x);
        return value;
    }

    Block field_value() {
        take();
        expect(".");
        const Position at = peek().at;
        const std::string field = expect_name();
        if (!peek().is("(")) {
            const auto found = case_.scalars.find(field);
            if (found == case_.scalars.end()) refuse_at(at, fmt::format("'{}.{}' is not a number", case_variable_, field));
            return scalar(found->second);
        }
        const Table& table = existing_table(field, at);
        const Selection selection = index(table);
        Block value;
        value.rows = selection.rows;
        value.columns = selection.columns.size();
        work(value.rows * value.columns);
        value.values.clear();
        for (std::size_t r = 0; r < selection.rows; ++r)
            for (const std::size_t c : selection.columns) value.values.push_back(table(selection.first_row + r, c));
        return value;
    }

    Block joined(const Token& op, const Block& a, const Block& b) {
        work(std::max(a.values.size(), b.values.size()));
        return combine(op, a, b);
    }

    void work(std::size_t elements) {
        work_ += elements;
        if (work_ > most_work) refuse_at(peek().at, "this file asks for too much arithmetic");
    }

    Issues& issues_;
    int depth_ = 0;
    bool blanks_separate_ = false;  ///< inside a table, outside parentheses
    std::size_t work_ = 0;
    Case case_;
    std::string case_variable_ = "mpc";
    std::map<std::string, double> variables_;
};

}  // namespace

Case read_case(const std::string& text, const std::filesystem::path& file, Issues& issues) {
    const Position whole{std::make_shared<const std::string>(file.string()), 0, 0};
    return Program(text, whole, issues).run();
}

}  // namespace evsweep::matpower
