/// A scenario as layers: the file, what it extends, and what the command line sets over both.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "evsweep/document.hpp"

namespace evsweep {

/// Parses `text`, the content of `file`, and lays it over the file that it extends (and so on). Every node keeps the
/// position of the text that said it. Returns a map without the key `extends`, or nothing where a layer is unreadable.
[[nodiscard]] std::optional<Node> load_layers(const std::string& text, const std::filesystem::path& file, Issues& issues);

/// `overlay` laid over `base`, key by key: the overlay wins, and `~` removes. Where the overlay names another
/// plug-in than the base, its map replaces the base's whole, since the parameters are not the same.
/// `label` is the key under which both stand: the plug-in's name where none is given.
[[nodiscard]] Node laid_over(const Node& base, Node overlay, const std::string& label);

/// Sets one value by its dotted path, "study.replicas=50"; the value is YAML, and `~` removes.
void apply_override(Node& root, const std::string& assignment, Issues& issues);

/// The same with a value that was read before; `at` is where the path stands, and where it is reported.
void set_value(Node& root, const std::string& path, Node value, const Position& at, Issues& issues);

}  // namespace evsweep
