/// A result file being read back: its groups, arrays and attributes by path.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/record/file_error.hpp"

namespace evsweep {

/// Read access to a complete result file of this layout. Every function throws FileError where the file does not hold
/// what is asked for. Not for several threads.
class ResultReader {
   public:
    /// Refuses what is not a result file: `file: not an evsweep result; ...`.
    explicit ResultReader(std::filesystem::path path);
    ~ResultReader();
    ResultReader(ResultReader&&) noexcept;
    ResultReader& operator=(ResultReader&&) noexcept;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] bool has(const std::string& path) const;
    /// Names of the groups inside `group`, in the order they were written.
    [[nodiscard]] std::vector<std::string> groups(const std::string& group) const;
    /// Names of the arrays inside `group`, in the order they were written.
    [[nodiscard]] std::vector<std::string> arrays(const std::string& group) const;

    /// All values of an array, row-major.
    [[nodiscard]] std::vector<double> numbers(const std::string& path) const;
    [[nodiscard]] std::vector<std::string> texts(const std::string& path) const;
    /// The values of an array of one dimension from place `first` on, as many as `values` takes.
    void numbers(const std::string& path, std::size_t first, std::span<double> values) const;
    /// Whether an array holds texts; how many values it has; whether it is a dimension without values of its own.
    [[nodiscard]] bool is_text(const std::string& path) const;
    [[nodiscard]] std::size_t size(const std::string& path) const;
    [[nodiscard]] bool is_bare_dimension(const std::string& path) const;
    /// The bytes of an array of bytes.
    [[nodiscard]] std::string bytes(const std::string& path) const;
    /// Names of an array's dimensions.
    [[nodiscard]] std::vector<std::string> dims(const std::string& path) const;

    /// Attributes of the group or array at `path`; empty where there is none of that name.
    [[nodiscard]] std::optional<double> number_attribute(const std::string& path, const std::string& name) const;
    [[nodiscard]] std::vector<double> numbers_attribute(const std::string& path, const std::string& name) const;
    [[nodiscard]] std::string text_attribute(const std::string& path, const std::string& name) const;
    [[nodiscard]] std::vector<std::string> texts_attribute(const std::string& path, const std::string& name) const;

   private:
    class Source;
    std::filesystem::path path_;
    std::unique_ptr<Source> source_;
};

}  // namespace evsweep
