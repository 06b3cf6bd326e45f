#include <catch2/catch.hpp>

#include "sim/config/layers.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

namespace {

/// A node as one line, so that trees can be compared.
std::string line(const Node& node) {
    std::string text;
    if (node.is_scalar()) return node.scalar;
    if (node.is_null()) return node.scalar.empty() ? "null" : node.scalar;
    for (const auto& item : node.items) text += (text.empty() ? "" : ", ") + line(item);
    for (const auto& [key, value] : node.entries) text += (text.empty() ? "" : ", ") + key.scalar + ": " + line(value);
    return node.is_sequence() ? "[" + text + "]" : "{" + text + "}";
}

Node parsed(const std::string& text) {
    Issues issues;
    return parse_yaml(text, "f.yaml", issues);
}

std::string merged(const std::string& base, const std::string& overlay) {
    return line(laid_over(parsed(base), parsed(overlay), ""));
}

/// The document after one assignment, or the error text.
std::string set(const std::string& document, const std::string& assignment) {
    Issues issues;
    Node root = parsed(document);
    apply_override(root, assignment, issues);
    return issues.list().empty() ? line(root) : test::texts(issues).front();
}

}  // namespace

TEST_CASE("the overlay wins key by key, keeps the base's order, and `~` removes") {
    CHECK(merged("{a: 1, b: {c: 2, d: 3}}", "{b: {d: 4, e: 5}}") == "{a: 1, b: {c: 2, d: 4, e: 5}}");
    CHECK(merged("{a: 1, b: {c: 2, d: 3}}", "{a: ~, b: {c: ~}}") == "{b: {d: 3}}");
    CHECK(merged("{a: [1, 2]}", "{a: [3]}") == "{a: [3]}");
    CHECK(merged("{a: 5.4 kW}", "{a: {distribution: uniform}}") == "{a: {distribution: uniform}}");
}

TEST_CASE("an empty value does not remove what is inherited, only `~` does") {
    CHECK(merged("{a: {b: 1}, c: 2}", "{a: }") == "{a: null, c: 2}");
}

TEST_CASE("parameters of another plug-in are not inherited") {
    CHECK(merged("{arrival: {distribution: normal, mean: 1 h}}", "{arrival: {distribution: uniform, min: 1 h}}") ==
          "{arrival: {distribution: uniform, min: 1 h}}");
    CHECK(merged("{arrival: {distribution: normal, mean: 1 h}}", "{arrival: {distribution: normal, deviation: 1 h}}") ==
          "{arrival: {distribution: normal, mean: 1 h, deviation: 1 h}}");
    CHECK(merged("{controllers: {evms: {cap: 1}}}", "{controllers: {evms: {controller: evms, x: 2}}}") ==
          "{controllers: {evms: {cap: 1, controller: evms, x: 2}}}");
    CHECK(merged("{controllers: {evms: {cap: 1}}}", "{controllers: {evms: {controller: fuzzy}}}") ==
          "{controllers: {evms: {controller: fuzzy}}}");
}

TEST_CASE("a file extends another that extends another, and each value keeps its place") {
    const test::Folder folder("layers");
    folder.write("one.yaml", "a: 1\nb: 1\nc: 1\n");
    folder.write("two.yaml", "extends: one.yaml\nb: 2\nc: 2\n");
    Issues issues;
    const auto root = load_layers("extends: two.yaml\n\nc: 3\n", folder.path() / "three.yaml", issues);
    REQUIRE(root);
    CHECK(line(*root) == "{a: 1, b: 2, c: 3}");
    CHECK(*root->find("a")->at.file == (folder.path() / "one.yaml").string());
    CHECK(*root->find("b")->at.file == (folder.path() / "two.yaml").string());
    CHECK(root->find("b")->at.line == 2);
    CHECK(*root->find("c")->at.file == (folder.path() / "three.yaml").string());
}

