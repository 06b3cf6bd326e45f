#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "command.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::Matches;
using namespace evsweep::test;
namespace fs = std::filesystem;

namespace {

Answer run_into(const StudyFolder& folder, const std::string& out, std::vector<std::string> more = {},
                Surroundings surroundings = {}) {
    more.insert(more.begin(), {"run", "study.yaml", "--out", out});
    return evsweep_in(folder.path(), more, std::move(surroundings));
}

std::string table_of(const StudyFolder& folder, const std::string& file) {
    const auto answer = evsweep_in(folder.path(), {"summary", file});
    CHECK(answer.status == 0);
    return answer.out;
}

/// Interrupts a run of very many replicas once some are finished.
Answer interrupted_into(const StudyFolder& folder, const std::string& out, std::vector<std::string> more = {}) {
    const ScratchFolder streams;
    more.insert(more.begin(), {"run", "study.yaml", "--replicas", "200000", "--threads", "1", "--out", out});
    const Program program(streams, folder.path(), more);
    CHECK(comes_true([&] { return program.cpu_seconds() >= 1.0; }));
    program.send(SIGTERM);
    return program.wait();
}

std::vector<fs::path> files_with(const fs::path& folder, const std::string& part) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().find(part) != std::string::npos) found.push_back(entry.path());
    return found;
}

}  // namespace

TEST_CASE("what is not a plain file is refused before the run, and stays") {
    const StudyFolder folder;
    REQUIRE(mkfifo((folder.path() / "pipe.h5").c_str(), 0600) == 0);
    fs::create_symlink("/dev/null", folder.path() / "device.h5");
    fs::create_symlink("pipe.h5", folder.path() / "link.h5");
    fs::create_directory(folder.path() / "folder.h5");
    fs::create_symlink("loop.h5", folder.path() / "loop.h5");
    const std::vector<std::string> many_replicas{"--replicas", "100000"};  // nobody would live to see the end of it
    for (const std::string out : {"pipe.h5", "device.h5", "link.h5", "/dev/full/r.h5", "/proc/r.h5"}) {
        const auto answer = run_into(folder, out, many_replicas);
        INFO(answer.err);
        CHECK(answer.status == 2);
        CHECK(answer.out.empty());
        CHECK_THAT(answer.err, Contains("evsweep: --out: ") && Contains("; name another folder or file\n"));
    }
    CHECK_THAT(run_into(folder, "pipe.h5", many_replicas).err,
               Contains("'pipe.h5' is not a plain file but a device, a pipe or a socket; name another folder or file"));
    CHECK_THAT(run_into(folder, "folder.h5", many_replicas).err, Contains("'folder.h5' is a folder; name another"));
    CHECK_THAT(run_into(folder, "loop.h5", many_replicas).err, Contains("Too many levels of symbolic links"));
    CHECK(fs::is_fifo(folder.path() / "pipe.h5"));
    const std::vector<std::string> convert{"feeder", "feeder.yaml", "--to", "yaml", "-o", "pipe.h5"};
    CHECK(evsweep_in(folder.path(), convert).status == 2);
    fs::create_directory(folder.path() / "tables");
    REQUIRE(mkfifo((folder.path() / "tables/branch_flows.csv").c_str(), 0600) == 0);
    CHECK(evsweep_in(folder.path(), {"solve", "feeder.yaml", "--csv", "tables"}).status == 2);
    CHECK(files_with(folder.path() / "tables", "").size() == 1);
}

TEST_CASE("nothing beside the result is touched, whatever its name") {
    const StudyFolder folder;
    folder.write("victim", "precious");
    for (const std::string name : {"r.h5.tmp", "r.h5.probe"}) fs::create_symlink("victim", folder.path() / name);
    folder.write("q.h5.probe", "mine");
    CHECK(run_into(folder, "r.h5", {"--quiet"}).status == 0);
    CHECK(run_into(folder, "q.h5", {"--quiet"}).status == 0);
    CHECK(folder.read("victim") == "precious");
    CHECK(folder.read("q.h5.probe") == "mine");
    CHECK(fs::is_symlink(folder.path() / "r.h5.tmp"));
    CHECK(folder.files() == 2 + 1 + 1 + 2 + 2);  // inputs, victim, mine, links, results
}

