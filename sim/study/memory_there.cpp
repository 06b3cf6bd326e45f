#include "sim/study/memory_there.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

namespace evsweep {

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

#if defined(__SANITIZE_ADDRESS__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool is_sanitized = true;  // reserves more than any limit allows
#else
constexpr bool is_sanitized = false;
#endif
#else
constexpr bool is_sanitized = false;
#endif

std::size_t less(std::size_t whole, std::size_t part) { return whole > part ? whole - part : 0; }

/// The number of kB behind `key` in a file of lines `Key:   123 kB`.
std::optional<std::size_t> kilobytes_of(const char* file, const std::string& key) {
    std::ifstream lines(file);
    for (std::string word; lines >> word;) {
        std::size_t number = 0;
        if (word == key + ":" && lines >> number) return number * 1024;
    }
    return std::nullopt;
}

std::optional<std::size_t> number_in(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::size_t number = 0;
    return stream >> number ? std::optional(number) : std::nullopt;
}

/// What one control group and those above it leave. "max" instead of a number is no limit.
std::size_t left_by_groups(std::filesystem::path group, const std::filesystem::path& top, const char* limit_file,
                           const char* used_file) {
    std::size_t left = no_limit;
    for (;; group = group.parent_path()) {
        const auto limit = number_in(group / limit_file);
        const auto used = number_in(group / used_file);
        if (limit && used) left = std::min(left, less(*limit, *used));
        if (group == top || group == group.parent_path()) return left;
    }
}

std::size_t left_by_control_groups() {
    std::size_t left = no_limit;
    std::ifstream lines("/proc/self/cgroup");
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string group = line.substr(second + 1);
        const bool is_unified = controllers.empty();
        if (!is_unified && controllers.find("memory") == std::string::npos) continue;
        const std::filesystem::path top = is_unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        const auto path = (top / group.substr(std::min<std::size_t>(1, group.size()))).lexically_normal();
        left = std::min(left, is_unified ? left_by_groups(path, top, "memory.max", "memory.current")
                                         : left_by_groups(path, top, "memory.limit_in_bytes", "memory.usage_in_bytes"));
    }
    return left;
}

std::size_t left_by_limit(int resource, const char* used) {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return no_limit;
    return less(limit.rlim_cur, kilobytes_of("/proc/self/status", used).value_or(0));
}

std::size_t left_by_system() {
    const auto available = kilobytes_of("/proc/meminfo", "MemAvailable");
    return available ? *available + kilobytes_of("/proc/meminfo", "SwapFree").value_or(0) : no_limit;
}

}  // namespace

std::size_t memory_there(std::size_t threads) {
    const std::size_t there = std::min(left_by_system(), left_by_control_groups());
    if (is_sanitized) return there;
    rlimit stack{};
    const bool is_known = getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY;
    const std::size_t stacks = threads * (is_known ? stack.rlim_cur : std::size_t{2} << 20U);
    const std::size_t limited = std::min(left_by_limit(RLIMIT_AS, "VmSize"), left_by_limit(RLIMIT_DATA, "VmData"));
    return std::min(there, limited == no_limit ? no_limit : less(limited, stacks));
}

std::size_t memory_held() { return kilobytes_of("/proc/self/status", "VmRSS").value_or(0); }

void fail_beyond_memory_there() {
    if (is_sanitized) return;
    rlimit limit{};
    const std::size_t there = std::min(left_by_system(), left_by_control_groups());
    const auto used = kilobytes_of("/proc/self/status", "VmData");
    if (there == no_limit || !used || getrlimit(RLIMIT_DATA, &limit) != 0) return;
    constexpr std::size_t stacks = std::size_t{1} << 30U;  // counted in full, and hardly used
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_cur, *used + there + stacks);
    setrlimit(RLIMIT_DATA, &limit);
}

void require_memory(std::size_t bytes, const std::string& what, const std::string& hint) {
    const std::size_t there = memory_there();
    if (bytes <= there) return;
    throw NotEnoughMemory(
        fmt::format("not enough memory: {} takes {}, and {} are there; {}", what, bytes_text(bytes), bytes_text(there), hint));
}

std::string bytes_text(std::size_t bytes) {
    const auto mb = static_cast<double>(bytes) / 1e6;
    if (mb < 999.5) return fmt::format("{:.0f} MB", mb);
    return mb < 1e7 ? fmt::format("{:.1f} GB", mb / 1e3) : fmt::format("{:.0f} GB", mb / 1e3);
}

}  // namespace evsweep
