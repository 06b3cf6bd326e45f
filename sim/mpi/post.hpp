/// Messages between the processes of one launch. The only header of this folder whose source sees MPI.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sim/mpi/launch.hpp"

namespace evsweep {

using Bytes = std::vector<unsigned char>;

/// Sends and receives whole messages, in a thread of its own that sleeps while there is nothing to do. Messages of one sender
/// arrive in their order. Every process also says once in a second that it is there.
class Post {
   public:
    /// A sender that nothing was heard of for so long is lost.
    static constexpr int seconds_of_silence = 30;

    struct Events {
        std::function<void(int from, Bytes message)> received{};  ///< called by the post's own thread; must be quick
        std::function<void(int rank)> lost{};                     ///< likewise, once for each rank
    };
    /// Either a post, or what is in its way as `problem; hint`.
    struct Opened {
        std::unique_ptr<Post> post{};
        std::string obstacle{};
    };
    /// Joins the other processes; waits until all of them have come. Once in a process. Events come after `listen`.
    [[nodiscard]] static Opened open(const Launch& launch);
    /// Sends what still waits to be sent, and leaves together with all others; where one was lost, the launcher is asked to end
    /// them all, with `exit_status` as the status of this process.
    virtual ~Post() = default;

    virtual void listen(Events events) = 0;
    /// For all threads; does not wait.
    virtual void send(int to, Bytes message) = 0;
    /// Of all processes, and of those on this machine.
    [[nodiscard]] virtual int size() const = 0;
    [[nodiscard]] virtual int size_here() const = 0;
    /// What `open` does with the exit status of a process that cannot leave together with the others.
    virtual void set_exit_status(int status) = 0;

    /// Memory of an earlier message to build one in, and its return: large messages cost most where their memory is new.
    [[nodiscard]] Bytes buffer();
    void give_back(Bytes buffer);

   private:
    std::mutex buffers_mutex_;
    std::vector<Bytes> buffers_;
};

/// The MPI library of this build, "Open MPI 4.1.4"; empty: built without.
[[nodiscard]] std::string mpi_library();

}  // namespace evsweep
