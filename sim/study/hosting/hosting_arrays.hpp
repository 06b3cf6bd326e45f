/// The numbers of capacities as columns of a file, each told once for writing and for reading.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/study/hosting/hosting_result.hpp"

namespace evsweep {

/// A number of a capacity; in files NaN where there is none.
struct HostingNumber {
    std::string name, unit, meaning;
    std::function<double(const HostingCapacity&)> get;
    std::function<void(HostingCapacity&, double)> set;
};
[[nodiscard]] const std::vector<HostingNumber>& hosting_numbers();

/// A text of a capacity.
struct HostingText {
    std::string name, meaning;
    std::function<std::string(const HostingCapacity&)> get;
    std::function<void(HostingCapacity&, const std::string&)> set;
};
[[nodiscard]] const std::vector<HostingText>& hosting_texts();

}  // namespace evsweep
