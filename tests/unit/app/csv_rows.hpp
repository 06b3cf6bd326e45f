/// Tables that commands write, read back by the names of their columns.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace evsweep::test {

using Row = std::map<std::string, std::string>;

/// The rows of a table, by the names of its columns.
inline std::vector<Row> table(const std::string& text) {
    std::istringstream lines(text);
    const auto cells = [](const std::string& line) {
        std::istringstream in(line + ",");
        std::vector<std::string> list;
        for (std::string cell; std::getline(in, cell, ',');) list.push_back(cell);
        return list;
    };
    std::string line;
    std::getline(lines, line);  // where it comes from
    std::getline(lines, line);
    const auto names = cells(line);
    std::vector<Row> rows;
    while (std::getline(lines, line)) {
        const auto values = cells(line);
        REQUIRE(values.size() == names.size());
        rows.emplace_back();
        for (std::size_t i = 0; i < names.size(); ++i) rows.back()[names[i]] = values[i];
    }
    return rows;
}

}  // namespace evsweep::test
