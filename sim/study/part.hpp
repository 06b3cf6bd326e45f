/// Parts of a study: results of some of its replicas, which hold these also as they were run, and how parts become one study.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "sim/record/appendix.hpp"
#include "sim/study/finished_replicas.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

class ResultFile;

/// Collects the replicas of a part while it runs. Memory does not grow with their number: they wait in a file without a name.
class PartWriter {
   public:
    /// Room for them is taken in `folder`, as by ScratchFile.
    explicit PartWriter(std::filesystem::path folder) : scratch_(std::move(folder)) {}
    /// The next replicas, in ascending order. Throws FileError.
    void add(std::vector<ReplicaRun>& runs);
    /// All pieces, and where they are in the scratch file; nothing can be added after. Throws FileError.
    [[nodiscard]] std::vector<PartPiece> finish();
    [[nodiscard]] const ScratchFile& scratch() const { return scratch_; }

   private:
    void flush();
    ScratchFile scratch_;
    std::vector<PartPiece> pieces_;
    std::uint32_t first_ = 0, count_ = 0;  ///< of those that wait
    std::vector<unsigned char> waiting_;
};

/// Writes the group /part.
void write_part(ResultFile& file, const PartOfStudy& part);

/// A part on disk.
struct PartFile {
    std::filesystem::path path;
    PartOfStudy part;
};

/// What a part says of itself. Throws FileError where the file is none, or is damaged.
[[nodiscard]] PartFile read_part(const std::filesystem::path& path);
/// As one text, and back, to pass from one process to another.
[[nodiscard]] std::string packed(const PartFile& file);
[[nodiscard]] PartFile unpacked_part(const std::string& text);

/// What keeps parts from being one whole study, a sentence each: parts of different studies, replicas that no part has, and such
/// that are in several. Empty: nothing.
[[nodiscard]] std::vector<std::string> problems_of_parts(const std::vector<PartFile>& parts);

/// The replicas of whole parts. What is in memory at once are the pieces of which some replicas have been taken.
class MergedParts final : public FinishedReplicas {
   public:
    explicit MergedParts(std::vector<PartFile> parts);
    /// Throws FileError where a part cannot be read any more.
    [[nodiscard]] std::optional<std::vector<ReplicaRun>> take(ReplicaId first, std::size_t count) override;

   private:
    struct Piece {
        PartPiece at;
        std::uint32_t file = 0;
    };
    [[nodiscard]] const Piece* piece_with(std::uint32_t replica) const;
    std::map<std::uint32_t, ReplicaRun>& load(const Piece& piece);

    std::vector<PartFile> files_;
    std::vector<AppendixReader> appendices_;  ///< as files_
    std::vector<Piece> pieces_;               ///< by first replica, ascending
    std::mutex mutex_;
    std::map<std::uint32_t, std::map<std::uint32_t, ReplicaRun>> loaded_;  ///< by the piece's first replica: those not yet taken
};

}  // namespace evsweep
