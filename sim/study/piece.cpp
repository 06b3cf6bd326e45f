#include "sim/study/piece.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "sim/base/word_hash.hpp"

namespace evsweep {

namespace {

constexpr std::string_view piece_mark = "evsweep piece 3\n";

/// Before the runs of a piece: how many they are, of how many bytes, and the hash of these.
struct PieceHead {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::uint64_t hash = 0;
};

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Appends values, one after the other.
class ByteWriter {
   public:
    explicit ByteWriter(std::vector<unsigned char>& bytes) : bytes_(bytes) {}
    template <Plain T>
    void operator()(T& value) {
        append(&value, sizeof value);
    }
    void operator()(std::string& text) {
        put_size(text.size());
        append(text.data(), text.size());
    }
    void operator()(std::vector<double>& numbers) {
        put_size(numbers.size());
        append(numbers.data(), numbers.size() * sizeof(double));
    }
    template <class T>
    void operator()(std::vector<T>& list) {
        put_size(list.size());
        for (T& item : list) visit(*this, item);
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        std::uint8_t is_there = value ? 1 : 0;
        (*this)(is_there);
        if (value) visit(*this, *value);
    }

   private:
    void put_size(std::size_t size) {
        std::uint64_t count = size;
        (*this)(count);
    }
    void append(const void* data, std::size_t size) {
        const auto* begin = static_cast<const unsigned char*>(data);
        bytes_.insert(bytes_.end(), begin, begin + size);
    }
    std::vector<unsigned char>& bytes_;
};

/// Takes them off again. Once something is not there, nothing is, and `is_whole` is false.
class ByteReader {
   public:
    explicit ByteReader(std::span<const unsigned char> bytes) : rest_(bytes) {}
    template <Plain T>
    void operator()(T& value) {
        take(&value, sizeof value);
    }
    void operator()(std::string& text) {
        text.resize(size_of(sizeof(char)));
        take(text.data(), text.size());
    }
    void operator()(std::vector<double>& numbers) {
        numbers.resize(size_of(sizeof(double)));
        take(numbers.data(), numbers.size() * sizeof(double));
    }
    template <class T>
    void operator()(std::vector<T>& list) {
        list.resize(size_of(1));
        for (T& item : list) visit(*this, item);
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        std::uint8_t is_there = 0;
        (*this)(is_there);
        value.reset();
        if (is_there == 0 || !is_whole_) return;
        if constexpr (std::is_default_constructible_v<T>)
            visit(*this, value.emplace());
        else
            visit(*this, value.emplace(0));
    }
    [[nodiscard]] bool is_whole() const { return is_whole_ && rest_.empty(); }

