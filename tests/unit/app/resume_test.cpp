// A run that did not end goes on from what it had finished, to the last bit; what it cannot go on from it says.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "command.hpp"
#include "same_results.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> many{"run",   "study.yaml",      "--replicas",   "600",  "--threads", "2",
                                    "--set", "time.step=5 min", "--checkpoint", "5 ms", "--quiet"};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// Runs until there are so many pieces, and kills the run without a word.
void killed_run(const fs::path& folder, std::size_t pieces, const std::vector<std::string>& words = many) {
    const ScratchFolder streams;
    const Program program(streams, folder, words);
    const auto count = [&] {
        std::size_t found = 0;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder / "results/study.h5.checkpoint", error))
            found += entry.path().extension() == ".piece";
        return found;
    };
    REQUIRE(comes_true([&] { return count() >= pieces; }, 120s));
    program.send(SIGKILL);
    (void)program.wait();
    REQUIRE(!fs::exists(folder / "results/study.h5"));
}

fs::path first_piece(const ScratchFolder& folder) { return folder.path() / "results/study.h5.checkpoint/000000.piece"; }

}  // namespace

TEST_CASE("a killed run goes on, however often it is killed, and ends with the same bits", "[resume]") {
    const StudyFolder folder, whole;
    REQUIRE(evsweep_in(whole.path(), many).status == 0);
    CHECK(whole.files() == 3);  // no checkpoint is left
    for (const std::size_t pieces : {1U, 2U, 4U}) killed_run(folder.path(), pieces);
    const auto resumed = evsweep_in(folder.path(), with(many, {"--resume"}));
    INFO(resumed.err);
    REQUIRE(resumed.status == 0);
    CHECK(same_arrays(whole.path() / "results/study.h5", folder.path() / "results/study.h5") > 50);
    CHECK(folder.files() == 3);
}

TEST_CASE("a run that was killed before it had written anything into its checkpoint is begun anew", "[resume]") {
    const StudyFolder folder;
    fs::create_directories(folder.path() / "results/study.h5.checkpoint");
    const auto answer = evsweep_in(folder.path(), many);
    INFO(answer.err);
    CHECK(answer.status == 0);
    CHECK(folder.files() == 3);
}

TEST_CASE("numbers that find no room on the disk end the run with a message, and it goes on from what was kept",
          "[resume][slow]") {
    const StudyFolder folder, whole;
    std::vector<std::string> words{"run", "study.yaml", "--replicas", "20000", "--checkpoint", "20 ms", "--quiet"};
    const auto stopped = evsweep_in(folder.path(), words, no_file_longer_than(rlim_t{3} << 20U));
    CHECK(stopped.status == 1);
    CHECK_THAT(stopped.err,
               Contains("a temporary file in 'results' cannot be written: File too large; make room there, or write the "
                        "result to a folder with more room (--out)") &&
                   Contains("finished replicas are kept in results/study.h5.checkpoint; run the same command again"));
    CHECK(!fs::exists(folder.path() / "results/study.h5"));
    REQUIRE(evsweep_in(folder.path(), with(words, {"--resume"})).status == 0);
    REQUIRE(evsweep_in(whole.path(), words).status == 0);
    CHECK(same_arrays(whole.path() / "results/study.h5", folder.path() / "results/study.h5") > 50);
    CHECK(folder.files() == 3);
}

TEST_CASE("a run killed at random moments goes on by itself, on any number of threads", "[resume][slow]") {
    const StudyFolder whole;
    REQUIRE(evsweep_in(whole.path(), many).status == 0);
    std::mt19937 random(7);
    const StudyFolder folder;
    for (int kill = 0; kill < 20; ++kill) {
        const ScratchFolder streams;
        std::vector<std::string> words = many;
        words[5] = std::to_string(1 + kill % 3);
        const Program program(streams, folder.path(), words);
        std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 200));
        program.send(SIGKILL);
        (void)program.wait();
        if (fs::exists(folder.path() / "results/study.h5")) fs::remove(folder.path() / "results/study.h5");
    }
    REQUIRE(evsweep_in(folder.path(), many).status == 0);
    CHECK(same_arrays(whole.path() / "results/study.h5", folder.path() / "results/study.h5") > 50);
}

