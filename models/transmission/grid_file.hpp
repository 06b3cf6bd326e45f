/// A setting that names the file of a transmission grid, or holds one: read and checked with the scenario, shared by all
/// replicas.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "evsweep/schema.hpp"
#include "transmission/grid_case.hpp"

namespace evsweep {

struct GridFile {
    std::string text{};  ///< as the scenario has it: a path, or a map in one line
    std::shared_ptr<const GridCase> grid{};
};

/// The project's own format, as a file or in place, or a MATPOWER case where the name ends in .m. Everything that is wrong with
/// the file is reported.
template <>
struct Value<GridFile> {
    static std::optional<GridFile> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "file or section"; }
    static std::string unit() { return {}; }
    static std::string text(const GridFile& file) { return file.text; }
    static std::optional<double> out_of(const Range&, const GridFile&) { return std::nullopt; }
};

}  // namespace evsweep
