/// Output `record`: any signals by their names, over time or as numbers per replica.

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/plugins.hpp"
#include "outputs/marks.hpp"
#include "outputs/recorded_signals.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

/// What is kept of a signal.
enum class Kept { bands, mean, traces, numbers };

std::vector<std::pair<std::string, Kept>> names_of(Kept) {
    return {{"bands", Kept::bands}, {"mean", Kept::mean}, {"traces", Kept::traces}, {"numbers", Kept::numbers}};
}

/// The numbers that may be recorded of a signal in a replica, over its marks.
enum Number : std::size_t { lowest, mean, highest, rms, numbers };
constexpr std::array<const char*, numbers> number_names{"lowest", "mean", "highest", "rms"};
constexpr std::array<const char*, numbers> number_texts{"lowest", "mean", "highest", "root mean square of"};

std::vector<std::pair<std::string, Number>> names_of(Number) {
    return {{"lowest", lowest}, {"mean", mean}, {"highest", highest}, {"rms", rms}};
}

struct Params {
    std::vector<std::string> signals;
    std::optional<Duration> every;
    Kept as = Kept::bands;
    std::vector<Number> numbers{lowest, mean, highest, rms};
    bool partial = false;
    std::vector<int> replicas{0};
};

/// A signal and the variables that hold it: one over time, or one for each number of each of its parts.
struct Declared {
    RecordedSignal signal;
    std::vector<VariableHandle> variables{};
    std::size_t parts = 1;  ///< of which numbers are kept apart
};

/// What all recorders of one study share.
struct Frame {
    Kept as;
    Duration every;
    bool is_between_steps;
    Marks marks;
    std::vector<Number> kept;  ///< of numbers: which
    bool is_partial = false;   ///< of numbers: given of signals that are not known at some marks, too
    std::vector<Declared> signals{};
    std::optional<VariableHandle> unsolved{};  ///< of bands where electrical signals are recorded
};

/// Takes signals at the marks: at control steps, or between them.
class MarkRecorder final : public Recorder {
   public:
    explicit MarkRecorder(const Frame& frame) : frame_(frame), unsolved_(frame.unsolved ? frame.marks.size() : 0, not_a_number) {
        for (const Declared& d : frame.signals) arrays_.emplace_back(frame.marks.size() * d.signal.size, not_a_number);
    }
    void at(const Snapshot& s) override {
        if (!frame_.is_between_steps) take(s);
    }
    void sample(const Snapshot& s) override {
        if (frame_.is_between_steps) take(s);
    }
    void finish(Recorded& recorded) override {
        for (std::size_t k = 0; k < arrays_.size(); ++k) recorded.put(frame_.signals[k].variables.front(), std::move(arrays_[k]));
        if (frame_.unsolved) recorded.put(*frame_.unsolved, std::move(unsolved_));
    }

   private:
    void take(const Snapshot& s) {
        const auto m = frame_.marks.at(s.now);
        if (!m) return;
        for (std::size_t k = 0; k < arrays_.size(); ++k) {
            const auto row = frame_.signals[k].signal.row(s);
            std::copy(row.begin(), row.end(), arrays_[k].begin() + static_cast<std::ptrdiff_t>(*m * row.size()));
        }
        if (frame_.unsolved) unsolved_[*m] = s.solved ? 0.0 : 1.0;
    }

    const Frame& frame_;
    std::vector<std::vector<double>> arrays_;  ///< by signal, then by mark and place
    std::vector<double> unsolved_;             ///< by mark
};

/// A sum of what is known.
struct KnownSum {
    double sum = 0.0;
    std::size_t count = 0;
    void add(double value) {
        if (std::isnan(value)) return;
        sum += value;
        ++count;
    }
    /// NaN where nothing was known.
    [[nodiscard]] double mean() const { return count > 0 ? sum / static_cast<double>(count) : not_a_number; }
};

