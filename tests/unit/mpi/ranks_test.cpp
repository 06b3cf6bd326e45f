// Ranks that talk by way of memory: who runs what, what becomes of work whose rank leaves, falls silent or answers nonsense.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "places.hpp"
#include "sim/mpi/rank_server.hpp"
#include "sim/mpi/rank_workers.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/study.hpp"

using namespace evsweep;

namespace {

/// What several posts share: a box of messages each.
struct Boxes {
    struct Box {
        std::deque<std::pair<int, Bytes>> messages{};
        std::deque<int> lost{};
    };
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Box> boxes;
    explicit Boxes(int ranks) : boxes(static_cast<std::size_t>(ranks)) {}
    void put(int from, int to, Bytes message) {
        const std::scoped_lock lock(mutex);
        boxes.at(static_cast<std::size_t>(to)).messages.emplace_back(from, std::move(message));
        changed.notify_all();
    }
    void lose(int at, int rank) {
        const std::scoped_lock lock(mutex);
        boxes.at(static_cast<std::size_t>(at)).lost.push_back(rank);
        changed.notify_all();
    }
};

class MemoryPost final : public Post {
   public:
    MemoryPost(std::shared_ptr<Boxes> boxes, int rank) : boxes_(std::move(boxes)), rank_(rank) {}
    ~MemoryPost() override {
        {
            const std::scoped_lock lock(boxes_->mutex);
            is_over_ = true;
            boxes_->changed.notify_all();
        }
        if (thread_.joinable()) thread_.join();
    }
    MemoryPost(const MemoryPost&) = delete;
    void listen(Events events) override {
        events_ = std::move(events);
        thread_ = std::thread([this] { work(); });
    }
    void send(int to, Bytes message) override { boxes_->put(rank_, to, std::move(message)); }
    [[nodiscard]] int size() const override { return static_cast<int>(boxes_->boxes.size()); }
    [[nodiscard]] int size_here() const override { return size(); }
    void set_exit_status(int) override {}

   private:
    void work() {
        Boxes::Box& box = boxes_->boxes.at(static_cast<std::size_t>(rank_));
        std::unique_lock lock(boxes_->mutex);
        while (true) {
            boxes_->changed.wait(lock, [&] { return is_over_ || !box.messages.empty() || !box.lost.empty(); });
            if (is_over_) return;
            if (!box.lost.empty()) {
                const int rank = box.lost.front();
                box.lost.pop_front();
                lock.unlock();
                events_.lost(rank);
            } else {
                auto [from, message] = std::move(box.messages.front());
                box.messages.pop_front();
                lock.unlock();
                events_.received(from, std::move(message));
            }
            lock.lock();
        }
    }
    std::shared_ptr<Boxes> boxes_;
    const int rank_;
    bool is_over_ = false;
    Events events_;
    std::thread thread_;
};

LoadedStudy small_study() {
    Issues issues;
    auto study = load_study((test::source_dir() / "scenarios/ieee33/evms_study.yaml").string(),
                            {"study.replicas=40", "study.threads=1", "time.step=5 min"}, issues);
    for (const auto& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(study);
    return std::move(*study);
}

/// All numbers of all replicas, one after the other.
std::vector<double> numbers_of(const StudyResult& result) {
    std::vector<double> numbers;
    for (const RunResult& run : result.controllers)
        for (const VariableResult& variable : run.variables) {
            const std::vector<double> values = variable.values.read();
            numbers.insert(numbers.end(), values.begin(), values.end());
            numbers.insert(numbers.end(), variable.bands.mean.begin(), variable.bands.mean.end());
        }
    return numbers;
}

bool has_same_bits(const StudyResult& one, const StudyResult& other) {
    const auto a = numbers_of(one), b = numbers_of(other);
    return a.size() == b.size() && one.replicas == other.replicas &&
           std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

StudyResult run_with(const LoadedStudy& study, RankWorkers& ranks) {
    StudyOptions options;
    options.remote = &ranks;
    return run_study(study, options);
}

/// A rank in a thread of this process.
struct Helper {
    std::stop_source stop{};
    int status = -1;
    std::thread thread{};
    Helper(const std::shared_ptr<Boxes>& boxes, int rank, const LoadedStudy& study, std::size_t threads)
        : thread([=, this, &study] {
              RankServer server(std::make_unique<MemoryPost>(boxes, rank), [] { std::abort(); });
              status = server.serve(study, threads, stop.get_token());
          }) {}
    ~Helper() { thread.join(); }
};

}  // namespace

TEST_CASE("ensembles that other ranks run give the bits of one process", "[ranks]") {
    const LoadedStudy study = small_study();
    const StudyResult alone = run_study(study, {});
    const auto boxes = std::make_shared<Boxes>(3);
    const Helper one(boxes, 1, study, 1), two(boxes, 2, study, 3);
    RankWorkers ranks(std::make_unique<MemoryPost>(boxes, 0));
    REQUIRE(ranks.gather(study_identity(study)).empty());
    CHECK(ranks.threads() == 4);
    CHECK(has_same_bits(alone, run_with(study, ranks)));
    CHECK(ranks.notes().empty());
    ranks.end(0);
}

TEST_CASE("a rank that is asked to stop gives back what it was at", "[ranks]") {
    const LoadedStudy study = small_study();
    const auto boxes = std::make_shared<Boxes>(2);
    Helper helper(boxes, 1, study, 1);
    RankWorkers ranks(std::make_unique<MemoryPost>(boxes, 0));
    REQUIRE(ranks.gather(study_identity(study)).empty());
    helper.stop.request_stop();
    const StudyResult result = run_with(study, ranks);
    CHECK(result.replicas.size() == 40);
    CHECK(!result.interrupted);
    CHECK(has_same_bits(run_study(study, {}), result));
    ranks.end(0);
}

TEST_CASE("what a silent rank had not finished is run here, and said", "[ranks]") {
    const LoadedStudy study = small_study();
    const auto boxes = std::make_shared<Boxes>(2);
    RankWorkers ranks(std::make_unique<MemoryPost>(boxes, 0));
    boxes->put(1, 0, message_of({RankMessage::Kind::ready, 0, 0, 2}, study_identity(study)));  // and never another word
    REQUIRE(ranks.gather(study_identity(study)).empty());
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        boxes->lose(0, 1);
    });
    const StudyResult result = run_with(study, ranks);
    CHECK(has_same_bits(run_study(study, {}), result));
    REQUIRE(ranks.notes().size() == 1);
    CHECK(ranks.notes().front().find("rank 1 was not heard of") != std::string::npos);
}

