#include "sim/record/new_file.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "unit/record/failure_of.hpp"
#include "unit/record/scratch_folder.hpp"

using namespace evsweep;
using evsweep::test::failure_of;
namespace fs = std::filesystem;

namespace {

void write_text(const fs::path& path, const std::string& text) {
    NewFile file(path);
    file.write(text);
    file.place();
}

mode_t mode_of(const fs::path& path) {
    struct stat there {};
    REQUIRE(::stat(path.c_str(), &there) == 0);
    return there.st_mode & 07777U;
}

/// No file of this process grows beyond so many bytes while it lives.
class ShortFiles {
   public:
    explicit ShortFiles(rlim_t bytes) {
        handler_ = signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~ShortFiles() {
        setrlimit(RLIMIT_FSIZE, &before_);
        signal(SIGXFSZ, handler_);
    }
    ShortFiles(const ShortFiles&) = delete;
    ShortFiles& operator=(const ShortFiles&) = delete;

   private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("A file is there when it is placed, not before, and not at all if it never is") {
    const ScratchFolder folder;
    {
        NewFile file(folder / "a");
        file.write(std::string("one "));
        file.write(std::string("two"));
        CHECK_FALSE(fs::exists(folder / "a"));
        CHECK(folder.entries() == 1);
        file.place();
        CHECK(file_text(folder / "a") == "one two");
        NewFile dropped(folder / "b");
        dropped.write(std::string("three"));
    }
    CHECK(folder.entries() == 1);
}

TEST_CASE("A file that moves is one file") {
    const ScratchFolder folder;
    std::vector<NewFile> files;
    for (const char* name : {"a", "b", "c"}) files.emplace_back(folder / name).write(std::string(name));
    files.at(1).place();
    files.clear();
    CHECK(folder.entries() == 1);
    CHECK(file_text(folder / "b") == "b");
}

TEST_CASE("Each of many writers of one path places a whole file") {
    const ScratchFolder folder;
    const auto path = folder / "shared";
    std::vector<std::thread> writers;
    for (char letter = 'a'; letter < 'e'; ++letter)
        writers.emplace_back([&path, letter] {
            for (int i = 0; i < 20; ++i) write_text(path, std::string(100'000, letter));
        });
    for (std::thread& writer : writers) writer.join();
    const std::string text = file_text(path);
    CHECK(text == std::string(100'000, text.at(0)));
    CHECK(folder.entries() == 1);
}

TEST_CASE("A new file has the mode that the user's mask leaves, one that replaces another has the other's") {
    const ScratchFolder folder;
    const mode_t mask = umask(027);
    write_text(folder / "new", "x");
    umask(mask);
    CHECK(mode_of(folder / "new") == 0640);
    for (const mode_t mode : {0600U, 0664U, 0604U}) {
        REQUIRE(::chmod((folder / "new").c_str(), mode) == 0);
        write_text(folder / "new", "y");
        CHECK(mode_of(folder / "new") == mode);
    }
    REQUIRE(::chmod((folder / "new").c_str(), 0600) == 0);
    const NewFile secret(folder / "new");
    for (const auto& entry : fs::directory_iterator((folder / "new").parent_path())) CHECK(mode_of(entry.path()) == 0600);
}

TEST_CASE("Links lead to the file that is replaced, and stay") {
    const ScratchFolder folder;
    fs::create_directory(folder / "store");
    write_text(folder / "store/file", "old");
    fs::create_symlink("store/file", folder / "relative");
    fs::create_symlink(folder / "relative", folder / "absolute");
    fs::create_symlink("store/absent", folder / "dangling");
    write_text(folder / "absolute", "new");
    CHECK(file_text(folder / "store/file") == "new");
    write_text(folder / "dangling", "made");
    CHECK(file_text(folder / "store/absent") == "made");
    for (const char* name : {"relative", "absolute", "dangling"}) CHECK(fs::is_symlink(folder / name));
    fs::create_symlink("circle", folder / "circle");
    CHECK(failure_of([&] { write_text(folder / "circle", "x"); }).find("Too many levels of symbolic links") != std::string::npos);
}

TEST_CASE("A full disk is reported as such, the older file stays, and no other") {
    const ScratchFolder folder;
    write_text(folder / "a", "older");
    const std::string failure = failure_of([&] {
        const ShortFiles limited(1000);
        write_text(folder / "a", std::string(2000, 'x'));
    });
    CHECK(failure == (folder / "a").string() + ": cannot be written: File too large; make room or write elsewhere");
    CHECK(file_text(folder / "a") == "older");
    CHECK(folder.entries() == 1);
}

TEST_CASE("What is in the way is found out without leaving a trace") {
    const ScratchFolder folder;
    CHECK_FALSE(obstacle_to_writing(folder / "new"));
    CHECK_FALSE(obstacle_to_writing(folder / (std::string(255, 'n'))));
    CHECK(folder.entries() == 0);
    CHECK_FALSE(obstacle_to_writing(folder / "made/below/new"));
    CHECK(fs::is_directory(folder / "made/below"));
    write_text(folder / "file", "x");
    const auto quoted = [&](const std::string& name) { return "'" + (folder / name).string() + "'"; };
    CHECK_FALSE(obstacle_to_writing(folder / "file"));
    CHECK(obstacle_to_writing(folder / "made") == quoted("made") + " is a folder");
    CHECK(obstacle_to_writing(folder / "made/") == quoted("made/") + " is a folder");
    CHECK(obstacle_to_writing(folder / "file/new") == "the folder " + quoted("file") + " cannot be made");
    CHECK(obstacle_to_writing("/dev/null") == "'/dev/null' is not a plain file but a device, a pipe or a socket");
    const std::string long_name(256, 'n');
    CHECK(obstacle_to_writing(folder / long_name) ==
          "the name of " + quoted(long_name) + " is too long: 256 bytes, and 255 are allowed");
    fs::create_symlink("absent/file", folder / "dangling");
    CHECK(obstacle_to_writing(folder / "dangling") ==
          "cannot write in '" + (folder / "absent").string() + "': No such file or directory");
    if (::geteuid() == 0) {
        WARN("skipped in part: root may write everywhere");
        return;
    }
    fs::permissions(folder / "made", fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(obstacle_to_writing(folder / "made/new") == "cannot write in " + quoted("made") + ": Permission denied");
    fs::permissions(folder / "file", fs::perms::owner_read);
    CHECK(obstacle_to_writing(folder / "file") == quoted("file") + " cannot be written: Permission denied");
}
