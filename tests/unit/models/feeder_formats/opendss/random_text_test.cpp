// The same circuit written in as many ways as OpenDSS has, at random: whatever way, it reads as it does when written plainly.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <vector>

#include "feeder_formats/evsweep/feeder_text.hpp"
#include "unit/models/feeder_formats/opendss/opendss_reading.hpp"

namespace {

using namespace evsweep;

struct Setting {
    std::string name;
    std::string value;  ///< a list has blanks between its members
    std::vector<std::string> shorter{};
    bool is_number = false;
    [[nodiscard]] bool is_list() const { return value.find(' ') != std::string::npos; }
};

/// `first` keep their order, and may be given by their position where they are the first of their class; `others` have any order.
struct Element {
    std::string name;
    std::vector<Setting> first, others;
    std::string like{};  ///< an element before it that has all of `others` but the last
};

Setting number(const std::string& name, const std::string& value, std::vector<std::string> shorter = {}) {
    return {name, value, std::move(shorter), true};
}

std::vector<Element> circuit() {
    const Setting kv = number("kv", "4.16"), pf = number("pf", "0.9");
    return {
        {"LineCode.lc",
         {number("nphases", "3", {"nph"})},
         {number("r1", "0.3"),
          number("x1", "0.6"),
          number("r0", "0.7"),
          number("x0", "1.8"),
          number("c1", "10"),
          number("c0", "4"),
          {"units", "km", {"un"}}}},
        {"Line.l1",
         {{"bus1", "src.1.2.3"},
          {"bus2", "b1.1.2.3"},
          {"linecode", "lc", {"linec"}},
          number("length", "1.5", {"len"}),
          {"units", "km", {"un"}}},
         {}},
        {"Transformer.t1",
         {number("phases", "3", {"ph"}), number("windings", "2", {"wind"})},
         {{"buses", "b1 b2", {"buses"}},
          {"conns", "delta wye"},
          {"kvs", "12.47 4.16"},
          {"kvas", "1000 1000"},
          number("xhl", "6", {"xh"}),
          {"%rs", "0.5 0.6"},
          number("%noloadloss", "0.2", {"%nolo"}),
          {"taps", "1 1.025"}}},
        {"Line.l2",
         {{"bus1", "b2"}, {"bus2", "b3"}},
         {{"rmatrix", "0.1 | 0.03 0.1 | 0.03 0.03 0.1", {"rmat"}},
          {"xmatrix", "0.3 | 0.1 0.3 | 0.1 0.1 0.3"},
          {"cmatrix", "3 | 0 3 | 0 0 3", {"cm"}},
          number("length", "2", {"le"})}},
        {"Load.d1",
         {number("phases", "3", {"p"}), {"bus1", "b3.1.2.3", {"bus"}}},
         {kv, number("kw", "120"), pf, number("model", "1", {"mod"}), number("vminpu", "0.85", {"vmin"}), {"conn", "wye"}}},
        {"Load.d2",
         {number("phases", "3"), {"bus1", "b3.1.2.3"}},
         {kv, pf, number("model", "1"), number("vminpu", "0.85"), {"conn", "wye"}, number("kw", "75.5")},
         "d1"},
        {"Load.d3",
         {number("phases", "1"), {"bus1", "b3.2"}},
         {number("kv", "2.4"),
          number("kw", "30"),
          number("pf", "-0.92"),
          number("model", "8"),
          {"zipv", "0.2 0.3 0.5 0.1 0.2 0.7 0.5", {"zip"}}}},
        {"Capacitor.c1", {{"bus1", "b3"}}, {number("phases", "3", {"ph"}), number("kvar", "150"), kv, {"conn", "delta"}}},
        {"RegControl.r1",
         {{"transformer", "t1", {"trans"}}, number("winding", "2", {"wind"})},
         {number("vreg", "122"), number("band", "2"), number("ptratio", "20", {"ptr"}), number("ctprim", "700", {"ct"}),
          number("delay", "25")}},
    };
}

class Scribe {
   public:
    explicit Scribe(unsigned seed) : random_(seed) {}

