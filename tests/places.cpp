#include "places.hpp"

namespace evsweep::test {

std::filesystem::path source_dir() { return EVSWEEP_SOURCE_DIR; }
std::filesystem::path program_file() { return EVSWEEP_BINARY; }

}  // namespace evsweep::test
