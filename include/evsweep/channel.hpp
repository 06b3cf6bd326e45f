/// The plug-in interface of channels: when a message arrives, if it does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evsweep/rng.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// How messages of one topic travel. Immutable and shared by all replicas. Chance comes through `Way::chance`, which is keyed by
/// topic, sender, receiver and the sender's count, so that every alternative meets the same losses.
class Channel {
   public:
    static constexpr std::string_view kind = "channel";

    struct Context {
        std::string label;  ///< the topic
        Duration step{};    ///< the control grid
    };

    /// One message from one member to one other, and its random numbers.
    struct Way {
        std::uint32_t number = 0;  ///< of this message among those from this sender to this receiver, from 0
        Instant sent{};
        const Rng& rng;
        Purpose purpose;             ///< of topic and sender
        std::uint32_t receiver = 0;  ///< the entity of draws
        /// The k-th random number, in (0, 1), of a message on this way, by its number. There are 8 for each.
        [[nodiscard]] double chance(std::uint32_t message, std::uint32_t k) const {
            return rng.uniform(purpose, receiver, message * 8U + k);
        }
    };

    virtual ~Channel() = default;
    /// None: lost.
    [[nodiscard]] virtual std::optional<Duration> delay(const Way& way) const = 0;
    /// Where every message takes this long and none is lost: one copy then serves all receivers.
    [[nodiscard]] virtual std::optional<Duration> always() const { return std::nullopt; }
};

}  // namespace evsweep