/// Means of the control steps of each interval in which a signal is known.
class MeanRecorder final : public Recorder {
   public:
    explicit MeanRecorder(const Frame& frame) : frame_(frame), unsolved_(frame.unsolved ? frame.marks.size() : 0, not_a_number) {
        for (const Declared& d : frame.signals) {
            arrays_.emplace_back(frame.marks.size() * d.signal.size, not_a_number);
            sums_.emplace_back(d.signal.size);
        }
    }
    void at(const Snapshot& s) override {
        const auto m = frame_.marks.interval_of(s.now);
        if (!m) return;
        if (*m != interval_) close();
        interval_ = *m;
        for (std::size_t k = 0; k < sums_.size(); ++k) {
            const auto row = frame_.signals[k].signal.row(s);
            for (std::size_t i = 0; i < row.size(); ++i) sums_[k][i].add(row[i]);
        }
        unsolved_steps_.add(s.solved ? 0.0 : 1.0);
    }
    void finish(Recorded& recorded) override {
        close();
        for (std::size_t k = 0; k < arrays_.size(); ++k) recorded.put(frame_.signals[k].variables.front(), std::move(arrays_[k]));
        if (frame_.unsolved) recorded.put(*frame_.unsolved, std::move(unsolved_));
    }

   private:
    void close() {
        for (std::size_t k = 0; k < sums_.size(); ++k) {
            double* row = arrays_[k].data() + interval_ * sums_[k].size();
            for (std::size_t i = 0; i < sums_[k].size(); ++i) row[i] = std::exchange(sums_[k][i], {}).mean();
        }
        const double share = std::exchange(unsolved_steps_, {}).mean();
        if (frame_.unsolved) unsolved_[interval_] = share;
    }

    const Frame& frame_;
    std::vector<std::vector<double>> arrays_;  ///< by signal, then by mark and place
    std::vector<double> unsolved_;             ///< by mark
    std::size_t interval_ = 0;
    std::vector<std::vector<KnownSum>> sums_;  ///< of the interval: by signal, then by place
    KnownSum unsolved_steps_;
};

/// The numbers of one part of a signal.
struct Spread {
    bool is_whole = true;  ///< no mark was without a value after the first that had one
    double low = not_a_number;
    double high = not_a_number;
    KnownSum values, squares;
    void add(double value) {
        if (std::isnan(value)) return;
        low = std::fmin(low, value);
        high = std::fmax(high, value);
        values.add(value);
        squares.add(value * value);
    }
    /// Of a signal that is one value, not those of many places.
    void add_single(double value) {
        if (std::isnan(value) && values.count > 0) is_whole = false;
        add(value);
    }
    [[nodiscard]] std::array<double, numbers> values_of(bool is_partial) const {
        if (!is_whole && !is_partial) return {not_a_number, not_a_number, not_a_number, not_a_number};
        return {low, values.mean(), high, std::sqrt(squares.mean())};
    }
};

/// Extremes, mean and root mean square over the marks and, where its members are not kept apart, over these, too. What has one
/// value, e.g. a price, must be known at every mark after its first, or its numbers are not known; places of the feeder may be
/// without a value (a connection point without a vehicle), and steps without a solution count for nothing, as elsewhere.
class NumberRecorder final : public Recorder {
   public:
    explicit NumberRecorder(const Frame& frame) : frame_(frame) {
        for (const Declared& d : frame.signals) spreads_.emplace_back(d.parts);
    }
    void at(const Snapshot& s) override {
        if (!frame_.is_between_steps) take(s);
    }
    void sample(const Snapshot& s) override {
        if (frame_.is_between_steps) take(s);
    }
    void finish(Recorded& recorded) override {
        for (std::size_t k = 0; k < spreads_.size(); ++k)
            for (std::size_t part = 0; part < spreads_[k].size(); ++part) {
                const auto recorded_numbers = spreads_[k][part].values_of(frame_.is_partial);
                for (std::size_t n = 0; n < frame_.kept.size(); ++n)
                    recorded.put(frame_.signals[k].variables[part * frame_.kept.size() + n], recorded_numbers[frame_.kept[n]]);
            }
    }

