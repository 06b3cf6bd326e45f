#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdio>
#include <random>

#include "command.hpp"

using Catch::Matchers::Contains;
using evsweep::test::evsweep_in;
using evsweep::test::ScratchFolder;

namespace {

/// A folder with a small result in `r.h5`.
class ResultFolder : public ScratchFolder {
   public:
    ResultFolder() {
        write("feeder.yaml", evsweep::test::small_feeder);
        write("study.yaml", evsweep::test::small_study);
        REQUIRE(evsweep_in(path(), {"run", "study.yaml", "--out", "r.h5", "--quiet"}).status == 0);
    }
};

constexpr std::size_t seal_size = 30;

/// The 64-bit FNV-1a hash, from its definition.
std::uint64_t fnv(const std::string& bytes) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

/// The content with a seal that fits it.
std::string sealed(const std::string& content) {
    char seal[seal_size + 1];
    std::snprintf(seal, sizeof seal, "\nevsweep seal %016llx", static_cast<unsigned long long>(fnv(content)));
    return content + seal;
}

}  // namespace

TEST_CASE("summary of a file that is no result is refused") {
    const ResultFolder folder;
    mkfifo((folder.path() / "pipe").c_str(), 0600);
    folder.write("empty.h5", "");
    folder.write("cut.h5", folder.read("r.h5").substr(0, 5000));
    for (const std::string file :
         {"study.yaml", "nowhere.h5", "pipe", "/dev/zero", "/dev/urandom", "/dev/null", "/proc/self/mem", "empty.h5", "cut.h5"}) {
        const auto answer = evsweep_in(folder.path(), {"summary", file});
        CHECK(answer.status == 2);
        CHECK_THAT(answer.err, Contains(file + ": "));
        CHECK(answer.out == "");
    }
    CHECK_THAT(evsweep_in(folder.path(), {"summary", "pipe"}).err, Contains("pipe: cannot be read: it is not a plain file"));
}

TEST_CASE("the seal that this test makes is the one that results have") {
    const ResultFolder folder;
    const std::string whole = folder.read("r.h5");
    REQUIRE(whole.size() > seal_size);
    CHECK(sealed(whole.substr(0, whole.size() - seal_size)) == whole);
}

TEST_CASE("no damage under a seal that fits ends summary without an answer") {
    const ResultFolder folder;
    const std::string whole = folder.read("r.h5");
    const std::string content = whole.substr(0, whole.size() - seal_size);
    std::mt19937 draw(7);
    int refused = 0;
    for (int k = 0; k < 60; ++k) {
        std::string damaged = content;
        for (int times = 0; times < 1 + k % 4; ++times) {
            // Where the library keeps its heaps and trees: their marks are text.
            const char* mark = std::vector<const char*>{"GCOL", "OHDR", "BTLF", "FRHP", "FSHD", "BTHD", "OCHK"}[draw() % 7];
            const auto at = damaged.find(mark, draw() % damaged.size());
            const std::size_t place = (at == std::string::npos ? draw() : at + 4 + draw() % 64) % damaged.size();
            damaged[place] = static_cast<char>(draw());
        }
        folder.write("damaged.h5", sealed(damaged));
        const auto answer = evsweep_in(folder.path(), {"summary", "damaged.h5"});
        INFO("damage " << k << ": " << answer.err);
        CHECK((answer.status == 0 || answer.status == 2));
        CHECK((answer.status == 0 || answer.err.rfind("damaged.h5: ", 0) == 0));
        refused += answer.status == 2;
    }
    CHECK(refused > 10);  // or there was no damage to speak of
}
