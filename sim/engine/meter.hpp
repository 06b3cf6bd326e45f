/// A meter: a filter on one signal that shows it late, noisy and rounded as the scenario says.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "evsweep/draw_keys.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/scenario.hpp"

namespace evsweep {

/// What a meter reads.
struct MeteredSignal {
    SignalInfo info;
    std::size_t rows = 1;  ///< values that it shows
    /// By row, which of the read values it shows; empty: its own. Outlives the meter.
    std::span<const std::uint32_t> value_of_row{};
};

/// Takes readings and shows the latest that is old enough. A value asked for before the first reading is old enough is the first
/// reading. Before any reading it shows 1 for signals in pu and 0 for others. Noise is keyed by the group of a connector and its
/// number there, for other extents by the row, and by the control step. So is the loss of readings: each row loses its own, and
/// its last one stands, with its noise.
class Meter {
   public:
    /// `connectors` are asked for the keys of noise only.
    Meter(const MeterSettings& settings, const MeteredSignal& signal, const Connectors& connectors, Duration step, Rng rng);

    /// Whether it takes a reading at this instant.
    [[nodiscard]] bool is_due(Instant now) const {
        return !settings_.sampling || now.time_since_epoch() % *settings_.sampling == Duration::zero();
    }
    /// Takes a reading. Rows by connector are shown where a vehicle is plugged in (`shown`), all others in any case.
    void read(Instant now, std::span<const double> values, std::span<const ConnectorId> shown);
    /// There is nothing to read, e.g. no solution of the load flow: the last reading stands for the missing one.
    void miss(Instant now);
    /// Shows what is old enough by now at `connectors`, or in all rows of another extent.
    void show(Instant now, std::span<const ConnectorId> connectors);
    /// As shown; rows of connectors without a vehicle keep an older value.
    [[nodiscard]] std::span<const double> values() const { return shown_; }

   private:
    struct Reading {
        Instant at{};
        std::vector<double> values{};  ///< empty: there was none yet; of a meter that loses readings as received, by row
    };

    void keep(Instant now, std::span<const double> values);
    [[nodiscard]] const Reading* old_enough(Instant now);
    void show_row(const Reading& reading, std::size_t row);
    [[nodiscard]] double noise(std::size_t row, Duration at) const;
    [[nodiscard]] bool is_lost(std::size_t row, Duration at) const;
    [[nodiscard]] std::vector<double> received(Instant now, std::span<const double> values) const;
    [[nodiscard]] double value_of(std::span<const double> values, std::size_t row) const {
        return values[signal_.value_of_row.empty() ? row : signal_.value_of_row[row]];
    }

    MeterSettings settings_;
    MeteredSignal signal_;
    Duration step_;
    Rng rng_;
    std::vector<DrawKey> key_;       ///< of noise, by row
    std::vector<DrawKey> loss_key_;  ///< by row
    bool loses_;                     ///< some readings
    bool is_exact_;                  ///< shows what it reads
    std::deque<Reading> readings_;
    std::vector<double> shown_;
};

}  // namespace evsweep
