// Parts of a study, run apart and merged, are the study to the last bit; what is not whole is refused.
#include <catch2/catch.hpp>

#include "command.hpp"
#include "same_results.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A study of so many replicas in a folder, and its parts.
class PartsFolder : public StudyFolder {
   public:
    explicit PartsFolder(int replicas, std::vector<std::string> more = {}) : more_(std::move(more)) {
        more_.insert(more_.end(), {"--replicas", std::to_string(replicas), "--quiet"});
    }
    [[nodiscard]] Answer run(std::vector<std::string> words) const {
        std::vector<std::string> all{"run", "study.yaml"};
        all.insert(all.end(), words.begin(), words.end());
        all.insert(all.end(), more_.begin(), more_.end());
        return evsweep_in(path(), all);
    }
    [[nodiscard]] Answer part(int from, int to, std::vector<std::string> words = {}) const {
        const std::string first = std::to_string(from), end = std::to_string(to);
        words.insert(words.end(), {"--replicas-from", first, "--to", end, "--out", "part-" + first + "-" + end + ".h5"});
        return run(words);
    }
    [[nodiscard]] Answer merge(std::vector<std::string> words) const {
        words.insert(words.begin(), "merge");
        return evsweep_in(path(), words);
    }
    [[nodiscard]] bool merged_as_one() const {
        return same_arrays(path() / "whole.h5", path() / "merged.h5") > 50 &&
               attributes_of("whole.h5") == attributes_of("merged.h5");
    }

   private:
    [[nodiscard]] std::vector<std::string> attributes_of(const std::string& file) const {
        const evsweep::ResultReader reader(path() / file);
        std::vector<std::string> found;
        for (const char* name : {"title", "scenario_file", "seed", "reference", "instruction_set", "draws"})
            found.push_back(reader.text_attribute("/", name));
        for (const char* name : {"replicas_planned", "replicas_finished", "interrupted", "same_fleets", "confidence"})
            found.push_back(std::to_string(reader.number_attribute("/", name).value_or(-1.0)));
        return found;
    }
    std::vector<std::string> more_;
};

const std::vector<std::string> with_series{"--set", "outputs.series={}", "--set", "outputs.kpis={}"};

}  // namespace

TEST_CASE("parts in any number and order make the study of one run, to the last bit", "[merge]") {
    const PartsFolder folder(60, with_series);
    REQUIRE(folder.run({"--out", "whole.h5"}).status == 0);
    const auto first = folder.part(0, 7);
    INFO(first.err);
    REQUIRE(first.status == 0);
    REQUIRE(folder.part(7, 8, {"--threads", "1"}).status == 0);
    REQUIRE(folder.part(8, 60, {"--threads", "3"}).status == 0);
    const auto merged = folder.merge({"part-8-60.h5", "part-0-7.h5", "part-7-8.h5", "--out", "merged.h5"});
    INFO(merged.err);
    REQUIRE(merged.status == 0);
    CHECK_THAT(merged.out, Contains("60 of 60 replicas") && Contains("Results: merged.h5"));
    CHECK(folder.merged_as_one());
    REQUIRE(folder.part(0, 60).status == 0);
    CHECK(folder.merge({"part-0-60.h5", "--out", "merged.h5"}).status == 2);  // it is there
    REQUIRE(folder.merge({"part-0-60.h5", "--out", "merged.h5", "--force", "--quiet"}).status == 0);
    CHECK(folder.merged_as_one());
}

TEST_CASE("more replicas than bands keep exactly come together in the same order", "[merge][slow]") {
    const PartsFolder folder(1500, with_series);
    REQUIRE(folder.run({"--out", "whole.h5"}).status == 0);
    for (int from = 0; from < 1500; from += 300) REQUIRE(folder.part(from, from + 300).status == 0);
    REQUIRE(folder
                .merge({"part-300-600.h5", "part-0-300.h5", "part-900-1200.h5", "part-600-900.h5", "part-1200-1500.h5", "--out",
                        "merged.h5", "--quiet"})
                .status == 0);
    CHECK(folder.merged_as_one());
}

TEST_CASE("draws that are spread out are the same in parts, batches cut or not", "[merge]") {
    for (const std::string draws : {"sobol", "latin_hypercube"}) {
        const PartsFolder folder(64, {"--set", "study.draws=" + draws});
        REQUIRE(folder.run({"--out", "whole.h5"}).status == 0);
        REQUIRE(folder.part(0, 21).status == 0);
        REQUIRE(folder.part(21, 64).status == 0);
        REQUIRE(folder.merge({"part-0-21.h5", "part-21-64.h5", "--out", "merged.h5", "--quiet"}).status == 0);
        CHECK(folder.merged_as_one());
    }
}

TEST_CASE("a part is a result of its replicas, and holds them as they are in the whole study", "[merge]") {
    const PartsFolder folder(20);
    REQUIRE(folder.run({"--out", "whole.h5"}).status == 0);
    REQUIRE(folder.run({"--replicas-from", "5", "--to", "9"}).status == 0);
    const fs::path part = folder.path() / "results/study-from-5-to-9.h5";
    const auto summary = evsweep_in(folder.path(), {"summary", part.string()});
    CHECK(summary.status == 0);
    CHECK_THAT(summary.out, Contains("4 of 4 replicas"));
    const evsweep::ResultReader some(part), all(folder.path() / "whole.h5");
    const std::string peak = "/controllers/uncoordinated/kpis/peak_kw";
    const auto whole = all.numbers(peak);
    CHECK(some.numbers(peak) == std::vector<double>(whole.begin() + 5, whole.begin() + 9));
    CHECK(some.numbers("/controllers/uncoordinated/kpis/replica") == std::vector<double>{5, 6, 7, 8});
    CHECK(some.number_attribute("/part", "end_replica") == 9.0);
    CHECK(!all.has("/part"));
}

