#include "sim/base/tz_database.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>

namespace evsweep {

namespace {

/// Reads big-endian numbers off the front of some bytes; `good` turns false where they end too early.
class ByteReader {
   public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::string_view rest() const { return bytes_; }
    std::string_view take(std::size_t count) {
        if (count > bytes_.size()) return good_ = false, std::string_view();
        const auto taken = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return taken;
    }
    std::int64_t number(std::size_t size) {
        std::uint64_t value = 0;
        const auto bytes = take(size);
        if (bytes.empty()) return 0;
        for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
        const unsigned unused = 64U - 8U * static_cast<unsigned>(size);
        return static_cast<std::int64_t>(value << unused) >> unused;  // with its sign
    }

   private:
    std::string_view bytes_;
    bool good_ = true;
};

/// The counts of a header (RFC 8536, section 3.1), in the order in which they stand there.
struct TzifHeader {
    int version = 0;
    std::size_t ut_flags = 0, standard_flags = 0, leap_seconds = 0, times = 0, types = 0, characters = 0;
    [[nodiscard]] std::size_t body_size(std::size_t time_size) const {
        return times * (time_size + 1) + types * 6 + characters + leap_seconds * (time_size + 4) + standard_flags + ut_flags;
    }
};

std::optional<TzifHeader> read_header(ByteReader& reader) {
    if (reader.take(4) != "TZif") return std::nullopt;
    TzifHeader header;
    const auto version = reader.take(1);
    header.version = version.empty() || version[0] == '\0' ? 1 : version[0] - '0';
    reader.take(15);
    constexpr std::size_t most = 1'000'000;
    for (std::size_t* count :
         {&header.ut_flags, &header.standard_flags, &header.leap_seconds, &header.times, &header.types, &header.characters}) {
        *count = static_cast<std::size_t>(reader.number(4));
        if (*count > most) return std::nullopt;
    }
    return reader.good() ? std::optional(header) : std::nullopt;
}

UtcTime from_seconds(std::int64_t seconds) { return UtcTime(std::chrono::seconds(seconds)); }

/// The changes that are written out, without the first ones "at the beginning of time".
struct WrittenOut {
    Duration before{};
    std::vector<ClockChange> changes;
};

std::optional<WrittenOut> read_body(ByteReader& reader, const TzifHeader& header) {
    std::vector<std::int64_t> times;
    std::vector<std::size_t> types;
    std::vector<Duration> offsets;
    for (std::size_t k = 0; k < header.times; ++k) times.push_back(reader.number(8));
    for (std::size_t k = 0; k < header.times; ++k) types.push_back(static_cast<std::size_t>(reader.number(1) & 0xFF));
    for (std::size_t k = 0; k < header.types; ++k) {
        offsets.emplace_back(std::chrono::seconds(reader.number(4)));
        reader.take(2);
    }
    reader.take(header.characters + header.leap_seconds * 12 + header.standard_flags + header.ut_flags);
    if (!reader.good() || offsets.empty()) return std::nullopt;
    WrittenOut found{offsets.front(), {}};
    constexpr std::int64_t first_year_1800 = -5'364'662'400;
    for (std::size_t k = 0; k < times.size(); ++k) {
        if (types[k] >= offsets.size()) return std::nullopt;
        if (times[k] < first_year_1800)
            found.before = offsets[types[k]];
        else
            found.changes.push_back({from_seconds(times[k]), offsets[types[k]]});
    }
    return found;
}

/// The changes after the last one that is written out.
bool follow_rule(std::string_view footer, WrittenOut& zone) {
    if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return false;
    footer = footer.substr(1, footer.size() - 2);
    if (footer.empty()) return true;  // no rule: the last offset stays
    const auto rule = parse_zone_rule(footer, 1970, 2200);
    if (!rule) return false;
    const UtcTime last = zone.changes.empty() ? UtcTime::min() : zone.changes.back().at;
    if (rule->changes.empty() && zone.changes.empty()) zone.before = rule->usual;
    for (const ClockChange& change : rule->changes)
        if (change.at > last) zone.changes.push_back(change);
    return true;
}

/// Whether a name is one of the database's, and no way out of its folder.
bool is_zone_name(const std::string& name) {
    const bool has_good_ends = !name.empty() && name.front() != '/' && name.find("..") == std::string::npos;
    return has_good_ends && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
                      c == '-' || c == '+';
           });
}