   private:
    void take(const Snapshot& s) {
        if (!frame_.marks.at(s.now)) return;
        for (std::size_t k = 0; k < spreads_.size(); ++k) {
            const auto row = frame_.signals[k].signal.row(s);
            const bool is_apart = spreads_[k].size() > 1;
            for (std::size_t i = 0; i < row.size(); ++i) {
                Spread& spread = spreads_[k][is_apart ? i : 0];
                frame_.signals[k].signal.is_one_value() ? spread.add_single(row[i]) : spread.add(row[i]);
            }
        }
    }

    const Frame& frame_;
    std::vector<std::vector<Spread>> spreads_;  ///< by signal, then by part
};

int decimals_of(const std::string& unit) { return unit == "kW" || unit == "kvar" || unit == "kWh" || unit == "A" ? 2 : 4; }

Variable variable_of(const RecordedSignal& signal) {
    return {.name = signal.name,
            .unit = signal.unit,
            .long_name = signal.meaning,
            .decimals = decimals_of(signal.unit),
            .over_solved_steps = signal.is_electrical};
}

Variable over_time(const RecordedSignal& signal, Kept as) {
    Variable variable = variable_of(signal);
    variable.dims = signal.dims();
    variable.aggregation = as == Kept::traces ? Aggregation::trace : Aggregation::bands;
    variable.sampling = as == Kept::mean ? Sampling::mean : Sampling::sample;
    variable.long_name += text_of(variable.sampling);
    return variable;
}

