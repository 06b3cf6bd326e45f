// Where evsweep is built without MPI.
#include "sim/mpi/post.hpp"

namespace evsweep {

Post::Opened Post::open(const Launch& launch) {
    return {nullptr,
            "was started in " + std::to_string(launch.size) +
                " processes, and this evsweep is built without MPI; install libopenmpi-dev and build it again, or start it "
                "without mpirun or srun"};
}

std::string mpi_library() { return {}; }

}  // namespace evsweep
