#include "sim/study/provenance.hpp"

#include <fmt/chrono.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "evsweep/build_info.hpp"
#include "evsweep/version.hpp"
#include "sim/network/sweep/instruction_set.hpp"

namespace evsweep {

Provenance provenance_of_this_build() {
    Provenance provenance;
    provenance.version = std::string(version);
    provenance.git_revision = build_info::git_revision;
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) == 0) provenance.host = host.data();
    provenance.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    provenance.instruction_set = name_of(instruction_set_in_use());
    for (const auto& [name, text] : build_info::libraries) provenance.libraries.emplace_back(name, text);
    return provenance;
}

}  // namespace evsweep
