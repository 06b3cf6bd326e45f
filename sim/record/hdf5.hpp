/// The one door to the HDF5 library: its C++ interface and dimension scales, with failures turned into FileError.
#pragma once

#include <H5Cpp.h>
#include <hdf5_hl.h>

#include <filesystem>
#include <iostream>
#include <new>
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

/// While it lives, HDF5 prints nothing (its destructors do, whatever one asks it), and takes note of allocations that failed.
class QuietHdf5 {
   public:
    QuietHdf5() : cerr_(std::cerr.rdbuf(nullptr)) {
        // Out of memory, the library cannot even be closed: at exit it would crash. Nothing of ours needs it closed.
        [[maybe_unused]] static const herr_t never_closed = H5dont_atexit();
        H5Eset_auto2(H5E_DEFAULT, note_reason, nullptr);
        out_of_memory() = false;
    }
    ~QuietHdf5() {
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
        std::cerr.rdbuf(cerr_);
        std::cerr.clear();
    }
    QuietHdf5(const QuietHdf5&) = delete;
    QuietHdf5& operator=(const QuietHdf5&) = delete;

    /// Whether an allocation has failed since.
    [[nodiscard]] static bool& out_of_memory() {
        static thread_local bool is_out = false;
        return is_out;
    }

   private:
    static herr_t note_frame(unsigned, const H5E_error2_t* error, void*) {
        if (error->maj_num == H5E_RESOURCE && (error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC))
            out_of_memory() = true;
        return 0;
    }
    static herr_t note_reason(hid_t stack, void*) {
        H5Ewalk2(stack, H5E_WALK_UPWARD, note_frame, nullptr);
        return 0;
    }
    std::streambuf* cerr_;
};

/// Runs `action`; what HDF5 throws reaches the caller as `problem`, in words a user can act on, or as std::bad_alloc where
/// memory is the reason.
template <class Action>
auto guarded(const std::filesystem::path& file, const std::string& problem, Action&& action) {
    const QuietHdf5 quiet;
    try {
        return action();
    } catch (const H5::Exception&) {
        if (QuietHdf5::out_of_memory()) throw std::bad_alloc();
        throw FileError(file.string() + ": " + problem);
    }
}

}  // namespace evsweep
