/// Feeder descriptions with every field drawn at random, to be written and read back.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "evsweep/connections.hpp"
#include "evsweep/feeder_description.hpp"

namespace evsweep::test {

/// Draws rows that make sense to a file, not necessarily to a network.
class RandomFeeder {
   public:
    explicit RandomFeeder(unsigned seed) : random_(seed) {}

    FeederDescription draw() {
        FeederDescription f;
        f.name = text();
        f.note = chance() ? "two lines\nand \"quotes\", a \\ and: a colon # no comment\t\x01" : text();
        const bool balanced = one_in(4);
        const std::size_t n = 2 + below(6);
        for (std::size_t i = 0; i < n; ++i) f.buses.push_back(bus("b" + std::to_string(i) + text(), balanced));
        for (std::size_t i = 0; i < 6; ++i) f.branches.push_back(branch(f, i));
        if (chance()) std::stable_sort(f.branches.begin(), f.branches.end(), by_section);
        for (std::size_t i = 0; i < 4; ++i) {
            f.transformers.push_back(transformer(f, i));
            f.loads.push_back(load(f, i));
            f.shunts.push_back(shunt(f, i));
            f.regulators.push_back(regulator(i));
            f.capacitor_controls.push_back(control(i));
            f.injection_controls.push_back(holding(i));
            const std::size_t values = below(60);
            f.profiles.push_back(
                {"p" + std::to_string(i), duration(), series(values), series(chance() ? values : 0), chance(), {}});
        }
        for (std::size_t i = 0; i < below(3); ++i) f.injection_controls.push_back(inverting(i));
        if (chance())
            for (ShuntRow& row : f.shunts) row.p = Kilowatts(), row.q = Kilovars(-positive());
        for (std::size_t i = 0; i < 1 + below(2); ++i) f.sources.push_back(source(f));
        return f;
    }

   private:
    InjectionControlRow holding(std::size_t i) {
        InjectionControlRow row;
        row.id = "i" + std::to_string(i);
        row.load = text();
        for (std::size_t k = below(3); k > 0; --k)
            row.watched.push_back(
                {text(), {Conductor::a, chance() ? std::optional(Conductor::n) : std::nullopt}, Volts(positive())});
        row.voltage = one_in(3) ? OfSeveral::highest : chance() ? OfSeveral::lowest : OfSeveral::mean;
        row.law = HoldVoltage{PerUnit(positive()), Kilovars(any()), Kilovars(any())};
        row.delay = duration();
        return row;
    }

    InverterRating rating() {
        InverterRating r;
        r.rated = KilovoltAmperes(positive());
        r.q_max = Kilovars(positive()), r.q_max_drawn = Kilovars(positive());
        r.rated_p = Kilowatts(positive()), r.p_max = Kilowatts(positive());
        r.no_q_below = Kilowatts(chance() ? positive() : 0.0), r.full_q_from = Kilowatts(chance() ? positive() : 0.0);
        r.cut_out = Kilowatts(chance() ? positive() : 0.0);
        if (chance()) r.priority = chance() ? InverterPriority::active : InverterPriority::factor;
        if (chance()) r.available_p = Kilowatts(any());
        if (chance()) r.power_factor = 0.9;
        if (chance()) r.own_q = Kilovars(any());
        r.is_on = chance(), r.q_needs_on = chance(), r.stores = chance(), r.is_idle = chance();
        return r;
    }

    VoltageCurve curve() { return {{{0.9, any()}, {1.0, any()}, {1.1, any()}}, chance(), chance() ? 1e-5 : 0.0}; }

    InjectionControlRow inverting(std::size_t i) {
        InjectionControlRow row = holding(i);
        row.id = "inverter" + std::to_string(i);
        if (one_in(3)) {
            row.law = SlopeVoltVar{rating(),   positive(), positive(), any(),    positive(), positive(),
                                   positive(), positive(), positive(), chance(), 3};
            return row;
        }
        InverterCurves curves;
        curves.rating = rating();
        curves.volt_var = curve();
        if (chance()) curves.volt_watt = curve();
        if (chance()) curves.volt_watt_charging = curve();
        if (chance()) curves.var_base = VarBase::available;
        if (chance()) curves.watt_base = one_in(3) ? WattBase::available_p : chance() ? WattBase::p_max : WattBase::rated_kva;
        if (chance()) curves.steps = PartialSteps{any(), any(), positive(), positive(), positive(), 2};
        row.law = curves;
        return row;
    }