TEST_CASE("a result that replaces another keeps its mode and the link to it") {
    const StudyFolder folder;
    fs::create_directory(folder.path() / "store");
    REQUIRE(run_into(folder, "store/kept.h5", {"--quiet"}).status == 0);
    const auto mode = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;
    fs::permissions(folder.path() / "store/kept.h5", mode);
    fs::create_symlink("store/kept.h5", folder.path() / "r.h5");
    REQUIRE(run_into(folder, "r.h5", {"--quiet", "--force", "--replicas", "3"}).status == 0);
    CHECK(fs::is_symlink(folder.path() / "r.h5"));
    CHECK(fs::status(folder.path() / "store/kept.h5").permissions() == mode);
    CHECK_THAT(table_of(folder, "store/kept.h5"), Contains("3 replicas"));
    CHECK(files_with(folder.path() / "store", "").size() == 1);
}

TEST_CASE("of two forced runs into one file each writes a whole result, and the last one stays") {
    const StudyFolder folder;
    REQUIRE(run_into(folder, "three.h5", {"--quiet", "--replicas", "3"}).status == 0);
    REQUIRE(run_into(folder, "five.h5", {"--quiet", "--replicas", "5"}).status == 0);
    const std::string three = table_of(folder, "three.h5"), five = table_of(folder, "five.h5");
    for (int round = 0; round < 5; ++round) {
        const ScratchFolder of_one, of_other;
        const Program one(of_one, folder.path(), {"run", "study.yaml", "--quiet", "--replicas", "3", "--force", "--out", "r.h5"});
        const Program other(of_other, folder.path(),
                            {"run", "study.yaml", "--quiet", "--replicas", "5", "--force", "--out", "r.h5"});
        CHECK(one.wait().status == 0);
        CHECK(other.wait().status == 0);
        const std::string table = table_of(folder, "r.h5");
        CHECK((table == three || table == five));
    }
    CHECK(folder.files() == 2 + 3);
}

TEST_CASE("of two runs into one file the later one is kept elsewhere, and says so") {
    const StudyFolder folder;
    const ScratchFolder streams;
    const Program slow(streams, folder.path(), {"run", "study.yaml", "--quiet", "--replicas", "20000", "--out", "r.h5"});
    REQUIRE(comes_true([&] { return slow.cpu_seconds() >= 0.2; }));
    REQUIRE(run_into(folder, "r.h5", {"--quiet", "--replicas", "3"}).status == 0);
    const std::string first = folder.read("r.h5");
    const auto answer = slow.wait();
    CHECK(answer.status == 1);
    CHECK_THAT(answer.err, Contains("r.h5: cannot be written: another file has come there meanwhile, which stays") &&
                               Contains("the result is kept in '"));
    CHECK(folder.read("r.h5") == first);
}

TEST_CASE("names as long as the file system allows can be written, longer ones are refused as too long") {
    const StudyFolder folder;
    const std::string longest = std::string(252, 'a') + ".h5";
    CHECK(run_into(folder, longest, {"--quiet"}).status == 0);
    CHECK(fs::exists(folder.path() / longest));
    const auto answer = run_into(folder, "b" + longest);
    CHECK(answer.status == 2);
    CHECK_THAT(answer.err, Contains("256"));
    CHECK_THAT(answer.err, Contains("too long"));
    CHECK(folder.files() == 3);
}

