/// A car park's day as a linear programme, and where its columns are.
#pragma once

#include <vector>

#include "controllers/car_park/park_plan.hpp"

namespace evsweep {

/// Columns of one vehicle in one step: from the first on, in this order.
struct StayColumns {
    static constexpr std::uint32_t charge = 0, discharge = 1, energy = 2, up = 3, down = 4, count = 5;
};
/// Columns of one charger in one step.
struct ChargerColumns {
    static constexpr std::uint32_t imported = 0, exported = 1, curtailed = 2, count = 3;
};

/// The programme of README.md's model. Symbols: c, d charge and discharge, E energy, u, w reserves up and down, all of one
/// vehicle in one step.
class ParkProgram {
   public:
    ParkProgram(const ParkDay& day, const ParkMeans& means);

    [[nodiscard]] const LinearProgram& program() const { return program_; }
    /// Adds what follows from each pair that excludes one another, and its relaxation lacks: c + d <= P, import + export <= I.
    /// What branches starts from a better bound; the plans that keep all choices are the same.
    void tighten();
    [[nodiscard]] std::uint32_t stay_column(std::size_t vehicle, std::size_t step_of_stay) const {
        return stay_begin_[vehicle] + StayColumns::count * static_cast<std::uint32_t>(step_of_stay);
    }
    [[nodiscard]] std::uint32_t unserved_column(std::size_t vehicle) const { return unserved_[vehicle]; }
    [[nodiscard]] std::uint32_t charger_column(std::size_t charger, std::size_t step) const {
        return charger_begin_ + ChargerColumns::count * static_cast<std::uint32_t>(charger * day_.steps() + step);
    }

   private:
    void add_stay(const ParkVehicle& vehicle);
    std::uint32_t add_stay_columns(const ParkVehicle& vehicle, std::size_t t);
    void store(const ParkVehicle& vehicle, std::uint32_t column, bool is_first);
    void keep_headroom(const ParkVehicle& vehicle, std::uint32_t column);
    void require(const ParkVehicle& vehicle, std::uint32_t last_column);
    void keep_firm(const ParkVehicle& vehicle);
    void keep_firm_together(std::vector<std::size_t> vehicles, std::size_t t);
    void add_charger_columns();
    void connect(std::size_t charger, std::size_t t);
    void keep_charger_limits(std::size_t charger, std::size_t t, const std::vector<std::uint32_t>& there);
    void keep_band(std::size_t t);
    [[nodiscard]] double sun_kw(std::size_t t) const;
    [[nodiscard]] double returned_kw(const ParkVehicle& vehicle) const;

    const ParkDay& day_;
    const ParkMeans& means_;
    LinearProgram program_;
    std::vector<std::uint32_t> stay_begin_, unserved_;
    std::uint32_t charger_begin_ = 0;
};

}  // namespace evsweep
