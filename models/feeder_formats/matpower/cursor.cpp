#include "feeder_formats/matpower/cursor.hpp"

#include <fmt/format.h>

namespace evsweep::matpower {

const Token& Cursor::take() {
    const Token& token = peek();
    if (!at_end()) ++next_;
    return token;
}

bool Cursor::accept(const char* symbol) {
    if (!peek().is(symbol)) return false;
    take();
    return true;
}

void Cursor::expect(const char* symbol) {
    if (!accept(symbol)) refuse(fmt::format("expected '{}'", symbol));
}

std::string Cursor::expect_name() {
    if (peek().kind != Token::Kind::name) refuse("expected a name");
    return take().word;
}

void Cursor::refuse(std::string problem, std::string hint) const {
    const Token& token = peek();
    if (token.kind == Token::Kind::end || token.kind == Token::Kind::newline)
        problem += " before the end of the line";
    else if (!token.word.empty())
        problem += fmt::format(", found '{}'", token.word.substr(0, 40));
    throw Refusal{token.at, std::move(problem), std::move(hint)};
}

void Cursor::refuse_at(const Position& at, std::string problem, std::string hint) {
    throw Refusal{at, std::move(problem), std::move(hint)};
}

void Cursor::skip_statement() {
    int depth = 0;
    while (!at_end()) {
        const Token& token = peek();
        if (token.is("[") || token.is("(") || token.is("{")) ++depth;
        if (token.is("]") || token.is(")") || token.is("}")) depth = std::max(0, depth - 1);
        if (depth == 0 && (token.kind == Token::Kind::newline || token.is(";"))) return;
        take();
    }
}

void Cursor::end_of_statement() {
    if (at_end() || accept(";") || accept(",")) return;
    if (peek().kind == Token::Kind::newline) {
        take();
        return;
    }
    refuse("expected the end of the statement");
}

}  // namespace evsweep::matpower
