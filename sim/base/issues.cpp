#include "evsweep/issues.hpp"

#include <algorithm>
#include <cctype>

#include "evsweep/input_files.hpp"

namespace evsweep {

Issues::Issues(std::shared_ptr<InputFiles> files) : files_(files ? std::move(files) : std::make_shared<InputFiles>()) {}

namespace {

constexpr std::size_t longest_list = 16;

std::string place(const Position& at) {
    if (!at.file || at.file->empty()) return {};
    if (at.line == 0) return *at.file + ": ";
    return *at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

/// The first `longest` bytes of a text that is longer, cut between characters.
std::string cut(const std::string& text, std::size_t longest) {
    if (text.size() <= longest) return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "...";
}

bool is_word(const std::string& text, std::size_t i) {
    return i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0;
}

/// Cuts what stands in quotes: it comes from a file that may be another one than was meant, and not for all eyes.
std::string with_short_quotes(const std::string& text) {
    constexpr std::size_t longest = 80;
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const bool opens = text[i] == '\'' && (i == 0 || !is_word(text, i - 1));
        std::size_t end = opens ? text.find('\'', i + 1) : std::string::npos;
        while (end != std::string::npos && is_word(text, end + 1)) end = text.find('\'', end + 1);
        if (!opens || (end == std::string::npos && text.size() - i <= longest)) {
            result += text[i++];
            continue;
        }
        result += "'" + cut(text.substr(i + 1, end == std::string::npos ? end : end - i - 1), longest);
        i = std::min(end, text.size());
        if (i < text.size()) result += text[i++];
    }
    return result;
}

/// One line of bearable length, without characters that steer a terminal: a message may quote a damaged file.
std::string one_line(std::string text) {
    constexpr std::size_t longest = 500;
    text = cut(with_short_quotes(text), longest);
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) c = c == '\n' || c == '\t' ? ' ' : '?';
    return text;
}

/// Lower case, with '-' and ' ' as '_', so that `Peak-Setpoint` is next to `peak_setpoint`.
std::string folded(const std::string& word) {
    std::string text = word;
    for (char& c : text) c = c == '-' || c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// Edits (insert, delete, replace, swap neighbours) between two words: optimal string alignment distance.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

std::string all_lines(const Issues& issues) {
    std::string text;
    for (const auto& issue : issues.list()) text += (text.empty() ? "" : "\n") + to_text(issue);
    return text;
}

}  // namespace

std::string to_text(const Issue& issue) {
    std::string text = place(issue.at);
    if (issue.severity == Severity::warning) text += "warning: ";
    if (!issue.path.empty()) text += one_line(cut(issue.path, 160)) + ": ";
    text += one_line(issue.problem);
    if (!issue.hint.empty()) text += "; " + one_line(issue.hint);
    return text;
}

bool Issues::has_errors() const {
    return std::any_of(list_.begin(), list_.end(), [](const Issue& i) { return i.severity == Severity::error; });
}

ScenarioError::ScenarioError(Issues issues) : std::runtime_error(all_lines(issues)), issues_(std::move(issues)) {}

std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates) {
    constexpr std::size_t longest_word = 64;  // a slip of the pen is not made in a longer one
    if (word.empty() || word.size() > longest_word) return {};
    constexpr std::size_t most_candidates = 1000;  // among more names a hint takes longer than it helps
    const std::string wanted = folded(word);
    std::size_t seen = 0;
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::string nearest;
    for (const auto& candidate : candidates) {
        if (++seen > most_candidates) break;
        if (candidate.empty() || candidate.size() > longest_word) continue;
        const std::size_t least = std::max(candidate.size(), word.size()) - std::min(candidate.size(), word.size());
        if (least >= best) continue;
        const std::size_t d = distance(wanted, folded(candidate));
        if (d >= best || d >= candidate.size()) continue;
        best = d;
        nearest = candidate;
    }
    return nearest;
}

std::string shown(std::string_view text) {
    constexpr std::size_t longest = 80;
    return "'" + std::string(text.substr(0, longest)) + (text.size() > longest ? "...'" : "'");
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
    if (const std::string nearest = nearest_name(word, candidates); !nearest.empty()) return "did you mean '" + nearest + "'?";
    if (candidates.empty()) return {};
    std::string text = "known:";
    const std::size_t shown = std::min(candidates.size(), longest_list);
    for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? " " : ", ") + candidates[i];
    return shown < candidates.size() ? text + ", ..." : text;
}

}  // namespace evsweep