   private:
    /// A number of items of at least so many bytes each.
    std::size_t size_of(std::size_t bytes_each) {
        std::uint64_t count = 0;
        (*this)(count);
        if (count > rest_.size() / bytes_each) is_whole_ = false;
        return is_whole_ ? static_cast<std::size_t>(count) : 0;
    }
    void take(void* data, std::size_t size) {
        if (size > rest_.size()) is_whole_ = false;
        if (!is_whole_ || size == 0) return;
        std::memcpy(data, rest_.data(), size);
        rest_ = rest_.subspan(size);
    }
    std::span<const unsigned char> rest_;
    bool is_whole_ = true;
};

template <class Archive, Plain T>
void visit(Archive& archive, T& value) {
    archive(value);
}
template <class Archive>
void visit(Archive& archive, std::string& text) {
    archive(text);
}
template <class Archive>
void visit(Archive& archive, std::vector<double>& numbers) {
    archive(numbers);
}
template <class Archive, class T>
void visit(Archive& archive, std::optional<T>& value) {
    archive(value);
}
template <class Archive, class Tag>
void visit(Archive& archive, Id<Tag>& id) {
    std::uint64_t index = id.index();
    archive(index);
    id = Id<Tag>(static_cast<std::size_t>(index));
}
template <class Archive>
void visit(Archive& archive, Duration& duration) {
    Duration::rep count = duration.count();
    archive(count);
    duration = Duration(count);
}
template <class Archive>
void visit(Archive& archive, Instant& at) {
    Duration since = at.time_since_epoch();
    visit(archive, since);
    at = Instant(since);
}
template <class Archive>
void visit(Archive& archive, Recorded& recorded) {
    archive(recorded.arrays());
}
template <class Archive>
void visit(Archive& archive, LoadFlowResult& r) {
    archive(r.status), archive(r.iterations), visit(archive, r.worst_bus), archive(r.last_change_pu);
    archive(r.has_load_admittances), archive(r.is_followed), archive(r.highest_share);
}
template <class Archive>
void visit(Archive& archive, Unsolved& unsolved) {
    visit(archive, unsolved.at), visit(archive, unsolved.result);
}
template <class Archive>
void visit(Archive& archive, EnergyLedger& ledger) {
    double feeder = ledger.feeder_gap_kwh(), session = ledger.session_gap_kwh(), fleet = ledger.fleet_gap_kwh();
    archive(feeder), archive(session), archive(fleet);
    ledger = EnergyLedger::of_gaps(feeder, session, fleet);
}
template <class Archive>
void visit(Archive& archive, MessageCount& count) {
    archive(count.topic), archive(count.sent), archive(count.delivered), archive(count.lost), visit(archive, count.largest_delay);
}
template <class Archive>
void visit(Archive& archive, ActuationNumbers& numbers) {
    for (const ActuationNumber& number : actuation_numbers) archive(numbers.*number.value);
}
template <class Archive>
void visit(Archive& archive, ReplicaOutcome& outcome) {
    archive(outcome.unsolved), visit(archive, outcome.ledger), archive(outcome.messages), archive(outcome.actuation);
    archive(outcome.failure);
}
template <class Archive>
void visit(Archive& archive, ReadSignal& read) {
    archive(read.party), archive(read.signal), archive(read.unit), archive(read.publisher);
    archive(read.freshness), archive(read.meter);
}
template <class Archive>
void visit(Archive& archive, Counter& counter) {
    archive(counter.name), archive(counter.value);
}
template <class Archive>
void visit(Archive& archive, Remark& remark) {
    visit(archive, remark.at), archive(remark.text);
}
template <class Archive>
void visit(Archive& archive, ControllerRun& run) {
    archive(run.recorded), visit(archive, run.outcome), archive(run.reads), archive(run.counters), archive(run.remarks);
}
template <class Archive>
void visit(Archive& archive, ReplicaFailure& failure) {
    visit(archive, failure.replica), archive(failure.controller), archive(failure.what);
}
template <class Archive>
void visit(Archive& archive, ReplicaRun& run) {
    visit(archive, run.replica), archive(run.controllers), archive(run.failure), archive(run.fleet);
}

}  // namespace

void append_run(ReplicaRun& run, std::vector<unsigned char>& bytes) {
    ByteWriter write(bytes);
    visit(write, run);
}

std::optional<std::vector<ReplicaRun>> runs_of_bytes(std::span<const unsigned char> bytes, std::size_t count) {
    if (count > bytes.size()) return std::nullopt;
    std::vector<ReplicaRun> runs(count);
    ByteReader read(bytes);
    for (ReplicaRun& run : runs) visit(read, run);
    return read.is_whole() ? std::optional(std::move(runs)) : std::nullopt;
}

std::string piece_head(std::size_t count, std::span<const unsigned char> runs) {
    const PieceHead head{count, runs.size(), word_hash(runs)};
    return std::string(piece_mark) + std::string(reinterpret_cast<const char*>(&head), sizeof head);
}

std::optional<std::vector<ReplicaRun>> runs_of_piece(std::span<const unsigned char> piece) {
    const auto* mark = reinterpret_cast<const unsigned char*>(piece_mark.data());
    PieceHead head;
    const std::size_t begin = piece_mark.size() + sizeof head;
    if (piece.size() < begin || !std::equal(mark, mark + piece_mark.size(), piece.begin())) return std::nullopt;
    std::memcpy(&head, piece.data() + piece_mark.size(), sizeof head);
    const auto runs = piece.subspan(begin);
    if (runs.size() != head.bytes || word_hash(runs) != head.hash) return std::nullopt;
    return runs_of_bytes(runs, static_cast<std::size_t>(head.count));
}

}  // namespace evsweep
