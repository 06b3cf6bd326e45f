/// Whether this process is one of several that a launcher (mpirun, srun) has started together: a matter of the environment, so
/// that a plain run never needs MPI.
#pragma once

#include <optional>
#include <string>

namespace evsweep {

struct Launch {
    int rank = 0;          ///< 0 to `size` - 1
    int size = 1;          ///< processes
    bool has_mpi = false;  ///< the launcher offers what MPI begins with; else these processes know nothing of one another
    [[nodiscard]] bool is_first() const { return rank == 0; }
};

/// None: nobody has started more than one process.
[[nodiscard]] std::optional<Launch> launch_of_this_process();

}  // namespace evsweep
