#include "sim/study/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "evsweep/contracts.hpp"
#include "sim/record/new_file.hpp"
#include "sim/study/piece.hpp"
#include "sim/study/provenance.hpp"

namespace evsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view head_name = "study.txt";
std::optional<std::string> whole_text(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    std::string text((std::istreambuf_iterator<char>(in)), {});
    return in.bad() ? std::nullopt : std::optional(std::move(text));
}

std::span<const unsigned char> bytes_of(const std::string& text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

/// The runs of a piece; none where the file is not what was written.
std::optional<std::vector<ReplicaRun>> runs_in(const fs::path& file) {
    const auto text = whole_text(file);
    return text ? runs_of_piece(bytes_of(*text)) : std::nullopt;
}

std::map<std::string, std::string> lines_of(const std::string& identity) {
    std::map<std::string, std::string> lines;
    std::istringstream in(identity);
    for (std::string line; std::getline(in, line);) {
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos) lines[line.substr(0, colon)] = line.substr(colon + 2);
    }
    return lines;
}

/// In their order.
std::vector<fs::path> pieces_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".piece") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::string shortened(const std::string& value) {
    constexpr std::size_t longest = 60;
    return value.size() <= longest ? value : value.substr(0, longest) + "...";
}

}  // namespace

std::string study_identity(const LoadedStudy& study) {
    const Provenance build = provenance_of_this_build();
    std::string text =
        fmt::format("evsweep: {} ({})\ninstruction set: {}\n", build.version, build.git_revision, build.instruction_set);
    for (const Setting& setting : study.scenario.resolved) {
        std::string value = setting.value;
        std::replace(value.begin(), value.end(), '\n', ' ');
        text += fmt::format("{}: {}\n", setting.path, value);
    }
    if (study.input_files)
        for (const auto& [name, input] : study.input_files->asked())
            text += fmt::format("file {}: {}\n", name,
                                input.is_there ? fmt::format("{} bytes, hash {:016x}", input.bytes, input.hash) : "not there");
    return text;
}

std::vector<std::string> identity_differences(const std::string& before, const std::string& now) {
    constexpr std::size_t few = 8;
    const auto then = lines_of(before), today = lines_of(now);
    std::vector<std::string> differences;
    const auto note = [&](std::string text) {
        if (differences.size() < few) differences.push_back(std::move(text));
    };
    for (const auto& [what, value] : then) {
        const auto found = today.find(what);
        if (found == today.end())
            note(fmt::format("{} was {}, and is not said now", what, shortened(value)));
        else if (found->second != value)
            note(fmt::format("{} was {}, and is {}", what, shortened(value), shortened(found->second)));
    }
    for (const auto& [what, value] : today)
        if (then.count(what) == 0) note(fmt::format("{} is {}, and was not said", what, shortened(value)));
    return differences;
}

fs::path Checkpoint::folder_of(const fs::path& result) {
    fs::path folder = result;
    folder += ".checkpoint";
    return folder;
}

Checkpoint::Checkpoint(fs::path folder, std::string identity, Clock::duration every)
    : folder_(std::move(folder)), identity_(std::move(identity)), every_(every), begin_(Clock::now() + every), due_(begin_) {}

Checkpoint::Opened Checkpoint::open(const fs::path& folder, std::string identity, Start start, Clock::duration every) {
    Opened opened{std::unique_ptr<Checkpoint>(new Checkpoint(folder, std::move(identity), every)), {}};
    std::error_code error;
    if (!fs::exists(fs::symlink_status(folder, error))) return opened;
    Checkpoint& checkpoint = *opened.checkpoint;
    if (!fs::is_directory(folder, error))
        opened.obstacle = fmt::format("'{}' is in the way of checkpoints, and is no folder; move it away", folder.string());
    else if (!checkpoint.claim_.take(folder))
        opened.obstacle =
            fmt::format("another run keeps its checkpoints in '{}'; wait for it, or name another --out", folder.string());
    else if (start == Start::replace)
        checkpoint.discard();
    else
        opened.obstacle = checkpoint.find_pieces();
    if (!opened.obstacle.empty()) opened.checkpoint.reset();
    return opened;
}

