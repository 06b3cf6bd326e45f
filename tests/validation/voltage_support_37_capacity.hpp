/// Weeks in which stations plan reactive power ahead of their capacity: inputs from the reference's data or from draws of its
/// law, and what a run of `capacity_week.yaml` with them comes to.
#pragma once

#include <array>
#include <cmath>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "scratch.hpp"
#include "tests/validation/study_fixture.hpp"

namespace evsweep::validation {

inline constexpr std::size_t slots_of_day = 96;
inline constexpr int days_before = 56, days_of_history = 63;

/// Capacities by slot and station, with the names that the scenario gives to stations.
struct StationHistory {
    std::vector<std::string> stations;
    std::vector<std::vector<double>> kvar;  ///< [slot][station]

    [[nodiscard]] std::string text() const {
        std::string text = "day,slot";
        for (const std::string& station : stations) text += "," + station;
        for (std::size_t row = 0; row < kvar.size(); ++row) {
            text += "\n" + std::to_string(row / slots_of_day) + "," + std::to_string(row % slots_of_day);
            for (const double value : kvar[row]) text += "," + std::to_string(value);
        }
        return text + "\n";
    }
};

inline std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
    return cells;
}

/// "738abW" is "738.ab.work".
inline std::string station_name(const std::string& reference) {
    return reference.substr(0, 3) + "." + reference.substr(3, 2) + (reference.back() == 'W' ? ".work" : ".homes");
}

/// The history of the reference; with `outages` stations can give nothing in slots in which they are not available.
inline StationHistory reference_history(const std::filesystem::path& data, bool outages) {
    std::ifstream capacities(data / "capacity_history.csv"), available(data / "availability.csv");
    StationHistory history;
    std::string line, digits;
    std::getline(capacities, line);
    std::getline(available, digits);
    const auto header = cells_of(line);
    for (std::size_t i = 2; i < header.size(); ++i) history.stations.push_back(station_name(header[i]));
    while (std::getline(capacities, line) && std::getline(available, digits)) {
        digits = cells_of(digits).at(2);
        const auto cells = cells_of(line);
        std::vector<double>& row = history.kvar.emplace_back();
        for (std::size_t i = 2; i < cells.size(); ++i)
            row.push_back(outages && digits.at(i - 2) == '0' ? 0.0 : std::stod(cells[i]));
    }
    return history;
}

/// The base load of the reference's test week, under the names of the shipped feeder's profiles.
inline std::string reference_week(const std::filesystem::path& data) {
    std::ifstream file(data / "capacity_days.csv");
    std::string text = "h0,g0,g1,sun_1,sun_2,sun_3\n", line;
    std::getline(file, line);
    while (std::getline(file, line)) text += line.substr(line.find(',', line.find(',') + 1) + 1) + "\n";
    return text;
}

/// A draw of the reference's process behind the capacities (minutes; weekends differ).
class CapacityLaw {
   public:
    explicit CapacityLaw(unsigned seed) : random_(seed) {}

    StationHistory draw(bool outages) {
        StationHistory history;
        history.kvar.assign(days_of_history * slots_of_day, {});
        for (double& f : factor_) f = std::clamp(0.8 + 0.12 * normal_(random_), 0.45, 1.0);
        std::ifstream file(scenario("voltage_support_37/stations.csv"));
        for (std::string line; std::getline(file, line);) {
            const auto cells = cells_of(line);
            if (cells.size() != 4 || cells[3] == "chargers") continue;
            const bool is_home = cells[0] == "home";
            history.stations.push_back(cells[1] + "." + cells[2] + (is_home ? ".homes" : ".work"));
            kvar_.assign(history.kvar.size(), 0.0);
            for (int charger = 0; charger < std::stoi(cells[3]); ++charger) is_home ? add_home() : add_work();
            for (std::size_t row = 0; row < kvar_.size(); ++row)
                history.kvar[row].push_back(outages && share() < 0.3 ? 0.0 : std::round(10.0 * kvar_[row]) / 10.0);
        }
        return history;
    }

   private:
    double share() { return uniform_(random_); }
    double normal(double mean, double deviation) { return mean + deviation * normal_(random_); }
    double clipped(double mean, double deviation, double low, double high) {
        return std::clamp(normal(mean, deviation), low, high);
    }
    static bool is_weekend(int day) { return day % 7 >= 5; }

    void add_stay(double begin, double end, double charged) {
        for (auto row = static_cast<std::size_t>(std::ceil(begin / 15.0)); row < kvar_.size(); ++row) {
            const double at = 15.0 * static_cast<double>(row);
            if (at >= end) return;
            kvar_[row] += at < charged ? std::sqrt(15.0) : 8.0;
        }
    }
    void add_home() {
        bool is_there = share() < 0.8;
        double since = 0.0, charged = 0.0;
        for (int day = 0; day < days_of_history; ++day) {
            const double midnight = 1440.0 * day;
            const bool weekend = is_weekend(day), stays = day > 0 && share() < (weekend ? 0.3 : 0.05);
            const double leaves = day == 0 ? 480.0 : weekend ? normal(600, 70) : normal(480, 35);
            if (is_there && !stays) add_stay(since, midnight + leaves, charged), is_there = false;
            if (is_there || share() >= (weekend ? 0.9 : 0.98) * factor_[static_cast<std::size_t>(day)]) continue;
            since = midnight + (weekend ? clipped(960, 150, 600, 1430) : clipped(1075, 75, 600, 1430));
            charged = since + clipped(130, 50, 20, 260);
            is_there = true;
        }
        if (is_there) add_stay(since, 1440.0 * days_of_history, charged);
    }
    void add_work() {
        for (int day = 0; day < days_of_history; ++day) {
            if (share() >= (is_weekend(day) ? 0.12 : 0.95) * factor_[static_cast<std::size_t>(day)]) continue;
            const double begin = 1440.0 * day + normal(510, 40), end = 1440.0 * day + normal(1020, 50);
            add_stay(begin, end, begin + clipped(150, 60, 20, 300));
        }
    }

