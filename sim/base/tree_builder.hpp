/// Turns yaml-cpp's events into a Node tree whose size and depth are bounded whatever the text is.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "evsweep/document.hpp"

namespace evsweep {

inline constexpr int deepest_nesting = 64;
inline constexpr std::size_t most_nodes = 1'000'000;  ///< aliases count as often as they are used

inline constexpr std::size_t most_keys = 10'000;  ///< of one map

/// Builds one document. Faults that leave the rest readable are reported and passed over; others end the reading
/// by `Stop`.
class TreeBuilder final : public YAML::EventHandler {
   public:
    /// Thrown through the parser when there is no sense in reading on; the reason has been reported.
    struct Stop {};

    TreeBuilder(const std::string& text, std::shared_ptr<const std::string> file, Issues& issues)
        : text_(text), file_(std::move(file)), issues_(issues) {}

    /// The finished document; call once.
    [[nodiscard]] Node take() { return std::move(root_); }
    [[nodiscard]] Position position(const YAML::Mark& mark) const;

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

   private:
    /// A sequence or map that is not closed yet.
    struct Open {
        Node node;
        YAML::anchor_t anchor = 0;
        int height = 0;  ///< levels below it so far
        Node key{};      ///< of the value that comes next, in a map
        bool has_key = false;
        std::unordered_map<std::string, int> lines{};  ///< of the keys so far
    };
    /// What an anchor stands for.
    struct Anchored {
        Node node;
        int height = 0;
        std::size_t nodes = 0;
    };

    [[noreturn]] void stop(const Position& at, std::string problem, std::string hint);
    [[noreturn]] void stop_too_deep(const Position& at);
    [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const;
    [[nodiscard]] std::string path() const;
    [[nodiscard]] bool expects_key() const;
    void check_tag(const Position& at, const std::string& tag);
    void check_quotes(const YAML::Mark& mark);
    void count(std::size_t nodes, const Position& at);
    void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void take_key(Node key);
    void report_twice(const std::string& key_path, const Position& at, int first_line);
    void place(Node node, YAML::anchor_t anchor, int height);

    const std::string& text_;
    std::shared_ptr<const std::string> file_;
    Issues& issues_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::size_t nodes_ = 0;
    int repeated_keys_ = 0;
    bool has_document_ = false;
    Node root_;
};

}  // namespace evsweep
