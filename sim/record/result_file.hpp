/// A result file being written: groups of arrays with named dimensions, units and notes, complete or not there at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/record/file_error.hpp"

namespace evsweep {

/// The version of the layout that sim/record/README.md describes; the root attribute `evsweep_layout`.
inline constexpr std::int64_t result_layout = 1;

using AttributeValue = std::variant<std::string, double, std::int64_t, std::vector<double>, std::vector<std::string>>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

/// Where an array goes and what it is. An array whose only dimension bears its own name is that dimension's coordinate.
struct ArrayPlace {
    std::string group;              ///< e.g. "/controllers/evms/series"; made when missing, with its parents
    std::string name;               ///< e.g. "demand_kw_mean"
    std::vector<std::string> dims;  ///< dimensions that the same group already knows; empty for a single value
    Attributes attributes{};
    /// Numbers are rounded to whole multiples of it, a power of two, and stored in single precision, which leaves little for
    /// compression to keep; the attribute `rounded_to` says so. 0: all digits.
    double step = 0.0;
};

class DrivenFile;
class NewFile;

/// Where a file grows.
enum class GrowsIn {
    memory,  ///< which takes its size twice
    folder,  ///< of its place, under a name of its own: takes no memory to speak of
};

/// Builds the file and puts it in its place in one go: under a name of its own, then renamed (NewFile). Every function
/// throws FileError. Not for several threads.
class ResultFile {
   public:
    explicit ResultFile(std::filesystem::path path, GrowsIn where = GrowsIn::memory);
    ~ResultFile();
    ResultFile(ResultFile&&) noexcept;
    ResultFile& operator=(ResultFile&&) noexcept;

    /// Makes sure that the group is there, and notes attributes on it; "/" is the root.
    void annotate(const std::string& group, const Attributes& attributes);
    /// A dimension of `size` places that has no coordinate values.
    void add_dimension(const std::string& group, const std::string& name, std::size_t size);
    /// Row-major values; their number is the product of the dimensions' sizes. Where the place is a coordinate, the
    /// number of values gives the dimension its size.
    void write(const ArrayPlace& place, std::span<const double> values);
    void write(const ArrayPlace& place, std::span<const std::int32_t> values);
    void write(const ArrayPlace& place, std::span<const std::string> values);
    void write(const ArrayPlace& place, std::span<const unsigned char> bytes);
    /// The whole file, sealed, for whoever places it, where it grew in memory; nothing can be added after.
    [[nodiscard]] std::vector<unsigned char> finish();
    /// The same, already in the folder of its place, however it grew.
    [[nodiscard]] NewFile complete();
    /// Puts the file in its place; nothing can be added after. On failure nothing is left behind.
    void commit();

   private:
    void write_rounded(ArrayPlace place, std::span<const double> values);

    class Image;
    std::filesystem::path path_;
    std::shared_ptr<DrivenFile> on_disk_;  ///< none: in memory
    std::unique_ptr<Image> image_;
};

/// `name` as one link of an HDF5 path: slashes become underscores, and the names that paths reserve are avoided.
[[nodiscard]] std::string link_name(const std::string& name);

}  // namespace evsweep