TEST_CASE("a killed run of a study that stops by itself comes to the same number of replicas", "[resume][stop]") {
    const auto stopping = with(many, {"--set", "study.stop={kpi: peak_kw, half_width: 1 W, max_replicas: 900}"});
    const StudyFolder folder, whole;
    REQUIRE(evsweep_in(whole.path(), stopping).status == 0);
    for (const std::size_t pieces : {1U, 3U}) killed_run(folder.path(), pieces, stopping);
    const auto resumed = evsweep_in(folder.path(), with(stopping, {"--resume"}));
    INFO(resumed.err);
    REQUIRE(resumed.status == 0);
    CHECK(same_arrays(whole.path() / "results/study.h5", folder.path() / "results/study.h5") > 50);
    const evsweep::ResultReader one(whole.path() / "results/study.h5"), other(folder.path() / "results/study.h5");
    CHECK(one.numbers_attribute("/stop", "looked_at") == std::vector<double>{600, 900});
    CHECK(other.numbers_attribute("/stop", "looked_at") == std::vector<double>{600, 900});
}

TEST_CASE("a run that was interrupted tells how to go on, and does", "[resume]") {
    const StudyFolder folder, whole;
    std::vector<std::string> loud = many;
    loud.pop_back();
    loud[3] = "20000";
    REQUIRE(evsweep_in(whole.path(), loud).status == 0);
    {
        const ScratchFolder streams;
        const Program program(streams, folder.path(), loud);
        REQUIRE(comes_true([&] { return program.watches_signals() && program.cpu_seconds() >= 0.5; }));
        program.send(SIGTERM);
        const auto answer = program.wait();
        INFO(answer.err);
        REQUIRE(answer.status == 130);
        CHECK_THAT(answer.err, Contains("run the same command again to go on from there"));
    }
    const auto again = evsweep_in(folder.path(), loud);
    INFO(again.err);
    CHECK(again.status == 0);
    CHECK_THAT(again.err, Contains("going on from") && Contains("finished replicas in results/study.h5.checkpoint"));
    CHECK(same_arrays(whole.path() / "results/study.h5", folder.path() / "results/study.h5") > 50);
}

TEST_CASE("what is of another study is not gone on from, and what differs is said", "[resume]") {
    const StudyFolder folder;
    killed_run(folder.path(), 1);
    const auto other_seed = evsweep_in(folder.path(), with(many, {"--seed", "6"}));
    CHECK(other_seed.status == 2);
    CHECK_THAT(other_seed.err, Contains("are of another study") && Contains("study.seed was 5, and is 6") && Contains("--force"));
    std::string text = small_study;
    text.replace(text.find("7 kW"), 4, "11 kW");
    folder.write("study.yaml", text);
    const auto changed = evsweep_in(folder.path(), with(many, {"--resume"}));
    CHECK(changed.status == 2);
    CHECK_THAT(changed.err, Contains("population.homes.charge_rating was") && Contains("file study.yaml was"));
    folder.write("study.yaml", small_study);
    CHECK(evsweep_in(folder.path(), with(many, {"--seed", "6", "--force"})).status == 0);
    CHECK(folder.files() == 3);
}

