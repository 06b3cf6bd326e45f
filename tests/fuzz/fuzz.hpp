/// What the fuzz targets share: a claim that stops the run, and the way of a feeder text through its format.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "evsweep/issues.hpp"

namespace evsweep::fuzz {

/// Stops the run, with the claim that did not hold; libFuzzer keeps the input.
inline void claim(bool holds, const char* sentence) {
    if (holds) return;
    std::fprintf(stderr, "claim broken: %s\n", sentence);
    std::abort();
}

/// Issues are for people: each has a problem and a place, and is one line that does not steer the terminal.
inline void claim_words(const Issues& issues) {
    for (const auto& issue : issues.list()) {
        claim(!issue.problem.empty(), "every issue says what is wrong");
        claim(issue.at.line >= 0 && issue.at.column >= 0, "every issue has a place that exists");
        for (char c : to_text(issue))
            claim(static_cast<unsigned char>(c) >= 0x20U && c != 0x7F, "an issue is one printable line");
    }
}

/// Reads `text` by the feeder format `format` and builds the feeder: a whole one or none.
void read_feeder(std::string_view format, std::string_view file, const std::string& text);

}  // namespace evsweep::fuzz
