/// Puts files on disk so that a reader sees the whole file or none, and a file that was there stays until then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/record/file_error.hpp"

namespace evsweep {

/// A file on its way to `path`. Until it is placed it has a short name that nothing else has, in the folder where it will be; it
/// is gone if it is never placed. Where `path` is a symbolic link, the file that this points to is replaced, and the link stays;
/// a file that is replaced passes on its mode and its owner, as far as the system
/// allows. Of several writers of one path each
/// places a whole file, and the last one's stays. Every function throws FileError with the system's reason.
class NewFile {
   public:
    /// Refuses to replace anything but a plain file.
    explicit NewFile(std::filesystem::path path);
    ~NewFile();
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;

    /// Appends.
    void write(std::span<const unsigned char> bytes);
    void write(std::string_view text);
    /// Bytes of it by now.
    [[nodiscard]] std::uint64_t size() const;
    /// Writes at a place of its own, for those who do not append. What lies between such places and was never written is zero.
    void write_at(std::uint64_t at, std::span<const unsigned char> bytes);
    /// Fills `bytes` with what was written there; those beyond the end of the file stay as they are.
    void read_at(std::uint64_t at, std::span<unsigned char> bytes);
    /// Nobody will read it soon: once it is on the device, the system need not keep it in memory, too.
    void keep_out_of_cache() { stays_in_cache_ = false; }
    /// Makes sure that all of it is on the device; nothing can be written after. By itself where several files belong together.
    void complete();
    /// Completes the file and gives it its name.
    void place();

   private:
    [[noreturn]] void fail(int error);
    void discard() noexcept;

    std::filesystem::path path_;  ///< as it was asked for
    std::string name_;            ///< in the folder, of what `path` leads to
    std::string temporary_;       ///< in the folder; empty once there is none
    int folder_ = -1;
    int file_ = -1;
    bool stays_in_cache_ = true;
};

/// A file of these bytes.
void place_file(const std::filesystem::path& path, std::span<const unsigned char> bytes);

/// Says what is in the way of a NewFile at `path`, if anything, as `'path' ...`, and makes the folder for it. Leaves no file,
/// not even for a moment.
[[nodiscard]] std::optional<std::string> obstacle_to_writing(const std::filesystem::path& path);

/// Removes the temporary files of all NewFiles. For a process that is about to end: afterwards no file can be placed any more,
/// and whoever tries waits for the end.
void remove_unfinished_files();

}  // namespace evsweep
