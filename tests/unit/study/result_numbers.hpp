/// All numbers of a study's result by name, and whether two results are the same to the last bit.
#pragma once

#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "sim/study/study_result.hpp"

namespace evsweep::test {

using Numbers = std::map<std::string, std::vector<double>>;

/// Every number of a result, by a name that says where it stands.
inline Numbers all_numbers(const StudyResult& result) {
    Numbers numbers;
    const auto add = [&](const RunResult& run) {
        for (const auto& v : run.variables) {
            const std::string name = run.label + "/" + v.output + "/" + v.variable.name;
            numbers[name] = v.values.read();
            numbers[name + " mean"] = v.bands.mean;
            for (std::size_t q = 0; q < v.bands.quantiles.size(); ++q)
                numbers[name + " q" + std::to_string(q)] = v.bands.quantiles[q];
            for (const auto& [replica, trace] : v.traces) numbers[name + " trace " + std::to_string(replica.index())] = trace;
        }
    };
    add(result.base);
    for (const auto& run : result.controllers) add(run);
    for (const ReplicaId replica : result.replicas) numbers["replicas"].push_back(static_cast<double>(replica.index()));
    return numbers;
}

/// Bit for bit, so that NaN equals NaN and -0 differs from 0.
inline bool is_identical(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

inline void require_identical(const Numbers& one, const Numbers& other) {
    REQUIRE(other.size() == one.size());
    for (const auto& [name, values] : one) {
        INFO(name);
        REQUIRE(is_identical(values, other.at(name)));
    }
}

}  // namespace evsweep::test
