#include "sim/record/result_file.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <numeric>

#include "sim/record/result_reader.hpp"
#include "sim/record/seal.hpp"
#include "unit/record/failure_of.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using evsweep::test::failure_of;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

namespace {

Numbers counting(std::size_t n) {
    Numbers values(n);
    std::iota(values.begin(), values.end(), 0.5);
    return values;
}

void write_small(const std::filesystem::path& path) {
    ResultFile file(path);
    file.write({"/b/series", "time", {"time"}, {{"units", "h"}}}, Numbers{0.0, 0.25});
    file.write({"/b/series", "bus", {"bus"}}, Names{"1", "Zoë", ""});
    file.write({"/b/series", "voltage", {"time", "bus"}, {{"units", "pu"}, {"long_name", "voltage"}}}, counting(6));
    file.annotate("/a", {{"number", 2.5}, {"list", Numbers{1, 2}}, {"names", Names{"x", "y z"}}, {"text", "µ"}});
    file.commit();
}

}  // namespace

TEST_CASE("What is written is read back, with its order, dimensions and notes") {
    const ScratchFolder folder;
    write_small(folder / "small.h5");
    const ResultReader reader(folder / "small.h5");
    CHECK(reader.groups("/") == Names{"b", "a"});
    CHECK(reader.arrays("/b/series") == Names{"time", "bus", "voltage"});
    CHECK(reader.numbers("/b/series/voltage") == counting(6));
    CHECK(reader.texts("/b/series/bus") == Names{"1", "Zoë", ""});
    CHECK(reader.dims("/b/series/voltage") == Names{"time", "bus"});
    CHECK(reader.text_attribute("/b/series/voltage", "units") == "pu");
    CHECK(reader.number_attribute("/a", "number") == 2.5);
    CHECK(reader.numbers_attribute("/a", "list") == Numbers{1, 2});
    CHECK(reader.texts_attribute("/a", "names") == Names{"x", "y z"});
    CHECK(reader.text_attribute("/a", "text") == "µ");
    CHECK_FALSE(reader.number_attribute("/a", "absent"));
    CHECK(reader.has("/b/series/voltage"));
    CHECK_FALSE(reader.has("/c/series/voltage"));
}

TEST_CASE("h5py and xarray read arrays of every kind with their dimensions and units") {
    const ScratchFolder folder;
    const auto path = folder / "kinds.h5";
    ResultFile file(path);
    ExpectedArrays expected;
    const std::size_t times = 1440, buses = 33;
    file.write({"/g/deep", "time", {"time"}, {{"units", "h"}}}, counting(times));
    expected.add("/g/deep", "time", {"time"}, "h", counting(times));
    Names names;
    for (std::size_t b = 0; b < buses; ++b) names.push_back("bus " + std::to_string(b));
    file.write({"/g/deep", "bus", {"bus"}}, names);
    expected.add("/g/deep", "bus", {"bus"}, names);
    file.write({"/g/deep", "voltage", {"time", "bus"}, {{"units", "pu"}}}, counting(times * buses));
    expected.add("/g/deep", "voltage", {"time", "bus"}, "pu", counting(times * buses));
    file.add_dimension("/g", "row", 3);
    file.write({"/g", "whole", {"row"}}, std::vector<std::int32_t>{-1, 0, 7});
    expected.add("/g", "whole", {"row"}, "", {-1, 0, 7});
    file.write({"/g", "known", {"row"}, {{"units", "kW"}}}, Numbers{1.0, std::nan(""), 3e300});
    expected.add("/g", "known", {"row"}, "kW", {1.0, std::nan(""), 3e300});
    file.add_dimension("/g", "none", 0);
    file.write({"/g", "empty", {"none"}}, Numbers{});
    expected.add("/g", "empty", {"none"}, "", Numbers{});
    file.commit();
    const int status = expected.check(path);
    if (status == 77) {
        WARN("skipped: python3 lacks h5py, xarray, or an engine for it");
        return;
    }
    CHECK(status == 0);
}

