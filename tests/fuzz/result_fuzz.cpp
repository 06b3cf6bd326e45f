// Result files (HDF5) damaged under a seal that fits: the reader answers or its process ends, and what it answers is in bounds.
// An input is a list of changes to one good file: four bytes of place and one of value each.
#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "sim/record/result_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/record/seal.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace evsweep;

std::filesystem::path scratch(const char* name) { return "/dev/shm/evsweep_fuzz_" + std::to_string(::getpid()) + name; }

/// A small file with all kinds of content, without its seal.
std::vector<unsigned char> good_file() {
    const auto path = scratch("_good.h5");
    ResultFile file(path);
    file.annotate("/", {{"title", "a study"}, {"seed", "7"}, {"quantile_levels", std::vector<double>{0.05, 0.5}}});
    const std::vector<double> numbers(600, 1.5);
    for (const std::string group : {"/base", "/controllers/a", "/controllers/b"}) {
        file.annotate(group, {{"label", "a"}, {"names", std::vector<std::string>{"voltage", "price"}}});
        file.add_dimension(group, "setting", 2);
        file.write({group, "setting_path", {"setting"}}, std::vector<std::string>{"one", "two"});
        file.write({group + "/kpis", "replica", {"replica"}}, numbers);
        file.write({group + "/kpis", "peak", {"replica"}, {{"units", "kW"}, {"display", "number"}}}, numbers);
    }
    file.commit();
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    std::filesystem::remove(path);
    const std::string whole = text.str();
    return {whole.begin(), whole.end() - 30};  // a seal has 30 characters
}

void read_group(const ResultReader& reader, const std::string& group, int depth) {
    for (const std::string name : {"label", "title", "units", "names", "seed"}) (void)reader.texts_attribute(group, name);
    for (const auto& name : reader.arrays(group)) {
        const std::string path = group == "/" ? "/" + name : group + "/" + name;
        (void)reader.dims(path);
        (void)reader.text_attribute(path, "units");
        if (name == "setting_path")
            (void)reader.texts(path);
        else
            fuzz::claim(reader.numbers(path).size() < 100'000'000, "no array is larger than its file can be");
    }
    if (depth > 4) return;
    for (const auto& name : reader.groups(group)) read_group(reader, group == "/" ? "/" + name : group + "/" + name, depth + 1);
}

/// In a child, for HDF5 itself does crash. Its exit status: 0 read, 2 refused.
[[noreturn]] void read_in_child(const std::filesystem::path& path) {
    const rlimit brief{5, 5};
    setrlimit(RLIMIT_CPU, &brief);
    __sanitizer_set_death_callback(nullptr);  // what the library does is no finding to be kept
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    try {
        read_group(ResultReader(path), "/", 0);
    } catch (const FileError&) {
        ::_exit(2);
    } catch (const std::bad_alloc&) {
        ::_exit(2);
    }
    ::_exit(0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<unsigned char> good = good_file();
    static const auto path = scratch(".h5");
    std::vector<unsigned char> bytes = good;
    for (std::size_t i = 0; i + 5 <= size && i < 50; i += 5) {
        const std::size_t place = data[i] | data[i + 1] << 8U | data[i + 2] << 16U;
        bytes[place % bytes.size()] = data[i + 4];
    }
    add_seal(bytes);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const pid_t child = ::fork();
    if (child == 0) read_in_child(path);
    int status = 0;
    ::waitpid(child, &status, 0);
    fuzz::claim(size >= 5 || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "the good file is read");
    constexpr int asked_for_too_much = 71;  // how libFuzzer ends a process for one large malloc, as HDF5 makes of damaged sizes
    fuzz::claim(WIFSIGNALED(status) || WEXITSTATUS(status) <= 2 || WEXITSTATUS(status) == asked_for_too_much,
                "only FileError comes out of the reader");
    return 0;
}