    static bool by_section(const BranchRow& x, const BranchRow& y) {
        const auto rank = [](BranchKind k) { return k == BranchKind::line ? 0 : k == BranchKind::switch_ ? 1 : 2; };
        return rank(x.kind) < rank(y.kind);
    }

    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    bool chance() { return one_in(2); }
    /// Numbers of all sizes that any quantity may have, with all their bits.
    double positive() {
        const double mantissa = std::uniform_real_distribution<double>(1.0, 10.0)(random_);
        return mantissa * std::pow(10.0, static_cast<double>(below(17)) - 12.0);
    }
    double any() { return one_in(8) ? 0.0 : chance() ? positive() : -positive(); }
    template <class T>
    std::optional<T> maybe(T value) {
        return chance() ? std::optional<T>(value) : std::nullopt;
    }
    std::string text() {
        const std::vector<std::string> texts{"",    "x",   "17",   "a b", "1-2",  "null", "none", "~",        "true",
                                             "{x}", "a:b", "- x",  "#1",  "k: v", "'",    "\"",   "Grünwald", "3.10",
                                             "a,b", "[",   "x\\y", "a ",  "&a",   "*b",   "!t",   "%",        "@ h"};
        return texts[below(texts.size())];
    }
    Duration duration() { return Duration(static_cast<std::int64_t>(below(100'000'000))); }
    std::vector<double> series(std::size_t n) {
        std::vector<double> values(n);
        for (double& v : values) v = any();
        return values;
    }
    std::vector<Conductor> conductors() {
        static const std::vector<std::string> names{"abc", "abcn", "a", "bc", "ca", "s1s2", "s1s2n", "an", "cba", "c"};
        return *conductors_of(names[below(names.size())]);
    }
    std::vector<std::complex<double>> matrix(std::size_t n) {
        std::vector<std::complex<double>> m(n * n);
        for (auto& z : m) z = {any(), any()};
        for (std::size_t i = 0; i < n; ++i) m[i * (n + 1)] = {positive(), any()};
        if (one_in(3)) return m;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < i; ++j) m[i * n + j] = m[j * n + i];
        return m;
    }
    const BusRow& some_bus(const FeederDescription& f) { return f.buses[below(f.buses.size())]; }

    BusRow bus(std::string id, bool balanced) {
        BusRow row{std::move(id), Volts(positive()), text(), maybe(any()), maybe(any()), {Conductor::balanced}, {}};
        if (!balanced) row.conductors = chance() ? *conductors_of("abc") : conductors();
        return row;
    }

    BranchRow branch(const FeederDescription& f, std::size_t i) {
        BranchRow row;
        const BusRow& from = some_bus(f);
        const bool is_balanced = from.conductors.front() == Conductor::balanced;
        row.from = from.id;
        row.to = some_bus(f).id;
        row.id = chance() ? row.from + "-" + row.to : "L" + std::to_string(i) + text();
        row.kind = static_cast<BranchKind>(below(3));
        row.conductors = is_balanced || chance() ? from.conductors : conductors();
        if (!is_balanced && one_in(3)) row.to_conductors = conductors();
        const std::size_t n = row.conductors.size();
        row.series_ohm = row.kind == BranchKind::switch_ && chance() ? std::vector<std::complex<double>>(n * n) : matrix(n);
        if (chance()) row.shunt_s = matrix(n);
        row.rating = maybe(Amperes(positive()));
        row.length = maybe(Kilometres(positive()));
        if (row.kind == BranchKind::transformer) {
            row.rated_power = maybe(KilovoltAmperes(positive()));
            row.tap = chance() ? 1.0 : positive();
            row.shift = Degrees(any());
        }
        row.closed = chance();
        return row;
    }

    std::vector<Terminals> terminals(const BusRow& at) {
        if (chance()) return star(at.conductors, at.conductors);
        if (const auto ring = delta(at.conductors); chance() && !ring.empty()) return ring;
        static const std::vector<std::string> names{"a", "ab", "bc", "ca", "cb", "an", "s1", "0s2", "s1s2", "na", "s1n", "c"};
        std::vector<Terminals> list;
        for (std::size_t i = 0; i < 1 + below(3); ++i) list.push_back(*terminals_of(names[below(names.size())]));
        return list;
    }