TEST_CASE("A file that grows on the disk holds what one that grows in memory does, and is whole only when it is placed") {
    const ScratchFolder folder;
    const std::size_t rows = 300'000;
    for (const bool on_disk : {false, true}) {
        ResultFile file(folder / (on_disk ? "disk.h5" : "memory.h5"), on_disk ? GrowsIn::folder : GrowsIn::memory);
        file.write({"/g", "row", {"row"}, {{"long_name", "row"}}}, counting(rows));
        for (const char* name : {"a", "b", "c"}) file.write({"/g", name, {"row"}, {{"units", "kW"}}}, counting(rows));
        file.write({"/h", "name", {"name"}}, Names{"x", "Zoë", ""});
        file.annotate("/h", {{"codes", counting(20000)}});
        CHECK(std::filesystem::exists(folder / (on_disk ? "disk.h5" : "memory.h5")) == false);
        file.commit();
    }
    CHECK(folder.entries() == 2);
    const ResultReader disk(folder / "disk.h5"), memory(folder / "memory.h5");
    CHECK(check_seal(folder / "disk.h5") == SealState::whole);
    for (const char* name : {"/g/row", "/g/a", "/g/b", "/g/c"}) CHECK(disk.numbers(name) == memory.numbers(name));
    CHECK(disk.dims("/g/b") == Names{"row"});
    CHECK(disk.texts("/h/name") == Names{"x", "Zoë", ""});
    CHECK(disk.numbers_attribute("/h", "codes") == counting(20000));
    ExpectedArrays expected;
    expected.add("/g", "b", {"row"}, "kW", counting(rows));
    const int status = expected.check(folder / "disk.h5");
    if (status == 77)
        WARN("skipped: python3 lacks h5py, xarray, or an engine for it");
    else
        CHECK(status == 0);
}

