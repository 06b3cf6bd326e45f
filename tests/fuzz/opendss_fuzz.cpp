// OpenDSS scripts: damaged ones give errors, never a crash, a hang or half a feeder.
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    evsweep::fuzz::read_feeder("opendss", "feeder.dss", std::string(reinterpret_cast<const char*>(data), size));
    return 0;
}
