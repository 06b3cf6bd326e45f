#include "controllers/fuzzy/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

#include "evsweep/bounds.hpp"
#include "evsweep/issues.hpp"

namespace evsweep {

namespace {

/// A word of the text and its place.
struct Word {
    std::string_view text;
    std::size_t line = 0;
    std::size_t column = 0;
};

std::vector<Word> words_of(std::string_view text, std::size_t line) {
    constexpr std::string_view blank = " \t\r";
    std::vector<Word> words;
    for (std::size_t at = text.find_first_not_of(blank); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(blank, at), text.size());
        words.push_back({text.substr(at, end - at), line, at + 1});
        at = text.find_first_not_of(blank, end);
    }
    return words;
}

std::optional<double> number_of(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

FuzzyFault fault_at(const Word& word, std::string problem, std::string hint) {
    return {std::move(problem), std::move(hint), word.line, word.column};
}

/// Reads the lines of a rule base one after the other; `whose` is the variable whose lines come.
class RuleText {
   public:
    std::optional<FuzzyFault> read(const std::vector<Word>& words) {
        const std::string_view key = words.front().text;
        if (key == "Engine:") has_engine_ = true;
        if (key == "InputVariable:" || key == "OutputVariable:") whose_ = words.size() > 1 ? words[1].text : "";
        if (key == "RuleBlock:") whose_ = "";
        if (key == "range:") return range(words);
        if (key == "term:") return term(words);
        if (key == "rule:") return rule(words);
        if (key == "default:" && words.size() > 1 && words[1].text != "nan") return number(words[1], "the default");
        if (key == "threshold:" && words.size() > 1) return number(words[1], "the threshold");
        return std::nullopt;
    }
    [[nodiscard]] bool has_engine() const { return has_engine_; }

   private:
    /// A fault where the word is not one plain, finite number of bearable size.
    std::optional<FuzzyFault> number(const Word& word, const std::string& what) const {
        const std::string of = what + (whose_.empty() ? "" : " of " + shown(whose_));
        const auto value = number_of(word.text);
        if (!value) return fault_at(word, of + ": " + shown(word.text) + " is not a number", "write e.g. `0.95`");
        if (!bound_fault(*value, "pu")) return std::nullopt;
        const char* problem = std::isfinite(*value) ? " is too large or too small" : " is not finite";
        return fault_at(word, of + ": " + shown(word.text) + problem, "numbers here are near 1");
    }

    std::optional<FuzzyFault> range(const std::vector<Word>& words) const {
        if (words.size() != 3)
            return fault_at(words.front(), "the range of " + shown(whose_) + " is not two numbers",
                            "give 'range: lowest highest'");
        for (const std::size_t i : {1U, 2U})
            if (auto fault = number(words[i], "the range")) return fault;
        if (*number_of(words[1].text) < *number_of(words[2].text)) return std::nullopt;
        return fault_at(words[1], fmt::format("the range of {} is empty: {} to {}", shown(whose_), words[1].text, words[2].text),
                        "give 'range: lowest highest'");
    }

    std::optional<FuzzyFault> term(const std::vector<Word>& words) const {
        if (words.size() < 3) return std::nullopt;  // fuzzylite says what is missing
        const std::string name = "the term " + shown(words[1].text);
        const std::string_view kind = words[2].text;
        if (kind == "Function") return std::nullopt;  // a formula; what it gives is checked where the table is made
        for (std::size_t i = 3; i < words.size(); ++i)
            if (auto fault = number(words[i], name)) return fault;
        const std::size_t vertices = kind == "Triangle" ? 3 : kind == "Trapezoid" ? 4 : 0;
        for (std::size_t i = 4; i < std::min(words.size(), 3 + vertices); ++i)
            if (*number_of(words[i].text) < *number_of(words[i - 1].text))
                return fault_at(words[i], name + " of " + shown(whose_) + ": its vertices do not ascend",
                                "write the lowest first");
        return std::nullopt;
    }

    static std::optional<FuzzyFault> rule(const std::vector<Word>& words) {
        const auto with = std::find_if(words.begin(), words.end(), [](const Word& word) { return word.text == "with"; });
        if (with == words.end() || with + 1 == words.end()) return std::nullopt;
        const auto weight = number_of((with + 1)->text);
        if (weight && *weight >= 0.0 && *weight <= 1.0) return std::nullopt;
        return fault_at(*(with + 1), "the weight " + shown((with + 1)->text) + " of a rule is not from 0 to 1",
                        "leave it out for 1");
    }

    std::string_view whose_;
    bool has_engine_ = false;
};

}  // namespace

std::optional<FuzzyFault> find_fault(const std::string& rules) {
    RuleText reader;
    std::string_view rest = rules;
    for (std::size_t line = 1; !rest.empty(); ++line) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view text = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const auto words = words_of(text.substr(0, text.find('#')), line);
        if (words.empty()) continue;
        if (auto fault = reader.read(words)) return fault;
    }
    if (reader.has_engine()) return std::nullopt;
    return FuzzyFault{"is no rule base: no line begins with 'Engine:'", "rules are written in the FuzzyLite Language"};
}

}  // namespace evsweep
