/// What the processes of one run say to one another. All of them are the same program on machines of one kind, which is made sure
/// of first.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "sim/mpi/post.hpp"

namespace evsweep {

struct RankMessage {
    enum class Kind : std::uint32_t {
        ready,   ///< to the first: `count` threads of `host`, the study's identity in `text`
        unable,  ///< to the first: why not, in `text`, with the exit status in `count`
        work,    ///< from the first: run replicas `first` to `first` + `count` - 1
        done,    ///< to the first: these replicas as bytes
        gone,    ///< to the first: these replicas are not run here, nor any others
        end,     ///< from the first: leave, with the exit status in `count`
    };
    struct Head {
        Kind kind = Kind::end;
        std::uint64_t id = 0;  ///< of `work`, and of its answer
        std::uint64_t first = 0, count = 0;
    };
    Head head{};
    std::span<const unsigned char> rest{};

    [[nodiscard]] std::string text() const { return {reinterpret_cast<const char*>(rest.data()), rest.size()}; }
};

[[nodiscard]] inline Bytes message_of(const RankMessage::Head& head, std::span<const unsigned char> rest = {}) {
    Bytes bytes(sizeof head + rest.size());
    std::memcpy(bytes.data(), &head, sizeof head);
    if (!rest.empty()) std::memcpy(bytes.data() + sizeof head, rest.data(), rest.size());
    return bytes;
}
[[nodiscard]] inline Bytes message_of(const RankMessage::Head& head, const std::string& text) {
    return message_of(head, std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

/// `bytes` outlive it. None: not such a message.
[[nodiscard]] inline std::optional<RankMessage> read_message(const Bytes& bytes) {
    RankMessage message;
    if (bytes.size() < sizeof message.head) return std::nullopt;
    std::memcpy(&message.head, bytes.data(), sizeof message.head);
    message.rest = std::span(bytes).subspan(sizeof message.head);
    return message;
}

}  // namespace evsweep
