/// Where the result of a run goes, so that neither it nor what was there before is lost.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/study/study_result.hpp"

namespace evsweep {

class NewFile;
class ScratchFile;

/// What became of a result.
struct PlacedResult {
    std::optional<std::filesystem::path> file;  ///< none: it could not be kept anywhere
    bool is_at_fault = false;                   ///< it is not where it should be
    std::vector<std::string> notes;             ///< why it is where it is, a sentence each
};

/// A result is put where the user wants it; beside it under another name where it is that of an interrupted study and a complete
/// one is there; and in another folder where it cannot be written.
class ResultTarget {
   public:
    enum class Overwrites { interrupted, anything };  ///< results of interrupted studies, or whatever is there
    ResultTarget(std::filesystem::path file, Overwrites overwrites) : file_(std::move(file)), overwrites_(overwrites) {}

    /// What is in the way, as `problem; hint`; to be asked before the run costs anybody time. Makes the folder.
    [[nodiscard]] std::optional<std::string> obstacle() const;

    /// Writes the file, with an appendix where one is given.
    [[nodiscard]] PlacedResult place(const StudyResult& result, const ScratchFile* appendix = nullptr) const;
    /// The same of a complete result of another kind, whose bytes `make` gives for a path; it throws FileError.
    using MakeBytes = std::function<std::vector<unsigned char>(const std::filesystem::path&)>;
    [[nodiscard]] PlacedResult place(const MakeBytes& make) const;

   private:
    [[nodiscard]] std::filesystem::path place_for(const StudyResult& result, PlacedResult& placed) const;
    /// The whole file in the folder of a path, not yet placed. Throws FileError.
    using MakeFile = std::function<NewFile(const std::filesystem::path&)>;
    void place_or_rescue(const MakeFile& make, const std::filesystem::path& path, PlacedResult& placed) const;
    void try_to_place(const MakeFile& make, const std::filesystem::path& path, PlacedResult& placed) const;
    void rescue(const MakeFile& make, PlacedResult& placed) const;

    std::filesystem::path file_;
    Overwrites overwrites_;
};

}  // namespace evsweep
