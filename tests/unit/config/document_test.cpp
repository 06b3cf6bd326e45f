#include <catch2/catch.hpp>

#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

namespace {

Texts error_texts(const std::string& text) {
    Issues issues;
    const Node root = parse_yaml(text, "f.yaml", issues);
    return test::texts(issues);
}

std::size_t size(const Node& node) {
    std::size_t n = 1;
    for (const auto& item : node.items) n += size(item);
    for (const auto& [key, value] : node.entries) n += size(value);
    return n;
}

}  // namespace

TEST_CASE("every node knows its line and column, counted from 1, whatever ends the lines") {
    for (const std::string end : {"\n", "\r\n"}) {
        Issues issues;
        const Node root = parse_yaml("study:" + end + "  seed: 7" + end + "list: [a, 'b c']" + end, "f.yaml", issues);
        REQUIRE(issues.list().empty());
        const Node* seed = root.find("study")->find("seed");
        CHECK(seed->scalar == "7");
        CHECK(seed->at.line == 2);
        CHECK(seed->at.column == 9);
        CHECK(root.entries[1].key.at.line == 3);
        CHECK(root.find("list")->items[1].quoted);
        CHECK(root.find("list")->items[1].at.column == 11);
        CHECK(*seed->at.file == "f.yaml");
        CHECK(root.find("seed") == nullptr);
    }
}

TEST_CASE("a byte order mark does not shift anything") {
    Issues issues;
    const Node root = parse_yaml(
        "\xEF\xBB\xBF"
        "a: ~\nb: 1\n",
        "f.yaml", issues);
    CHECK(root.find("a")->scalar == "~");
    CHECK(root.find("b")->at.line == 2);
}

TEST_CASE("an alias stands for what its anchor says, at the anchor's place") {
    Issues issues;
    const Node root = parse_yaml("a: &list [1, 2]\nb: *list\n", "f.yaml", issues);
    REQUIRE(issues.list().empty());
    CHECK(root.find("b")->items.size() == 2);
    CHECK(root.find("b")->items[1].at.line == 1);
}

TEST_CASE("syntax errors are reported in the words of the person who wrote the file") {
    CHECK(error_texts("a: [1, 2\nb: 3\n") == Texts{"f.yaml:2:2: '[' is not closed; add ']', or a comma between the items"});
    CHECK(error_texts("a: {b: 1\n") == Texts{"f.yaml:2:1: '{' is not closed; add '}', or a comma between the entries"});
    CHECK(error_texts("a: 1\nb\nc: 3\n") ==
          Texts{"f.yaml:3:2: ':' where no value can begin; write one `key: value` per line, look at the line above, quote a "
                "text that contains ': '"});
    CHECK(error_texts("a: \"x\nb: 3\n") == Texts{"f.yaml:1:4: a: a quoted text does not end on its line; add the closing quote"});
    CHECK(error_texts("a: 'it''s\nb: 3\n") ==
          Texts{"f.yaml:1:4: a: a quoted text does not end on its line; add the closing quote"});
    CHECK(error_texts("a: %5\n") == Texts{"f.yaml:1:4: a character that cannot begin a value; quote the text"});
    CHECK(error_texts("a: *b\n") ==
          Texts{"f.yaml:1:4: an alias whose anchor is not defined above; define it with '&name' first"});
    CHECK(error_texts("a: ]\n") == Texts{"f.yaml:1:4: a closing bracket that was never opened; remove it"});
    CHECK(error_texts("a:\n\tb: 1\n") == Texts{"f.yaml:2:1: tab in the indentation; indent with spaces"});
}

TEST_CASE("what YAML allows and a study has no use for is refused") {
    CHECK(error_texts("a: 1\n---\nb: 2\n") == Texts{"f.yaml:2:1: a second document starts here; one file holds one document"});
    CHECK(error_texts("'a' 'b'\n") ==
          Texts{"f.yaml:1:5: text after the end of the document; remove it, or quote the whole value"});
    CHECK(error_texts("[a]: 1\n") ==
          Texts{"f.yaml:1:1: a bracket is not closed, or a key is not a word; close the bracket, or write `word: value`"});
    CHECK(error_texts(": 1\n") == Texts{"f.yaml:1:1: a key is missing before ':'; a key is a word"});
    CHECK(error_texts("a: !!str 5\n") == Texts{"f.yaml:1:4: a: tag 'tag:yaml.org,2002:str' has no meaning here; remove it"});
    CHECK(error_texts("a: &a {x: 1}\nb: {<<: *a}\n") ==
          Texts{"f.yaml:2:5: b: merge keys are not supported; use `extends`, or repeat the lines"});
    CHECK(error_texts("a: &a [*a]\n") == Texts{"f.yaml:1:8: a[0]: the alias stands inside what it refers to; remove it"});
}