/// What a name becomes as part of another one.
std::string as_part(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

void declare_numbers(OutputDeclarations& declare, const std::vector<Number>& kept, Declared& declared) {
    const RecordedSignal& signal = declared.signal;
    if (signal.has_named_members()) declared.parts = signal.size;
    for (std::size_t part = 0; part < declared.parts; ++part) {
        const std::string member = signal.has_named_members() ? signal.axis.labels[part] : "";
        for (const Number n : kept) {
            Variable number = variable_of(signal);
            number.name += (member.empty() ? "" : "_" + as_part(member)) + "_" + number_names[n];
            number.long_name = std::string(number_texts[n]) + " " + number.long_name + (member.empty() ? "" : ", " + member);
            number.headline = true;
            if (n == rms) number.lowest = 0.0;
            declared.variables.push_back(declare.variable(std::move(number)));
        }
    }
}

/// Each axis once: several signals may have one value per bus.
void declare_axes(OutputDeclarations& declare, const Frame& frame) {
    declare.coordinate(frame.marks.coordinate());
    std::set<std::string> known;
    for (const Declared& d : frame.signals)
        if (!d.signal.axis.name.empty() && known.insert(d.signal.axis.name).second) declare.coordinate(d.signal.axis);
}

Variable unsolved_variable(Sampling sampling) {
    const std::string what = sampling == Sampling::mean ? "share of the steps without a load-flow solution" : unsolved_meaning;
    return {.name = "unsolved",
            .unit = "1",
            .long_name = sampling == Sampling::mean ? what + text_of(sampling) : what,
            .dims = {"time"},
            .aggregation = Aggregation::bands,
            .sampling = sampling};
}

void declare_over_time(OutputDeclarations& declare, Frame& frame) {
    bool is_any_electrical = false;
    for (Declared& d : frame.signals) {
        d.variables.push_back(declare.variable(over_time(d.signal, frame.as)));
        is_any_electrical = is_any_electrical || d.signal.is_electrical;
    }
    if (is_any_electrical && frame.as != Kept::traces)
        frame.unsolved = declare.variable(unsolved_variable(frame.as == Kept::mean ? Sampling::mean : Sampling::sample));
    declare_axes(declare, frame);
}

Frame frame_of(const Output::Context& context, const Params& params) {
    const Duration every = params.every.value_or(context.step);
    const bool is_between_steps = every % context.step != Duration::zero();
    if (is_between_steps && params.as == Kept::mean)
        throw ContractViolation("every = " + duration_text(every) +
                                " is not a whole number of control steps, and `as: mean` takes the mean of those");
    return {params.as,        every,
            is_between_steps, is_between_steps ? Marks::between_steps(context, every, "every") : Marks(context, every, "every"),
            params.numbers,   params.partial};
}

class Record final : public Output {
   public:
    static constexpr std::string_view name = "record";
    static constexpr std::string_view least_settings = "{signals: [voltage]}";
    static const Schema<Params>& schema();

    Record(const Params& params, const Context& context) : replicas_(params.replicas), frame_(frame_of(context, params)) {
        constexpr std::size_t most_marks = 50'000'000;  // the time axis alone would be 400 MB
        if (params.as != Kept::numbers && frame_.marks.size() > most_marks)
            throw ContractViolation("every = " + duration_text(frame_.every) + " makes " + std::to_string(frame_.marks.size()) +
                                    " marks, and there can be " + std::to_string(most_marks));
        for (RecordedSignal& signal : find_signals(params.signals, context)) frame_.signals.push_back({std::move(signal)});
        if (params.as == Kept::numbers)
            for (Declared& d : frame_.signals) declare_numbers(context.declare, frame_.kept, d);
        else
            declare_over_time(context.declare, frame_);
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        switch (frame_.as) {
            case Kept::bands:
                return std::make_unique<MarkRecorder>(frame_);
            case Kept::mean:
                return std::make_unique<MeanRecorder>(frame_);
            case Kept::traces:
                if (std::count(replicas_.begin(), replicas_.end(), static_cast<int>(start.replica.index())) == 0) return nullptr;
                return std::make_unique<MarkRecorder>(frame_);
            case Kept::numbers:
                return std::make_unique<NumberRecorder>(frame_);
        }
        return nullptr;
    }
    [[nodiscard]] std::optional<Duration> samples_every() const override {
        return frame_.is_between_steps ? std::optional(frame_.every) : std::nullopt;
    }

   private:
    std::vector<int> replicas_;
    Frame frame_;
};

std::optional<Contradiction> wrong_signals(const Params& params) {
    if (params.signals.empty()) return Contradiction{"signals", "names no signal", "name at least one, e.g. [voltage]"};
    std::set<std::string> seen;
    for (const std::string& signal : params.signals)
        if (!seen.insert(signal).second) return Contradiction{"signals", "names '" + signal + "' twice", "leave one out"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_numbers(const Params& params) {
    if (params.numbers.empty()) return Contradiction{"numbers", "names none", "name at least one, e.g. [mean]"};
    if (std::set<Number>(params.numbers.begin(), params.numbers.end()).size() == params.numbers.size()) return std::nullopt;
    return Contradiction{"numbers", "names one twice", "leave one out"};
}

const Schema<Params>& Record::schema() {
    static const auto schema =
        Schema<Params>("any signals by their names, over time or as numbers per replica")
            .required("signals", &Params::signals, "which signals")
            .optional("every", &Params::every, "distance of the marks, which need not be control steps; none: every control step",
                      above(0))
            .optional("as", &Params::as,
                      "bands: over the replicas, at the marks; mean: bands of means over the interval from the mark; traces: of "
                      "chosen replicas, whole; numbers: per replica, the lowest, mean, highest and root mean square at the marks")
            .optional("numbers", &Params::numbers, "which of these numbers")
            .optional("partial", &Params::partial,
                      "give the numbers of a signal over the marks where it is known, even if it is not known at some after its "
                      "first value, e.g. a price in an hour without a solution; else these numbers are not known")
            .optional("replicas", &Params::replicas, "which replicas, counted from 0", at_least(0))
            .relation(wrong_signals)
            .relation(wrong_numbers)
            .used_if([](const Params& p) { return p.as == Kept::numbers; }, "with as: numbers", {"numbers", "partial"})
            .used_if([](const Params& p) { return p.as == Kept::traces; }, "with as: traces", {"replicas"});
    return schema;
}

const bool registered = add_plugin<Output, Record>();

}  // namespace
}  // namespace evsweep
