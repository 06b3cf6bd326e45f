// What a replica tells its recorders: snapshots on the control grid, intervals between them, and events.
#include "sim/engine/replica.hpp"

namespace evsweep {

void Replica::record(const Event& event) {
    step_ = event.subject;
    const Activity before = company_.watch.switch_to(Activity::recording);
    book_step(now_);
    if (!solved_) unsolved_.push_back({now_, last_result_});
    const Snapshot begin = snapshot();
    books_.open(begin, fleet_);
    for (Recorder* r : recorders_) r->at(begin);
    company_.watch.switch_to(before);
    if (step_ + 1 < site_.base.steps()) schedule_step(step_ + 1);
}

void Replica::book_step(Instant end) {
    if (!books_.is_open()) return;
    const Interval interval = books_.close(end, fleet_);
    ledger_.book(interval);
    for (Recorder* r : recorders_) r->over(interval);
}

Snapshot Replica::snapshot() {
    Snapshot s;
    s.now = now_;
    s.step = step_;
    s.solved = solved_;
    s.charging_kw = fleet_.charging_kw();
    s.discharging_kw = fleet_.discharging_kw();
    s.ev_kvar = fleet_.ev_kvar();
    if (solved_) {
        s.source_kw = load_flow_.source_kw();
        s.source_kvar = load_flow_.source_kvar();
        s.load_kw = load_flow_.drawn_kw() - (s.charging_kw - s.discharging_kw);
        s.loss_kw = load_flow_.loss_kw();
        s.voltage_pu = load_flow_.voltage_pu();
        s.supply_pu = load_flow_.supply_pu();
        if (wants_currents_) s.current_a = load_flow_.current_a();
        if (wants_unbalance_) {
            company_.unbalance.fill_unbalance(load_flow_, unbalance_);
            company_.unbalance.fill_neutral_currents(load_flow_, neutral_a_);
            s.unbalance = unbalance_;
            s.neutral_a = neutral_a_;
        }
    }
    s.p_kw = fleet_.p_kw();
    s.soc = ColumnOnDemand(this, [](void* self) { return static_cast<Replica*>(self)->soc_now(); });
    s.plugged_in = fleet_.plugged_in();
    s.price = site_.base.price()[step_];
    s.sell_price = site_.base.sell_price()[step_];
    return s;
}

std::span<const double> Replica::soc_now() {
    fleet_.refresh_soc(now_);
    return fleet_.soc();
}

void Replica::tell(EventKind kind, std::optional<ConnectorId> connector) {
    if (event_recorders_.empty()) return;
    EventRecord record{now_, kind, connector};
    if (connector) {
        record.soc = fleet_.soc()[connector->index()];
        record.p_kw = fleet_.p_kw()[connector->index()];
    }
    for (Recorder* r : event_recorders_) r->event(record);
}

void Replica::tell(const DeviceMove& move) {
    const EventKind kind = move.what == DeviceMove::What::tap ? EventKind::tap : EventKind::capacitor;
    const EventRecord record{.at = now_, .kind = kind, .device = move.relay, .state = move.state};
    for (Recorder* r : event_recorders_) r->event(record);
}

}  // namespace evsweep