TEST_CASE("a file that is no result is overwritten by force only, an empty one always") {
    const StudyFolder folder;
    folder.write("r.h5", "another program's");
    const auto answer = run_into(folder, "r.h5", {"--replicas", "100000"});
    CHECK(answer.status == 2);
    CHECK(answer.err ==
          "evsweep: --out: 'r.h5' is not a result of evsweep, or was changed since; name another file, or overwrite it with "
          "--force\n");
    CHECK(folder.read("r.h5") == "another program's");
    CHECK(run_into(folder, "r.h5", {"--quiet", "--force"}).status == 0);
    folder.write("empty.h5", "");
    CHECK(run_into(folder, "empty.h5", {"--quiet"}).status == 0);
}

TEST_CASE("the result of an earlier run is replaced by force only") {
    const StudyFolder folder;
    REQUIRE(run_into(folder, "r.h5", {"--quiet"}).status == 0);
    const std::string earlier = folder.read("r.h5");
    const auto answer = run_into(folder, "r.h5", {"--replicas", "100000"});
    CHECK(answer.status == 2);
    CHECK(answer.err ==
          "evsweep: --out: 'r.h5' holds the result of an earlier run; name another file, or replace it with --force\n");
    CHECK(folder.read("r.h5") == earlier);
    CHECK(run_into(folder, "r.h5", {"--quiet", "--force", "--seed", "9"}).status == 0);
    CHECK(folder.read("r.h5") != earlier);
    CHECK(folder.files() == 3);
}

TEST_CASE("a path with another ending is refused before the run, unless it is a folder") {
    const StudyFolder folder;
    CHECK(run_into(folder, "r.csv", {"--replicas", "100000"}).err ==
          "evsweep: --out: 'r.csv' is neither an HDF5 file (.h5) nor a folder; end it in .h5, or in / for a folder\n");
    CHECK(run_into(folder, "results.v2/", {"--quiet"}).status == 0);
    CHECK(run_into(folder, "results.v2", {"--quiet", "--force"}).status == 0);
    CHECK(fs::exists(folder.path() / "results.v2/study.h5"));
}

TEST_CASE("an interrupted run replaces no complete result, even by force") {
    const StudyFolder folder;
    REQUIRE(run_into(folder, "r.h5", {"--quiet"}).status == 0);
    const std::string complete = folder.read("r.h5");
    for (int round = 0; round < 2; ++round) {  // the second replaces what the first left
        const auto answer = interrupted_into(folder, "r.h5", {"--force"});
        INFO(answer.err);
        CHECK(answer.status == 130);
        CHECK_THAT(answer.err, Contains("evsweep: 'r.h5' holds a complete result, which stays\n"));
        CHECK_THAT(answer.err, Contains("are finished and kept in r.partial.h5"));
        CHECK_THAT(answer.out, Contains("Results: r.partial.h5\n"));
        CHECK(folder.read("r.h5") == complete);
        CHECK_THAT(table_of(folder, "r.partial.h5"), Contains("interrupted before the rest"));
        CHECK(folder.files() == 4);
    }
    CHECK_THAT(interrupted_into(folder, "r.partial.h5").err, Contains("kept in r.partial.h5"));  // they replace each other
    CHECK(run_into(folder, "r.partial.h5", {"--quiet"}).status == 0);
    CHECK(folder.read("r.partial.h5").size() == complete.size());
}

TEST_CASE("a result that finds no room where it should be is kept elsewhere, and the table is printed") {
    const StudyFolder folder;
    const ScratchFolder streams;
    const Program program(streams, folder.path(), {"run", "study.yaml", "--replicas", "2000", "--out", "away/r.h5"});
    REQUIRE(comes_true([&] { return fs::exists(folder.path() / "away"); }));
    const double made_at_s = program.cpu_seconds();
    REQUIRE(comes_true([&] { return program.cpu_seconds() > made_at_s + 0.02; }));  // it has looked at the folder and runs
    fs::remove(folder.path() / "away");
    const auto answer = program.wait();
    INFO(answer.err);
    CHECK(answer.status == 1);
    CHECK_THAT(answer.out, Contains("2000 replicas") && Contains("Results: "));
    CHECK_THAT(answer.err, Contains("evsweep: away/r.h5: cannot be written: No such file or directory; make the folder first\n"));
    const auto rescued = files_with(folder.path(), "r.rescued-");
    REQUIRE(rescued.size() == 1);
    CHECK_THAT(answer.err,
               Contains("evsweep: the result is kept in '" + rescued.front().string() + "'; move it to where it belongs"));
    CHECK_THAT(table_of(folder, rescued.front()), Contains("2000 replicas"));
}

