/// What all ranks but the first do: they run the ensembles that the first one asks for.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "sim/mpi/rank_message.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

class RankServer {
   public:
    /// `lost`: called by another thread when nothing was heard of the first rank for a while; does not return.
    RankServer(std::unique_ptr<Post> post, std::function<void()> lost);
    RankServer(const RankServer&) = delete;
    ~RankServer();

    [[nodiscard]] int ranks_here() const { return post_->size_here(); }

    /// Runs ensembles of this study with so many threads until the first rank says it is over; returns the exit status that it
    /// gives. After `stop` is requested nothing more is run, and others run it.
    [[nodiscard]] int serve(const LoadedStudy& study, std::size_t threads, const std::stop_token& stop);
    /// Says why this rank cannot, and waits for the end likewise.
    [[nodiscard]] int decline(const std::string& reason, int exit_status);

   private:
    void receive(const Bytes& bytes);
    [[nodiscard]] int wait_for_end();
    [[nodiscard]] std::optional<RankMessage::Head> next_order();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<RankMessage::Head> orders_;
    std::optional<int> exit_status_;  ///< once it is over
    std::stop_source over_;           ///< what is run is of no use to anybody
    std::unique_ptr<Post> post_;      ///< last, so that its thread ends before what it uses
};

}  // namespace evsweep
