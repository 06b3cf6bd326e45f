/// The words of a MATPOWER case file, without comments and continuations.
#pragma once

#include <string>
#include <vector>

#include "evsweep/issues.hpp"

namespace evsweep::matpower {

struct Token {
    enum class Kind { number, name, text, symbol, newline, end };
    Kind kind = Kind::end;
    std::string word;     ///< name, symbol (`.*` is one) or the inside of a quoted text
    double number = 0;    ///< of a number
    bool spaced = false;  ///< blank space comes before it: separates elements inside brackets
    Position at;

    [[nodiscard]] bool is(const char* symbol) const { return kind == Kind::symbol && word == symbol; }
    [[nodiscard]] bool is_name(const char* name) const { return kind == Kind::name && word == name; }
};

/// Splits a text; the last token is `end`. Numbers out of range and open quotes become issues.
[[nodiscard]] std::vector<Token> split_tokens(const std::string& text, const Position& file, Issues& issues);

}  // namespace evsweep::matpower
