/// The folder beside the file of a sweep in which the results of its points are kept until all are there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/record/folder_claim.hpp"
#include "sim/study/sweep/sweep_points.hpp"

namespace evsweep {

/// Holds, for every point that was begun, what decides its numbers (`003.txt`, its study_identity) and, once it is finished, its
/// result (`003.h5`, a result file like any other). Both are whole or not there, so that a crash leaves what a later run goes on
/// from.
class SweepFolder {
   public:
    enum class Start {
        go_on,    ///< from what is there, if anything; refused where that is of another sweep
        replace,  ///< what is there is dropped
    };

    /// `OUT.h5.points`
    [[nodiscard]] static std::filesystem::path folder_of(const std::filesystem::path& result);
    explicit SweepFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Takes the folder for this process; what is in the way of that, as `problem; hint`, else nothing.
    [[nodiscard]] std::optional<std::string> open(const CheckedSweep& sweep, Start start);

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path file_of(std::size_t point) const;
    [[nodiscard]] bool is_finished(std::size_t point) const;
    /// Points that are finished.
    [[nodiscard]] std::size_t finished(const CheckedSweep& sweep) const;
    /// Whether anything of an earlier run was there when it was opened.
    [[nodiscard]] bool had_anything() const { return had_anything_; }

    /// Notes what decides the numbers of a point that is begun. Throws FileError.
    void begin(std::size_t point, const std::string& identity);
    /// Removes the folder.
    void discard();

   private:
    [[nodiscard]] std::filesystem::path identity_file(std::size_t point) const;
    [[nodiscard]] std::optional<std::string> difference(const CheckedSweep& sweep) const;

    std::filesystem::path folder_;
    FolderClaim claim_;
    bool had_anything_ = false;
};

}  // namespace evsweep