    TransformerRow transformer(const FeederDescription& f, std::size_t i) {
        TransformerRow row;
        const std::size_t windings = 2 + below(2);
        for (std::size_t w = 0; w < windings; ++w) {
            const BusRow& at = some_bus(f);
            WindingRow winding{at.id, terminals(at), {}, chance() ? 0.0 : positive(), chance() ? 1.0 : positive(), {}};
            winding.rated = chance() ? nominal_across(at.nominal, winding.coils.front()) : Volts(positive());
            if (chance()) winding.taps = {positive(), positive(), static_cast<int>(below(40))};
            row.windings.push_back(winding);
        }
        row.id = chance() ? row.windings.front().bus + "-" + row.windings.back().bus : "T" + std::to_string(i);
        row.rated = KilovoltAmperes(positive());
        row.reactance = chance() ? series(windings == 2 ? 1 : 3) : std::vector<double>(windings == 2 ? 1 : 3);
        if (chance()) row.no_load_loss = positive(), row.magnetising_current = positive(), row.stray = positive();
        row.rating = maybe(KilovoltAmperes(positive()));
        row.closed = chance();
        return row;
    }

    PowerLaw law() {
        if (chance()) return {};
        if (chance()) return {any(), any(), any(), 0.0, 0.0};
        return chance() ? PowerLaw{0.0, 0.0, 0.0, 1.0, any()} : PowerLaw{any(), any(), any(), any(), any()};
    }

    LoadRow load(const FeederDescription& f, std::size_t i) {
        const BusRow& at = some_bus(f);
        LoadRow row;
        row.id = chance() ? at.id : at.id + "#" + std::to_string(i);
        row.bus = at.id;
        row.p = Kilowatts(any());
        row.q = Kilovars(any());
        row.terminals = terminals(at);
        if (chance()) row.rated = Volts(positive());
        row.response.active = law();
        row.response.reactive = chance() ? row.response.active : law();
        if (chance()) row.response.linear = LinearOutside{positive(), positive(), positive(), chance(), chance()};
        if (chance()) row.response.cut_off = positive();
        row.profile = text();
        return row;
    }

    ShuntRow shunt(const FeederDescription& f, std::size_t i) {
        const BusRow& at = some_bus(f);
        const int steps = 1 + static_cast<int>(below(5));
        return {"C" + std::to_string(i),
                at.id,
                Kilowatts(any()),
                Kilovars(any()),
                terminals(at),
                maybe(Volts(positive())).value_or(Volts()),
                steps,
                static_cast<int>(below(static_cast<std::size_t>(steps) + 1)),
                {}};
    }

    SourceRow source(const FeederDescription& f) {
        const BusRow& at = some_bus(f);
        SourceRow row{at.id, PerUnit(positive()), Degrees(any()), {}, {}};
        if (chance()) row.series_ohm = matrix(at.conductors.size());
        row.is_earthed = chance();
        return row;
    }

    RelaySetting setting() { return chance() ? RelaySetting{} : RelaySetting{positive(), positive(), any(), any(), duration()}; }

    RegulatorRow regulator(std::size_t i) {
        RegulatorRow row;
        row.id = "R" + std::to_string(i) + text();
        row.transformer = "T" + std::to_string(i);
        row.winding = below(3);
        row.coil = below(3);
        row.sees = static_cast<SeenCoil>(below(3));
        if (chance()) row.tap_winding = below(3);
        row.bus = text();
        row.bus_conductor = maybe(Conductor::b);
        if (chance()) row.pt_ratio = positive();
        row.bus_pt_ratio = maybe(positive());
        if (chance()) row.ct_primary = Amperes(positive());
        row.forward = setting();
        row.on_reverse = static_cast<ReversePower>(below(3));
        row.reverse = setting();
        if (chance()) row.reverse_threshold = Kilowatts(any());
        row.limit_v = maybe(positive());
        if (chance()) row.tap_delay = duration();
        row.max_steps = 1 + static_cast<int>(below(16));
        row.inverse_time = chance();
        return row;
    }

    CapacitorControlRow control(std::size_t i) {
        CapacitorControlRow row;
        row.id = "K" + std::to_string(i);
        row.capacitor = "C" + std::to_string(i);
        row.signal = static_cast<CapacitorSignal>(below(5));
        row.element = text();
        row.at_to_end = chance();
        row.conductor = maybe(Conductor::s2);
        if (chance()) row.across = terminals_of("ab");
        if (chance()) row.on = any(), row.off = any();
        if (chance()) row.pt_ratio = positive(), row.ct_ratio = positive();
        row.voltage_override = chance();
        if (chance()) row.lowest_v = any(), row.highest_v = any();
        row.of_voltages = static_cast<OfSeveral>(below(3));
        row.of_currents = static_cast<OfSeveral>(below(3));
        if (chance()) row.least_share = positive();
        if (chance()) row.delay_on = duration(), row.delay_off = duration(), row.dead_time = duration();
        return row;
    }

    std::mt19937 random_;
};

}  // namespace evsweep::test
