#include "sim/app/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <new>

namespace evsweep {

namespace {

constexpr int out_of_memory_status = 3;

/// A sanitizer reserves more address space than there is memory.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool may_limit_memory = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool may_limit_memory = false;
#else
constexpr bool may_limit_memory = true;
#endif
#else
constexpr bool may_limit_memory = true;
#endif

void lower_limit(int resource, rlim_t to) {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return;
    limit.rlim_cur = std::min(limit.rlim_cur, to);
    setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

bool write_all(int file, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = ::write(file, text.data() + done, text.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        done += static_cast<std::size_t>(n);
    }
    return true;
}

/// In the child: the work, its text into the pipe, and out, without the destructors of what the parent has.
[[noreturn]] void be_child(const std::function<std::string()>& work, const ChildLimits& limits, int pipe) {
    lower_limit(RLIMIT_CORE, 0);
    lower_limit(RLIMIT_CPU, static_cast<rlim_t>(limits.processor_time.count()));
    if (may_limit_memory) lower_limit(RLIMIT_AS, limits.memory_bytes);
    // The parent has a thread that waits for signals; the child has none, and ends with the parent whatever ends that.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
    for (const int stop : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGALRM}) ::signal(stop, SIG_DFL);
    ::alarm(
        static_cast<unsigned>(10 * limits.processor_time.count()));  // a file that never gives its bytes takes no processor time
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);  // what a crashing library says is of no use to anybody
    int status = 1;
    try {
        status = write_all(pipe, work()) ? 0 : 1;
    } catch (const std::bad_alloc&) {
        status = out_of_memory_status;
    } catch (...) {
    }
    ::_exit(status);
}

std::string read_all(int pipe) {
    std::string text;
    std::array<char, 1U << 16U> chunk;
    for (;;) {
        const ssize_t n = ::read(pipe, chunk.data(), chunk.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(n));
    }
}

ChildAnswer::End end_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return ChildAnswer::End::answered;
    if (WIFEXITED(status) && WEXITSTATUS(status) == out_of_memory_status) return ChildAnswer::End::out_of_memory;
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return signal == SIGXCPU || signal == SIGKILL || signal == SIGALRM ? ChildAnswer::End::took_too_long
                                                                       : ChildAnswer::End::crashed;
}

}  // namespace

ChildAnswer ask_child(const std::function<std::string()>& work, const ChildLimits& limits) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return {ChildAnswer::End::not_started, {}};
    std::fflush(nullptr);  // or the child would say again what waits to be said
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        be_child(work, limits, ends[1]);
    }
    ::close(ends[1]);
    ChildAnswer answer;
    if (child < 0)
        answer.end = ChildAnswer::End::not_started;
    else {
        answer.text = read_all(ends[0]);
        answer.end = end_of(child);
    }
    ::close(ends[0]);
    return answer;
}

}  // namespace evsweep
