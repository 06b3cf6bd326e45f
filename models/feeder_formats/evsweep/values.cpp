#include "feeder_formats/evsweep/values.hpp"

namespace evsweep {

namespace feeder_file {

namespace {

/// The words of a text, with every '|' a word of its own.
std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    bool inside = false;
    for (const char c : text) {
        const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (c == '|')
            words.emplace_back("|");
        else if (!is_blank && inside)
            words.back() += c;
        else if (!is_blank)
            words.emplace_back(1, c);
        inside = !is_blank && c != '|';
    }
    return words;
}

bool begins_a_number(const std::string& word) { return word.find_first_of("0123456789") <= word.find_first_not_of("+-."); }

/// The rows of a matrix as words; `unit` takes the word at the end that is no number.
std::vector<std::vector<std::string>> rows_of(std::vector<std::string> words, std::string& unit) {
    if (!words.empty() && words.back() != "|" && !begins_a_number(words.back())) {
        unit = words.back();
        words.pop_back();
    }
    std::vector<std::vector<std::string>> rows(1);
    for (const std::string& word : words) {
        if (word == "|")
            rows.emplace_back();
        else
            rows.back().push_back(word);
    }
    return rows;
}

bool has_square_form(const std::vector<std::vector<std::string>>& rows) {
    bool full = true;
    bool lower = true;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        full = full && rows[i].size() == rows.size();
        lower = lower && rows[i].size() == i + 1;
    }
    return full || lower;
}

}  // namespace

std::optional<SquareMatrix> read_matrix(const Node& node, std::string_view path, std::string_view unit, Reader& reader) {
    if (!node.is_scalar() || node.scalar.find('|') == std::string::npos) {
        const auto number = read_quantity(node, path, unit, reader);
        return number ? std::optional(SquareMatrix{1, {*number}}) : std::nullopt;
    }
    std::string written;
    const auto rows = rows_of(words_of(node.scalar), written);
    if (!has_square_form(rows)) {
        reader.issues.error(node.at, std::string(path), "its rows make no square",
                            "give all rows in full, or each up to the diagonal, e.g. `0.3 | 0.1 0.3 " + std::string(unit) + "`");
        return std::nullopt;
    }
    const bool to_diagonal = rows.front().size() == 1;
    SquareMatrix matrix{rows.size(), std::vector<double>(rows.size() * rows.size())};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < rows[i].size(); ++j) {
            const auto number = read_quantity(Node::make_scalar(rows[i][j] + " " + written, node.at), path, unit, reader);
            if (!number) return std::nullopt;
            matrix.values[i * rows.size() + j] = *number;
            if (to_diagonal) matrix.values[j * rows.size() + i] = *number;
        }
    }
    return matrix;
}

}  // namespace feeder_file

std::optional<feeder_file::PhasesText> Value<feeder_file::PhasesText>::read(const Node& node, std::string_view path,
                                                                            Reader& reader) {
    if (!node.is_scalar()) return report_expected(node, path, "phases, e.g. abc", reader), std::nullopt;
    auto conductors = conductors_of(node.scalar);
    if (conductors) return feeder_file::PhasesText{std::move(*conductors)};
    reader.issues.error(node.at, std::string(path), "'" + node.scalar + "' names no phases", "write e.g. abc, bn or s1s2");
    return std::nullopt;
}

std::optional<feeder_file::TerminalsText> Value<feeder_file::TerminalsText>::read(const Node& node, std::string_view path,
                                                                                  Reader& reader) {
    if (!node.is_scalar()) return report_expected(node, path, "two ends, e.g. ab", reader), std::nullopt;
    if (const auto terminals = terminals_of(node.scalar)) return feeder_file::TerminalsText{*terminals};
    reader.issues.error(node.at, std::string(path), "'" + node.scalar + "' names no two ends",
                        "write e.g. ab, a (to earth), an or 0s2 (from earth)");
    return std::nullopt;
}

std::optional<feeder_file::ShareOrOhms> Value<feeder_file::ShareOrOhms>::read(const Node& node, std::string_view path,
                                                                              Reader& reader) {
    const bool in_ohm = node.is_scalar() && node.scalar.find("ohm") != std::string::npos;
    const auto value = read_quantity(node, path, in_ohm ? "ohm" : "1", reader);
    return value ? std::optional(feeder_file::ShareOrOhms{*value, in_ohm}) : std::nullopt;
}

std::optional<feeder_file::Shares> Value<feeder_file::Shares>::read(const Node& node, std::string_view path, Reader& reader) {
    if (node.is_sequence()) {
        auto values = Value<std::vector<Fraction>>::read(node, path, reader);
        return values ? std::optional(feeder_file::Shares{std::move(*values)}) : std::nullopt;
    }
    const auto value = Value<Fraction>::read(node, path, reader);
    return value ? std::optional(feeder_file::Shares{{*value}}) : std::nullopt;
}

}  // namespace evsweep
