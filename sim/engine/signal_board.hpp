/// Who reads what in one replica: the values behind the slots of every party, fresh from the world, from meters or from
/// publishers.
#pragma once

#include <memory>
#include <vector>

#include "sim/engine/meter.hpp"
#include "sim/engine/party_set.hpp"
#include "sim/engine/provided_signal.hpp"

namespace evsweep {

/// A signal that a party publishes.
struct PublishedSignal {
    SignalInfo info;
    std::size_t party = 0;
    std::vector<std::string> members{};
    std::vector<double> values{};
    std::vector<double> before{};  ///< as they stood before the present instant, where somebody reads that
    std::optional<Instant> published_at{};
    bool keeps_before = false;
};

/// The values of all signals that parties and outputs of one replica read.
class SignalBoard {
   public:
    /// All outlive it.
    SignalBoard(PartySet& set, World& world, Rng rng);

    /// Whether any meter reads the network, so that it has to be solved before every measurement.
    [[nodiscard]] bool measures_network() const { return measures_network_; }
    [[nodiscard]] bool reads_network(std::size_t party) const { return slots_[party].reads_network; }
    [[nodiscard]] bool has_meters() const { return !meters_.empty(); }
    /// All meters that are due take a reading; `has_solution`: of the load flow.
    void measure(bool has_solution);

    /// Before any party acts at this instant: what readers of previous values will see.
    void hold_previous();
    /// Fills the slots of a party for its turn; `arrived`: connectors at which meters have shown nothing yet.
    void show(std::size_t party, std::span<const ConnectorId> arrived, TurnAccess& access);
    /// Takes over what a party has written in its turn.
    void take(std::size_t party, TurnAccess& access);

    /// For outputs: how to read the true values of a signal; none where nobody publishes it in this replica.
    struct Truth {
        std::span<const double> column{};   ///< where it stays in place
        std::span<const double> by_step{};  ///< where the scenario gives it step by step
        SignalReader read{};
        bool is_electrical = false;
        std::span<const std::uint32_t> row_of_connector{};
    };
    [[nodiscard]] std::optional<Truth> truth(std::string_view signal);

   private:
    /// A signal of the simulator that somebody reads.
    struct Source {
        const ProvidedSignal* provided = nullptr;
        SignalReader read;
    };
    /// A meter and what it reads.
    struct Metered {
        Meter meter;
        std::size_t source = none;     ///< of `sources_`, or
        std::size_t published = none;  ///< of `published_`
        bool is_electrical = false;
        Freshness freshness{};
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    /// Behind one slot: exactly one of the three.
    struct Feed {
        std::size_t source = none, meter = none, published = none;
        Freshness freshness{};
        bool is_masked = false;      ///< values by connector of a party that does not decide all
        std::vector<double> copy{};  ///< masked, or held from before the present instant
        /// Of a signal that nobody publishes and its reader can do without.
        [[nodiscard]] bool is_empty() const { return source == none && published == none; }
    };
    struct Slots {
        std::vector<Feed> feeds;
        std::vector<std::size_t> published;  ///< by publication
        std::vector<std::size_t> fresh{};    ///< feeds that have to be looked at before every turn
        bool is_shown = false;               ///< all have been, once
        bool reads_network = false;
        bool moves_batteries = false;  ///< reads what has to be brought up to date first
    };

    void show_all(Slots& slots, const Party& party, std::span<const ConnectorId> arrived, TurnAccess& access);
    void add_publications(std::size_t party);
    [[nodiscard]] Feed feed_of(const Declared::Read& read, const Party& party);
    [[nodiscard]] std::size_t source_of(const ProvidedSignal& provided);
    [[nodiscard]] std::size_t meter_of(const Feed& feed, const SignalInfo& info, const MeterSettings& settings);
    [[nodiscard]] std::size_t size_of(const Declared::Written& written) const;
    [[nodiscard]] std::span<const double> values_of(Feed& feed, const Party& party, std::span<const ConnectorId> arrived);

    PartySet& set_;
    World& world_;
    Rng rng_;
    std::vector<Source> sources_;
    std::vector<PublishedSignal> published_;
    std::vector<std::unique_ptr<Metered>> meters_;
    std::vector<Slots> slots_;  ///< by party
    std::vector<ConnectorId> all_connectors_;
    bool measures_network_ = false;
    bool holds_previous_ = false;
};

}  // namespace evsweep
