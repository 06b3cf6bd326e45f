// Where evsweep is built with MPI.
#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

#include "sim/mpi/post.hpp"

namespace evsweep {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int tag = 1;
/// MPI counts in int: messages are whole blocks, and may have 2^31 of them. The last number in a message is its size.
constexpr std::size_t block = 64;

/// Without another copy, where the message has room for it.
Bytes framed(Bytes message) {
    const std::uint64_t size = message.size();
    message.resize((message.size() + sizeof size + block - 1) / block * block);
    std::memcpy(message.data() + message.size() - sizeof size, &size, sizeof size);
    return message;
}

Bytes unframed(Bytes frame) {
    std::uint64_t size = 0;
    std::memcpy(&size, frame.data() + frame.size() - sizeof size, sizeof size);
    frame.resize(std::min<std::size_t>(frame.size(), static_cast<std::size_t>(size)));
    return frame;
}

/// A message on its way.
struct Transfer {
    Bytes frame;
    MPI_Request request = MPI_REQUEST_NULL;
    int from = -1;
};

class MpiPost final : public Post {
   public:
    MpiPost(int rank, int size, int size_here) : rank_(rank), size_(size), size_here_(size_here) {
        MPI_Type_contiguous(static_cast<int>(block), MPI_BYTE, &block_type_);
        MPI_Type_commit(&block_type_);
    }
    ~MpiPost() override { leave(); }
    MpiPost(const MpiPost&) = delete;
    MpiPost& operator=(const MpiPost&) = delete;

    void listen(Events events) override {
        events_ = std::move(events);
        heard_.assign(static_cast<std::size_t>(size_), Clock::now());
        thread_ = std::thread([this] { work(); });
    }
    void send(int to, Bytes message) override {
        Bytes frame = framed(std::move(message));
        const std::scoped_lock lock(mutex_);
        outgoing_.emplace_back(to, std::move(frame));
        wake_.notify_one();
    }
    [[nodiscard]] int size() const override { return size_; }
    [[nodiscard]] int size_here() const override { return size_here_; }
    void set_exit_status(int status) override { exit_status_ = status; }

   private:
    /// One thread of a process calls MPI at a time: this one, between `listen` and `leave`.
    void work() {
        auto pause = shortest_pause;
        while (true) {
            say_that_we_are_here();
            bool has_moved = send_waiting();
            has_moved = begin_receiving() || has_moved;
            has_moved = finish_transfers() || has_moved;
            look_for_lost();
            const bool is_busy = has_moved || !sending_.empty() || receiving_.request != MPI_REQUEST_NULL;
            pause = is_busy ? shortest_pause : std::min(2 * pause, longest_pause);
            std::unique_lock lock(mutex_);
            const bool is_at_rest = outgoing_.empty() && sending_.empty() && receiving_.request == MPI_REQUEST_NULL;
            if (is_leaving_ && (is_at_rest || !lost_.empty())) return;  // what is sent to who is lost is never done
            wake_.wait_for(lock, pause, [this] { return !outgoing_.empty(); });
        }
    }

    bool send_waiting() {
        std::deque<std::pair<int, Bytes>> batch;
        {
            const std::scoped_lock lock(mutex_);
            batch.swap(outgoing_);
        }
        for (auto& [to, frame] : batch) {
            sending_.push_back({std::move(frame), MPI_REQUEST_NULL, -1});
            Transfer& transfer = sending_.back();
            MPI_Isend(transfer.frame.data(), static_cast<int>(transfer.frame.size() / block), block_type_, to, tag,
                      MPI_COMM_WORLD, &transfer.request);
        }
        return !batch.empty();
    }

    /// One message at a time, so that those of a sender keep their order.
    bool begin_receiving() {
        if (receiving_.request != MPI_REQUEST_NULL) return false;
        int is_there = 0;
        MPI_Message message = MPI_MESSAGE_NULL;
        MPI_Status status;
        MPI_Improbe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &is_there, &message, &status);
        if (!is_there) return false;
        int blocks = 0;
        MPI_Get_count(&status, block_type_, &blocks);
        receiving_.frame = buffer();
        receiving_.frame.resize(static_cast<std::size_t>(blocks) * block);
        receiving_.from = status.MPI_SOURCE;
        MPI_Imrecv(receiving_.frame.data(), blocks, block_type_, &message, &receiving_.request);
        return true;
    }