/// What is wrong with the folder, if anything. A run may have been killed after making it and before writing the head.
std::string Checkpoint::find_pieces() {
    const std::vector<fs::path> files = pieces_in(folder_);
    const auto head = whole_text(folder_ / head_name);
    if (!head && files.empty()) return {};
    if (!head) return fmt::format("'{}' has no readable {}; drop it with --force", folder_.string(), head_name);
    const auto differences = identity_differences(*head, identity_);
    if (!differences.empty()) {
        std::string text = fmt::format("the finished replicas in '{}' are of another study:", folder_.string());
        for (const std::string& difference : differences) text += "\n  " + difference;
        return text + "\n; undo the change, or begin anew with --force";
    }
    has_head_ = true;
    for (const fs::path& file : files)
        if (std::string wrong = find_piece(file); !wrong.empty()) return wrong;
    return {};
}

std::string Checkpoint::find_piece(const fs::path& file) {
    const auto runs = runs_in(file);
    if (!runs) return fmt::format("'{}' is damaged; remove it, and its replicas are run again", file.string());
    for (const ReplicaRun& run : *runs)
        index_.add(static_cast<std::uint32_t>(run.replica.index()), static_cast<std::uint32_t>(pieces_.size()));
    pieces_.push_back(file);
    const std::string number = file.stem().string();
    if (!number.empty() && number.find_first_not_of("0123456789") == std::string::npos)
        next_piece_ = std::max(next_piece_, static_cast<std::uint32_t>(std::stoul(number)) + 1);
    return {};
}

std::optional<std::vector<ReplicaRun>> Checkpoint::take(ReplicaId first, std::size_t count) {
    const auto begin = static_cast<std::uint32_t>(first.index()), end = begin + static_cast<std::uint32_t>(count);
    const std::scoped_lock lock(mutex_);
    for (std::uint32_t r = begin; r < end; ++r)
        if (!index_.piece_of(r)) return std::nullopt;
    std::vector<ReplicaRun> runs;
    for (std::uint32_t r = begin; r < end; ++r) {
        const std::uint32_t piece = index_.piece_of(r).value();
        load(piece);
        runs.push_back(std::move(loaded_.at(piece).extract(r).mapped()));
        if (loaded_.at(piece).empty()) loaded_.erase(piece);
    }
    return runs;
}

void Checkpoint::load(std::uint32_t piece) {
    if (loaded_.count(piece) > 0) return;
    auto runs = runs_in(pieces_[piece]);
    EVSWEEP_EXPECTS(runs, "a piece of a checkpoint stays as it was found");
    for (ReplicaRun& run : *runs) {
        const auto replica = static_cast<std::uint32_t>(run.replica.index());
        loaded_[piece].emplace(replica, std::move(run));
    }
}

void Checkpoint::add(std::vector<ReplicaRun>& runs) {
    constexpr std::size_t most_bytes = std::size_t{8} << 20U;  // of memory for what is not on the disk yet
    if (is_off_ || Clock::now() < begin_) return;
    for (ReplicaRun& run : runs) {
        if (index_.piece_of(static_cast<std::uint32_t>(run.replica.index()))) continue;
        append_run(run, noted_);
        ++noted_count_;
    }
    if (Clock::now() >= due_ || noted_.size() >= most_bytes) flush();
}

void Checkpoint::begin_folder() {
    if (has_head_) return;
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) throw FileError(fmt::format("'{}' cannot be made: {}", folder_.string(), error.message()));
    if (!claim_.take(folder_)) throw FileError(fmt::format("another run keeps its checkpoints in '{}'", folder_.string()));
    place_file(folder_ / head_name, evsweep::bytes_of(identity_));
    has_head_ = true;
}

void Checkpoint::flush() {
    due_ = Clock::now() + every_;
    if (is_off_ || noted_count_ == 0) return;
    try {
        begin_folder();
        NewFile file(folder_ / fmt::format("{:06}.piece", next_piece_));
        file.keep_out_of_cache();
        file.write(piece_head(noted_count_, noted_));
        file.write(noted_);
        file.place();
        ++next_piece_;
        written_ += noted_count_;
    } catch (const FileError& error) {
        is_off_ = true;
        notes_.push_back(fmt::format("no more checkpoints are written: {}; the run goes on without", error.what()));
    }
    noted_.clear();
    noted_count_ = 0;
}

void Checkpoint::discard() {
    if (!claim_.is_held()) return;  // nothing was written, or by another run
    std::error_code error;
    for (const fs::path& piece : pieces_in(folder_))
        fs::remove(piece, error);  // the head goes last: whoever is killed leaves a checkpoint
    fs::remove_all(folder_, error);
    has_head_ = false;
    claim_.release();
}

}  // namespace evsweep