TEST_CASE("what keeps parts from being one study is said all at once, and nothing is written", "[merge]") {
    const PartsFolder folder(20);
    for (const auto& [from, to] : {std::pair{0, 6}, {4, 8}, {10, 12}, {12, 19}}) REQUIRE(folder.part(from, to).status == 0);
    const auto gaps =
        folder.merge({"part-12-19.h5", "part-0-6.h5", "part-4-8.h5", "part-10-12.h5", "part-10-12.h5", "--out", "merged.h5"});
    INFO(gaps.err);
    CHECK(gaps.status == 2);
    CHECK_THAT(gaps.err, Contains("part-0-6.h5 and part-4-8.h5 both have replicas 4 to 5; leave one of them out"));
    CHECK_THAT(gaps.err, Contains("part-10-12.h5 and part-10-12.h5 both have replicas 10 to 11"));
    CHECK_THAT(gaps.err, Contains("no part has replicas 8 to 9 of the study; run them with --replicas-from 8 --to 10"));
    CHECK_THAT(gaps.err, Contains("no part has replica 19 of the study; run them with --replicas-from 19 --to 20"));
    CHECK(!fs::exists(folder / "merged.h5"));
}

TEST_CASE("parts of different studies, damaged parts and files that are none are refused, each with its reason", "[merge]") {
    const PartsFolder folder(8);
    REQUIRE(folder.part(0, 4).status == 0);
    REQUIRE(folder.part(4, 8, {"--seed", "6"}).status == 0);
    const auto other = folder.merge({"part-0-4.h5", "part-4-8.h5", "--out", "merged.h5"});
    CHECK(other.status == 2);
    CHECK_THAT(other.err,
               Contains("part-4-8.h5: is of another study than part-0-4.h5") && Contains("study.seed was 5, and is 6"));

    std::string bytes = folder.read("part-0-4.h5");
    bytes[bytes.size() - 200] = static_cast<char>(bytes[bytes.size() - 200] ^ 1);
    folder.write("damaged.h5", bytes);
    folder.write("short.h5", bytes.substr(0, bytes.size() / 2));
    REQUIRE(folder.run({"--out", "whole.h5"}).status == 0);
    const auto refused =
        folder.merge({"part-0-4.h5", "damaged.h5", "short.h5", "whole.h5", "study.yaml", "gone.h5", "--out", "merged.h5"});
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, Contains("damaged.h5: damaged") && Contains("whole.h5: is not a part of a study"));
    CHECK_THAT(refused.err, Contains("short.h5: ") && Contains("study.yaml: ") && Contains("gone.h5: "));
    CHECK(!fs::exists(folder / "merged.h5"));
    CHECK(folder.merge({}).status == 2);
}

TEST_CASE("a part that was killed goes on, and one that was interrupted tells what it lacks", "[merge][resume]") {
    const PartsFolder folder(40'000, {"--set", "time.step=5 min", "--checkpoint", "5 ms", "--threads", "2"});
    {
        const ScratchFolder streams;
        const Program program(streams, folder.path(),
                              {"run", "study.yaml", "--replicas", "40000", "--set", "time.step=5 min", "--checkpoint", "5 ms",
                               "--quiet", "--replicas-from", "0", "--to", "2000", "--out", "part.h5"});
        REQUIRE(comes_true([&] { return fs::exists(folder / "part.h5.checkpoint/000001.piece"); }, 120s));
        program.send(SIGKILL);
        (void)program.wait();
        REQUIRE(!fs::exists(folder / "part.h5"));
    }
    const auto resumed = folder.run({"--replicas-from", "0", "--to", "2000", "--out", "part.h5", "--resume"});
    INFO(resumed.err);
    REQUIRE(resumed.status == 0);
    REQUIRE(folder.run({"--replicas-from", "0", "--to", "2000", "--out", "unbroken.h5"}).status == 0);
    CHECK(same_arrays(folder / "part.h5", folder / "unbroken.h5") > 50);
    CHECK(folder.read("part.h5").size() == folder.read("unbroken.h5").size());
}

TEST_CASE("replicas that a study has not are no part of it", "[merge]") {
    const PartsFolder folder(20);
    const auto refused = [&](std::vector<std::string> words) {
        const auto answer = folder.run(std::move(words));
        CHECK(answer.status == 2);
        return answer.err;
    };
    CHECK_THAT(refused({"--replicas-from", "20"}),
               Contains("--replicas-from: the study has no replica '20'; it has replicas 0 to 19"));
    CHECK_THAT(refused({"--replicas-from", "-1", "--to", "3"}), Contains("no replica '-1'"));
    CHECK_THAT(refused({"--replicas-from", "5", "--to", "5"}),
               Contains("--to: '5' does not end a part that begins with replica 5"));
    CHECK_THAT(refused({"--to", "21"}), Contains("--to is the replica after the last one: 1 to 20"));
    CHECK_THAT(refused({"--to", "x"}), Contains("'x'"));
    CHECK_THAT(refused({"--to", "3", "--only-replica", "1"}), Contains("leave one of them out"));
    CHECK_THAT(refused({"--to", "3", "--set", "study.stop={kpi: peak_kw, half_width: 1 W, max_replicas: 900}"}),
               Contains("decides by itself how many replicas it runs (study.stop)"));
    CHECK(folder.files() == 2);
}
