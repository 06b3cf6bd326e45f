/// An explanation as a file: who has which share, what was decided, and the hour around it as series.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/study/why/explanation.hpp"

namespace evsweep {

/// The root attribute `content` of such files; results of studies have none.
inline constexpr std::string_view explanation_content = "explanation";

/// The bytes of the file; `path` is where it will be, for messages. `sentences`: what people read. Throws FileError.
[[nodiscard]] std::vector<unsigned char> explanation_bytes(const LoadedStudy& study, const Explanation& explanation,
                                                           const std::string& sentences, const std::filesystem::path& path);

}  // namespace evsweep
