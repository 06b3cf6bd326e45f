/// The error when a result file cannot be written or read: one sentence for the user, without terms of the library.
#pragma once

#include <stdexcept>
#include <string>

namespace evsweep {

/// Its text is `file: problem; hint`.
class FileError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

}  // namespace evsweep
