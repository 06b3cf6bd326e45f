#include "solvers/schedule/fleet_newton.hpp"

#include <algorithm>

namespace evsweep {

namespace {

constexpr std::size_t most_chunks = 64;     ///< bounds the memory of their responses
constexpr std::size_t smallest_chunk = 24;  ///< stays
constexpr double no_room = 1e-9;            ///< in state of charge: nothing to decide

StayShape shape_of(const ScheduleVehicle& v, const ScheduleProblem& problem, std::size_t first) {
    StayShape shape{v, first, v.last - v.first};
    shape.vehicle.deficit_min = std::min(v.deficit_min, v.deficit);  // which may miss them by rounding
    shape.vehicle.deficit_max = std::max(v.deficit_max, v.deficit);
    const bool has_power = v.rating_kva > 0.0 && shape.steps > 0;
    const bool can_move = has_power && v.deficit_max - v.deficit_min > no_room;
    shape.can_discharge = can_move && v.discharge_max > 0.0 && v.soc_per_discharge > 0.0;
    shape.can_charge =
        can_move && v.charge_max > 0.0 && v.soc_per_charge > 0.0 && (shape.can_discharge || v.deficit - v.deficit_min > no_room);
    if (shape.can_discharge && !shape.can_charge && v.deficit_max - v.deficit <= no_room) shape.can_discharge = false;
    shape.is_reactive = has_power && problem.reactive;
    const bool moves = shape.can_charge || shape.can_discharge;
    shape.has_low = shape.can_charge;
    shape.has_high = shape.can_discharge;
    shape.has_shortfall = moves && v.shortfall_price > 0.0;
    shape.hold_weight = problem.objective.deficit_weight * static_cast<double>(problem.steps - v.last + 1);
    return shape;
}

}  // namespace

FleetNewton::FleetNewton(const ScheduleProblem& problem, Workers& workers)
    : problem_(problem), workers_(workers), parts_(problem.reactive ? 4 : 1) {
    const VehicleSteps steps(problem);
    add_stays(steps);
    cut_chunks();
    for (auto* column : {&points_, &steps_}) column->resize(steps.size());
    aims_.resize(steps.size());
    factors_.resize(steps.size());
    shortfalls_.resize(shapes_.size());
    shortfall_steps_.resize(shapes_.size());
    shortfall_aims_.resize(shapes_.size());
}

void FleetNewton::add_stays(const VehicleSteps& steps) {
    for (std::size_t n = 0; n < problem_.vehicles.size(); ++n) {
        shapes_.push_back(shape_of(problem_.vehicles[n], problem_, steps.first[n]));
        if (shapes_.back().acts()) order_.push_back(n);
    }
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return shapes_[a].vehicle.place < shapes_[b].vehicle.place; });
}

void FleetNewton::cut_chunks() {
    const std::size_t size = std::max(smallest_chunk, order_.size() / most_chunks + 1);
    for (std::size_t i = 0; i < order_.size(); ++i) {
        const ScheduleVehicle& v = shapes_[order_[i]].vehicle;
        if (chunks_.empty() || chunks_.back().place != v.place || i - chunks_.back().begin >= size) {
            chunks_.emplace_back();
            chunks_.back().place = v.place;
            chunks_.back().begin = i;
            chunks_.back().first_step = v.first;
            chunks_.back().end_step = v.last;
        }
        Chunk& chunk = chunks_.back();
        chunk.end = i + 1;
        chunk.first_step = std::min<std::size_t>(chunk.first_step, v.first);
        chunk.end_step = std::max<std::size_t>(chunk.end_step, v.last);
    }
    for (Chunk& chunk : chunks_) {
        workers_.obey_stop();  // memory for plans of minutes takes seconds to be had
        chunk.response.resize(parts_ * chunk.steps() * chunk.steps());
        chunk.power.resize(2 * chunk.steps());
        chunk.row.resize(chunk.steps());
        chunk.tilt.resize(chunk.steps());
    }
}

StayNewton FleetNewton::stay(std::size_t s) {
    const StayShape& shape = shapes_[s];
    const auto part = [&](auto& column) { return std::span(column).subspan(shape.first, shape.steps); };
    return {shape,          problem_.objective, part(points_),       part(steps_),      part(aims_),
            part(factors_), shortfalls_[s],     shortfall_steps_[s], shortfall_aims_[s]};
}