TEST_CASE("a damaged or shortened piece is refused, and its replicas run again without it", "[resume]") {
    const StudyFolder folder, whole;
    REQUIRE(evsweep_in(whole.path(), many).status == 0);
    killed_run(folder.path(), 2);
    std::ifstream in(first_piece(folder), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    std::string flipped = bytes;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    for (const std::string& damaged : {flipped, bytes.substr(0, bytes.size() / 2), bytes + "x", std::string()}) {
        std::ofstream(first_piece(folder), std::ios::binary | std::ios::trunc) << damaged;
        const auto refused = evsweep_in(folder.path(), with(many, {"--resume"}));
        CHECK(refused.status == 2);
        CHECK_THAT(refused.err, Contains("000000.piece' is damaged; remove it, and its replicas are run again"));
    }
    fs::remove(first_piece(folder));
    REQUIRE(evsweep_in(folder.path(), with(many, {"--resume"})).status == 0);
    CHECK(same_arrays(whole.path() / "results/study.h5", folder.path() / "results/study.h5") > 50);
}

TEST_CASE("a run that cannot write checkpoints goes on without them, and says so", "[resume]") {
    const StudyFolder folder;
    const ScratchFolder streams;
    fs::create_directories(folder.path() / "results");
    folder.write("results/study.h5.checkpoint", "");
    const auto in_the_way = evsweep_in(folder.path(), many);
    CHECK(in_the_way.status == 2);
    CHECK_THAT(in_the_way.err, Contains("is in the way of checkpoints, and is no folder; move it away"));
    fs::remove(folder.path() / "results/study.h5.checkpoint");
    const Program full(streams, folder.path(), many, no_file_longer_than(2000));
    const auto answer = full.wait();
    INFO(answer.err);
    CHECK(answer.status == 1);  // the result does not fit, either
    CHECK_THAT(answer.err, Contains("no more checkpoints are written") && Contains("the run goes on without"));
}

TEST_CASE("two runs do not keep their checkpoints in one folder", "[resume]") {
    const StudyFolder folder;
    killed_run(folder.path(), 1);
    const ScratchFolder streams;
    std::vector<std::string> long_run = many;
    long_run[3] = "100000";
    const auto other = evsweep_in(folder.path(), long_run);
    CHECK(other.status == 2);
    CHECK_THAT(other.err, Contains("study.replicas was 600, and is 100000"));
    fs::remove_all(folder.path() / "results/study.h5.checkpoint");
    const Program first(streams, folder.path(), long_run);
    REQUIRE(comes_true([&] { return fs::exists(first_piece(folder)); }, 120s));
    const auto second = evsweep_in(folder.path(), long_run);
    CHECK(second.status == 2);
    CHECK_THAT(second.err, Contains("another run keeps its checkpoints in"));
    first.send(SIGKILL);
    (void)first.wait();
}

TEST_CASE("flags that contradict one another are refused, and a run without anything to go on from says so", "[resume]") {
    const StudyFolder folder;
    const auto refused = [&](const std::vector<std::string>& flags) {
        const auto answer = evsweep_in(folder.path(), with({"run", "study.yaml"}, flags));
        CHECK(answer.status == 2);
        return answer.err;
    };
    CHECK_THAT(refused({"--resume"}), Contains("--resume: there is nothing to go on from"));
    CHECK_THAT(refused({"--resume", "--force"}), Contains("--force drops what it would go on from"));
    CHECK_THAT(refused({"--resume", "--checkpoint", "none"}), Contains("keeps and reads no checkpoints"));
    CHECK_THAT(refused({"--resume", "--only-replica", "1"}), Contains("leave one of them out"));
    CHECK_THAT(refused({"--checkpoint", "0 s"}), Contains("--checkpoint: 0 s is no period"));
    CHECK_THAT(refused({"--checkpoint", "often"}), Contains("--checkpoint"));
    CHECK_THAT(refused({"--only-replica", "4"}), Contains("the study has no replica '4'; it has replicas 0 to 3"));
    CHECK_THAT(refused({"--only-replica", "1.5"}), Contains("no replica '1.5'"));
    CHECK(folder.files() == 2);
}

TEST_CASE("one replica runs alone, as it is in the whole study", "[resume]") {
    const StudyFolder folder;
    REQUIRE(evsweep_in(folder.path(), {"run", "study.yaml", "--quiet"}).status == 0);
    const auto alone = evsweep_in(folder.path(), {"run", "study.yaml", "--only-replica", "2", "--quiet"});
    INFO(alone.err);
    REQUIRE(alone.status == 0);
    const evsweep::ResultReader one(folder.path() / "results/study-replica-2.h5"), all(folder.path() / "results/study.h5");
    const std::string peak = "/controllers/uncoordinated/kpis/peak_kw";
    REQUIRE(one.numbers(peak).size() == 1);
    CHECK(one.numbers(peak)[0] == all.numbers(peak)[2]);
}
