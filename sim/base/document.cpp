#include "evsweep/document.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <string_view>

#include "evsweep/text_check.hpp"
#include "sim/base/tree_builder.hpp"

namespace evsweep {

namespace {

struct Wording {
    std::string_view parser;  ///< how yaml-cpp begins its message
    std::string_view problem;
    std::string_view hint;
};

/// What the parser's messages mean to the person who wrote the file.
const Wording& wording(std::string_view message) {
    namespace Msg = YAML::ErrorMsg;
    static const std::vector<Wording> table{
        {Msg::END_OF_MAP_FLOW, "'{' is not closed", "add '}', or a comma between the entries"},
        {Msg::END_OF_SEQ_FLOW, "'[' is not closed", "add ']', or a comma between the items"},
        {Msg::END_OF_MAP, "a line that does not belong to the map above it",
         "write `key: value`, with the indentation of its neighbours"},
        {Msg::END_OF_SEQ, "a line that does not belong to the list above it",
         "start it with '- ', with the indentation of its neighbours"},
        {Msg::FLOW_END, "a closing bracket that was never opened", "remove it"},
        {Msg::MAP_VALUE, "':' where no value can begin",
         "write one `key: value` per line, look at the line above, quote a text that contains ': '"},
        {Msg::MAP_KEY, "'?' where no key can begin", "quote a text that begins with '?'"},
        {Msg::BLOCK_ENTRY, "'-' where no list item can begin", "start the list on a line of its own"},
        {Msg::EOF_IN_SCALAR, "a quoted text is not closed", "add the closing quote"},
        {Msg::DOC_IN_SCALAR, "a quoted text is not closed", "add the closing quote"},
        {Msg::UNKNOWN_ANCHOR, "an alias whose anchor is not defined above", "define it with '&name' first"},
        {Msg::UNKNOWN_TOKEN, "a character that cannot begin a value", "quote the text"},
        {Msg::INVALID_ESCAPE, "unknown escape in a quoted text", "write '\\\\' for a backslash, or use single quotes"},
        {Msg::INVALID_HEX, "unknown escape in a quoted text", "write '\\\\' for a backslash, or use single quotes"},
        {Msg::INVALID_UNICODE, "unknown escape in a quoted text", "write '\\\\' for a backslash, or use single quotes"},
        {Msg::TAB_IN_INDENTATION, "tab in the indentation", "indent with spaces"},
        {Msg::ALIAS_NOT_FOUND, "'*' without a name", "quote a text that begins with '*'"},
        {Msg::ANCHOR_NOT_FOUND, "'&' without a name", "quote a text that begins with '&'"},
        {Msg::CHAR_IN_ALIAS, "'*' without a proper name", "quote a text that begins with '*'"},
        {Msg::CHAR_IN_ANCHOR, "'&' without a proper name", "quote a text that begins with '&'"},
        {Msg::ALIAS_CONTENT, "an alias with something after it", "an alias stands alone"},
    };
    static const Wording other{"", "this is not YAML", "compare with a scenario that works"};
    for (const auto& known : table)
        if (message.substr(0, known.parser.size()) == known.parser) return known;
    return other;
}

/// Reads the one document of `text`; returns whether it could be read to its end.
bool build(const std::string& text, TreeBuilder& builder, Issues& issues) {
    std::istringstream stream(text);
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) {
            issues.error(builder.position(YAML::Mark()), "", "the file is empty", {});
            return false;
        }
        parser.HandleNextDocument(builder);  // a second one is an error, which the builder reports
        return true;
    } catch (const TreeBuilder::Stop&) {
        return false;
    } catch (const YAML::Exception& fault) {
        const auto& words = wording(fault.msg);
        issues.error(builder.position(fault.mark), "", std::string(words.problem), std::string(words.hint));
        return false;
    }
}

}  // namespace

const Node* Node::find(const std::string& key) const {
    for (const auto& entry : entries)
        if (entry.key.scalar == key) return &entry.value;
    return nullptr;
}

Node parse_yaml(const std::string& text, const std::filesystem::path& file, Issues& issues) {
    const auto name = std::make_shared<const std::string>(file.string());
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    const bool is_marked = text.substr(0, byte_order_mark.size()) == byte_order_mark;
    const std::string content = is_marked ? text.substr(byte_order_mark.size()) : text;
    if (!check_text(content, name, issues)) return {};
    TreeBuilder builder(content, name, issues);
    if (!build(content, builder, issues)) return {};
    return builder.take();
}

}  // namespace evsweep
