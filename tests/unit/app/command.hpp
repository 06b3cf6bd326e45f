/// Runs the built program as a user would, and keeps what it said.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "places.hpp"
#include "scratch.hpp"

namespace evsweep::test {

/// Whether the peak of a program's memory is the sanitizer's and not its own.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool peak_tells_nothing = true;
#elif defined(__has_feature)
inline constexpr bool peak_tells_nothing = __has_feature(address_sanitizer);
#else
inline constexpr bool peak_tells_nothing = false;
#endif

struct Answer {
    int status = -1;
    std::string out;
    std::string err;
    double peak_mb = 0.0;  ///< of memory
};

/// What is done in the new process before it becomes the program.
using Surroundings = std::function<void()>;

inline Surroundings closed(int stream) {
    return [stream] { close(stream); };
}
inline Surroundings into(const std::string& file, int stream) {
    return [=] { dup2(open(file.c_str(), O_WRONLY), stream); };
}
/// A pipe that nobody reads any more.
inline Surroundings broken_pipe(int stream) {
    return [stream] {
        int ends[2];
        if (pipe(ends) == 0) dup2(ends[1], stream);
        close(ends[0]);
        if (ends[1] != stream) close(ends[1]);
    };
}
/// A pipe that is full, and whose reader never reads.
inline Surroundings full_pipe(int stream) {
    return [stream] {
        int ends[2];
        if (pipe(ends) != 0) return;
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        const std::string much(4096, '.');
        while (write(ends[1], much.data(), much.size()) > 0) {
        }
        fcntl(ends[1], F_SETFL, 0);
        dup2(ends[1], stream);
    };
}
/// No file may become longer, as on a full disk.
inline Surroundings no_file_longer_than(rlim_t bytes) {
    return [bytes] {
        const rlimit limit{bytes, bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
    };
}
inline Surroundings all_of(std::vector<Surroundings> list) {
    return [list = std::move(list)] {
        for (const Surroundings& one : list) one();
    };
}

/// The program, started in `folder` with its two streams going to files there.
class Program {
   public:
    Program(const ScratchFolder& streams, const std::filesystem::path& folder, std::vector<std::string> words,
            Surroundings surroundings = {})
        : streams_(streams), surroundings_(std::move(surroundings)) {
        words.insert(words.begin(), program_file().string());
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        child_ = fork();
        if (child_ == 0) become(folder, argv);
    }
    void send(int signal) const { kill(child_, signal); }
    /// Processor time that it has used so far: how far it has come, however busy the machine is.
    [[nodiscard]] double cpu_seconds() const {
        std::ifstream file("/proc/" + std::to_string(child_) + "/stat");
        std::string text;
        std::getline(file, text);
        std::istringstream fields(text.substr(text.rfind(')') + 1));
        std::string field;
        double ticks = 0.0;
        for (int number = 3; number <= 15 && fields >> field; ++number)  // user and system time are fields 14 and 15
            if (number >= 14) ticks += std::stod(field);
        return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    /// Whether a thread of it waits for SIGTERM, which the others therefore block: before that the signal just ends it.
    [[nodiscard]] bool watches_signals() const {
        std::ifstream file("/proc/" + std::to_string(child_) + "/status");
        for (std::string line; std::getline(file, line);)
            if (line.rfind("SigBlk:", 0) == 0) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1U) != 0;
        return false;
    }
    [[nodiscard]] std::string errors_so_far() const { return streams_.read("err"); }
    [[nodiscard]] Answer wait() const {
        int status = 0;
        rusage usage{};
        wait4(child_, &status, 0, &usage);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), streams_.read("out"), streams_.read("err"),
                static_cast<double>(usage.ru_maxrss) * 1024.0 / 1e6};
    }

   private:
    void become(const std::filesystem::path& folder, const std::vector<char*>& argv) const {
        const auto open_stream = [this](const char* name, int stream) {
            dup2(open((streams_.path() / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), stream);
        };
        open_stream("out", STDOUT_FILENO);
        open_stream("err", STDERR_FILENO);
        for (const int ended_by : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) signal(ended_by, SIG_DFL);
        if (surroundings_) surroundings_();
        if (chdir(folder.c_str()) == 0) execv(argv.front(), argv.data());
        _exit(127);
    }

    const ScratchFolder& streams_;
    Surroundings surroundings_;
    pid_t child_ = -1;
};

inline Answer evsweep_in(const std::filesystem::path& folder, std::vector<std::string> words, Surroundings surroundings = {}) {
    const ScratchFolder streams;
    return Program(streams, folder, std::move(words), std::move(surroundings)).wait();
}

inline Answer answer_to(std::vector<std::string> words) { return evsweep_in(source_dir(), std::move(words)); }

/// A three-bus feeder small enough to solve by hand.
inline const std::string small_feeder = R"(name: three buses
note: made for the tests
source: {bus: a, voltage: 1.0 pu}
buses:
  - {id: a, nominal: 10 kV}
  - {id: b, nominal: 10 kV, class: homes}
  - {id: c, nominal: 10 kV, class: homes}
lines:
  - {id: ab, from: a, to: b, r: 1 ohm, x: 1 ohm, rating: 100 A}
  - {id: bc, from: b, to: c, r: 1 ohm, x: 1 ohm}
loads:
  - {bus: b, p: 300 kW, q: 100 kvar}
  - {bus: c, p: 200 kW, q: 50 kvar}
)";

/// One day of a handful of vehicles on that feeder, expected in `feeder.yaml` beside it.
inline const std::string small_study = R"(title: A handful of vehicles
study: {replicas: 4, seed: 5}
time: {start: 2025-01-06 12:00, duration: 24 h, step: 15 min}
feeder: {file: feeder.yaml}
population:
  homes:
    behaviour: distribution
    vehicles: 6
    placement: {rule: round_robin, buses: [b, c]}
    arrival: {distribution: uniform, min: 17 h, max: 20 h}
    departure: {distribution: uniform, min: 6 h, max: 8 h}
    departure_day: next
    initial_soc: 0.4
    target_soc: 0.8
    capacity: 40 kWh
    charge_rating: 7 kW
    charge_efficiency: 90 %
controllers:
  uncoordinated: {}
)";

/// A folder with the small feeder and the small study in it.
class StudyFolder : public ScratchFolder {
   public:
    StudyFolder() {
        write("feeder.yaml", small_feeder);
        write("study.yaml", small_study);
    }
};

/// Whether `holds` comes true within some seconds.
inline bool comes_true(const std::function<bool()>& holds, std::chrono::milliseconds within = std::chrono::seconds(60)) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace evsweep::test
