#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "evsweep/variate_choice.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::read;
using test::Texts;

namespace {

template <class Q>
double number(const std::string& text) {
    const auto result = read<Q>(text);
    INFO(text);
    REQUIRE(result.issues == Texts{});
    return result.value->value();
}

template <class T>
std::string problem(const std::string& text, const std::string& variate_unit = {}) {
    const auto result = read<T>(text, variate_unit);
    INFO(text);
    REQUIRE(result.issues.size() == 1);
    REQUIRE_FALSE(result.value);
    const std::string place = text.empty() ? "f.yaml:1:1: x: " : "f.yaml:1:4: x: ";
    REQUIRE(result.issues[0].substr(0, place.size()) == place);
    return result.issues[0].substr(place.size());
}

Duration duration(const std::string& text) {
    const auto result = read<Duration>(text);
    INFO(text);
    REQUIRE(result.issues == Texts{});
    return *result.value;
}

}  // namespace

TEST_CASE("every unit of a dimension reads as the dimension's one unit") {
    CHECK(number<Kilowatts>("5.4 kW") == 5.4);
    CHECK(number<Kilowatts>("5400 W") == 5.4);
    CHECK(number<Kilowatts>("3.18 MW") == 3180.0);
    CHECK(number<Kilowatts>("-2e1kW") == -20.0);
    CHECK(number<Kilovars>("1 Mvar") == 1000.0);
    CHECK(number<Kilovars>("7 var") == 0.007);
    CHECK(number<KilovoltAmperes>("0.63 MVA") == 630.0);
    CHECK(number<KilovoltAmperes>("250 VA") == 0.25);
    CHECK(number<KilowattHours>("0.04 MWh") == 40.0);
    CHECK(number<KilowattHours>("25 Wh") == 0.025);
    CHECK(number<Volts>("12.66 kV") == 12660.0);
    CHECK(number<Amperes>("0.4 kA") == 400.0);
    CHECK(number<Ohms>("47 mohm") == 0.047);
    CHECK(number<Siemens>("3 uS") == 3e-6);
    CHECK(number<Siemens>("3 mS") == 3e-3);
    CHECK(number<PerUnit>("95 %") == 0.95);
    CHECK(number<PerUnit>("1.02 pu") == 1.02);
    CHECK(number<Degrees>("30 deg") == 30.0);
    CHECK(number<Degrees>("1 rad") == Approx(180.0 / std::numbers::pi).epsilon(1e-15));
    CHECK(number<Hours>("20 h") == 20.0);
    CHECK(number<Hours>("90 min") == 1.5);
    CHECK(number<Hours>("1800 s") == 0.5);
    CHECK(number<Hours>("18:30") == 18.5);
    CHECK(number<Fraction>("0.95") == 0.95);
    CHECK(number<Fraction>(".482") == 0.482);
    CHECK(number<Fraction>("4.35 %") == 0.0435);  // the nearest double, not 4.35 / 100
    CHECK(number<Price>("0.22 $/kWh") == 0.22);
    CHECK(number<Price>("80 EUR/MWh") == 0.08);
    CHECK(number<Price>("12 ct/kWh") == 0.12);
    CHECK(number<Price>("-3.5 £/MWh") == -0.0035);
}

TEST_CASE("a quantity without a unit, with a foreign one or with none that exists is refused with what to write") {
    CHECK(problem<Kilowatts>("5.4") == "needs a unit; write e.g. `5.4 kW`");
    CHECK(problem<Kilowatts>("5.4 kWh") == "'kWh' is not a power; expected kW (also W, MW)");
    CHECK(problem<Kilowatts>("5.4 kw") == "'kw' is not a power; expected kW (also W, MW)");
    CHECK(problem<Kilowatts>("5.4 kW kW") == "'kW kW' is not a power; expected kW (also W, MW)");
    CHECK(problem<Kilowatts>("lots") == "'lots' is not a power; write e.g. `5.4 kW`");
    CHECK(problem<KilowattHours>("5 kW") == "'kW' is not an energy; expected kWh (also Wh, MWh)");
    CHECK(problem<Fraction>("5 kW") == "'kW' is not a share; expected a plain number or %");
    CHECK(problem<Hours>("3") == "needs a unit; write e.g. `3 h`");
    CHECK(problem<Hours>("18:75") == "':75' is not a time; expected h (also min, s, ms, or a clock time like 18:30)");
    CHECK(problem<Price>("0.22") == "needs a unit; write e.g. `0.22 $/kWh`");
    CHECK(problem<Price>("0.22 $") == "'$' is not a price of energy; expected e.g. $/kWh, ct/kWh or EUR/MWh");
    CHECK(problem<Kilowatts>("[1 kW]") == "expected a quantity in kW, found a list");
    CHECK(problem<Kilowatts>("{a: 1}") == "expected a quantity in kW, found a map");
    CHECK(problem<Kilowatts>("") == "expected a quantity in kW, found nothing");
    CHECK(problem<Fraction>("'0.5'") == "expected a number or a share in %, found '0.5'; remove the quotes");
}

