#include "sim/study/part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "evsweep/contracts.hpp"
#include "sim/record/result_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/checkpoint.hpp"
#include "sim/study/piece.hpp"

namespace evsweep {

namespace {

constexpr auto part_group = "/part";

std::uint32_t part_number(const ResultReader& reader, const char* name) {
    const auto number = reader.number_attribute(part_group, name);
    if (!number || *number < 0.0 || *number > 4294967295.0)
        throw FileError(reader.path().string() + ": is damaged; run this part of the study again");
    return static_cast<std::uint32_t>(*number);
}

/// Replicas of a range in words.
std::string replicas_text(std::uint32_t first, std::uint32_t end) {
    return end - first == 1 ? fmt::format("replica {}", first) : fmt::format("replicas {} to {}", first, end - 1);
}

}  // namespace

void PartWriter::add(std::vector<ReplicaRun>& runs) {
    constexpr std::size_t most_bytes = std::size_t{1} << 20U;  // a piece is read as a whole
    for (ReplicaRun& run : runs) {
        const auto replica = static_cast<std::uint32_t>(run.replica.index());
        if (count_ > 0 && (replica != first_ + count_ || waiting_.size() >= most_bytes)) flush();
        if (count_ == 0) first_ = replica;
        append_run(run, waiting_);
        ++count_;
    }
}

void PartWriter::flush() {
    if (count_ == 0) return;
    const std::uint64_t begin = scratch_.size();
    const std::string head = piece_head(count_, waiting_);
    scratch_.append(std::span(reinterpret_cast<const unsigned char*>(head.data()), head.size()));
    scratch_.append(waiting_);
    pieces_.push_back({first_, count_, begin, scratch_.size() - begin});
    waiting_.clear();
    count_ = 0;
}

std::vector<PartPiece> PartWriter::finish() {
    flush();
    return pieces_;
}

void write_part(ResultFile& file, const PartOfStudy& part) {
    std::vector<double> first, count, offset, bytes;
    for (const PartPiece& piece : part.pieces) {
        first.push_back(piece.first);
        count.push_back(piece.count);
        offset.push_back(static_cast<double>(piece.offset));
        bytes.push_back(static_cast<double>(piece.bytes));
    }
    file.annotate(part_group, {{"long_name", "which replicas of a study these are; `evsweep merge` puts parts together"},
                               {"first_replica", std::int64_t{part.first}},
                               {"end_replica", std::int64_t{part.end}},
                               {"replicas_of_study", std::int64_t{part.of}},
                               {"identity", part.identity}});
    file.add_dimension(part_group, "piece", part.pieces.size());
    const auto write = [&](const char* name, const char* meaning, const std::vector<double>& values) {
        file.write({part_group, name, {"piece"}, {{"units", "1"}, {"long_name", meaning}}}, values);
    };
    write("first", "first replica of the piece", first);
    write("count", "consecutive replicas in it", count);
    write("offset", "where it begins in the appendix of the file, bytes", offset);
    write("bytes", "its size, bytes", bytes);
}

PartFile read_part(const std::filesystem::path& path) {
    const ResultReader reader(path);
    const AppendixReader appendix(path);
    if (!reader.has(part_group)) throw FileError(path.string() + ": is damaged; run this part of the study again");
    PartFile file{path, {}};
    file.part.first = part_number(reader, "first_replica");
    file.part.end = part_number(reader, "end_replica");
    file.part.of = part_number(reader, "replicas_of_study");
    file.part.identity = reader.text_attribute(part_group, "identity");
    const auto column = [&](const char* name) { return reader.numbers(std::string(part_group) + "/" + name); };
    const auto first = column("first"), count = column("count"), offset = column("offset"), bytes = column("bytes");
    for (std::size_t k = 0; k < first.size(); ++k)
        file.part.pieces.push_back({static_cast<std::uint32_t>(first[k]), static_cast<std::uint32_t>(count.at(k)),
                                    static_cast<std::uint64_t>(offset.at(k)), static_cast<std::uint64_t>(bytes.at(k))});
    return file;
}

std::string packed(const PartFile& file) {
    const PartOfStudy& part = file.part;
    std::string text =
        fmt::format("{} {} {} {} {}\n{}", part.first, part.end, part.of, part.pieces.size(), part.identity.size(), part.identity);
    for (const PartPiece& p : part.pieces) text += fmt::format("{} {} {} {}\n", p.first, p.count, p.offset, p.bytes);
    return text + file.path.string();
}

PartFile unpacked_part(const std::string& text) {
    PartFile file;
    std::istringstream in(text);
    std::size_t pieces = 0, letters = 0;
    in >> file.part.first >> file.part.end >> file.part.of >> pieces >> letters;
    in.ignore(1);
    file.part.identity.resize(letters);
    in.read(file.part.identity.data(), static_cast<std::streamsize>(letters));
    for (std::size_t k = 0; k < pieces; ++k) {
        PartPiece piece;
        in >> piece.first >> piece.count >> piece.offset >> piece.bytes;
        file.part.pieces.push_back(piece);
    }
    in.ignore(1);
    std::string path;
    std::getline(in, path, '\0');
    file.path = path;
    return file;
}

namespace {

/// Parts that are not of the study of the first one.
void note_other_studies(const std::vector<PartFile>& parts, std::vector<std::string>& problems) {
    for (const PartFile& file : parts) {
        const auto differences = identity_differences(parts.front().part.identity, file.part.identity);
        if (differences.empty()) continue;
        std::string text = fmt::format("{}: is of another study than {}:", file.path.string(), parts.front().path.string());
        for (const std::string& difference : differences) text += "\n  " + difference;
        problems.push_back(text + "\n; leave it out, or run this part again");
    }
}

/// Replicas `first` to `end` - 1, which a part has.
struct PartRange {
    std::uint32_t first = 0, end = 0;
    const PartFile* file = nullptr;
};

/// By their first replica.
std::vector<PartRange> ranges_of(const std::vector<PartFile>& parts) {
    std::vector<PartRange> ranges;
    for (const PartFile& file : parts)
        for (const PartPiece& piece : file.part.pieces) {
            const bool goes_on = !ranges.empty() && ranges.back().file == &file && ranges.back().end == piece.first;
            if (goes_on)
                ranges.back().end += piece.count;
            else
                ranges.push_back({piece.first, piece.first + piece.count, &file});
        }
    std::sort(ranges.begin(), ranges.end(), [](const PartRange& a, const PartRange& b) { return a.first < b.first; });
    return ranges;
}

}  // namespace

std::vector<std::string> problems_of_parts(const std::vector<PartFile>& parts) {
    std::vector<std::string> problems;
    if (parts.empty()) return problems;
    note_other_studies(parts, problems);
    if (!problems.empty()) return problems;  // their replicas have nothing to do with one another
    const std::uint32_t of = parts.front().part.of;
    auto ranges = ranges_of(parts);
    ranges.push_back({of, of, nullptr});  // the end of the study
    const PartFile* last = nullptr;       // that has replica `next` - 1
    std::uint32_t next = 0;
    for (const PartRange& range : ranges) {
        if (range.first > next)
            problems.push_back(
                fmt::format("no part has {} of the study; run them with --replicas-from {} --to {}, and name that "
                            "part, too",
                            replicas_text(next, range.first), next, range.first));
        if (range.first < next && range.file)
            problems.push_back(fmt::format("{} and {} both have {}; leave one of them out", last->path.string(),
                                           range.file->path.string(), replicas_text(range.first, std::min(next, range.end))));
        if (range.end > next) last = range.file;
        next = std::max(next, range.end);
    }
    return problems;
}

MergedParts::MergedParts(std::vector<PartFile> parts) : files_(std::move(parts)) {
    for (std::uint32_t f = 0; f < files_.size(); ++f) {
        appendices_.emplace_back(files_[f].path);
        for (const PartPiece& piece : files_[f].part.pieces) pieces_.push_back({piece, f});
        files_[f].part.pieces = {};
    }
    std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.at.first < b.at.first; });
}

