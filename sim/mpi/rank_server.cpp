#include "sim/mpi/rank_server.hpp"

#include <system_error>
#include <thread>
#include <vector>

#include "sim/study/checkpoint.hpp"
#include "sim/study/piece.hpp"
#include "sim/study/run_ensemble.hpp"

namespace evsweep {

RankServer::RankServer(std::unique_ptr<Post> post, std::function<void()> lost) : post_(std::move(post)) {
    post_->listen({[this](int, Bytes message) { receive(message); }, [lost = std::move(lost)](int) { lost(); }});
}

RankServer::~RankServer() = default;

void RankServer::receive(const Bytes& bytes) {
    const auto message = read_message(bytes);
    if (!message) return;
    const std::scoped_lock lock(mutex_);
    if (message->head.kind == RankMessage::Kind::work) orders_.push_back(message->head);
    if (message->head.kind == RankMessage::Kind::end) {
        exit_status_ = static_cast<int>(message->head.count);
        over_.request_stop();
    }
    changed_.notify_all();
}

int RankServer::wait_for_end() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return exit_status_.has_value(); });
    post_->set_exit_status(*exit_status_);
    return *exit_status_;
}

/// The next order; none when it is over.
std::optional<RankMessage::Head> RankServer::next_order() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return exit_status_ || !orders_.empty(); });
    if (exit_status_) return std::nullopt;
    const RankMessage::Head order = orders_.front();
    orders_.pop_front();
    return order;
}

namespace {

/// What is made of an order: its replicas as bytes, in the memory of `buffer`, or that it is not run here.
Bytes answer_to(const RankMessage::Head& order, const LoadedStudy& study, const StudyOutputs& outputs, const StopRequest& stop,
                Bytes buffer) {
    RankMessage::Head head = order;
    try {
        Stopwatch watch;
        auto runs = run_ensemble(study, outputs, ReplicaId(order.first), order.count, watch, stop);
        head.kind = RankMessage::Kind::done;
        const auto* begin = reinterpret_cast<const unsigned char*>(&head);
        buffer.assign(begin, begin + sizeof head);
        for (ReplicaRun& run : runs) append_run(run, buffer);
        return buffer;
    } catch (...) {  // a stop, or not enough memory: the first rank runs it itself
        head.kind = RankMessage::Kind::gone;
        return message_of(head);
    }
}

}  // namespace

int RankServer::serve(const LoadedStudy& study, std::size_t threads, const std::stop_token& stop) {
    post_->send(0, message_of({RankMessage::Kind::ready, 0, 0, threads}, study_identity(study)));
    const std::stop_callback stops(stop, [this] { over_.request_stop(); });
    const StopRequest request(over_.get_token());
    StudyOutputs outputs = make_outputs(study, study.draw(ReplicaId(0)));
    try {
        (void)run_base(study, outputs, request);
    } catch (const Stopped&) {
        post_->send(0, message_of({RankMessage::Kind::gone, 0, 0, 0}));
        return wait_for_end();
    }
    const auto work = [&] {
        while (const auto order = next_order()) post_->send(0, answer_to(*order, study, outputs, request, post_->buffer()));
    };
    {
        std::vector<std::jthread> workers;
        try {
            for (std::size_t t = 0; t < threads; ++t) workers.emplace_back(work);
        } catch (const std::system_error&) {  // fewer threads give the same numbers
            if (workers.empty()) work();
        }
    }
    return wait_for_end();
}

int RankServer::decline(const std::string& reason, int exit_status) {
    post_->send(0, message_of({RankMessage::Kind::unable, 0, 0, static_cast<std::uint64_t>(exit_status)}, reason));
    return wait_for_end();
}

}  // namespace evsweep