TEST_CASE("numbers that people or programs read differently, or not at all, are refused") {
    for (const std::string text :
         {"nan", ".nan", "inf", "-.inf", "0x10", "0o17", "017", "1_000", "1,000", "1e", "1e5x", "--1", "."}) {
        INFO(text);
        CHECK(problem<double>(text) == "expected a number, found '" + text + "'");
    }
    CHECK(problem<double>("1e999") == "expected a number, found '1e999'");
    CHECK(problem<double>("'5'") == "expected a number, found '5'; remove the quotes");
    CHECK(problem<Kilowatts>("1e400 kW") == "'1e400 kW' is too large or too small for a number");
    CHECK(problem<Kilowatts>("1e306 MW") == "'1e306 MW' is too large or too small for a number");
    CHECK(problem<Kilowatts>("1e300 kW") ==
          "1e+300 kW is too large; at most 1e9 kW: all power stations of a continent give less");
    CHECK(problem<Kilowatts>("-2 MMW").find("'MMW'") == 0);
    CHECK(problem<Kilowatts>("1e-310 kW") == "1e-310 kW is too small for a number; write 0");
    CHECK(problem<Kilowatts>("3,5 kW") == "'3,5 kW' has a comma inside; write a decimal point, and no mark for thousands");
    CHECK(problem<Fraction>("0,5") == "'0,5' has a comma inside; write a decimal point, and no mark for thousands");
    CHECK(problem<double>("1e16") == "1e+16 is too large; at most 1e15: no number here needs to be larger");
    CHECK(*read<double>("0e999999999999999999999").value == 0.0);
    CHECK(*read<double>("-0.5e-3").value == -0.0005);
    CHECK(*read<double>("+7").value == 7.0);
}

TEST_CASE("a whole number is neither broken, negative where it counts, nor too large") {
    CHECK(*read<int>("-12").value == -12);
    CHECK(*read<std::uint64_t>("18446744073709551615").value == std::numeric_limits<std::uint64_t>::max());
    CHECK(problem<int>("2.5") == "expected a whole number, found '2.5'");
    CHECK(problem<int>("1e3") == "expected a whole number, found '1e3'");
    CHECK(problem<int>("3000000000") == "'3000000000' is too large");
    CHECK(problem<std::uint64_t>("18446744073709551616") == "'18446744073709551616' is too large");
    CHECK(problem<std::uint64_t>("-1") == "'-1' is negative; write a whole number from 0");
}

TEST_CASE("truth, text and absence read as what they are") {
    CHECK(*read<bool>("true").value);
    CHECK(problem<bool>("yes") == "expected true or false, found 'yes'");
    CHECK(*read<std::string>("12").value == "12");
    CHECK(problem<std::string>("[a]") == "expected a text, found a list");
    CHECK(read<std::optional<Kilowatts>>("none").value == std::optional<std::optional<Kilowatts>>(std::optional<Kilowatts>()));
    CHECK(read<std::optional<Kilowatts>>("~").value == std::optional<std::optional<Kilowatts>>(std::optional<Kilowatts>()));
    CHECK(**read<std::optional<Kilowatts>>("3 kW").value == Kilowatts(3));
}

TEST_CASE("durations add up their parts to whole milliseconds") {
    using namespace std::chrono_literals;
    CHECK(duration("15 min") == 15min);
    CHECK(duration("1 h 30 min") == 90min);
    CHECK(duration("1h30min") == 90min);
    CHECK(duration("250 ms") == 250ms);
    CHECK(duration("0.5 s") == 500ms);
    CHECK(duration("2 d") == 48h);
    CHECK(duration("0 s") == 0s);
    CHECK(problem<Duration>("15") == "needs a unit; write e.g. `15 min` (units d, h, min, s, ms)");
    CHECK(problem<Duration>("15 minutes") == "'minutes' is not a unit of time; write e.g. `15 min` (units d, h, min, s, ms)");
    CHECK(problem<Duration>("soon") == "'soon' is not a duration; write e.g. `15 min` (units d, h, min, s, ms)");
    CHECK(problem<Duration>("-5 min") == "'-5 min' is negative; a duration is 0 or more");
    CHECK(problem<Duration>("0.1 ms") == "'0.1 ms' is not a whole number of milliseconds");
    CHECK(problem<Duration>("1e300 h") == "'1e300 h' is too long; at most 36525 d");
}

