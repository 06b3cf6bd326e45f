// Small OpenDSS files, a folder each, against the voltages of an independent engine.
#include "opendss_feeders.hpp"

namespace fs = std::filesystem;
using namespace evsweep::test;

namespace {

const fs::path cases = evsweep::test::source_dir() / "tests/validation/opendss";

}  // namespace

TEST_CASE("generators that hold their voltage, and those at a limit, settle as an independent engine settles them") {
    compare_case(cases / "held_generators");
}

TEST_CASE("sequence values and switch=yes win over matrices, and like= copies matrices, until something is solved") {
    compare_case(cases / "matrices_behind_sequence_values");
}

TEST_CASE("a change of phases forgets that a line is a switch") { compare_case(cases / "switch_then_phases_then_code"); }

TEST_CASE("a regulated transformer with a delta is one transformer in a written script, whichever way its delta goes") {
    compare_case(cases / "regulated_delta");
    const std::string script = script_of(described(cases / "regulated_delta/case.dss"));
    CHECK(script.find("New Transformer.sub phases=3 windings=2 LeadLag=Lag wdg=1 bus=src.1.2.3 conn=delta") != std::string::npos);
    CHECK(script.find("New Transformer.lead phases=3 windings=2 LeadLag=Lead wdg=1 bus=b.1.2.3.0 conn=wye") != std::string::npos);
    CHECK(script.find("New Transformer.low phases=3 windings=2 LeadLag=Lead") != std::string::npos);
}

/// OpenDSS gives the neutral of a wye a stray admittance more, which would move a floating delta.
TEST_CASE("coils between two phases are written as deltas of one phase") {
    compare_case(cases / "floating_delta_units");
    const std::string script = script_of(described(cases / "floating_delta_units/case.dss"));
    CHECK(script.find("bus=a.1.0 conn=wye") != std::string::npos);
    CHECK(script.find("bus=b.1.2 conn=delta") != std::string::npos);
    CHECK(script.find("bus=b.1.2 conn=wye") == std::string::npos);
}
