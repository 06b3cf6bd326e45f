#include "sim/mpi/rank_workers.hpp"

#include <fmt/format.h>

#include "sim/study/checkpoint.hpp"
#include "sim/study/piece.hpp"

namespace evsweep {

RankWorkers::RankWorkers(std::unique_ptr<Post> post) : ranks_(static_cast<std::size_t>(post->size())), post_(std::move(post)) {
    post_->listen({[this](int from, Bytes message) { receive(from, std::move(message)); }, [this](int rank) { lose(rank); }});
}

RankWorkers::~RankWorkers() {
    if (!has_ended_) end(1);
}

void RankWorkers::receive(int from, Bytes bytes) {
    using Kind = RankMessage::Kind;
    const auto message = read_message(bytes);
    if (!message) return;
    const std::scoped_lock lock(mutex_);
    Rank& rank = ranks_.at(static_cast<std::size_t>(from));
    switch (message->head.kind) {
        case Kind::ready:
            rank.state = Rank::State::ready;
            rank.text = message->text();
            rank.threads = static_cast<std::size_t>(message->head.count);
            break;
        case Kind::unable:
            rank.state = Rank::State::unable;
            rank.text = message->text();
            break;
        case Kind::done:
            if (const auto order = orders_.find(message->head.id); order != orders_.end()) {
                order->second.is_settled = true;
                order->second.answer = std::move(bytes);
            }
            break;
        case Kind::gone:
            rank.state = Rank::State::gone;
            settle_all_of(from);
            break;
        default:
            break;
    }
    changed_.notify_all();
}

void RankWorkers::lose(int rank) {
    const std::scoped_lock lock(mutex_);
    ranks_.at(static_cast<std::size_t>(rank)).state = Rank::State::gone;
    ranks_.at(static_cast<std::size_t>(rank)).is_lost = true;
    settle_all_of(rank);
    changed_.notify_all();
}

void RankWorkers::settle_all_of(int rank) {
    for (auto& [id, order] : orders_)
        if (order.rank == rank) order.is_settled = true;
}

std::vector<std::string> RankWorkers::gather(const std::string& identity) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
        for (std::size_t r = 1; r < ranks_.size(); ++r)
            if (ranks_[r].state == Rank::State::expected) return false;
        return true;
    });
    std::vector<std::string> problems;
    for (std::size_t r = 1; r < ranks_.size(); ++r) {
        const Rank& rank = ranks_[r];
        if (rank.state == Rank::State::unable) problems.push_back(fmt::format("rank {} cannot run this study: {}", r, rank.text));
        if (rank.is_lost)
            problems.push_back(
                fmt::format("rank {} was not heard of for {} s while it read the study", r, Post::seconds_of_silence));
        if (rank.state != Rank::State::ready) continue;
        const auto differences = identity_differences(identity, rank.text);
        for (const std::string& difference : differences)
            problems.push_back(fmt::format("rank {} has another study than rank 0: {}", r, difference));
        for (std::size_t t = 0; differences.empty() && t < rank.threads; ++t) rank_of_thread_.push_back(static_cast<int>(r));
    }
    return problems;
}

std::optional<std::vector<ReplicaRun>> RankWorkers::run(std::size_t thread, ReplicaId first, std::size_t count,
                                                        const std::stop_token& stop) {
    const int rank = rank_of_thread_.at(thread);
    std::unique_lock lock(mutex_);
    if (ranks_[static_cast<std::size_t>(rank)].state == Rank::State::gone) return std::nullopt;
    const std::uint64_t id = next_order_++;
    orders_[id].rank = rank;
    post_->send(rank, message_of({RankMessage::Kind::work, id, first.index(), count}));
    const bool is_settled = changed_.wait(lock, stop, [&] { return orders_.at(id).is_settled; });
    Bytes answer = std::move(orders_.extract(id).mapped().answer);
    lock.unlock();
    if (!is_settled) throw Stopped();
    const auto message = read_message(answer);
    auto runs = message ? runs_of_bytes(message->rest, count) : std::nullopt;
    post_->give_back(std::move(answer));
    return runs;
}

void RankWorkers::end(int exit_status) {
    has_ended_ = true;
    post_->set_exit_status(exit_status);
    for (int r = 1; r < post_->size(); ++r)
        post_->send(r, message_of({RankMessage::Kind::end, 0, 0, static_cast<std::uint64_t>(exit_status)}));
}

std::vector<std::string> RankWorkers::notes() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> notes;
    for (std::size_t r = 1; r < ranks_.size(); ++r)
        if (ranks_[r].is_lost)
            notes.push_back(fmt::format("rank {} was not heard of for {} s; what it had not finished was run here", r,
                                        Post::seconds_of_silence));
    return notes;
}

}  // namespace evsweep
