/// The exit statuses that scripts around evsweep may rely on.
#pragma once

namespace evsweep {

enum class ExitStatus : int {
    success = 0,
    failed = 1,         ///< the run failed, or some of its replicas did, or there was no load flow to report
    invalid_input = 2,  ///< a problem of a file or of the command line; nothing was written
    interrupted = 130,  ///< stopped by the user; finished replicas were kept
};

}  // namespace evsweep
