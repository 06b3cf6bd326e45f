/// How much memory a piece of work takes at the most.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace evsweep::bench {

/// Watches the process's resident memory from its making on. Only Linux and glibc can report it.
class PeakMemory {
   public:
    PeakMemory() {
        (void)malloc_trim(0);  // so that new memory shows where freed memory would do
        std::ofstream("/proc/self/clear_refs") << 5;
        before_kb_ = status_kb("VmRSS:");
        const auto peak_kb = status_kb("VmHWM:");
        can_tell_ = before_kb_ && peak_kb && *peak_kb <= *before_kb_ + rounding_kb;
    }

    /// kB more than in the beginning; none where the system does not let the peak be set back.
    [[nodiscard]] std::optional<double> grown_kb() const {
        const auto peak_kb = status_kb("VmHWM:");
        if (!can_tell_ || !peak_kb) return std::nullopt;
        return static_cast<double>(std::max<std::int64_t>(0, *peak_kb - *before_kb_));
    }

   private:
    static constexpr std::int64_t rounding_kb = 1024;

    static std::optional<std::int64_t> status_kb(const std::string& name) {
        std::ifstream status("/proc/self/status");
        for (std::string word; status >> word;) {
            std::int64_t kb = 0;
            if (word == name && status >> kb) return kb;
        }
        return std::nullopt;
    }

    std::optional<std::int64_t> before_kb_;
    bool can_tell_ = false;
};

}  // namespace evsweep::bench