/// Names of zones as people use them: those in folders of continents.
std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names{"UTC"};
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().lexically_relative(folder).string();
        const bool is_alias = name.rfind("posix", 0) == 0 || name.rfind("right", 0) == 0;
        if (!is_alias && name.find('/') != std::string::npos && it->is_regular_file(error)) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string hint_for(const std::string& name, const std::filesystem::path& folder) {
    const std::string nearest = nearest_name(name, names_in(folder));
    if (!nearest.empty()) return "did you mean '" + nearest + "'?";
    return "write a name of the tz database, e.g. America/Los_Angeles or Europe/Berlin";
}

}  // namespace

std::optional<TimeZone> parse_tzif(std::string_view bytes, const std::string& name) {
    ByteReader reader(bytes);
    const auto old = read_header(reader);  // a body with times of 32 bits comes first
    if (!old || old->version < 2) return std::nullopt;
    reader.take(old->body_size(4));
    const auto header = read_header(reader);
    if (!header) return std::nullopt;
    auto zone = read_body(reader, *header);
    if (!zone || !follow_rule(reader.rest(), *zone)) return std::nullopt;
    return TimeZone(name, zone->before, std::move(zone->changes));
}

std::shared_ptr<const TimeZone> find_time_zone_in(const std::filesystem::path& folder, const std::string& name,
                                                  const Position& at, std::string_view path, Issues& issues) {
    const auto refuse = [&](std::string problem, std::string hint) {
        issues.error(at, std::string(path), std::move(problem), std::move(hint));
        return nullptr;
    };
    if (name == "UTC") return std::make_shared<const TimeZone>(name, Duration{}, std::vector<ClockChange>{});
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
        return refuse("there is no tz database at " + folder.string() + " to look " + shown(name) + " up in",
                      "install the package tzdata");
    const auto file = folder / name;
    if (!is_zone_name(name) || !std::filesystem::is_regular_file(file, error))
        return refuse(shown(name) + " is no time zone", hint_for(name, folder));
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    auto zone = parse_tzif(bytes, name);
    if (!zone) return refuse("file '" + file.string() + "' is no zone of the tz database", "reinstall the package tzdata");
    return std::make_shared<const TimeZone>(std::move(*zone));
}

std::shared_ptr<const TimeZone> find_time_zone(const std::string& name, const Position& at, std::string_view path,
                                               Issues& issues) {
    return find_time_zone_in(tz_database_folder, name, at, path, issues);
}

template <>
std::optional<ZoneChoice> PlainValue<ZoneChoice>::read(const Node& node, std::string_view path, Reader& reader) {
    if (node.is_null() || (node.is_scalar() && !node.quoted && node.scalar == "none")) return ZoneChoice{};
    if (!node.is_scalar()) return report_expected(node, path, "a time zone such as Europe/Berlin", reader), std::nullopt;
    auto zone = find_time_zone(node.scalar, node.at, path, reader.issues);
    return zone ? std::optional(ZoneChoice{std::move(zone)}) : std::nullopt;
}
template <>
std::string PlainValue<ZoneChoice>::type() {
    return "time zone";
}
template <>
std::string PlainValue<ZoneChoice>::unit() {
    return {};
}
template <>
std::string PlainValue<ZoneChoice>::text(const ZoneChoice& choice) {
    return choice.zone ? choice.zone->name() : "none";
}
template <>
std::optional<double> PlainValue<ZoneChoice>::out_of(const Range&, const ZoneChoice&) {
    return std::nullopt;
}

}  // namespace evsweep
