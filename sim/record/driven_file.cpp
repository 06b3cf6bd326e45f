#include "sim/record/driven_file.hpp"

#include <algorithm>
#include <functional>
#include <new>

#include "sim/record/hdf5.hpp"
#include "sim/record/seal.hpp"

namespace evsweep {

namespace {

/// What an access list carries to the driver.
struct DriverInfo {
    const std::shared_ptr<DrivenFile>* file;
};

/// A file as HDF5 has it open, and what the library asks of it.
struct OpenFile {
    H5FD_t known_to_hdf5;  ///< has to come first
    std::shared_ptr<DrivenFile> file;
    haddr_t end;  ///< of what is allocated

    static OpenFile& of(H5FD_t* file) { return *reinterpret_cast<OpenFile*>(file); }
    static const OpenFile& of(const H5FD_t* file) { return *reinterpret_cast<const OpenFile*>(file); }

    static H5FD_t* open(const char*, unsigned, hid_t access_list, haddr_t) {
        const auto* info = static_cast<const DriverInfo*>(H5Pget_driver_info(access_list));
        if (!info) return nullptr;
        return reinterpret_cast<H5FD_t*>(new (std::nothrow) OpenFile{{}, *info->file, 0});
    }
    static herr_t close(H5FD_t* file) {
        of(file).file->end_at(of(file).end);
        delete &of(file);
        return 0;
    }
    static int compare(const H5FD_t* a, const H5FD_t* b) {
        const auto *of_a = of(a).file.get(), *of_b = of(b).file.get();
        return std::less<>()(of_a, of_b) ? -1 : of_a == of_b ? 0 : 1;
    }
    static herr_t query(const H5FD_t*, unsigned long* flags) {
        *flags =
            H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
        return 0;
    }
    static haddr_t get_end(const H5FD_t* file, H5FD_mem_t) { return of(file).end; }
    static herr_t set_end(H5FD_t* file, H5FD_mem_t, haddr_t end) {
        of(file).end = end;
        return 0;
    }
    static herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, std::size_t size, void* buffer) {
        of(file).file->read(at, {static_cast<unsigned char*>(buffer), size});
        return 0;
    }
    static herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t at, std::size_t size, const void* buffer) {
        of(file).file->write(at, {static_cast<const unsigned char*>(buffer), size});
        return 0;
    }
};

H5FD_class_t driver_class() {
    H5FD_class_t driver{};
    driver.name = "new_file";
    driver.maxaddr = (haddr_t{1} << 62U) - 1;
    driver.fc_degree = H5F_CLOSE_WEAK;
    driver.fapl_size = sizeof(DriverInfo);
    driver.open = OpenFile::open;
    driver.close = OpenFile::close;
    driver.cmp = OpenFile::compare;
    driver.query = OpenFile::query;
    driver.get_eoa = OpenFile::get_end;
    driver.set_eoa = OpenFile::set_end;
    driver.get_eof = OpenFile::get_end;
    driver.read = OpenFile::read;
    driver.write = OpenFile::write;
    constexpr H5FD_mem_t as_usual[] = H5FD_FLMAP_DICHOTOMY;
    std::copy(std::begin(as_usual), std::end(as_usual), std::begin(driver.fl_map));
    return driver;
}

}  // namespace

void DrivenFile::drive(std::int64_t access_list, const std::shared_ptr<DrivenFile>& file) {
    static const H5FD_class_t driver = driver_class();
    static const hid_t registered = require(H5FDregister(&driver));
    const DriverInfo info{&file};
    require(H5Pset_driver(access_list, registered, &info));
}

void DrivenFile::write(std::uint64_t at, std::span<const unsigned char> bytes) noexcept {
    if (problem_) return;
    try {
        file_.write_at(at, bytes);
    } catch (const FileError& error) {
        problem_ = error.what();
    }
}

void DrivenFile::read(std::uint64_t at, std::span<unsigned char> bytes) noexcept {
    std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(0));
    if (problem_) return;
    try {
        file_.read_at(at, bytes);
    } catch (const FileError& error) {
        problem_ = error.what();
    }
}

void DrivenFile::require_written() const {
    if (problem_) throw FileError(*problem_);
}

NewFile DrivenFile::sealed() {
    require_written();
    add_seal(file_, size_);
    return std::move(file_);
}

}  // namespace evsweep
