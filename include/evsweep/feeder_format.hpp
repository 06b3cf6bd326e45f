/// The plug-in interface of feeder file formats: text in, plain rows out.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// A file that has been read into memory.
struct SourceText {
    std::filesystem::path path;
    std::string text;
};

/// Whether lines and switches without a rating get the one that their file's format takes for granted.
enum class DefaultRatings { none, of_format };
[[nodiscard]] inline std::vector<std::pair<std::string, DefaultRatings>> names_of(DefaultRatings) {
    return {{"none", DefaultRatings::none}, {"of_format", DefaultRatings::of_format}};
}

/// Reads one kind of feeder file, and may write it. Never executes what it reads.
class FeederFormat {
   public:
    static constexpr std::string_view kind = "format";
    struct Context {
        /// Text of another file that this one names, or none where it cannot be read; empty where there are no other files.
        std::function<std::optional<std::string>(const std::filesystem::path&)> read_file{};
        DefaultRatings default_ratings = DefaultRatings::none;
    };

    virtual ~FeederFormat() = default;
    /// Whether this looks like a file of this format (by ending and first lines).
    [[nodiscard]] virtual bool recognises(const SourceText& source) const = 0;
    /// Reads all rows; every problem goes to `issues` with its place; nothing is returned if there was an error.
    [[nodiscard]] virtual std::optional<FeederDescription> read(const SourceText& source, Issues& issues) const = 0;
    /// The names under which people ask for this format when a feeder is to be written; none where it cannot be.
    [[nodiscard]] virtual std::vector<std::string_view> styles() const { return {}; }
    /// A file with the same load flow, in one of the styles. Rows that the format cannot hold go to `issues`, and nothing is
    /// returned.
    [[nodiscard]] virtual std::optional<std::string> write(const FeederDescription&, std::string_view /*style*/, Issues&) const {
        return std::nullopt;
    }
};

}  // namespace evsweep
