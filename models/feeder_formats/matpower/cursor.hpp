/// A reading place in the words of a case file: look, take, expect, or refuse the statement.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "feeder_formats/matpower/arithmetic.hpp"
#include "feeder_formats/matpower/tokens.hpp"

namespace evsweep::matpower {

/// Moves over tokens that end with `end` and never past it.
class Cursor {
   public:
    explicit Cursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }
    [[nodiscard]] bool at_end() const { return peek().kind == Token::Kind::end; }
    [[nodiscard]] std::size_t place() const { return next_; }
    void go_to(std::size_t place) { next_ = place; }
    const Token& take();
    /// Takes the symbol if it is here.
    bool accept(const char* symbol);
    void expect(const char* symbol);
    std::string expect_name();
    void end_of_statement();
    /// Moves to the end of a statement, counting brackets.
    void skip_statement();
    /// Refuses the statement because of what is here.
    [[noreturn]] void refuse(std::string problem, std::string hint = {}) const;
    [[noreturn]] static void refuse_at(const Position& at, std::string problem, std::string hint = {});

   private:
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
};

}  // namespace evsweep::matpower
