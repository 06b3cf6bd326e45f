/// The finished replicas of a study that is running, on disk: what a later run goes on from after a crash.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/record/folder_claim.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/piece_index.hpp"
#include "sim/study/run_ensemble.hpp"

namespace evsweep {

/// What decides a study's numbers, one `what: value` to a line: resolved settings, hashes of all input files, version, revision
/// and instruction set. Runs of the same identity find the same bits.
[[nodiscard]] std::string study_identity(const LoadedStudy& study);

/// The first few lines in which two identities differ, in words; empty where they are the same.
[[nodiscard]] std::vector<std::string> identity_differences(const std::string& before, const std::string& now);

/// A folder beside the result, with a head (the identity) and pieces of some consecutive replicas each. Every file is written,
/// brought to the disk and then given its name, so that a crash leaves whole files only. What is finished before the first period
/// is over is not kept, for it is soon run again; after that pieces are written once in each period, or whenever 8 MiB wait.
class Checkpoint {
   public:
    using Clock = std::chrono::steady_clock;
    enum class Start {
        go_on,    ///< from what is there, if anything; refused where that is of another study
        replace,  ///< what is there is dropped
    };
    /// Either a checkpoint, or what is in its way as `problem; hint`.
    struct Opened {
        std::unique_ptr<Checkpoint> checkpoint{};
        std::string obstacle{};
    };

    [[nodiscard]] static std::filesystem::path folder_of(const std::filesystem::path& result);
    [[nodiscard]] static Opened open(const std::filesystem::path& folder, std::string identity, Start start,
                                     Clock::duration every);
    Checkpoint(const Checkpoint&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    /// Replicas that were there when it was opened.
    [[nodiscard]] std::size_t found() const { return index_.replicas(); }
    /// Replicas that are safely on the disk now.
    [[nodiscard]] std::size_t kept() const { return index_.replicas() + written_; }
    /// Whatever kept it from writing, a sentence each.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

    /// Replicas `first` to `first` + `count` - 1, each once; none where one of them is not there. For several threads.
    [[nodiscard]] std::optional<std::vector<ReplicaRun>> take(ReplicaId first, std::size_t count);
    /// Notes finished replicas, and writes them when it is time. By one thread at a time.
    void add(std::vector<ReplicaRun>& runs);
    /// Writes what is noted.
    void flush();
    /// Removes the folder: the study is complete, and its result in place.
    void discard();

   private:
    Checkpoint(std::filesystem::path folder, std::string identity, Clock::duration every);
    [[nodiscard]] std::string find_pieces();
    [[nodiscard]] std::string find_piece(const std::filesystem::path& file);
    void begin_folder();
    void load(std::uint32_t piece);

    std::filesystem::path folder_;
    std::string identity_;
    Clock::duration every_;
    Clock::time_point begin_;  ///< when the first period is over
    Clock::time_point due_;
    FolderClaim claim_;  ///< while this process writes into the folder
    bool has_head_ = false;
    bool is_off_ = false;  ///< after something could not be written
    std::uint32_t next_piece_ = 0;
    std::vector<unsigned char> noted_;  ///< of `noted_count_` replicas
    std::size_t noted_count_ = 0, written_ = 0;
    std::vector<std::string> notes_;

    std::mutex mutex_;
    PieceIndex index_;
    std::vector<std::filesystem::path> pieces_;
    std::map<std::uint32_t, std::map<std::uint32_t, ReplicaRun>> loaded_;  ///< pieces at hand: their replicas not yet taken
};

}  // namespace evsweep
