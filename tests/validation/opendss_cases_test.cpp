// Small OpenDSS files, a folder each, against the voltages of an independent engine.
#include "opendss_feeders.hpp"

namespace fs = std::filesystem;
using namespace evsweep::test;

namespace {

const fs::path cases = test::source_dir() / "tests/validation/opendss";

}  // namespace

TEST_CASE("generators that hold their voltage, and those at a limit, settle as an independent engine settles them") {
    compare_case(cases / "held_generators");
}

TEST_CASE("sequence values and switch=yes win over matrices, and like= copies matrices, until something is solved") {
    compare_case(cases / "matrices_behind_sequence_values");
}

TEST_CASE("a change of phases forgets that a line is a switch") { compare_case(cases / "switch_then_phases_then_code"); }