TEST_CASE("keys that are there twice are all reported, and the rest can still be read") {
    Issues issues;
    const Node root = parse_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\nd: 4\n", "f.yaml", issues);
    CHECK(test::texts(issues) ==
          Texts{"f.yaml:2:11: b.c: is there twice; first on line 2", "f.yaml:3:1: a: is there twice; first on line 1"});
    CHECK(root.find("a")->scalar == "1");
    CHECK(root.find("d")->scalar == "4");
}

TEST_CASE("what is no text is refused where the first bad byte stands") {
    CHECK(error_texts("") == Texts{"f.yaml:1:1: the file is empty"});
    CHECK(error_texts("# only a comment\n") == Texts{"f.yaml:1:1: the file is empty"});
    CHECK(error_texts(std::string("a: \0b", 5)) == Texts{"f.yaml:1:4: control character 0x00; is this a text file?"});
    CHECK(error_texts("ok: 1\n\x7F"
                      "ELF") == Texts{"f.yaml:2:1: control character 0x7f; is this a text file?"});
    CHECK(error_texts("a: \xFF\xFE") == Texts{"f.yaml:1:4: this is not UTF-8 text; save the file as UTF-8"});
    CHECK(error_texts("a: \xC0\xAF") == Texts{"f.yaml:1:4: this is not UTF-8 text; save the file as UTF-8"});      // overlong '/'
    CHECK(error_texts("a: \xED\xA0\x80") == Texts{"f.yaml:1:4: this is not UTF-8 text; save the file as UTF-8"});  // surrogate
    CHECK(error_texts("a: Ω é 電 🚗") == Texts{});
}

TEST_CASE("nesting and repetition are bounded whatever the text asks for") {
    CHECK(error_texts(std::string(100'000, '-') + "") == Texts{});  // one plain word
    std::string dashes;
    for (int i = 0; i < 100'000; ++i) dashes += "- ";
    CHECK(error_texts(dashes.substr(0, 150'000)) ==
          Texts{"f.yaml:1:129: nested more than 64 levels deep; no part of a study needs that"});
    std::string laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c < 'k'; ++c) {
        const std::string before(1, static_cast<char>(c - 1));
        laughs += std::string(1, c) + ": &" + c + " [";
        for (int i = 0; i < 10; ++i) laughs += "*" + before + ", ";
        laughs += "]\n";
    }
    CHECK(error_texts(laughs) == Texts{"f.yaml:6:36: f[7]: more than 1,000,000 values; keep long series in a CSV file"});
    std::string chain = "a0: &a0 [1]\n";
    for (int i = 1; i < 100; ++i)
        chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    CHECK(error_texts(chain) == Texts{"f.yaml:64:12: nested more than 64 levels deep; no part of a study needs that"});
    std::string keys;
    for (int i = 1; i <= 20'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
    CHECK(error_texts(keys) == Texts{"f.yaml:10001:1: more than 10,000 keys in one map; use a list"});
    CHECK(error_texts("a: " + std::string(300'000, 'x')) ==
          Texts{"f.yaml:1:200002: a line of more than 200,000 characters; keep long series in a CSV file"});
}

TEST_CASE("ten megabytes are read or refused, not chewed on") {
    std::string brackets, rows = "a:\n";
    while (brackets.size() < 10'000'000) brackets.append(1000, '[').push_back('\n');
    CHECK(error_texts(brackets).size() == 1);
    const std::string note(200, 'x');
    while (rows.size() < 10'000'000) rows += "  - {id: 12345, from: abcdefgh, to: abcdefgh, note: " + note + "}\n";
    Issues issues;
    CHECK(size(parse_yaml(rows, "f.yaml", issues)) > 100'000);
    CHECK(issues.list().empty());
}