TEST_CASE("clock times and dates exist") {
    CHECK(read<TimeOfDay>("18:30").value->since_midnight == std::chrono::minutes(1110));
    CHECK(read<TimeOfDay>("7:05:09").value->since_midnight == std::chrono::seconds(25509));
    CHECK(problem<TimeOfDay>("25:00") == "'25:00' is not a clock time; write e.g. `18:30`");
    CHECK(problem<TimeOfDay>("18.30") == "'18.30' is not a clock time; write e.g. `18:30`");
    using namespace std::chrono;
    CHECK(read<Calendar>("2025-01-06 12:00").value->start() == local_days(2025y / 1 / 6) + 12h);
    CHECK(read<Calendar>("2024-02-29T23:59:58").value->start() == local_days(2024y / 2 / 29) + 23h + 59min + 58s);
    CHECK(read<Calendar>("2025-01-06").value->start() == local_days(2025y / 1 / 6));
    for (const std::string text : {"2025-02-29 12:00", "2025-13-01", "2025-01-06 24:00", "06.01.2025", "2025-01-06 noon"})
        CHECK(problem<Calendar>(text) == "'" + text + "' is not a date and time; write e.g. `2025-01-06 12:00`");
}

TEST_CASE("what is written back reads as the same value") {
    std::mt19937_64 generator(7);
    std::uniform_int_distribution<std::uint64_t> bits;
    for (int i = 0; i < 10'000; ++i) {
        const double value = std::bit_cast<double>(bits(generator));
        if (!(std::abs(value) > 1e-99 && std::abs(value) < 1e9)) continue;
        REQUIRE(read<double>(number_text(value)).value == value);
        REQUIRE(read<Kilowatts>(Value<Kilowatts>::text(Kilowatts(value))).value == Kilowatts(value));
    }
    for (const std::int64_t ms : {0LL, 1LL, 999LL, 1000LL, 60'000LL, 61'000LL, 3'600'000LL, 86'400'000LL, 90'061'001LL})
        CHECK(duration(duration_text(Duration(ms))) == Duration(ms));
    for (const std::string text : {"", " a", "none", "~", "a: b", "it's", "x #y", "[", "a,b", "q\"q", "b\\c", "two\nlines"})
        CHECK(*read<std::string>(Value<std::string>::text(text)).value == text);
    CHECK(Value<Calendar>::text(*read<Calendar>("2025-01-06 12:00:30").value) == "2025-01-06 12:00:30");
}

TEST_CASE("people see plain numbers and round units") {
    CHECK(number_text(3180.0) == "3180");
    CHECK(number_text(100000.0) == "100000");
    CHECK(number_text(0.1) == "0.1");
    CHECK(number_text(1e-8) == "1e-08");
    CHECK(duration_text(std::chrono::hours(24)) == "24 h");
    CHECK(duration_text(std::chrono::minutes(90)) == "90 min");
    CHECK(duration_text(std::chrono::seconds(90)) == "90 s");
    CHECK(duration_text(Duration(1250)) == "1250 ms");
    CHECK(duration_text(Duration(0)) == "0 s");
}

TEST_CASE("a range knows its ends and never holds what is no number") {
    CHECK(between(0, 1).text() == "[0, 1]");
    CHECK(above_up_to(0, 1).text() == "(0, 1]");
    CHECK(at_least(0).text() == ">= 0");
    CHECK(above(0).text() == "> 0");
    CHECK((Range{.max = 1}.text()) == "<= 1");
    CHECK((Range{.max = 1, .open_max = true}.text()) == "< 1");
    CHECK(Range{}.text().empty());
    CHECK(between(0, 1).contains(1));
    CHECK_FALSE(above_up_to(0, 1).contains(0));
    CHECK_FALSE(Range{}.contains(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("a variate reads in the unit of the attribute that it serves, and is written with it") {
    CHECK(read<Variate>("18:30", "h").value->value == 18.5);
    CHECK(Value<Variate>::text(*read<Variate>("90 min", "h").value) == "1.5 h");
    CHECK(Value<Variate>::text(*read<Variate>("95 %", "1").value) == "0.95");
    CHECK(problem<Variate>("3", "kWh") == "needs a unit; write e.g. `3 kWh`");
}

TEST_CASE("a file that is named exists") {
    const test::Folder folder("values");
    folder.write("feeder.yaml", "");
    const std::string folder_text = folder.path().string();
    CHECK(read<FilePath>(folder_text + "/feeder.yaml").value->path == folder.path() / "feeder.yaml");
    CHECK(problem<FilePath>(folder_text + "/feder.yaml") ==
          "file '" + folder_text + "/feder.yaml' does not exist; did you mean 'feeder.yaml'?");
    CHECK(problem<FilePath>(folder_text) == "'" + folder_text + "' is a folder; name a file in it");
    CHECK(problem<FilePath>(folder_text + "/none/feeder.yaml") ==
          "file '" + folder_text + "/none/feeder.yaml' does not exist; there is no folder " + folder_text + "/none");
    CHECK(problem<FilePath>("/dev/null") == "'/dev/null' is not a file that can be read");
}
