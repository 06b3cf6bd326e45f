#include "feeder_formats/matpower/tokens.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace evsweep::matpower {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Splitter {
   public:
    Splitter(const std::string& text, const Position& file, Issues& issues) : text_(text), file_(file), issues_(issues) {}

    std::vector<Token> run() {
        while (i_ < text_.size()) step();
        push(Token::Kind::end);
        return std::move(tokens_);
    }

   private:
    char peek(std::size_t ahead = 0) const { return i_ + ahead < text_.size() ? text_[i_ + ahead] : '\0'; }

    void step() {
        const char c = peek();
        if (c == '\n')
            new_line(Token::Kind::newline);
        else if (c == ' ' || c == '\t' || c == '\r')
            skip(1);
        else if (c == '%')
            comment();
        else if (c == '.' && peek(1) == '.' && peek(2) == '.')
            continuation();
        else if (is_digit(c) || (c == '.' && is_digit(peek(1))))
            number();
        else if (is_letter(c))
            word();
        else if (c == '\'' || c == '"')
            quoted(c);
        else
            symbol();
    }

    void skip(std::size_t n) {
        i_ += n;
        spaced_ = true;
    }

    void new_line(Token::Kind kind) {
        if (kind == Token::Kind::newline) push(kind);
        ++i_;
        ++line_;
        line_start_ = i_;
        spaced_ = true;
    }

    std::string_view rest_of_line() const {
        const std::size_t end = std::min(text_.find('\n', i_), text_.size());
        return std::string_view(text_).substr(i_, end - i_);
    }

    /// Whether the line holds nothing but `mark` (`%{` opens and `%}` closes a block of comments).
    bool line_is(const char* mark) const {
        const std::size_t end = std::min(text_.find('\n', line_start_), text_.size());
        std::string_view line = std::string_view(text_).substr(line_start_, end - line_start_);
        while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
        while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
        return line == mark;
    }

    void comment() {
        if (!line_is("%{")) return skip(rest_of_line().size());
        const Position opened = here();
        int depth = 0;
        while (i_ < text_.size()) {
            if (line_is("%{")) ++depth;
            if (line_is("%}")) --depth;
            skip(rest_of_line().size());
            if (depth == 0) return;
            if (i_ < text_.size()) new_line(Token::Kind::end);
        }
        issues_.error(opened, "", "a block comment is not closed", "end it with a line %}");
    }

    void continuation() {
        skip(rest_of_line().size());
        if (i_ < text_.size()) new_line(Token::Kind::end);
    }

    void number() {
        const std::size_t first = i_;
        std::size_t n = 0;
        while (is_digit(peek(n))) ++n;
        // The point of `2.*x` belongs to the operator.
        if (peek(n) == '.' && peek(n + 1) != '*' && peek(n + 1) != '/' && peek(n + 1) != '^' && peek(n + 1) != '\'') {
            ++n;
            while (is_digit(peek(n))) ++n;
        }
        if (peek(n) == 'e' || peek(n) == 'E') {
            const std::size_t sign = peek(n + 1) == '+' || peek(n + 1) == '-' ? 1 : 0;
            if (is_digit(peek(n + 1 + sign))) {
                n += 1 + sign;
                while (is_digit(peek(n))) ++n;
            }
        }
        const std::string_view digits = std::string_view(text_).substr(first, n);
        double value = 0.0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size())
            issues_.error(here(), "", "'" + std::string(digits.substr(0, 40)) + "' is too large or too small for a number", "");
        push(Token::Kind::number).number = value;
        i_ += n;
    }

    void word() {
        std::size_t n = 0;
        while (is_letter(peek(n)) || is_digit(peek(n))) ++n;
        push(Token::Kind::name).word = text_.substr(i_, n);
        i_ += n;
    }

    void quoted(char quote) {
        const std::string_view rest = rest_of_line();
        const std::size_t close = rest.find(quote, 1);
        if (close == std::string_view::npos) {
            issues_.error(here(), "", "a quoted text is not closed", "");
            return skip(rest.size());
        }
        push(Token::Kind::text).word = std::string(rest.substr(1, close - 1));
        i_ += close + 1;
    }

    void symbol() {
        const char next = peek(1);
        const bool elementwise = peek() == '.' && (next == '*' || next == '/' || next == '^');
        const std::size_t n = elementwise ? 2 : 1;
        push(Token::Kind::symbol).word = text_.substr(i_, n);
        i_ += n;
    }

    Position here() const { return {file_.file, line_, static_cast<int>(i_ - line_start_) + 1}; }

    Token& push(Token::Kind kind) {
        tokens_.push_back({kind, {}, 0.0, spaced_, here()});
        spaced_ = false;
        return tokens_.back();
    }

    const std::string& text_;
    const Position& file_;
    Issues& issues_;
    std::vector<Token> tokens_;
    std::size_t i_ = 0;
    std::size_t line_start_ = 0;
    int line_ = 1;
    bool spaced_ = false;
};

}  // namespace

std::vector<Token> split_tokens(const std::string& text, const Position& file, Issues& issues) {
    return Splitter(text, file, issues).run();
}

}  // namespace evsweep::matpower
