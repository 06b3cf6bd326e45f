#include "sim/base/tree_builder.hpp"

#include <algorithm>
#include <utility>

namespace evsweep {

namespace {

std::size_t count_nodes(const Node& node) {
    std::size_t n = 1;
    for (const auto& item : node.items) n += count_nodes(item);
    for (const auto& [key, value] : node.entries) n += 1 + count_nodes(value);
    return n;
}

}  // namespace

Position TreeBuilder::position(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, mark.line + 1, mark.column + 1};
}

void TreeBuilder::stop(const Position& at, std::string problem, std::string hint) {
    issues_.error(at, path(), std::move(problem), std::move(hint));
    throw Stop{};
}

void TreeBuilder::stop_too_deep(const Position& at) {
    issues_.error(at, "", "nested more than 64 levels deep", "no part of a study needs that");
    throw Stop{};
}

std::size_t TreeBuilder::offset(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
}

std::string TreeBuilder::path() const {
    std::string text;
    for (const auto& open : open_) {
        if (open.node.is_sequence()) text += "[" + std::to_string(open.node.items.size()) + "]";
        if (open.node.is_map() && open.has_key) text += (text.empty() ? "" : ".") + open.key.scalar;
    }
    return text;
}

bool TreeBuilder::expects_key() const { return !open_.empty() && open_.back().node.is_map() && !open_.back().has_key; }

void TreeBuilder::check_tag(const Position& at, const std::string& tag) {
    const bool is_implied = tag.empty() || tag == "!" || tag == "?";
    if (!is_implied) stop(at, "tag '" + tag + "' has no meaning here", "remove it");
}

// yaml-cpp takes a quoted text that runs into a less indented line, or into the end of the file, for closed.
void TreeBuilder::check_quotes(const YAML::Mark& mark) {
    const std::size_t begin = offset(mark);
    const char quote = begin < text_.size() ? text_[begin] : '\0';
    if (quote != '"' && quote != '\'') return;  // a block scalar
    for (std::size_t i = begin + 1; i < text_.size() && text_[i] != '\n'; ++i) {
        if (quote == '"' && text_[i] == '\\')
            ++i;
        else if (quote == '\'' && text_.compare(i, 2, "''") == 0)
            ++i;
        else if (text_[i] == quote)
            return;
    }
    stop(position(mark), "a quoted text does not end on its line", "add the closing quote");
}

void TreeBuilder::count(std::size_t nodes, const Position& at) {
    nodes_ += nodes;
    if (nodes_ > most_nodes) stop(at, "more than 1,000,000 values", "keep long series in a CSV file");
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
    if (has_document_) {
        const bool is_marked = text_.compare(offset(mark), 3, "---") == 0;
        stop(position(mark), is_marked ? "a second document starts here" : "text after the end of the document",
             is_marked ? "one file holds one document" : "remove it, or quote the whole value");
    }
    has_document_ = true;
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    Node node;
    node.at = position(mark);
    count(1, node.at);
    if (expects_key()) stop(node.at, "a key is missing before ':'", "a key is a word");
    // An explicit `~` removes what a file extends, an empty value does not: keep them apart.
    if (text_.compare(offset(mark), 1, "~") == 0) node.scalar = "~";
    place(std::move(node), anchor, 0);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const Position at = position(mark);
    if (expects_key()) stop(at, "an alias cannot be a key", "write the key itself");
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) stop(at, "the alias stands inside what it refers to", "remove it");
    count(found->second.nodes, at);
    if (static_cast<int>(open_.size()) + found->second.height > deepest_nesting) stop_too_deep(at);
    place(found->second.node, 0, found->second.height);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) {
    Node node = Node::make_scalar(value, position(mark));
    node.quoted = tag == "!";
    check_tag(node.at, tag);
    if (node.quoted) check_quotes(mark);
    count(1, node.at);
    if (expects_key())
        take_key(std::move(node));
    else
        place(std::move(node), anchor, 0);
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value) {
    open(Node::Kind::sequence, mark, tag, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) {
    open(Node::Kind::map, mark, tag, anchor);
}

void TreeBuilder::open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    Open level;
    level.node.kind = kind;
    level.node.at = position(mark);
    level.anchor = anchor;
    check_tag(level.node.at, tag);
    count(1, level.node.at);
    if (expects_key())
        stop(level.node.at, "a bracket is not closed, or a key is not a word", "close the bracket, or write `word: value`");
    if (static_cast<int>(open_.size()) >= deepest_nesting) stop_too_deep(level.node.at);
    open_.push_back(std::move(level));
}

void TreeBuilder::close() {
    Open level = std::move(open_.back());
    open_.pop_back();
    place(std::move(level.node), level.anchor, level.height);
}

void TreeBuilder::take_key(Node key) {
    if (key.scalar == "<<" && !key.quoted) stop(key.at, "merge keys are not supported", "use `extends`, or repeat the lines");
    if (key.scalar.empty()) stop(key.at, "the key is empty", "a key is a word");
    if (open_.back().lines.size() >= most_keys) stop(key.at, "more than 10,000 keys in one map", "use a list");
    open_.back().key = std::move(key);
    open_.back().has_key = true;
}

void TreeBuilder::place(Node node, YAML::anchor_t anchor, int height) {
    if (anchor != 0) anchors_[anchor] = {node, height, count_nodes(node)};
    if (open_.empty()) {
        root_ = std::move(node);
        return;
    }
    Open& level = open_.back();
    level.height = std::max(level.height, height + 1);
    if (level.node.is_sequence()) {
        level.node.items.push_back(std::move(node));
        return;
    }
    const std::string key_path = path();
    if (node.is_null() && node.scalar.empty()) node.at = level.key.at;  // the parser finds it on a later line
    level.has_key = false;
    const auto [line, is_new] = level.lines.emplace(level.key.scalar, level.key.at.line);
    if (is_new)
        level.node.entries.push_back({std::move(level.key), std::move(node)});
    else
        report_twice(key_path, level.key.at, line->second);
}

void TreeBuilder::report_twice(const std::string& key_path, const Position& at, int first_line) {
    constexpr int most = 100;  // whoever repeats more keys than that has another problem
    issues_.error(at, key_path, "is there twice", "first on line " + std::to_string(first_line));
    if (++repeated_keys_ == most) throw Stop{};
}

}  // namespace evsweep
