#include <catch2/catch.hpp>

#include "sim/base/text_file.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

TEST_CASE("a byte order mark is no part of a text") {
    const test::Folder folder("encoding");
    Issues issues;
    CHECK(read_text_file(folder.write("a.txt", "\xEF\xBB\xBFtext"), issues, {}, "") == "text");
    CHECK(read_text_file(folder.write("b.txt", "\xEF\xBB\xBF"), issues, {}, "") == "");
    CHECK(read_text({folder.write("c.txt", "plain"), {}}, "x", issues) == "plain");
    CHECK(test::texts(issues) == Texts{});
}

TEST_CASE("UTF-16 is reported, and not read as something else") {
    const test::Folder folder("encoding");
    for (const std::string start : {"\xFF\xFE", "\xFE\xFF"}) {
        Issues issues;
        CHECK_FALSE(read_text_file(folder.write("a.txt", start + "t"), issues, {}, "file"));
        CHECK(folder.local(test::texts(issues)) == Texts{"file: file 'a.txt' is UTF-16 text; save the file as UTF-8"});
    }
}
