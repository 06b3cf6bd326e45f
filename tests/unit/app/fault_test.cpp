// Disks that are full and runs that meet: nothing finished is lost, and no file is anything but whole.
#include <sched.h>
#include <sys/mount.h>

#include <catch2/catch.hpp>

#include "command.hpp"
#include "same_results.hpp"

using Catch::Matchers::Contains;
using namespace evsweep::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A small disk of its own at a folder, which only this process and its children see.
class SmallDisk {
   public:
    SmallDisk(const fs::path& folder, const std::string& size) : folder_(folder) {
        fs::create_directories(folder_);
        is_there_ = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                    mount("tmpfs", folder_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    }
    ~SmallDisk() {
        if (is_there_) umount2(folder_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    /// False where only root may mount, or not even root.
    [[nodiscard]] bool is_there() const { return is_there_; }
    void make_room() const { REQUIRE(mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT, "size=256m") == 0); }

   private:
    fs::path folder_;
    bool is_there_ = false;
};

/// Its replicas take 12 kB each as they are run, and its result 0.6 MB.
const std::vector<std::string> wordy{
    "run",   "study.yaml",        "--replicas",   "400",  "--threads", "2",     "--set",         "time.step=5 min",
    "--set", "outputs.series={}", "--checkpoint", "5 ms", "--quiet",   "--out", "small/study.h5"};

fs::path file_with(const fs::path& folder, const std::string& part_of_name) {
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().find(part_of_name) != std::string::npos) return entry.path();
    return {};
}

}  // namespace

TEST_CASE("a disk that fills while a study runs costs nothing that was finished", "[resume]") {
    const StudyFolder folder, whole;
    const SmallDisk disk(folder / "small", "256k");  // where the result has no room, either
    if (!disk.is_there()) {
        WARN("skipped: a small file system can be mounted by root alone");
        return;
    }
    REQUIRE(evsweep_in(whole.path(), wordy).status == 0);
    const auto full = evsweep_in(folder.path(), wordy);
    INFO(full.err);
    CHECK(full.status == 1);
    CHECK_THAT(full.err, Contains("no more checkpoints are written") && Contains("No space left on device") &&
                             Contains("the run goes on without"));
    CHECK_THAT(full.err, Contains("the result is kept in") && Contains("move it to where it belongs"));
    const fs::path rescued = file_with(folder.path(), ".rescued-");
    REQUIRE(!rescued.empty());
    CHECK(same_arrays(whole.path() / "small/study.h5", rescued) > 50);
}

TEST_CASE("a part on a full disk ends, says what to do, and goes on when there is room", "[resume][merge]") {
    const StudyFolder folder, whole;
    const SmallDisk disk(folder / "small", "1m");
    if (!disk.is_there()) {
        WARN("skipped: a small file system can be mounted by root alone");
        return;
    }
    auto part = wordy;
    part.insert(part.end(), {"--replicas-from", "10", "--to", "390"});
    REQUIRE(evsweep_in(whole.path(), part).status == 0);
    const auto full = evsweep_in(folder.path(), part);
    INFO(full.err);
    CHECK(full.status == 1);
    CHECK_THAT(full.err, Contains("a temporary file in 'small' cannot be written: No space left on device"));
    CHECK_THAT(full.err, Contains("finished replicas are kept in small/study.h5.checkpoint; run the same command again"));
    disk.make_room();
    part.push_back("--resume");
    const auto resumed = evsweep_in(folder.path(), part);
    INFO(resumed.err);
    REQUIRE(resumed.status == 0);
    CHECK(same_arrays(whole.path() / "small/study.h5", folder.path() / "small/study.h5") > 50);
}

TEST_CASE("two runs into one file at once leave one whole file there, and lose neither result", "[resume]") {
    for (int attempt = 0; attempt < 3; ++attempt) {
        const StudyFolder folder, whole;
        const std::vector<std::string> words{"run", "study.yaml",   "--replicas", "200",    "--threads",
                                             "1",   "--checkpoint", "none",       "--quiet"};
        REQUIRE(evsweep_in(whole.path(), words).status == 0);
        const ScratchFolder first_streams, second_streams;
        const Program first(first_streams, folder.path(), words), second(second_streams, folder.path(), words);
        const std::vector<Answer> answers{first.wait(), second.wait()};
        CHECK(same_arrays(whole.path() / "results/study.h5", folder.path() / "results/study.h5") > 50);
        std::size_t rescued = 0;
        for (const Answer& answer : answers) {
            INFO(answer.err);
            if (answer.status == 0) continue;
            // Either it found the other's result before it began, or when it wanted to write its own.
            const bool came_late =
                answer.status == 2 && answer.err.find("holds the result of an earlier run") != std::string::npos;
            const bool was_rescued =
                answer.status == 1 && answer.err.find("another file has come there meanwhile") != std::string::npos;
            CHECK((came_late || was_rescued));
            rescued += was_rescued;
        }
        CHECK(folder.files() == 3 + rescued);
        if (const fs::path file = file_with(folder.path(), ".rescued-"); !file.empty())
            CHECK(same_arrays(whole.path() / "results/study.h5", file) > 50);
    }
}

TEST_CASE("of two long runs into one file the second is refused while the first goes on", "[resume]") {
    const StudyFolder folder;
    std::vector<std::string> words{"run",   "study.yaml",      "--replicas",   "4000", "--threads", "1",
                                   "--set", "time.step=5 min", "--checkpoint", "5 ms", "--quiet"};
    const ScratchFolder streams;
    const Program first(streams, folder.path(), words);
    REQUIRE(comes_true([&] { return fs::exists(folder / "results/study.h5.checkpoint/000000.piece"); }, 120s));
    const auto second = evsweep_in(folder.path(), words);
    INFO(second.err);
    CHECK(second.status == 2);
    CHECK_THAT(second.err, Contains("another run keeps its checkpoints in"));
    CHECK(first.wait().status == 0);
    CHECK(folder.files() == 3);
}