void FleetNewton::each_stay(const std::function<void(Chunk&, StayNewton&)>& work) {
    workers_.share(chunks_.size(), [&](std::size_t c) {
        Chunk& chunk = chunks_[c];
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
            StayNewton one = stay(order_[i]);
            work(chunk, one);
        }
    });
}

std::size_t FleetNewton::products() const {
    std::size_t products = 0;
    for (const std::size_t s : order_) products += shapes_[s].products();
    return products;
}

void FleetNewton::start(double barrier, Power& power) {
    each_stay(power, [&](Chunk& chunk, StayNewton& s) {
        s.start(barrier);
        add_power(chunk, s, 0.0);
    });
}

bool FleetMemory::is_of(const ScheduleProblem& problem) const {
    return is_reactive == problem.reactive && vehicles == problem.vehicles;
}

void FleetNewton::start_from(const FleetMemory& memory, Power& power) {
    points_ = memory.points;
    shortfalls_ = memory.shortfalls;
    each_stay(power, [&](Chunk& chunk, StayNewton& s) { add_power(chunk, s, 0.0); });
}

void FleetNewton::remember(FleetMemory& memory) const {
    memory.is_reactive = problem_.reactive;
    memory.vehicles = problem_.vehicles;
    memory.points = points_;
    memory.shortfalls = shortfalls_;
}

/// -b_t Tri^-1(t, s) b_s, and beta' D^-1 beta where t = s.
void FleetNewton::add_response(Chunk& chunk, const StayNewton& stay) const {
    const double rating2 = stay.shape.vehicle.rating_kva * stay.shape.vehicle.rating_kva;
    const std::span<const StayFactor> f = stay.factor;
    const std::size_t size = chunk.steps();
    const std::size_t plane = size * size;
    const std::size_t offset = stay.shape.vehicle.first - chunk.first_step;
    std::vector<double>& row = chunk.row;    // of the answer, for s >= t
    std::vector<double>& tilt = chunk.tilt;  // in a column of its own
    for (std::size_t s = 0; s < f.size(); ++s) tilt[s] = f[s].tilt;
    for (std::size_t t = 0; t < f.size(); ++t) {
        double reach = -f[t].b_p * f[t].inverse;
        row[t] = reach * f[t].b_p;
        for (std::size_t s = t + 1; s < f.size(); ++s) {
            reach = without_traces(reach * f[s].decay);
            row[s] = reach * f[s].b_p;
        }
        row[t] += rating2 * (f[t].iu + f[t].iw) * f[t].iden;
        double* pp = chunk.response.data() + (offset + t) * size + offset;
        for (std::size_t s = t; s < f.size(); ++s) pp[s] += row[s];
        if (parts_ == 1) continue;
        double* pq = pp + plane;
        double* qp = pq + plane;
        double* qq = qp + plane;
        for (std::size_t s = t; s < f.size(); ++s) {
            const double with_q = row[s] * tilt[s];
            pq[s] += with_q;
            qp[s] += row[s] * tilt[t];
            qq[s] += with_q * tilt[t];
        }
        qq[t] += rating2 * f[t].iq;
    }
}

void FleetNewton::factorise(PlaceResponse& response) {
    for (Chunk& chunk : chunks_) std::fill(chunk.response.begin(), chunk.response.end(), 0.0);
    each_stay([&](Chunk& chunk, StayNewton& s) {
        s.factorise();
        add_response(chunk, s);
    });
    gather(response);
}

void FleetNewton::gather(PlaceResponse& response) {
    response.steps = problem_.steps;
    response.places = problem_.places;
    response.parts = parts_;
    response.of.resize(response.steps * response.steps * parts_ * response.places);
    workers_.share(response.steps, [&](std::size_t t) {
        std::fill_n(response.of.begin() + static_cast<std::ptrdiff_t>(response.index(t, 0)), response.index(1, 0), 0.0);
        for (const Chunk& chunk : chunks_) {
            if (t < chunk.first_step || t >= chunk.end_step) continue;
            const std::size_t size = chunk.steps();
            for (std::size_t s = t; s < chunk.end_step; ++s)
                for (std::size_t part = 0; part < parts_; ++part)
                    response.of[response.index(t, s) + part * response.places + chunk.place] +=
                        chunk.response[part * size * size + (t - chunk.first_step) * size + (s - chunk.first_step)];
        }
    });
}