    static std::string plain(const std::vector<Element>& elements) {
        std::string text = head;
        for (const Element& e : elements) {
            text += "New " + e.name;
            for (const auto* list : {&e.first, &e.others})
                for (const Setting& s : *list) text += " " + s.name + "=" + (s.is_list() ? "[" + s.value + "]" : s.value);
            text += "\n";
        }
        return text;
    }

    std::string other(std::vector<Element> elements) {
        std::string text = head;
        for (Element& e : elements) {
            text += cased(one_in(4) ? "New object=" + e.name : "New " + e.name);
            std::size_t next = 0;
            if (e.others.size() > 3 && one_in(3))
                for (; next < e.first.size(); ++next) text += " " + e.first[next].value;  // by position
            std::vector<Setting> rest(e.first.begin() + static_cast<std::ptrdiff_t>(next), e.first.end());
            if (!e.like.empty() && next == 0 && one_in(2)) {
                text += cased(" like=") + e.like;
                e.others.erase(e.others.begin(), e.others.end() - 1);
            }
            std::shuffle(e.others.begin(), e.others.end(), random_);
            rest.insert(rest.end(), e.others.begin(), e.others.end());
            for (std::size_t i = 0; i < rest.size(); ++i) {
                const bool ends_line = i + 1 == rest.size() || one_in(4);
                text += (one_in(5) ? " , " : " ") + written(rest[i], ends_line);
                if (!ends_line) continue;
                text += "\n";
                if (i + 1 < rest.size()) text += going_on(e.name);
                if (i + 1 < rest.size() && one_in(6))
                    text.erase(text.rfind('\n') + 1),
                        text += cased(e.name + "." + rest[i + 1].name) + "=" + value_of(rest[i + 1]) + "\n",
                        text += ++i + 1 < rest.size() ? going_on(e.name) : "";
            }
            if (text.back() != '\n') text += "\n";
        }
        return text;
    }

   private:
    static constexpr const char* head = "Clear\nNew Circuit.test basekv=12.47 bus1=src pu=1.01\n";

    bool one_in(unsigned n) { return random_() % n == 0; }
    std::string cased(std::string text) {
        if (one_in(3)) std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
        return text;
    }
    std::string going_on(const std::string& name) {
        if (one_in(8)) return "! between\n~";
        switch (random_() % 4) {
            case 0:
                return cased("more");
            case 1:
                return cased("Edit ") + name;
            default:
                return "~";
        }
    }
    std::string value_of(const Setting& s) {
        static constexpr const char* brackets[] = {"[]", "()", "{}", "\"\"", "''"};
        const char* const pair = brackets[random_() % 5];
        std::string text = s.value;
        if (s.is_list()) {
            if (text.find('|') == std::string::npos && one_in(2)) std::replace(text.begin(), text.end(), ' ', ',');
            return pair[0] + text + pair[1];
        }
        if (s.is_number && one_in(6)) return pair[0] + text + " 2 * 2 /" + pair[1];
        return one_in(5) ? pair[0] + text + pair[1] : text;
    }
    /// What ends its line may be followed by a comment.
    std::string written(const Setting& s, bool ends_line) {
        const std::string name = s.shorter.empty() || one_in(2) ? s.name : s.shorter[random_() % s.shorter.size()];
        std::string text = cased(name) + (one_in(5) ? " = " : "=") + value_of(s);
        if (ends_line && one_in(5)) text += one_in(2) ? "  ! as given" : " // as given";
        return text;
    }

    std::mt19937 random_;
};

TEST_CASE("however a circuit is written, it reads as when it is written plainly", "[opendss][random_text]") {
    const auto expected = read_opendss(Scribe::plain(circuit()));
    REQUIRE(expected.errors == std::vector<std::string>{});
    REQUIRE(expected.feeder);
    const std::string plain = feeder_text(*expected.feeder, TextStyle::yaml);
    for (unsigned seed = 1; seed <= 300; ++seed) {
        const std::string text = Scribe(seed).other(circuit());
        CAPTURE(seed, text);
        const auto outcome = read_opendss(text);
        REQUIRE(outcome.errors == std::vector<std::string>{});
        REQUIRE(feeder_text(*outcome.feeder, TextStyle::yaml) == plain);
    }
}

}  // namespace
