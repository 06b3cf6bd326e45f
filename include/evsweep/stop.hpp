/// How long work learns that it is no longer wanted: a request that is looked at now and then, and the way out.
#pragma once

#include <stop_token>
#include <utility>

namespace evsweep {

/// Thrown where work is given up because a stop was requested. It is no failure: nothing that was begun may be used, and
/// whoever reports exceptions lets it pass.
class Stopped {};

/// Whether somebody has asked for a stop. Looking costs about a nanosecond; copies ask the same question. One that was made
/// without a token is never asked to stop.
class StopRequest {
   public:
    StopRequest() = default;
    explicit StopRequest(std::stop_token token) : token_(std::move(token)) {}

    [[nodiscard]] bool is_made() const noexcept { return token_.stop_requested(); }
    /// Throws Stopped once a stop was requested. What takes seconds calls it many times a second.
    void obey() const {
        if (is_made()) throw Stopped();
    }

   private:
    std::stop_token token_;
};

}  // namespace evsweep
