#include "sim/mpi/post.hpp"

#include <utility>

namespace evsweep {

Bytes Post::buffer() {
    const std::scoped_lock lock(buffers_mutex_);
    if (buffers_.empty()) return {};
    Bytes buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
}

void Post::give_back(Bytes buffer) {
    constexpr std::size_t most_kept = 16, least_bytes = 4096;
    if (buffer.capacity() < least_bytes) return;
    const std::scoped_lock lock(buffers_mutex_);
    if (buffers_.size() < most_kept) buffers_.push_back(std::move(buffer));
}

}  // namespace evsweep