TEST_CASE("A file that grows on the disk and is given up leaves nothing, and a disk that takes no more is told with its reason") {
    const ScratchFolder folder;
    {
        ResultFile file(folder / "forgotten.h5", GrowsIn::folder);
        file.write({"/g", "row", {"row"}}, counting(100'000));
    }
    CHECK(folder.entries() == 0);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit little{std::size_t{1} << 18U, before.rlim_max};
    const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &little);
    const std::string failure = failure_of([&] {
        ResultFile file(folder / "large.h5", GrowsIn::folder);
        file.add_dimension("/g", "row", 400'000);
        for (const char* name : {"a", "b", "c"}) {
            Numbers values = counting(400'000);
            for (double& v : values) v = std::sin(v * v);
            file.write({"/g", name, {"row"}}, values);
        }
        file.commit();
    });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, old_action);
    CHECK(failure == (folder / "large.h5").string() + ": cannot be written: File too large; make room or write elsewhere");
    CHECK(folder.entries() == 0);
    write_small(folder / "small.h5");
    CHECK(ResultReader(folder / "small.h5").has("/b/series/time"));
}

TEST_CASE("Rounded arrays are whole multiples of the step that they name, next to the numbers, and take less room") {
    const ScratchFolder folder;
    const double step = std::exp2(-20);
    const std::size_t n = 20000;
    Numbers values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = 0.97 + 0.05 * std::sin(1e-2 * static_cast<double>(i * i));
    values[7] = std::nan("");
    std::array<std::uintmax_t, 2> bytes{};
    for (const bool is_rounded : {false, true}) {
        const auto path = folder / (is_rounded ? "rounded.h5" : "whole.h5");
        ResultFile file(path);
        file.add_dimension("/g", "row", n);
        file.write({"/g", "voltage", {"row"}, {{"units", "pu"}}, is_rounded ? step : 0.0}, values);
        file.commit();
        bytes[is_rounded ? 1 : 0] = std::filesystem::file_size(path);
    }
    const ResultReader reader(folder / "rounded.h5");
    CHECK(reader.number_attribute("/g/voltage", "rounded_to") == step);
    CHECK_FALSE(ResultReader(folder / "whole.h5").number_attribute("/g/voltage", "rounded_to"));
    const Numbers read = reader.numbers("/g/voltage");
    REQUIRE(read.size() == n);
    CHECK(std::isnan(read[7]));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < n; ++i)
        if (i != 7 && (std::abs(read[i] - values[i]) > 0.5 * step || std::fmod(read[i], step) != 0.0)) ++wrong;
    CHECK(wrong == 0);
    CHECK(bytes[1] * 5 < bytes[0] * 2);
}

TEST_CASE("Category notes too long for an object header are kept") {
    const ScratchFolder folder;
    const Numbers codes = counting(20000);
    ResultFile file(folder / "long.h5");
    file.annotate("/g", {{"codes", codes}});
    file.commit();
    CHECK(ResultReader(folder / "long.h5").numbers_attribute("/g", "codes") == codes);
}

TEST_CASE("A file that is not committed does not exist, and a committed one leaves nothing beside it") {
    const ScratchFolder folder;
    { const ResultFile file(folder / "forgotten.h5"); }
    CHECK(folder.entries() == 0);
    write_small(folder / "once.h5");
    write_small(folder / "once.h5");
    CHECK(folder.entries() == 1);
}

TEST_CASE("A place that cannot be written is reported with the reason and what to do") {
    const ScratchFolder folder;
    const auto absent = folder / "absent/result.h5";
    CHECK(failure_of([&] { write_small(absent); }) ==
          absent.string() + ": cannot be written: No such file or directory; make the folder first");
    CHECK(failure_of([&] { write_small("/proc/result.h5"); }).find("/proc/result.h5: cannot be written: ") == 0);
    CHECK(failure_of([&] { write_small("/dev/null"); }) ==
          "/dev/null: cannot be written: it exists and is not a plain file; choose another name");
    CHECK(std::filesystem::is_character_file("/dev/null"));
    std::filesystem::create_directory(folder / "taken.h5");
    CHECK(failure_of([&] { write_small(folder / "taken.h5"); }).find("is not a plain file") != std::string::npos);
}

TEST_CASE("Foreign, damaged and missing files are refused in plain words") {
    const ScratchFolder folder;
    const auto refusal = [&](const std::string& name) {
        const auto path = folder / name;
        const std::string text = failure_of([&] { const ResultReader reader(path); });
        const std::string start = path.string() + ": ";
        return text.compare(0, start.size(), start) == 0 ? text.substr(start.size()) : text;
    };
    CHECK(refusal("absent.h5") == "cannot be read: No such file or directory; give the path of a result file");
    std::filesystem::create_directory(folder / "folder.h5");
    CHECK(refusal("folder.h5") == "cannot be read: Is a directory; give the path of a result file");
    const std::string foreign = "not an evsweep result; it is another program's file, or was cut off or changed";
    std::ofstream(folder / "empty.h5");
    CHECK(refusal("empty.h5") == foreign);
    std::ofstream(folder / "text.h5") << "bus,vm_pu\n1,1.0\n";
    CHECK(refusal("text.h5") == foreign);
    write_small(folder / "whole.h5");
    const std::string whole = file_text(folder / "whole.h5");
    std::ofstream(folder / "cut.h5") << whole.substr(0, whole.size() / 2);
    CHECK(refusal("cut.h5") == foreign);
}

TEST_CASE("A file with any byte changed is refused") {
    const ScratchFolder folder;
    write_small(folder / "whole.h5");
    const std::string whole = file_text(folder / "whole.h5");
    REQUIRE(whole.size() > 1000);
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < whole.size(); at += 7) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        std::ofstream(folder / "damaged.h5", std::ios::binary) << damaged;
        if (failure_of([&] { const ResultReader reader(folder / "damaged.h5"); }) == "no failure") ++accepted;
    }
    CHECK(accepted == 0);
}

TEST_CASE("The seal's hash is FNV-1a") {
    std::vector<unsigned char> bytes{'f', 'o', 'o', 'b', 'a', 'r'};  // the test vector that its authors publish
    add_seal(bytes);
    CHECK(std::string(bytes.begin(), bytes.end()) == "foobar\nevsweep seal 85944171f73967e8");
}

TEST_CASE("A file of another layout is refused with both versions") {
    const ScratchFolder folder;
    ResultFile file(folder / "future.h5");
    file.annotate("/", {{"evsweep_layout", std::int64_t{2}}});
    file.commit();
    CHECK(failure_of([&] { const ResultReader reader(folder / "future.h5"); }) ==
          (folder / "future.h5").string() +
              ": its layout is version 2, this evsweep reads version 1; use the evsweep that wrote it");
}

TEST_CASE("Labels become names that HDF5 paths can hold") {
    CHECK(link_name("evms") == "evms");
    CHECK(link_name("a/b") == "a_b");
    CHECK(link_name(".") == "_.");
    CHECK(link_name("") == "_");
}