TEST_CASE("a stop does not wait for ranks that are at work", "[ranks]") {
    const LoadedStudy study = small_study();
    const auto boxes = std::make_shared<Boxes>(2);
    RankWorkers ranks(std::make_unique<MemoryPost>(boxes, 0));
    boxes->put(1, 0, message_of({RankMessage::Kind::ready, 0, 0, 1}, study_identity(study)));
    REQUIRE(ranks.gather(study_identity(study)).empty());
    std::stop_source stop;
    StudyOptions options;
    options.remote = &ranks;
    options.stop = stop.get_token();
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop.request_stop();
    });
    const StudyResult result = run_study(study, options);
    CHECK(result.interrupted);
    CHECK(result.replicas.size() < 40);
}

TEST_CASE("ranks of other studies, and such that cannot run one, are named with the reason", "[ranks]") {
    const LoadedStudy study = small_study();
    const auto boxes = std::make_shared<Boxes>(4);
    RankWorkers ranks(std::make_unique<MemoryPost>(boxes, 0));
    const std::string identity = study_identity(study);
    std::string other = identity;
    other.replace(other.find("instruction set: ") + 17, 3, "old");
    boxes->put(1, 0, message_of({RankMessage::Kind::ready, 0, 0, 1}, other));
    boxes->put(2, 0, message_of({RankMessage::Kind::unable, 0, 0, 2}, std::string("study.yaml: cannot be read")));
    boxes->lose(0, 3);
    const auto problems = ranks.gather(identity);
    REQUIRE(problems.size() == 3);
    CHECK(problems[0].find("rank 1 has another study than rank 0: instruction set was") == 0);
    CHECK(problems[1] == "rank 2 cannot run this study: study.yaml: cannot be read");
    CHECK(problems[2].find("rank 3 was not heard of") == 0);
    CHECK(ranks.threads() == 0);
}

TEST_CASE("a launcher is recognised by its environment, and nothing else is taken for one", "[ranks]") {
    const auto with = [](const std::vector<std::pair<const char*, const char*>>& environment) {
        for (const auto& [name, value] : environment) setenv(name, value, 1);
        const auto launch = launch_of_this_process();
        for (const auto& [name, value] : environment) unsetenv(name);
        return launch;
    };
    CHECK(!with({}));
    CHECK(!with({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}));
    CHECK(!with({{"OMPI_COMM_WORLD_SIZE", "many"}, {"OMPI_COMM_WORLD_RANK", "0"}}));
    CHECK(!with({{"SLURM_PROCID", "0"}}));  // a batch script
    const auto open_mpi = with({{"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_RANK", "3"}});
    REQUIRE(open_mpi);
    CHECK((open_mpi->size == 4 && open_mpi->rank == 3 && open_mpi->has_mpi && !open_mpi->is_first()));
    const auto pmix = with({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_PROCID", "0"}});
    REQUIRE(pmix);
    CHECK((pmix->size == 2 && pmix->is_first() && pmix->has_mpi));
    const auto tasks = with({{"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_PROCID", "1"}});
    REQUIRE(tasks);
    CHECK(!tasks->has_mpi);
}
