/// A few threads that share out numbered pieces of work again and again.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "evsweep/stop.hpp"

namespace evsweep {

/// Keeps `threads` - 1 threads waiting beside the caller's. What a piece does must depend on its number alone: then the outcome
/// does not depend on how many threads there are.
class Workers {
   public:
    explicit Workers(int threads, StopRequest stop = {});
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// Calls work(0) .. work(pieces - 1), each once, and returns when all are done. `work` must not throw.
    /// Throws Stopped, with pieces left undone, once a stop was requested.
    void share(std::size_t pieces, const std::function<void(std::size_t)>& work);
    /// Throws Stopped once a stop was requested: for work that is not shared.
    void obey_stop() const { stop_.obey(); }

   private:
    struct Pool;
    StopRequest stop_;
    std::unique_ptr<Pool> pool_;  ///< none for one thread
};

}  // namespace evsweep
