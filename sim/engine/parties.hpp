/// The parties of one replica in time: when their turns come, what they see in them, and what becomes of what they do.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/engine/actuation.hpp"
#include "sim/engine/mail.hpp"
#include "sim/engine/party_set.hpp"
#include "sim/engine/signal_board.hpp"
#include "sim/engine/world.hpp"

namespace evsweep {

/// Takes the turns of all parties that are due at an instant, in their order.
class Parties {
   public:
    /// Called after a controller's turn.
    using Decided = std::function<void()>;

    /// All outlive it.
    Parties(PartySet& set, World& world, Rng rng);

    /// When the next turn comes, however it was asked for; none where no party will act any more.
    [[nodiscard]] std::optional<Instant> next_turn() const { return next_turn_; }
    /// When a party that reads the network next acts between two control steps, so that the network is measured before.
    [[nodiscard]] std::optional<Instant> next_reading() const {
        if (!reads_between_steps_) return std::nullopt;
        return find_next_reading();
    }
    [[nodiscard]] std::optional<Instant> next_message() const { return mail_.next_arrival(); }
    /// When something happens between controllers and chargers.
    [[nodiscard]] std::optional<Instant> next_actuation() const { return actuation_ ? actuation_->next() : std::nullopt; }

    /// Whether there is anything to measure on the control grid.
    [[nodiscard]] bool has_meters() const { return board_.has_meters(); }
    [[nodiscard]] bool measures_network() const { return board_.measures_network(); }
    void measure();
    void actuate();
    void deliver();
    /// All parties that are due.
    void act(const Decided& decided);

    // What happens at a connector between turns.
    void plugged_in(ConnectorId c);
    /// Before its vehicle is unplugged, or the horizon ends its stay.
    void leaving(ConnectorId c) {
        if (is_governed(c)) actuation_->leaving(c);
    }
    void unplugged(ConnectorId c);
    /// The battery has set the active power to 0.
    void halted(ConnectorId c);

    [[nodiscard]] SignalBoard& board() { return board_; }
    [[nodiscard]] std::vector<MessageCount> message_counts() const { return mail_.counts(); }
    [[nodiscard]] std::optional<ActuationNumbers> actuation_numbers() const {
        return actuation_ ? std::optional(actuation_->numbers()) : std::nullopt;
    }

   private:
    /// A party's own memory of time, and what it is shown.
    struct State {
        Party* party = nullptr;
        std::size_t index = 0;
        std::optional<Instant> next{};  ///< the next periodic turn
        bool is_woken = false;          ///< by a plug-in, an unplugging or a message
        TurnAccess access{};
        Connection seen{};
        std::vector<ConnectorId> plugged_in{}, arrived{}, left{}, halted{};
        std::vector<void* (*)(World&)> services{};
        std::vector<std::uint8_t> shows_stays{};
        std::vector<std::unique_ptr<Population>> own_stays{};  ///< by service, of parties that do not decide all
    };

    void begin(State& state, std::size_t index);
    void take_turn(State& state, const Decided& decided);
    void decide(State& state, Turn& turn);
    void show_services(State& state);
    void apply_setpoints(const State& state);
    [[nodiscard]] bool is_governed(ConnectorId c) const { return actuation_ && actuation_->governs(c); }
    void hear_of_stopped();
    [[nodiscard]] State* owner_of(ConnectorId c);
    void wake(State& state);
    void find_next_turn();
    [[nodiscard]] std::optional<Instant> find_next_reading() const;

    PartySet& set_;
    World& world_;
    SignalBoard board_;
    Mail mail_;
    SetpointTable setpoints_;
    std::unique_ptr<Actuation> actuation_;        ///< null: chargers follow at once
    std::vector<std::unique_ptr<State>> states_;  ///< in the order of turns
    std::vector<std::uint32_t> owner_;            ///< by connector: of `states_`
    std::vector<std::uint8_t> woken_;             ///< by party
    std::optional<Instant> next_turn_;
    std::optional<Instant> acted_at_;
    std::optional<Instant> measured_at_;
    bool reads_between_steps_ = false;  ///< a party reads the network at a period that is not control steps
    int waves_ = 0;                     ///< of turns at one instant
};

}  // namespace evsweep
