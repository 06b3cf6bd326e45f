#include "sim/config/flow_text.hpp"

#include <string_view>

namespace evsweep {

namespace {

bool is_one_of(char c, std::string_view characters) { return characters.find(c) != std::string_view::npos; }

/// Whether a scalar may stand without quotes in flow style, where brackets, commas and colons part things.
bool is_plain(const std::string& text) {
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    for (const char c : text)
        if (!is_one_of(c, digits) && !is_one_of(c, letters) && !is_one_of(c, " ./%+-")) return false;
    if (text.empty() || text.back() == ' ') return false;
    const bool opens_plainly = is_one_of(text.front(), digits) || is_one_of(text.front(), letters) || text.front() == '/';
    return opens_plainly || (is_one_of(text.front(), ".-+") && text.size() > 1 && is_one_of(text[1], "0123456789./"));
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n')
            result += "\\n";
        else if (c == '\t')
            result += "\\t";
        else
            result += c;
    }
    return result + "\"";
}

std::string scalar_text(const Node& node) { return node.quoted || !is_plain(node.scalar) ? quoted(node.scalar) : node.scalar; }

}  // namespace

std::string flow_text(const Node& node) {
    if (node.is_null()) return "~";
    if (node.is_scalar()) return scalar_text(node);
    std::string parts;
    const auto add = [&parts](const std::string& part) { parts += (parts.empty() ? "" : ", ") + part; };
    for (const Node& item : node.items) add(flow_text(item));
    for (const auto& [key, value] : node.entries) add(scalar_text(key) + ": " + flow_text(value));
    return node.is_sequence() ? "[" + parts + "]" : "{" + parts + "}";
}

}  // namespace evsweep
