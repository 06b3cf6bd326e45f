#include "behaviours/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <tuple>

namespace evsweep {

namespace {

using std::chrono::local_days;

/// The number that a whole text is, digits only.
std::optional<int> parse_digits(std::string_view text) {
    int number = 0;
    if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

/// "", ":SS", ":SS.m", ":SS.mm" or ":SS.mmm".
std::optional<Duration> parse_second(std::string_view text) {
    if (text.empty()) return Duration(0);
    if (text.size() < 3 || text.size() == 4 || text.size() > 7 || text[0] != ':') return std::nullopt;
    const auto whole = parse_digits(text.substr(1, 2));
    if (!whole || *whole > 59) return std::nullopt;
    if (text.size() == 3) return std::chrono::seconds(*whole);
    std::string thousandths(text.substr(4));
    thousandths.resize(3, '0');
    const auto rest = text[3] == '.' ? parse_digits(thousandths) : std::nullopt;
    return rest ? std::optional(std::chrono::seconds(*whole) + Duration(*rest)) : std::nullopt;
}

/// "YYYY-MM-DD HH:MM", or with seconds ":SS" and up to three digits of them after a point.
std::optional<std::chrono::local_time<Duration>> parse_time(std::string_view text) {
    if (text.size() < 16 || text[10] != ' ' || text[13] != ':') return std::nullopt;
    const auto date = parse_date(text.substr(0, 10));
    const auto hour = parse_digits(text.substr(11, 2));
    const auto minute = parse_digits(text.substr(14, 2));
    const auto second = parse_second(text.substr(16));
    if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59) return std::nullopt;
    return date->day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + *second;
}

std::optional<double> parse_energy(std::string_view text) {
    double energy = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), energy);
    const bool good = error == std::errc() && end == text.data() + text.size() && std::isfinite(energy) && energy >= 0.0;
    return good ? std::optional(energy) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view line) {
    std::vector<std::string_view> cells;
    for (;;) {
        const auto comma = line.find(',');
        cells.push_back(line.substr(0, comma));
        if (comma == std::string_view::npos) return cells;
        line.remove_prefix(comma + 1);
    }
}

/// Names of the columns that a layout needs besides those that all have.
std::vector<std::string> own_columns(Layout layout) {
    switch (layout) {
        case Layout::acn:
            return {"station_id", "est_departure_local", "claimed"};
        case Layout::trondheim:
            return {"garage", "user_id", "shared_id"};
        case Layout::workplace:
            return {"station_id"};
    }
    return {};
}

/// Reads one file, row by row.
class RecordingReader {
   public:
    RecordingReader(const FilePath& file, const RecordingChoice& choice, Issues& issues) : choice_(choice), issues_(issues) {
        recording_.file.file = std::make_shared<const std::string>(file.path.string());
        recording_.to = choice.to;
    }

    Recording read(std::istream& text) {
        std::string line;
        if (!std::getline(text, line) || !read_header(line)) return std::move(recording_);
        while (std::getline(text, line)) {
            ++line_;
            if (!line.empty() && line.back() == '\r') line.pop_back();
            if (!line.empty()) read_row(line);
        }
        report_counts();
        auto& stays = recording_.stays;
        std::sort(stays.begin(), stays.end(), [](const RecordedStay& a, const RecordedStay& b) {
            return std::tuple(a.day + a.plug_in, a.line) < std::tuple(b.day + b.plug_in, b.line);
        });
        return std::move(recording_);
    }

   private:
    bool read_header(std::string line) {
        line_ = 1;
        if (!line.empty() && line.back() == '\r') line.pop_back();
        const auto cells = split(line);
        width_ = cells.size();
        const std::vector<std::string> known(cells.begin(), cells.end());
        for (std::size_t k = 0; k < known.size(); ++k) column_.emplace(known[k], k);
        auto needed = own_columns(choice_.layout);
        needed.insert(needed.end(), {"plug_in_local", "plug_out_local", "energy_kwh"});
        bool complete = true;
        for (const auto& name : needed) {
            if (column_.contains(name)) continue;
            issues_.error(here(), choice_.path, "the column '" + name + "' of this layout is missing", did_you_mean(name, known));
            complete = false;
        }
        return complete;
    }

