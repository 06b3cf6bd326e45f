/// The one door to the HDF5 library: its C++ interface and dimension scales, with failures turned into FileError.
#pragma once

#include <H5Cpp.h>
#include <hdf5_hl.h>

#include <filesystem>
#include <string>

#include "sim/record/file_error.hpp"

namespace evsweep {

/// UTF-8 text of any length, as h5py, netCDF and xarray write it.
[[nodiscard]] inline H5::StrType text_type() {
    H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
    type.setCset(H5T_CSET_UTF8);
    return type;
}

/// Stops on the negative ids and codes by which HDF5's C functions report failure.
inline hid_t require(hid_t id) {
    if (id < 0) throw H5::LibraryIException("require", "a call into HDF5 failed");
    return id;
}

/// Runs `action`; what HDF5 throws reaches the caller as `problem`, in words a user can act on.
template <class Action>
auto guarded(const std::filesystem::path& file, const std::string& problem, Action&& action) {
    H5::Exception::dontPrint();
    try {
        return action();
    } catch (const H5::Exception&) {
        throw FileError(file.string() + ": " + problem);
    }
}

}  // namespace evsweep
