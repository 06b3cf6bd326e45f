#include "sim/engine/recording.hpp"

#include <limits>

#include "evsweep/contracts.hpp"

namespace evsweep {

ReplicaRecording::ReplicaRecording(World& world, SignalBoard& board)
    : world_(world), board_(board), signals_(world.site.signals.size()) {}

void ReplicaRecording::add(Recorder& recorder) { recorders_.push_back(&recorder); }

void ReplicaRecording::add(Recorder& recorder, const Output& output) {
    add(recorder);
    if (output.wants_events()) event_recorders_.push_back(&recorder);
    if (const auto every = output.samples_every()) samplers_.push_back({&recorder, *every, Instant{}});
    find_next_sample();
}

void ReplicaRecording::find_next_sample() {
    next_sample_.reset();
    for (const Sampler& sampler : samplers_)
        if (!next_sample_ || sampler.next < *next_sample_) next_sample_ = sampler.next;
}

Snapshot ReplicaRecording::snapshot() { return {world_.now, world_.step, world_.network.is_solved(), *this}; }

void ReplicaRecording::take_step() {
    close_step();
    if (!world_.network.is_solved()) unsolved_.push_back({world_.now, world_.network.result()});
    const BaseDemand& base = world_.site.base;
    books_.open(world_.now, {base.price()[world_.step], base.sell_price()[world_.step]}, world_.powers(), world_.energy());
    const Snapshot begin = snapshot();
    for (Recorder* r : recorders_) r->at(begin);
}

void ReplicaRecording::close_step() {
    if (!books_.is_open()) return;
    const Interval interval = books_.close(world_.now, world_.energy());
    ledger_.book(interval);
    for (Recorder* r : recorders_) r->over(interval);
}

void ReplicaRecording::take_sample() {
    world_.advance_fleet();
    const Snapshot now = snapshot();
    for (Sampler& sampler : samplers_) {
        if (sampler.next != world_.now) continue;
        sampler.recorder->sample(now);
        sampler.next += sampler.every;
    }
    find_next_sample();
}

void ReplicaRecording::end_session(const SessionRecord& record) {
    ledger_.book(record, world_.population.vehicles);
    for (Recorder* r : recorders_) r->session_ended(record);
}

void ReplicaRecording::hold_powers() { books_.hold(world_.now, world_.powers()); }

void ReplicaRecording::note(EventKind kind, std::optional<ConnectorId> connector) {
    if (event_recorders_.empty()) return;
    EventRecord record{world_.now, kind, connector};
    if (connector) {
        record.soc = world_.fleet.soc()[connector->index()];
        record.p_kw = world_.fleet.p_kw()[connector->index()];
    }
    for (Recorder* r : event_recorders_) r->event(record);
}

void ReplicaRecording::note(const DeviceMove& move) {
    const EventKind kind = move.what == DeviceMove::What::tap ? EventKind::tap : EventKind::capacitor;
    const EventRecord record{.at = world_.now, .kind = kind, .device = move.relay, .state = move.state};
    for (Recorder* r : event_recorders_) r->event(record);
}

std::span<const double> ReplicaRecording::read(std::uint32_t slot) {
    EVSWEEP_EXPECTS(slot < signals_.size(), "an output reads a signal that it has subscribed to");
    Known& signal = signals_[slot];
    if (!signal.is_known) get_to_know(slot);
    if (signal.truth.column.data()) return signal.truth.column;
    if (!signal.truth.by_step.empty()) return signal.truth.by_step.subspan(world_.step, 1);
    if (signal.truth.is_electrical && !world_.network.is_solved()) return not_known(slot);
    const std::span<const double> values = signal.truth.read(world_);
    if (signal.truth.row_of_connector.empty()) return values;
    signal.values.resize(signal.truth.row_of_connector.size());
    for (std::size_t c = 0; c < signal.values.size(); ++c) signal.values[c] = values[signal.truth.row_of_connector[c]];
    return signal.values;
}

void ReplicaRecording::get_to_know(std::uint32_t slot) {
    Known& signal = signals_[slot];
    signal.is_known = true;
    if (auto truth = board_.truth(world_.site.signals[slot].info.name))
        signal.truth = std::move(*truth);
    else
        signal.truth.column = not_known(slot);  // nobody publishes it in this replica
}

std::span<const double> ReplicaRecording::not_known(std::uint32_t slot) {
    signals_[slot].values.assign(world_.site.signals[slot].size, std::numeric_limits<double>::quiet_NaN());
    return signals_[slot].values;
}

}  // namespace evsweep
