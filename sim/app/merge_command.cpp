#include "sim/app/merge_command.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "sim/app/from_result.hpp"
#include "sim/app/parser.hpp"
#include "sim/app/progress.hpp"
#include "sim/app/rank_command.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/result_target.hpp"
#include "sim/app/say.hpp"
#include "sim/app/solve_request.hpp"
#include "sim/app/study_source.hpp"
#include "sim/report/comparison.hpp"
#include "sim/report/warnings.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/many_load_flows.hpp"
#include "sim/study/memory_estimate.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/part.hpp"
#include "sim/study/study.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

/// All parts; fewer than were named (reported) where some are none.
std::vector<PartFile> read_parts(const std::vector<std::string>& names) {
    std::vector<PartFile> parts;
    for (const std::string& name : names) {
        const auto text = from_result(name, [](const fs::path& path) { return packed(read_part(path)); });
        if (text) parts.push_back(unpacked_part(*text));
    }
    return parts;
}

/// The study of the parts, from the inputs in the first of them; none (reported) where it is not the same here.
std::optional<LoadedStudy> study_of(const PartFile& first) {
    const auto source = study_source(first.path, {});
    if (!source) return std::nullopt;
    Issues issues(source->files);
    auto study = load_study(source->scenario, source->overrides, issues);
    const auto set = choose_instruction_set(source->instruction_set, at_flag("--instruction-set"), issues);
    report(issues);
    if (!study || !set) return std::nullopt;
    use_instruction_set(*set);
    const auto differences = identity_differences(first.part.identity, study_identity(*study));
    if (differences.empty()) return study;
    std::string text = fmt::format("{}: what made it is not the same as here:", first.path.string());
    for (const std::string& difference : differences) text += "\n  " + difference;
    refuse(text, "\n  merge the parts with the program, and on a machine, that made them");
    return std::nullopt;
}

bool fits(const LoadedStudy& study) {
    const StudyShape shape = shape_of(study, {});
    const auto shortage = memory_shortage(estimate_memory(study, shape), shape, memory_there(shape.threads + 1));
    if (shortage) fail(*shortage);
    return !shortage;
}

ExitStatus merge(const LoadedStudy& study, MergedParts& parts, const ResultTarget& target, const MergeOptions& options,
                 InterruptWatch& watch) {
    const auto style = options.quiet ? ProgressReporter::Style::none : ProgressReporter::style_of_stderr();
    ProgressReporter reporter(style, study.scenario.study.replicas);
    StudyOptions of_study;
    of_study.finished = &parts;
    of_study.progress = [&reporter](const Progress& progress) { reporter.report(progress); };
    std::optional<StudyResult> result;
    {
        const InterruptWatch::Grace grace(watch);
        of_study.stop = grace.stop();
        result = run_study(study, of_study);
        name_mpi_library(result->provenance);
    }
    if (result->interrupted) {
        fail("interrupted; nothing was written, and the parts are as they were");
        return ExitStatus::interrupted;
    }
    const PlacedResult placed = target.place(*result);
    for (const std::string& note : placed.notes) fail(note);
    if (!options.quiet || !placed.file) say(comparison_table(*result));
    if (!options.quiet && placed.file) say("\nResults: " + placed.file->string());
    if (placed.is_at_fault) return ExitStatus::failed;
    if (const auto problem = dead_end(*result)) return fail(*problem);
    if (result->failures.empty()) return ExitStatus::success;
    return fail(fmt::format("{} of {} replicas failed when they were run; the others are kept", result->failures.size(),
                            result->planned));
}

}  // namespace

ExitStatus merge_command(const MergeOptions& options, InterruptWatch& watch) {
    if (const auto wrong = wrong_ending(options.out)) return refuse("--out: " + *wrong, "end it in .h5, or in / for a folder");
    std::vector<PartFile> parts = read_parts(options.parts);
    const auto problems = problems_of_parts(parts);
    for (const std::string& problem : problems) report("evsweep: " + problem);
    if (!problems.empty() || parts.size() < options.parts.size()) return ExitStatus::invalid_input;
    const auto study = study_of(parts.front());
    if (!study) return ExitStatus::invalid_input;
    const fs::path result = result_path(study->scenario.file.path, options.out);
    const ResultTarget target(result, options.force ? ResultTarget::Overwrites::anything : ResultTarget::Overwrites::interrupted);
    if (const auto obstacle = target.obstacle()) return refuse("--out: " + *obstacle);
    if (!fits(*study)) return ExitStatus::failed;
    try {
        MergedParts merged(std::move(parts));
        return merge(*study, merged, target, options, watch);
    } catch (const FileError& error) {
        return fail(error.what());
    }
}

void add_merge(CommandLine& line) {
    const auto options = std::make_shared<MergeOptions>();
    CLI::App* merge =
        add_command(line, "merge", "Put parts of a study together: one result, as of one run",
                    "  evsweep run study.yaml --replicas-from 0 --to 500 --out parts/0.h5\n"
                    "  evsweep run study.yaml --replicas-from 500 --to 1000 --out parts/1.h5\n"
                    "  evsweep merge parts/*.h5 --out results/study.h5\n"
                    "Parts may be run anywhere, at any time and in any order, with the same program and the same\n"
                    "instruction set (run --instruction-set). The result is that of one run, to the last bit. Parts of\n"
                    "different studies, missing and repeated replicas and damaged parts are refused.\n"
                    "Exit status: 0 done, 1 the result could not be written, or replicas had failed, 2 a problem of the\n"
                    "parts (nothing is written), 130 interrupted (nothing is written).");
    merge->add_option("PART", options->parts, "Results of `evsweep run --replicas-from A --to B`")->option_text("...");
    merge->add_option("--out", options->out, "Result file (.h5) or folder; else results/<scenario>.h5")->type_name("PATH");
    merge->add_flag("--force", options->force, "Replace the result of an earlier run, or whatever is at --out");
    merge->add_flag("--quiet", options->quiet, "Print nothing but problems");
    merge->callback([&line, options] {
        line.command = [&line, options] {
            return options->parts.empty() ? refuse("merge: no part is named", "try `evsweep merge parts/*.h5`")
                                          : merge_command(*options, line.watch);
        };
    });
}

}  // namespace evsweep