TEST_CASE("where no result file can be kept at all the table is printed nevertheless") {
    const StudyFolder folder;
    REQUIRE(run_into(folder, "r.h5", {"--quiet", "--replicas", "3"}).status == 0);
    const std::string table = table_of(folder, "r.h5");
    const std::string before = folder.read("r.h5");
    const auto answer = run_into(folder, "r.h5", {"--quiet", "--force", "--replicas", "3"}, no_file_longer_than(10000));
    INFO(answer.err);
    CHECK(answer.status == 1);
    CHECK(answer.out == table);
    CHECK_THAT(answer.err, Contains("evsweep: r.h5: cannot be written: File too large; make room or write elsewhere\n") &&
                               Contains("evsweep: the result file could not be kept anywhere\n"));
    CHECK(folder.read("r.h5") == before);
    CHECK(folder.files() == 3);
}

TEST_CASE("tables and feeders are written whole or not at all") {
    const StudyFolder folder;
    const auto scenarios = [&](const std::string& number, Surroundings surroundings = {}) {
        return evsweep_in(folder.path(), {"solve", "feeder.yaml", "--scenarios", number, "--csv", "tables"}, surroundings);
    };
    REQUIRE(scenarios("10").status == 0);
    REQUIRE(evsweep_in(folder.path(), {"solve", "feeder.yaml", "--csv", "tables"}).status == 0);
    const std::string rows = folder.read("tables/scenarios.csv"), buses = folder.read("tables/bus_voltages.csv");
    const std::size_t files = folder.files();
    const auto full = scenarios("20000", no_file_longer_than(100000));
    CHECK(full.status == 1);
    CHECK_THAT(full.err, Contains("evsweep: tables/scenarios.csv: cannot be written: File too large; make room"));
    CHECK(folder.read("tables/scenarios.csv") == rows);
    // The first table has room, the second has not: both stay as they were.
    const auto solved = evsweep_in(folder.path(), {"solve", "feeder.yaml", "--source-voltage", "0.9", "--csv", "tables"},
                                   no_file_longer_than(buses.size() + 50));
    CHECK(solved.status == 1);
    CHECK(folder.read("tables/bus_voltages.csv") == buses);
    folder.write("copy.yaml", "older");
    const std::vector<std::string> convert{"feeder", "feeder.yaml", "--to", "yaml", "-o", "copy.yaml"};
    const auto converted = evsweep_in(folder.path(), convert, no_file_longer_than(100));
    CHECK(converted.status == 1);
    CHECK(converted.err == "evsweep: copy.yaml: cannot be written: File too large; make room or write elsewhere\n");
    CHECK(folder.read("copy.yaml") == "older");
    CHECK(folder.files() == files + 1);
}

TEST_CASE("a feeder is not written over the file that is read") {
    const StudyFolder folder;
    fs::create_symlink("feeder.yaml", folder.path() / "link.yaml");
    for (const std::string out : {"feeder.yaml", "./feeder.yaml", "link.yaml"}) {
        const auto answer = evsweep_in(folder.path(), {"feeder", "feeder.yaml", "--to", "json", "-o", out});
        CHECK(answer.status == 2);
        CHECK(answer.err == "evsweep: --out: '" + out + "' is the file that is read; name another file\n");
    }
    CHECK(folder.read("feeder.yaml") == small_feeder);
}
