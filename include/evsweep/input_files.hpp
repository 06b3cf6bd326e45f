/// The texts that a study is made of: read from the disk and remembered, or as the result of an earlier run kept them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace evsweep {

/// One text that was asked for.
struct InputText {
    std::string text{};       ///< empty where it is not kept
    std::uint64_t bytes = 0;  ///< of the file
    std::uint64_t hash = 0;   ///< 64-bit FNV-1a (Fowler, Noll, Vo) of the file
    bool is_there = true;     ///< false: it was looked for, and there was no such file
    bool is_kept = true;      ///< false: it is too long; only its size and hash are known
};

/// Everything that reads a file of a study asks here, so that a result can keep what it was made of. Names are paths as the study
/// resolves them, relative to the folder of the run or absolute. Of one study; not for several threads.
class InputFiles {
   public:
    /// No longer text is kept, nor more than this altogether.
    static constexpr std::uint64_t longest_kept = std::uint64_t{16} << 20U;
    static constexpr std::uint64_t most_kept = std::uint64_t{64} << 20U;

    InputFiles() = default;
    /// What `result` kept counts before the disk. A text of which only the hash is known must not have changed.
    InputFiles(std::map<std::string, InputText> kept, std::string result) : kept_(std::move(kept)), result_(std::move(result)) {}

    /// A text or why there is none: `problem; hint`.
    struct Answer {
        std::optional<std::string> text{};
        std::string problem{};
        std::string hint{};
    };
    [[nodiscard]] Answer read(const std::filesystem::path& file);
    /// Whether it could be read: an answer without a problem.
    [[nodiscard]] Answer look(const std::filesystem::path& file);

    /// All that was asked for so far, by name.
    [[nodiscard]] const std::map<std::string, InputText>& asked() const { return asked_; }

   private:
    [[nodiscard]] const InputText* kept(const std::filesystem::path& file) const;
    void remember(const std::string& name, const std::string& text);
    [[nodiscard]] Answer unchanged(const std::filesystem::path& file, const InputText& known, Answer found) const;

    std::map<std::string, InputText> kept_, asked_;
    std::string result_;
    std::uint64_t kept_bytes_ = 0;
};

}  // namespace evsweep
