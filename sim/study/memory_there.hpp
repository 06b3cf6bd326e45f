/// How much memory this machine, its containers and its limits leave to this process.
#pragma once

#include <cstddef>
#include <new>
#include <string>

namespace evsweep {

/// Reported as it is: what does not fit, the number, and what to change.
class NotEnoughMemory : public std::bad_alloc {
   public:
    explicit NotEnoughMemory(std::string sentence) : sentence_(std::move(sentence)) {}
    [[nodiscard]] const char* what() const noexcept override { return sentence_.c_str(); }

   private:
    std::string sentence_;
};

/// Bytes that can still be had: the least of what the system calls available (with swap), what control groups leave, and
/// what `ulimit -v` and `ulimit -d` leave beside the stacks of so many threads.
[[nodiscard]] std::size_t memory_there(std::size_t threads = 0);

/// Bytes of physical memory that the process holds now.
[[nodiscard]] std::size_t memory_held();

/// From here on an allocation beyond what is there fails with a message, where the system would otherwise end the process.
void fail_beyond_memory_there();

/// Throws NotEnoughMemory where `bytes` for `what` cannot be had.
void require_memory(std::size_t bytes, const std::string& what, const std::string& hint);

/// "2.4 GB", "35 MB"
[[nodiscard]] std::string bytes_text(std::size_t bytes);

}  // namespace evsweep