TEST_CASE("extending in a circle, or what is not there, is refused") {
    const test::Folder folder("circle");
    folder.write("a.yaml", "extends: b.yaml\n");
    folder.write("b.yaml", "extends: a.yaml\n");
    const auto error_texts = [&](const std::string& text) {
        Issues issues;
        CHECK_FALSE(load_layers(text, folder.path() / "a.yaml", issues));
        return folder.local(test::texts(issues));
    };
    CHECK(error_texts("extends: b.yaml\n") ==
          Texts{"b.yaml:1:10: extends: the files extend one another: a.yaml -> b.yaml -> a.yaml; let one of them stand alone"});
    CHECK(error_texts("extends: a.yaml\n") ==
          Texts{"a.yaml:1:10: extends: the files extend one another: a.yaml -> a.yaml; let one of them stand alone"});
    CHECK(error_texts("extends: bb.yaml\n") ==
          Texts{"a.yaml:1:10: extends: file 'bb.yaml' does not exist; did you mean 'b.yaml'?"});
    CHECK(error_texts("extends: [b.yaml]\n") == Texts{"a.yaml:1:10: extends: expected the name of one file, found a list"});
    CHECK(error_texts("- a\n- b\n") == Texts{"a.yaml:1:1: is no scenario: none of its sections is there; scenarios have sections "
                                             "such as `study: {...}`; `evsweep describe` lists them"});
}

TEST_CASE("a long chain of files ends") {
    const test::Folder folder("chain");
    for (int i = 0; i < 40; ++i)
        folder.write("f" + std::to_string(i) + ".yaml", "extends: f" + std::to_string(i + 1) + ".yaml\n");
    Issues issues;
    CHECK_FALSE(load_layers("extends: f0.yaml\n", folder.path() / "start.yaml", issues));
    CHECK(folder.local(test::texts(issues)) ==
          Texts{"f14.yaml:1:10: extends: more than 16 files extend one another; join some of them"});
}

TEST_CASE("an assignment on the command line sets one value by its path") {
    CHECK(set("{study: {seed: 1}}", "study.seed=7") == "{study: {seed: 7}}");
    CHECK(set("{a: 1}", "study.replicas=50") == "{a: 1, study: {replicas: 50}}");
    CHECK(set("{a: 1, b: 2}", "b=~") == "{a: 1}");
    CHECK(set("{a: 1}", "a=[1 kW, 2 kW]") == "{a: [1 kW, 2 kW]}");
    CHECK(set("{a: 1}", "a={b: 2}") == "{a: {b: 2}}");
    CHECK(set("{a: }", "a.b=2") == "{a: {b: 2}}");
    CHECK(set("{a: 1}", "a=b=c") == "{a: b=c}");
    CHECK(set("{controllers: {evms: {}}}", "controllers.fuzzy={}") == "{controllers: {evms: {}, fuzzy: {}}}");
}

TEST_CASE("an assignment that cannot be made says why") {
    CHECK(set("{a: 1}", "study.replicas") == "--set: 'study.replicas' is not an assignment; write e.g. `study.replicas=50`");
    CHECK(set("{a: 1}", "=5") == "--set: '=5' is not an assignment; write e.g. `study.replicas=50`");
    CHECK(set("{a: 1}", "study..x=5") == "--set: study..x: has an empty part; write e.g. `study.replicas=50`");
    CHECK(set("{a: 1}", "a.b=2") == "--set: a: is a value and has no parts; set `a` itself");
    CHECK(set("{a: 1}", "a=[1") ==
          "--set: a: a bracket is not closed, or a key is not a word; close the bracket, or write `word: value`");
    CHECK(set("{a: 1}", "a=") == "--set: a: has no value; write e.g. `study.replicas=50`");
    CHECK(set("{controllers: {evms: {}}}", "controllers.evmz.cap=3 MW") ==
          "--set: controllers.evmz: is not in the scenario; did you mean 'evms'?");
}
