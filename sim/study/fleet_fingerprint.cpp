#include "sim/study/fleet_fingerprint.hpp"

#include <bit>
#include <span>

namespace evsweep {

namespace {

class Fingerprint {
   public:
    void add(std::uint64_t word) {
        for (int shift = 0; shift < 64; shift += 8) {
            hash_ ^= (word >> shift) & 0xFFU;
            hash_ *= 0x100000001B3ULL;
        }
    }
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
    void add(Instant at) { add(static_cast<std::uint64_t>(at.time_since_epoch().count())); }
    void add(std::span<const double> values) {
        add(std::uint64_t{values.size()});
        for (const double v : values) add(v);
    }
    void add(const std::optional<Conductor>& conductor) {
        add(conductor ? std::uint64_t{1} + static_cast<std::uint64_t>(*conductor) : 0);
    }
    void add(const Connectors& c) {
        for (const BusId bus : c.bus) add(std::uint64_t{bus.index()});
        for (const Wiring& wiring : c.wiring) {
            add(std::uint64_t{wiring.size()});
            for (const Terminals& terminals : wiring) add(terminals.plus), add(terminals.minus);
        }
        for (const std::uint32_t set : c.level_set) add(std::uint64_t{set});
        for (const ResourceKind kind : c.kind) add(static_cast<std::uint64_t>(kind));
        for (const std::uint32_t row : c.availability) add(std::uint64_t{row});
        add(c.charge_rating.raw()), add(c.discharge_rating.raw()), add(c.apparent_rating.raw()), add(c.minimum_power.raw());
    }
    void add(const Vehicles& v) {
        add(v.capacity.raw()), add(v.stored_per_drawn.raw()), add(v.drawn_per_returned.raw());
        add(v.lowest_soc.raw()), add(v.highest_soc.raw()), add(v.reserve_soc.raw());
        add(v.taper_knee.raw()), add(v.taper_end.raw());
    }
    void add(const LoadFactors& load) {
        add(static_cast<std::uint64_t>(load.every.count()));
        add(std::span<const double>(load.factor));
    }
    void add(const Session& s) {
        add(std::uint64_t{s.connector.index()}), add(std::uint64_t{s.vehicle.index()});
        add(s.plug_in), add(s.unplug), add(s.stated_departure);
        add(s.initial_soc), add(s.target_soc);
        if (s.service) add(Instant(*s.service));
        if (s.patience) add(Instant(*s.patience));
        if (s.booked) add(*s.booked);
        if (s.trip_kwh) add(*s.trip_kwh);
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

   private:
    std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

}  // namespace

std::uint64_t fleet_fingerprint(const Population& fleet) {
    Fingerprint fingerprint;
    fingerprint.add(fleet.connectors);
    fingerprint.add(fleet.vehicles);
    for (const auto& levels : fleet.level_sets) fingerprint.add(levels);
    for (const Session& session : fleet.sessions) fingerprint.add(session);
    for (const Availability& row : fleet.availability) fingerprint.add(row);
    fingerprint.add(std::uint64_t{fleet.all_stays().dropped().count});
    if (fleet.load_factors.vary()) fingerprint.add(fleet.load_factors);
    return fingerprint.value();
}

}  // namespace evsweep