void FleetNewton::gather(Power& power) const {
    std::fill(power.begin(), power.end(), 0.0);
    for (const Chunk& chunk : chunks_) {
        for (std::size_t t = chunk.first_step; t < chunk.end_step; ++t) {
            double* at = power.data() + t * 2 * problem_.places + chunk.place;
            at[0] += chunk.power[t - chunk.first_step];
            at[problem_.places] += chunk.power[chunk.steps() + t - chunk.first_step];
        }
    }
}

/// What the stay draws after a step of this length.
void FleetNewton::add_power(Chunk& chunk, const StayNewton& stay, double length) {
    const ScheduleVehicle& v = stay.shape.vehicle;
    double* p = chunk.power.data() + (v.first - chunk.first_step);
    double* q = p + chunk.steps();
    for (std::size_t t = 0; t < stay.at.size(); ++t) {
        const StayPoint& point = stay.at[t];
        const StayPoint& d = stay.step[t];
        p[t] += v.rating_kva * (point.u - point.w + length * (d.u - d.w));
        q[t] += v.rating_kva * (point.q + length * d.q);
    }
}

/// As the other, with the power that `work` adds up in the chunks.
void FleetNewton::each_stay(Power& power, const std::function<void(Chunk&, StayNewton&)>& work) {
    for (Chunk& chunk : chunks_) std::fill(chunk.power.begin(), chunk.power.end(), 0.0);
    each_stay(work);
    gather(power);
}

void FleetNewton::find_step(const Power& prices, double barrier, double share, Power& power) {
    each_stay(power, [&](Chunk& chunk, StayNewton& s) {
        s.aim(barrier, share);
        s.find_step({prices.data(), problem_.places});
        add_power(chunk, s, 1.0);
    });
}

double FleetNewton::complete_step(const Power& changes, double longest) {
    for (Chunk& chunk : chunks_) chunk.longest = longest;
    each_stay([&](Chunk& chunk, StayNewton& s) {
        s.complete_step({changes.data(), problem_.places});
        chunk.longest = s.longest_step(chunk.longest);
    });
    for (const Chunk& chunk : chunks_) longest = std::min(longest, chunk.longest);
    return longest;
}

void FleetNewton::take_step(double length, Power& power) {
    each_stay(power, [&](Chunk& chunk, StayNewton& s) {
        s.take_step(length);
        add_power(chunk, s, 0.0);
    });
}

double FleetNewton::gap_after(double length) {
    for (Chunk& chunk : chunks_) chunk.gap = 0.0;
    each_stay([&](Chunk& chunk, StayNewton& s) { chunk.gap += s.gap_after(length); });
    double gap = 0.0;
    for (const Chunk& chunk : chunks_) gap += chunk.gap;
    return gap;
}

StayNewton::Standing FleetNewton::standing(const Power& prices) {
    const auto join = [](StayNewton::Standing& all, const StayNewton::Standing& one) {
        all = {std::max(all.primal, one.primal), std::max(all.dual, one.dual), all.cost + one.cost, all.gap + one.gap};
    };
    for (Chunk& chunk : chunks_) chunk.standing = {};
    each_stay([&](Chunk& chunk, StayNewton& s) { join(chunk.standing, s.standing({prices.data(), problem_.places})); });
    StayNewton::Standing all;
    for (const Chunk& chunk : chunks_) join(all, chunk.standing);
    return all;
}

void FleetNewton::conclude(Schedule& schedule) const {
    for (auto* column : {&schedule.charge, &schedule.discharge, &schedule.deficit}) column->resize(points_.size());
    schedule.reactive.resize(problem_.reactive ? points_.size() : 0);
    for (const StayShape& shape : shapes_) {
        double x = shape.vehicle.deficit;
        for (std::size_t i = shape.first; i < shape.first + shape.steps; ++i) {
            const auto soc = shape.moves(i - shape.first);
            x += soc.discharge * points_[i].w - soc.charge * points_[i].u;
            schedule.charge[i] = points_[i].u;
            schedule.discharge[i] = points_[i].w;
            schedule.deficit[i] = x;
            if (problem_.reactive) schedule.reactive[i] = points_[i].q;
        }
    }
}

}  // namespace evsweep
