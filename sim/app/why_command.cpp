#include "sim/app/why_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <thread>
#include <vector>

#include "sim/app/from_result.hpp"
#include "sim/app/result_path.hpp"
#include "sim/app/result_target.hpp"
#include "sim/app/say.hpp"
#include "sim/app/study_source.hpp"
#include "sim/base/units.hpp"
#include "sim/network/sweep/instruction_set.hpp"
#include "sim/record/new_file.hpp"
#include "sim/record/seal.hpp"
#include "sim/report/why_page.hpp"
#include "sim/report/why_text.hpp"
#include "sim/study/many_load_flows.hpp"
#include "sim/study/read_summary.hpp"
#include "sim/study/why/in_parallel.hpp"
#include "sim/study/why/write_explanation.hpp"

namespace evsweep {

namespace {

/// The numbers of the command line, checked.
struct WhyRequest {
    std::optional<std::size_t> violation{};
    std::optional<std::size_t> replica{};
    std::size_t reruns = 10, orders = 0, threads = 0;
};

/// A whole number from `least` on; reports what is none.
bool read_count(const char* flag, const std::string& text, double least, double most, const auto& take) {
    if (text.empty()) return true;
    const auto number = parse_number(text);
    if (number && *number >= least && *number <= most && *number == std::floor(*number))
        return take(static_cast<std::size_t>(*number)), true;
    refuse(fmt::format("{}: '{}' is no whole number from {:.0f} to {:.0f}", flag, text, least, most));
    return false;
}

std::optional<WhyRequest> read_request(const WhyOptions& options) {
    WhyRequest request;
    bool is_good = read_count("--violation", options.violation, 0, 1e9, [&](std::size_t n) { request.violation = n; });
    is_good &= read_count("--replica", options.replica, 0, 4e9, [&](std::size_t n) { request.replica = n; });
    is_good &= read_count("--reruns", options.reruns, 0, 10'000, [&](std::size_t n) { request.reruns = n; });
    is_good &= read_count("--orders", options.orders, 2, 1e6, [&](std::size_t n) { request.orders = n; });
    is_good &= read_count("--threads", options.threads, 0, 1024, [&](std::size_t n) { request.threads = n; });
    if (options.out && !request.violation) {
        refuse("--out: there is nothing to keep without --violation", "say which violation, e.g. --violation 0");
        is_good = false;
    }
    return is_good ? std::optional(request) : std::nullopt;
}

/// One `evsweep why`, step by step; each step reports what stops it.
class WhyRun {
   public:
    WhyRun(const WhyOptions& options, const WhyRequest& request) : options_(options), request_(request) {}

    ExitStatus run() {
        if (const auto wrong = wrong_ending(options_.out))
            return refuse("--out: " + *wrong, "end it in .h5, or in / for a folder");
        std::error_code error;
        if (!std::filesystem::exists(options_.study, error))
            return refuse(name() + ": no such file", "name the result of a run, or a scenario");
        const ExitStatus found = is_result() ? read_known() : find_in_replica();
        if (found != ExitStatus::success) return found;
        if (known_.list.empty()) return say_that_there_is_none();
        return request_.violation ? explain_one() : list();
    }

   private:
    [[nodiscard]] bool is_result() const { return ends_with_seal(options_.study); }
    [[nodiscard]] std::string name() const { return options_.study.string(); }

    /// The violations that a result knows.
    ExitStatus read_known() {
        const auto read = [runs_it = request_.replica.has_value()](const std::filesystem::path& path) {
            ReadSummary summary = read_summary(path);
            if (!summary.result) throw FileError(summary.problem);
            if (summary.result->parts == 1) return packed(known_violations(*summary.result));
            if (!runs_it)
                throw FileError(path.string() +
                                ": its numbers are those of parts of one replica (study.batch_length), which cannot be run "
                                "by themselves; say --replica 0 to look at the whole replica");
            KnownViolations unknown;
            unknown.replicas = 1;
            return packed(unknown);
        };
        const auto text = from_result(options_.study, read);
        if (!text) return ExitStatus::invalid_input;
        known_ = unpacked_violations(*text);
        if (known_.are_recorded) return ExitStatus::success;
        if (known_.replicas == 0) return refuse(name() + ": no replica was finished", "run the study again");
        if (request_.replica) return find_in_replica();
        return refuse(name() + ": the study recorded no numbers per replica from which violations follow",
                      "say with --replica N which replica to look at, or record its key figures");
    }

    /// Loads the study once; its problems are reported.
    bool load() {
        if (study_) return true;
        const auto source = study_source(options_.study, {});
        if (!source) return false;
        Issues issues(source->files);
        study_ = load_study(source->scenario, source->overrides, issues);
        doubt_ = source->doubt;
        if (!study_ || !is_result()) report(issues);
        const auto set = choose_instruction_set(source->instruction_set, {}, issues);
        if (set) use_instruction_set(*set);
        if (study_ && request_.threads == 0) request_.threads = static_cast<std::size_t>(study_->scenario.study.threads);
        if (request_.threads == 0) request_.threads = std::max(1U, std::thread::hardware_concurrency());
        return study_.has_value();
    }

    /// Runs one replica under every controller and takes what it broke.
    ExitStatus find_in_replica() {
        if (!request_.replica)
            return refuse("why: a scenario has no violations yet",
                          "say with --replica N which replica to look at, or name the result of a run");
        if (!load()) return ExitStatus::invalid_input;
        const int replicas = study_->scenario.study.most_replicas();
        if (*request_.replica >= static_cast<std::size_t>(replicas))
            return refuse(fmt::format("--replica: there is no replica {}", *request_.replica),
                          fmt::format("they are 0 to {}", replicas - 1));
        std::vector<std::string> labels;
        for (const Alternative& alternative : study_->scenario.controllers)
            if (options_.controller.empty() || options_.controller == alternative.label) labels.push_back(alternative.label);
        if (labels.empty()) return refuse_controller();
        std::vector<Replay> replays(labels.size());
        in_parallel(labels.size(), request_.threads, [&] {
            return [&](std::size_t k) {
                LoadedStudy one = under_one(*study_, labels[k]);
                const StudyOutputs outputs = outputs_for_replay(one, ReplayOutputs::none);
                replays[k] = replay(one, outputs, ReplicaId(*request_.replica), {});
            };
        });
        known_ = found_violations(*study_, ReplicaId(*request_.replica), labels, replays);
        return ExitStatus::success;
    }

    ExitStatus refuse_controller() {
        std::vector<std::string> known;
        for (const Alternative& alternative : study_->scenario.controllers) known.push_back(alternative.label);
        return refuse("--controller: there is no '" + options_.controller + "'", did_you_mean(options_.controller, known));
    }

    void say_notes() {
        for (const std::string& note : known_.notes) report(note);
    }

    ExitStatus say_that_there_is_none() {
        say_notes();
        const bool asked = request_.violation.has_value();
        const std::string text =
            fmt::format("No limit was broken in {} {}, under any controller{}.", known_.replicas,
                        known_.replicas == 1 ? "replica" : "replicas", asked ? ": there is nothing to explain" : "");
        return say(text), ExitStatus::success;
    }

    ExitStatus list() {
        ViolationFilter filter;
        filter.controller = options_.controller;
        if (request_.replica) filter.replica = ReplicaId(*request_.replica);
        const std::string page = violations_page(known_, filter);
        if (page.empty()) {
            say("No limit was broken there; without --replica and --controller all violations are listed.");
            return ExitStatus::success;
        }
        say(page);
        const std::string again = is_result() ? "" : fmt::format(" --replica {}", *request_.replica);
        if (known_.list.front().kind != LimitKind::unsolved)
            say(fmt::format("`evsweep why {}{} --violation 0` explains the first.", name(), again));
        say_notes();
        return ExitStatus::success;
    }

    ExitStatus explain_one() {
        if (*request_.violation >= known_.list.size())
            return refuse(fmt::format("--violation: there is no violation {}", *request_.violation),
                          fmt::format("they are 0 to {}; without --violation they are listed", known_.list.size() - 1));
        const Violation& violation = known_.list[*request_.violation];
        if (!load()) return ExitStatus::invalid_input;
        std::optional<std::filesystem::path> file;
        if (options_.out) {
            file = result_path(options_.study.stem().concat("-why.h5"), options_.out);
            const ResultTarget target(
                *file, options_.force ? ResultTarget::Overwrites::anything : ResultTarget::Overwrites::interrupted);
            if (const auto obstacle = target.obstacle()) return refuse("--out: " + *obstacle);
        }
        return conclude(explain(*study_, violation, explanation_options(violation)), file);
    }

    ExplanationOptions explanation_options(const Violation& violation) {
        ExplanationOptions how;
        how.reruns = request_.reruns;
        how.orders = request_.orders;
        how.threads = request_.threads;
        how.is_quick = options_.quick;
        how.keeps_hour = options_.out.has_value();
        how.recorded = recorded_of(violation);
        how.announce = [](const ExplanationCost& cost) {
            if (cost.runs == 0) return;
            const auto rounds = static_cast<double>((cost.runs + cost.threads - 1) / cost.threads);
            report(fmt::format("why: this takes {} {} of one replica, about {:.1f} s with {} {} (the first took {:.2f} s)",
                               cost.runs, cost.runs == 1 ? "run" : "runs", rounds * cost.first_seconds, cost.threads,
                               cost.threads == 1 ? "thread" : "threads", cost.first_seconds));
        };
        return how;
    }

    /// What the result holds of the replica; nothing (reported) where it cannot be read.
    std::vector<RecordedNumber> recorded_of(const Violation& violation) {
        if (!is_result()) return {};
        const auto read = [&](const std::filesystem::path& path) {
            ReadSummary summary = read_summary(path);
            if (!summary.result) throw FileError(summary.problem);
            return packed(recorded_numbers(*summary.result, violation.controller, violation.replica));
        };
        const auto text = from_result(options_.study, read);
        return text ? unpacked_numbers(*text) : std::vector<RecordedNumber>{};
    }

    ExitStatus conclude(const Explanation& explanation, const std::optional<std::filesystem::path>& file) {
        if (!explanation.different_numbers.empty())
            report("why: the replica is not to the last bit what the result holds; " +
                   doubt_.value_or("the program and its instruction set are the same, so please report this with the result"));
        if (explanation.problem) return fail("why: " + *explanation.problem);
        say(explanation_page(*study_, explanation));
        if (!file) return ExitStatus::success;
        try {
            place_file(*file, explanation_bytes(*study_, explanation, why_sentences(*study_, explanation), *file));
        } catch (const FileError& error) {
            return fail(error.what());
        }
        say("\nExplanation: " + file->string());
        return ExitStatus::success;
    }

    const WhyOptions& options_;
    WhyRequest request_;
    KnownViolations known_;
    std::optional<LoadedStudy> study_;
    std::optional<std::string> doubt_;
};

}  // namespace

ExitStatus why_command(const WhyOptions& options) {
    const auto request = read_request(options);
    return request ? WhyRun(options, *request).run() : ExitStatus::invalid_input;
}

}  // namespace evsweep
