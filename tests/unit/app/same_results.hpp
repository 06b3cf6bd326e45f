/// Whether two result files hold the same arrays with the same bits; provenance apart, which stands in attributes.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/record/result_reader.hpp"

namespace evsweep::test {

/// Paths of all arrays in a group and below.
inline void collect(const ResultReader& reader, const std::string& group, std::vector<std::string>& paths) {
    const std::string stem = group == "/" ? "/" : group + "/";
    for (const std::string& name : reader.arrays(group)) paths.push_back(stem + name);
    for (const std::string& name : reader.groups(group)) collect(reader, stem + name, paths);
}

inline bool are_same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

/// How many arrays both files hold, all with the same bits.
inline std::size_t same_arrays(const std::filesystem::path& first, const std::filesystem::path& second) {
    const ResultReader a(first), b(second);
    std::vector<std::string> paths, others;
    collect(a, "/", paths), collect(b, "/", others);
    CHECK(paths == others);
    for (const std::string& path : paths) {
        INFO(path);
        if (a.is_text(path))
            CHECK(a.texts(path) == b.texts(path));
        else if (!a.is_bare_dimension(path))
            CHECK(are_same(a.numbers(path), b.numbers(path)));
    }
    return paths.size();
}

}  // namespace evsweep::test