    void read_row(std::string_view line) {
        cells_ = split(line);
        if (cells_.size() != width_) return complain(fmt::format("{} cells where the header has {}", cells_.size(), width_), "");
        const auto plug_in = parse_time(cell("plug_in_local"));
        if (!plug_in) return complain("plug_in_local is not a time", "write YYYY-MM-DD HH:MM[:SS[.mmm]]");
        const auto day = std::chrono::floor<std::chrono::days>(*plug_in);
        if ((choice_.from && day < choice_.from->day) || (choice_.to && day > choice_.to->day)) return;
        if (cell("plug_out_local").empty()) return void(++without_plug_out_);
        const auto plug_out = parse_time(cell("plug_out_local"));
        if (!plug_out) return complain("plug_out_local is not a time", "write YYYY-MM-DD HH:MM[:SS[.mmm]]");
        const auto energy = parse_energy(cell("energy_kwh"));
        if (!energy) return complain("energy_kwh is not a number >= 0", "");
        if (*plug_out <= *plug_in) return void(++without_length_);
        const auto stated = stated_departure(*plug_out);
        if (!stated) return complain("est_departure_local is not a time", "write YYYY-MM-DD HH:MM[:SS[.mmm]]");
        recording_.stays.push_back({line_, station(), day, *plug_in - day, *plug_out - day, *stated - day, *energy});
    }

    std::optional<std::chrono::local_time<Duration>> stated_departure(std::chrono::local_time<Duration> plug_out) const {
        if (choice_.layout != Layout::acn || cell("claimed") != "1") return plug_out;
        return parse_time(cell("est_departure_local"));
    }

    std::uint32_t station() {
        std::string name;
        if (choice_.layout == Layout::trondheim) {
            const auto shared = cell("shared_id");  // empty for a private charging point, which has one user
            name = std::string(cell("garage")) + " " + std::string(shared.empty() ? cell("user_id") : shared);
        } else {
            name = std::string(cell("station_id"));
        }
        const auto [entry, is_new] = station_.try_emplace(name, static_cast<std::uint32_t>(recording_.stations.size()));
        if (is_new) recording_.stations.push_back(name);
        return entry->second;
    }

    std::string_view cell(const std::string& name) const { return cells_[column_.find(name)->second]; }
    Position here() const { return {recording_.file.file, line_, 1}; }

    void complain(std::string problem, std::string hint) {
        constexpr std::size_t enough = 20;
        if (malformed_++ < enough) issues_.error(here(), choice_.path, std::move(problem), std::move(hint));
        if (malformed_ == enough)
            issues_.error(recording_.file, choice_.path, "more rows may be malformed", "see the first ones");
    }

    void report_counts() {
        if (without_plug_out_ > 0)
            issues_.warning(recording_.file, choice_.path,
                            fmt::format("{} rows have no plug-out time and are left out", without_plug_out_));
        if (without_length_ > 0)
            issues_.warning(recording_.file, choice_.path,
                            fmt::format("{} rows end at or before their plug-in and are left out", without_length_));
    }

    const RecordingChoice& choice_;
    Issues& issues_;
    Recording recording_;
    std::map<std::string, std::size_t> column_;
    std::map<std::string, std::uint32_t> station_;
    std::vector<std::string_view> cells_;
    std::size_t width_ = 0;
    int line_ = 0;
    std::size_t malformed_ = 0;
    std::size_t without_plug_out_ = 0;
    std::size_t without_length_ = 0;
};

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = parse_digits(text.substr(0, 4));
    const auto month = parse_digits(text.substr(5, 2));
    const auto day = parse_digits(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    return date.ok() ? std::optional(Date{local_days(date)}) : std::nullopt;
}

std::string date_text(local_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::optional<Date> Value<Date>::read(const Node& node, std::string_view path, Reader& reader) {
    auto date = node.is_scalar() ? parse_date(node.scalar) : std::nullopt;
    if (!date) report_expected(node, path, "a date such as 2019-05-06", reader);
    return date;
}

std::vector<std::pair<std::string, Layout>> names_of(Layout) {
    return {{"acn", Layout::acn}, {"trondheim", Layout::trondheim}, {"workplace", Layout::workplace}};
}

Recording read_recording(const FilePath& file, const RecordingChoice& choice, Issues& issues) {
    std::ifstream text(file.path);
    if (!text) {
        issues.error(file.at, choice.path, "cannot read '" + file.path.string() + "'", "check the name and the permissions");
        return {};
    }
    return RecordingReader(file, choice, issues).read(text);
}

}  // namespace evsweep