    std::mt19937 random_;
    std::normal_distribution<double> normal_;
    std::uniform_real_distribution<double> uniform_;
    std::array<double, days_of_history> factor_{};
    std::vector<double> kvar_;
};

/// A run of the shipped week with other inputs.
class CapacityWeek {
   public:
    /// `week`: the base load; empty: the shipped one. Only `labels` are run beside `uncoordinated`, and only so many days.
    CapacityWeek(const StationHistory& history, const std::string& week, const std::vector<std::string>& labels,
                 double factor = 1.0, std::size_t days = 7)
        : stations_(history.stations), slots_(days * slots_of_day) {
        const test::ScratchFolder folder;
        const std::string file = folder.write("capacity.csv", history.text()).string();
        std::vector<std::string> settings;
        if (!week.empty()) settings.push_back("base_load.columns.file=" + folder.write("week.csv", week).string());
        for (const std::string label : {"rated", "persistence", "point", "stochastic", "oracle"}) {
            const std::string path = "controllers." + label;
            if (std::find(labels.begin(), labels.end(), label) == labels.end()) {
                settings.push_back(path + "=~");
                continue;
            }
            settings.push_back(path + ".given.file=" + file);
            settings.push_back(path + ".given.from_day=" + std::to_string(days_before));
            settings.push_back(path + ".given.factor=" + std::to_string(factor));
            if (label != "point" && label != "stochastic") continue;
            settings.push_back(path + ".history.file=" + file);
            settings.push_back(path + ".history.train_days=" + std::to_string(days_before));
        }
        settings.push_back("time.duration=" + std::to_string(24 * days) + " h");
        settings.push_back("outputs.stations=~");
        settings.push_back("outputs.series=~");
        settings.push_back("outputs.voltages=~");
        result_ = run_study(load(scenario("voltage_support_37/capacity_week.yaml"), settings), {.threads = 1});
        REQUIRE(result_.failures.empty());
    }

    /// E, 1e-6 pu^2: the square of the deviation from 1 pu, mean over stations and slots.
    [[nodiscard]] double e(const std::string& label) const {
        double sum = 0.0;
        for (const std::string& station : stations_) sum += squares(label, supply_of(station));
        return 1e6 * sum / static_cast<double>(stations_.size() * slots_);
    }
    /// J, 1e-3 pu^2: the same summed over the 105 pairs of phases of the buses that loads may be at, mean over slots.
    [[nodiscard]] double j(const std::string& label) const {
        double sum = 0.0;
        std::size_t pairs = 0;
        for (const std::string& supply : supplies()) {
            const std::string bus = supply.substr(0, supply.find('.'));
            if (bus == "799" || bus == "RG7" || bus == "775") continue;
            sum += squares(label, supply);
            ++pairs;
        }
        REQUIRE(pairs == 105);
        return 1e3 * sum / static_cast<double>(slots_);
    }
    [[nodiscard]] double counter(const std::string& label, const std::string& name) const {
        return find(controller(result_, label), "counters", name).values.at(0);
    }

   private:
    [[nodiscard]] const std::vector<std::string>& supplies() const {
        for (const OutputResult& output : result_.outputs)
            for (const Coordinate& coordinate : output.coordinates)
                if (output.label == "traces" && coordinate.name == "supply") return coordinate.labels;
        FAIL("no supplies");
        throw 0;
    }
    /// "738.ab.work" sees "738.a-b".
    [[nodiscard]] static std::string supply_of(const std::string& station) {
        const std::string wires = station.substr(4, 2);
        return station.substr(0, 4) + (wires == "ca" ? std::string("c-a") : wires.substr(0, 1) + "-" + wires.substr(1));
    }
    [[nodiscard]] double squares(const std::string& label, const std::string& supply) const {
        const VariableResult& voltage = find(controller(result_, label), "traces", "supply_voltage");
        const auto& values = voltage.traces.at(0).second;
        const auto& names = supplies();
        const auto place = static_cast<std::size_t>(std::find(names.begin(), names.end(), supply) - names.begin());
        REQUIRE(place < names.size());
        REQUIRE(values.size() == slots_ * names.size());
        double sum = 0.0;
        for (std::size_t slot = 0; slot < slots_; ++slot) sum += std::pow(values[slot * names.size() + place] - 1.0, 2);
        return sum;
    }

    std::vector<std::string> stations_;
    std::size_t slots_;
    StudyResult result_;
};

}  // namespace evsweep::validation
