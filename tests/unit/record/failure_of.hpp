/// What a file operation says when it fails.
#pragma once

#include <functional>
#include <string>

#include "sim/record/file_error.hpp"

namespace evsweep::test {

inline std::string failure_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const FileError& error) {
        return error.what();
    }
    return "no failure";
}

}  // namespace evsweep::test
