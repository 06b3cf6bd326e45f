/// A structured text as a neutral tree with positions; YAML is parsed into it in one place only (sim/config).
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/issues.hpp"

namespace evsweep {

/// One node of a document: nothing, a scalar text, a sequence or a map in the order written.
struct Node {
    enum class Kind { null, scalar, sequence, map };

    Kind kind = Kind::null;
    Position at;
    std::string scalar;       ///< text of a scalar
    bool quoted = false;      ///< a quoted scalar is a string and never a number
    std::vector<Node> items;  ///< of a sequence
    struct Entry;
    std::vector<Entry> entries;  ///< of a map

    [[nodiscard]] const Node* find(const std::string& key) const;
    [[nodiscard]] bool is_null() const { return kind == Kind::null; }
    [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
    [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }
    [[nodiscard]] bool is_map() const { return kind == Kind::map; }

    static Node make_scalar(std::string text, Position at);
    static Node make_map(Position at);
};

/// One line of a map; the key is a scalar.
struct Node::Entry {
    Node key;
    Node value;
};

inline Node Node::make_scalar(std::string text, Position at) {
    Node node;
    node.kind = Kind::scalar;
    node.at = std::move(at);
    node.scalar = std::move(text);
    return node;
}

inline Node Node::make_map(Position at) {
    Node node;
    node.kind = Kind::map;
    node.at = std::move(at);
    return node;
}

/// Parses YAML text; syntax errors, duplicate keys, aliases out of bounds and too deep nesting become issues.
/// Returns a null node where nothing could be read.
[[nodiscard]] Node parse_yaml(const std::string& text, const std::filesystem::path& file, Issues& issues);

}  // namespace evsweep