const MergedParts::Piece* MergedParts::piece_with(std::uint32_t replica) const {
    auto after = std::upper_bound(pieces_.begin(), pieces_.end(), replica,
                                  [](std::uint32_t r, const Piece& piece) { return r < piece.at.first; });
    if (after == pieces_.begin()) return nullptr;
    --after;
    return replica - after->at.first < after->at.count ? &*after : nullptr;
}

std::map<std::uint32_t, ReplicaRun>& MergedParts::load(const Piece& piece) {
    const auto found = loaded_.find(piece.at.first);
    if (found != loaded_.end()) return found->second;
    auto runs = runs_of_piece(appendices_[piece.file].read(piece.at.offset, piece.at.bytes));
    bool is_right = runs && runs->size() == piece.at.count;
    for (std::size_t k = 0; is_right && k < runs->size(); ++k) is_right = (*runs)[k].replica.index() == piece.at.first + k;
    if (!is_right) throw FileError(files_[piece.file].path.string() + ": is damaged; run this part of the study again");
    auto& place = loaded_[piece.at.first];
    for (ReplicaRun& run : *runs) {
        const auto replica = static_cast<std::uint32_t>(run.replica.index());
        place.emplace(replica, std::move(run));
    }
    return place;
}

std::optional<std::vector<ReplicaRun>> MergedParts::take(ReplicaId first, std::size_t count) {
    const auto begin = static_cast<std::uint32_t>(first.index()), end = begin + static_cast<std::uint32_t>(count);
    const std::scoped_lock lock(mutex_);
    std::vector<ReplicaRun> runs;
    for (std::uint32_t r = begin; r < end; ++r) {
        const Piece* piece = piece_with(r);
        if (!piece) return std::nullopt;
        auto& loaded = load(*piece);
        runs.push_back(std::move(loaded.extract(r).mapped()));
        if (loaded.empty()) loaded_.erase(piece->at.first);
    }
    return runs;
}

}  // namespace evsweep
