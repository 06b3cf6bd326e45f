/// Work that may crash or never end, done in a child process: what becomes of it is an answer, not the end of the program.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace evsweep {

/// How far a child may go before it is stopped.
struct ChildLimits {
    std::chrono::seconds processor_time{60};
    std::size_t memory_bytes = std::size_t{4} << 30U;  ///< of address space
};

/// What the work gave, or how it ended without giving anything.
struct ChildAnswer {
    enum class End { answered, crashed, took_too_long, out_of_memory, not_started };
    End end = End::answered;
    std::string text;  ///< only where it answered
};

/// Runs `work` in a child process without a terminal and hands back its text. Other threads of the program
/// must hold no locks that the work needs.
[[nodiscard]] ChildAnswer ask_child(const std::function<std::string()>& work, const ChildLimits& limits);

}  // namespace evsweep
