/// The first rank's view of all others: they run ensembles for it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sim/mpi/rank_message.hpp"
#include "sim/study/remote_workers.hpp"

namespace evsweep {

/// Ranks come, say whether they are able to run the study, and run ensembles until they are told to end. Where one leaves or is
/// lost, what it had not finished is run by the caller.
class RankWorkers final : public RemoteWorkers {
   public:
    explicit RankWorkers(std::unique_ptr<Post> post);
    /// Ends the others, with exit status 1 unless `end` was called before.
    ~RankWorkers() override;
    RankWorkers(const RankWorkers&) = delete;

    /// Waits until every rank has said what it found, and returns what keeps them from running this study, a sentence each.
    [[nodiscard]] std::vector<std::string> gather(const std::string& identity);
    [[nodiscard]] int ranks() const { return post_->size(); }
    [[nodiscard]] int ranks_here() const { return post_->size_here(); }

    [[nodiscard]] std::size_t threads() const override { return rank_of_thread_.size(); }
    [[nodiscard]] std::optional<std::vector<ReplicaRun>> run(std::size_t thread, ReplicaId first, std::size_t count,
                                                             const std::stop_token& stop) override;

    /// Tells all others to leave with this exit status. Once.
    void end(int exit_status);
    /// What became of ranks meanwhile, a sentence each.
    [[nodiscard]] std::vector<std::string> notes() const;

   private:
    struct Rank {
        enum class State { expected, ready, unable, gone } state = State::expected;
        std::string text{};  ///< identity, or why it is unable
        std::size_t threads = 0;
        bool is_lost = false;
    };
    /// An ensemble that a rank is at.
    struct Order {
        int rank = 0;
        bool is_settled = false;
        Bytes answer{};  ///< empty: it is not run there
    };
    void receive(int from, Bytes message);
    void lose(int rank);
    void settle_all_of(int rank);

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Rank> ranks_;  ///< the first one, who is here, included
    std::vector<int> rank_of_thread_;
    std::map<std::uint64_t, Order> orders_;
    std::uint64_t next_order_ = 0;
    bool has_ended_ = false;
    std::unique_ptr<Post> post_;  ///< last, so that its thread ends before what it uses
};

}  // namespace evsweep
