/// What became of the rows of a recording, counted by reason, and what is odd about those that are used.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "behaviours/recorded_clock.hpp"
#include "evsweep/behaviour.hpp"

namespace evsweep {

/// Why a row gives no stay; those that nobody asked for first.
enum class RowReason { no_plug_out, no_length, repeated, filtered, before, after };

class RowCounts {
   public:
    void use(double kwh) { used_.add(kwh); }
    /// `at`: where the row is; the first of each reason that nobody asked for is shown.
    void add(RowReason reason, double kwh, const Position& at = {}) {
        RowsOfReason& rows = left_out_[reason];
        if (rows.rows.count == 0) rows.first = at;
        rows.rows.add(kwh);
    }
    /// A row whose `what` cannot be understood, and is to be left out.
    void add_unreadable(const std::string& what, const std::string& problem, const Position& at, double kwh);
    /// A time that the clock shows twice or never.
    void note(const RecordedTime& time, const Position& at);
    void note_long(const Position& at);
    void note_stated_too_early() { ++stated_too_early_; }

    [[nodiscard]] std::vector<RowsLeftOut> left_out() const;
    /// Warns of what was left out though it was asked for, and of what is odd.
    void report(const Position& place, const std::string& path, const std::shared_ptr<const TimeZone>& zone,
                Issues& issues) const;

   private:
    /// How often something is so, and where first.
    struct Oddity {
        std::size_t count = 0;
        Position first{};
        void add(const Position& at) {
            if (count++ == 0) first = at;
        }
    };
    struct UnreadableRows {
        StaySum rows;
        std::string problem;  ///< of the first
        Position first{};
    };

    struct RowsOfReason {
        StaySum rows;
        Position first{};
    };

    StaySum used_;
    std::map<RowReason, RowsOfReason> left_out_;
    std::map<std::string, UnreadableRows> unreadable_;
    Oddity twice_, never_, long_;
    std::size_t stated_too_early_ = 0;
};

}  // namespace evsweep
