#include "sim/app/study_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evsweep/batch_load_flow.hpp"
#include "evsweep/build_info.hpp"
#include "evsweep/version.hpp"
#include "sim/app/from_result.hpp"
#include "sim/record/seal.hpp"
#include "sim/study/kept_inputs.hpp"

namespace evsweep {

namespace {

/// Same inputs give the same bits with the same program and instructions only.
std::optional<std::string> doubt_about(const KeptInputs& kept, bool has_instructions) {
    std::string why;
    if (kept.version != std::string(version) || kept.revision != build_info::git_revision)
        why = fmt::format("it was made by evsweep {} ({}), this is {} ({})", kept.version, kept.revision, version,
                          build_info::git_revision);
    if (!has_instructions)
        why += fmt::format("{}it was made with instruction set {}, which this machine has not", why.empty() ? "" : ", and ",
                           kept.instruction_set);
    if (why.empty()) return std::nullopt;
    return "numbers may differ from those in this file: " + why;
}

}  // namespace

std::optional<StudySource> study_source(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
    if (!ends_with_seal(file)) return StudySource{file, overrides, std::make_shared<InputFiles>(), {}, {}};
    const auto text = from_result(file, [](const std::filesystem::path& path) { return packed(read_kept_inputs(path)); });
    if (!text) return std::nullopt;
    KeptInputs kept = unpacked(*text);
    const auto sets = available_instruction_sets();
    const bool has_set = std::find(sets.begin(), sets.end(), kept.instruction_set) != sets.end();
    StudySource source{kept.scenario, kept.overrides, nullptr, has_set ? kept.instruction_set : "", doubt_about(kept, has_set)};
    source.overrides.insert(source.overrides.end(), overrides.begin(), overrides.end());
    source.files = std::make_shared<InputFiles>(std::move(kept.files), file.string());
    return source;
}

}  // namespace evsweep
