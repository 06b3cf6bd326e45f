/// All stays of a problem in one interior-point method, worked on in chunks by several threads.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "solvers/schedule/grid_newton.hpp"
#include "solvers/schedule/stay_newton.hpp"
#include "solvers/schedule/workers.hpp"

namespace evsweep {

/// Where the stays of a fleet stood half-way to an optimum: a good place to start from when only the grid has changed.
struct FleetMemory {
    bool is_reactive = false;
    std::vector<ScheduleVehicle> vehicles;
    std::vector<StayPoint> points;
    std::vector<ElasticLimit> shortfalls;
    /// Whether these are the vehicles of `problem`.
    [[nodiscard]] bool is_of(const ScheduleProblem& problem) const;
};

/// The fleet's columns. Chunks have one place each and do not depend on the number of threads; sums over them are taken in order.
class FleetNewton {
   public:
    using Power = GridNewton::Power;

    FleetNewton(const ScheduleProblem& problem, Workers& workers);

    [[nodiscard]] std::size_t products() const;
    /// `power` is what is drawn at the start.
    void start(double barrier, Power& power);
    void start_from(const FleetMemory& memory, Power& power);
    void remember(FleetMemory& memory) const;
    /// Factorises all stays and adds up what places answer to prices.
    void factorise(PlaceResponse& response);
    /// The step whose products aim at `barrier` less a share of what the step before would have gained beyond the first order, at
    /// these prices; `power` is what would be drawn after it.
    void find_step(const Power& prices, double barrier, double share, Power& power);
    /// Adds the answer to a change of prices; returns how long the step may be, up to `longest`.
    [[nodiscard]] double complete_step(const Power& changes, double longest);
    [[nodiscard]] double gap_after(double length);
    /// `power` is what is drawn then.
    void take_step(double length, Power& power);
    [[nodiscard]] StayNewton::Standing standing(const Power& prices);
    /// Puts u, w, q and x into a schedule, x by the battery's equation.
    void conclude(Schedule& schedule) const;

   private:
    struct Chunk {
        std::size_t place = 0;
        std::size_t begin = 0, end = 0;            ///< in `order_`
        std::size_t first_step = 0, end_step = 0;  ///< of all its stays
        std::vector<double> response;              ///< [part][t][s] from first_step on
        std::vector<double> power;                 ///< [2][step] from first_step on
        std::vector<double> row, tilt;             ///< room for work, by step
        double gap = 0.0;                          ///< found for the chunk, as the two below
        double longest = 1.0;
        StayNewton::Standing standing;
        [[nodiscard]] std::size_t steps() const { return end_step - first_step; }
    };

    void add_stays(const VehicleSteps& steps);
    void cut_chunks();
    [[nodiscard]] StayNewton stay(std::size_t s);
    void each_stay(const std::function<void(Chunk&, StayNewton&)>& work);
    void add_response(Chunk& chunk, const StayNewton& stay) const;
    void gather(PlaceResponse& response);
    void gather(Power& power) const;
    void each_stay(Power& power, const std::function<void(Chunk&, StayNewton&)>& work);
    static void add_power(Chunk& chunk, const StayNewton& stay, double length);

    const ScheduleProblem& problem_;
    Workers& workers_;
    std::size_t parts_;
    std::vector<StayShape> shapes_;
    std::vector<std::size_t> order_;  ///< stays that act, by place
    std::vector<Chunk> chunks_;
    std::vector<StayPoint> points_, steps_;
    std::vector<StayAims> aims_;
    std::vector<StayFactor> factors_;
    std::vector<ElasticLimit> shortfalls_;
    std::vector<ElasticStep> shortfall_steps_;
    std::vector<ElasticAim> shortfall_aims_;
};

}  // namespace evsweep
