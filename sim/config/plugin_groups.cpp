#include "sim/config/plugin_groups.hpp"

namespace evsweep {

bool check_label(const Node& key, const std::string& path, Issues& issues) {
    const bool is_fit = std::all_of(key.scalar.begin(), key.scalar.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
    if (!is_fit) issues.error(key.at, path, "is not a label", "use letters, digits, '_' and '-'");
    return is_fit;
}

bool check_is_said(const Node& value, const std::string& path, Issues& issues) {
    const bool is_removal = value.is_null() && value.scalar == "~";
    if (is_removal) issues.error(value.at, path, "there is nothing that '~' could remove", "write `{}` for the defaults");
    return !is_removal;
}

}  // namespace evsweep