    bool finish_transfers() {
        const std::size_t before = sending_.size();
        sending_.remove_if([this](Transfer& transfer) {
            const bool done = is_done(transfer);
            if (done) give_back(std::move(transfer.frame));
            return done;
        });
        bool has_moved = sending_.size() < before;
        if (receiving_.request != MPI_REQUEST_NULL && is_done(receiving_)) {
            has_moved = true;
            heard_[static_cast<std::size_t>(receiving_.from)] = Clock::now();
            Bytes message = unframed(std::move(receiving_.frame));
            receiving_.frame = {};
            if (!message.empty()) events_.received(receiving_.from, std::move(message));
        }
        return has_moved;
    }

    static bool is_done(Transfer& transfer) {
        int done = 0;
        MPI_Test(&transfer.request, &done, MPI_STATUS_IGNORE);
        return done != 0;
    }

    /// An empty message to those that listen to this process: the first of all ranks, and all others to that one.
    void say_that_we_are_here() {
        if (Clock::now() - said_ < 1s) return;
        said_ = Clock::now();
        for (int r = 0; r < (rank_ == 0 ? size_ : 1); ++r)
            if (r != rank_ && !is_lost(r)) send(r, {});
    }

    void look_for_lost() {
        for (int r = 0; r < (rank_ == 0 ? size_ : 1); ++r) {
            if (r == rank_ || is_lost(r)) continue;
            if (Clock::now() - heard_[static_cast<std::size_t>(r)] < std::chrono::seconds(seconds_of_silence)) continue;
            lost_.push_back(r);
            events_.lost(r);
        }
    }
    [[nodiscard]] bool is_lost(int rank) const { return std::find(lost_.begin(), lost_.end(), rank) != lost_.end(); }

    void leave() {
        {
            const std::scoped_lock lock(mutex_);
            is_leaving_ = true;
            wake_.notify_one();
        }
        if (thread_.joinable()) thread_.join();
        if (!lost_.empty()) MPI_Abort(MPI_COMM_WORLD, exit_status_);  // nobody can leave together with who is not there
        MPI_Type_free(&block_type_);
        MPI_Finalize();
    }

    static constexpr Clock::duration shortest_pause = 20us, longest_pause = 4ms;

    const int rank_, size_, size_here_;
    MPI_Datatype block_type_ = MPI_DATATYPE_NULL;
    Events events_;
    std::thread thread_;

    std::mutex mutex_;  ///< of the next three
    std::condition_variable wake_;
    std::deque<std::pair<int, Bytes>> outgoing_;
    bool is_leaving_ = false;

    int exit_status_ = 1;
    std::list<Transfer> sending_;
    Transfer receiving_;
    Clock::time_point said_{};
    std::vector<Clock::time_point> heard_;  ///< by rank
    std::vector<int> lost_;
};

int processes_here() {
    MPI_Comm here = MPI_COMM_NULL;
    int size = 1;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &size);
    MPI_Comm_free(&here);
    return size;
}

}  // namespace

Post::Opened Post::open(const Launch& launch) {
    setenv("OMPI_MCA_mpi_warn_on_fork", "0", 0);  // our children only read files
    int provided = MPI_THREAD_SINGLE, rank = 0, size = 1;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size == launch.size && provided >= MPI_THREAD_SERIALIZED)
        return {std::make_unique<MpiPost>(rank, size, processes_here()), {}};
    MPI_Finalize();
    if (size != launch.size)
        return {nullptr, "was started in " + std::to_string(launch.size) +
                             " processes that do not find one another: it is built with " + mpi_library() +
                             "; start it with the mpirun of that, or with srun --mpi=pmix"};
    return {nullptr, "this MPI library allows no threads; use another one, or start one process"};
}

std::string mpi_library() {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    MPI_Get_library_version(text.data(), &length);
    std::string name(text.data(), static_cast<std::size_t>(std::max(0, length)));
    name = name.substr(0, name.find_first_of(",\n"));
    if (name.rfind("Open MPI v", 0) == 0) name.erase(9, 1);
    return name;
}

}  // namespace evsweep
