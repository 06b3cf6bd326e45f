#include "sim/network/build/fed_conductors.hpp"

#include <numeric>

namespace evsweep {
namespace {

/// Conductors that belong together.
class Pieces {
   public:
    explicit Pieces(std::size_t conductors) : up_(conductors) { std::iota(up_.begin(), up_.end(), 0U); }
    [[nodiscard]] std::uint32_t root_of(std::uint32_t c) {
        while (up_[c] != c) c = up_[c] = up_[up_[c]];
        return c;
    }
    [[nodiscard]] bool are_one(std::uint32_t a, std::uint32_t b) { return root_of(a) == root_of(b); }
    void join(std::uint32_t a, std::uint32_t b) { up_[root_of(a)] = root_of(b); }

   private:
    std::vector<std::uint32_t> up_;
};

/// A star point, and a conductor at another end of one of its coils.
struct StarPoint {
    std::uint32_t neutral = 0;
    std::uint32_t other = 0;
};

class FedSearch {
   public:
    FedSearch(const NetworkModel& model, std::span<const Conductor> conductors)
        : model_(model), kind_(conductors), tree_(conductors.size()) {
        for (std::uint32_t c = 1; c < model.conductors_of(0); ++c) tree_.join(c, 0);
        for (std::size_t k = 1; k < model.buses(); ++k)
            for (const CoilEquations& part : coils_of(model.links[k], model.initial.tap))
                for (Eigen::Index row = 0; row < part.m.rows(); ++row) join_coil(k, part, row);
        fed_ = tree_;
        is_feeding_.assign(model.loop_ends.size(), 0);
    }

    FedConductors run() {
        while (feed_more()) {
        }
        FedConductors found;
        for (std::uint32_t c = 0; c < kind_.size(); ++c) found.is_fed.push_back(is_fed(c) ? 1 : 0);
        for (std::size_t l = 0; l < is_feeding_.size(); ++l)
            found.is_loop.push_back(is_feeding_[l] == 0 && is_fed(model_.loop_ends[l].leaf) ? 1 : 0);
        if (!held_.empty()) found.held = admittances();
        return found;
    }

   private:
    /// A piece of metal that is held at its end of a branch outside of the tree.
    struct Held {
        std::uint32_t unfed = 0;
        std::uint32_t fed = 0;
    };

    [[nodiscard]] bool is_fed(std::uint32_t c) { return fed_.are_one(c, 0); }

    /// A coil feeds phases from phases; a star point leads no further.
    void join_coil(std::size_t k, const CoilEquations& part, Eigen::Index row) {
        std::vector<std::uint32_t> phases, neutrals;
        const auto take = [&](const Block& side, std::size_t bus) {
            for (Eigen::Index col = 0; col < side.cols(); ++col) {
                if (side(row, col) == 0.0) continue;
                const std::uint32_t c = model_.first_conductor[bus] + static_cast<std::uint32_t>(col);
                (kind_[c] == Conductor::n ? neutrals : phases).push_back(c);
            }
        };
        take(part.m, k);
        take(part.n, model_.parent[k]);
        for (const std::uint32_t c : phases) tree_.join(c, phases.front());
        for (const std::uint32_t c : neutrals)
            if (phases.empty())
                tree_.join(c, neutrals.front());
            else
                star_points_.push_back({c, phases.front()});
    }

    bool feed_more() {
        bool any = false;
        for (const auto& [neutral, other] : star_points_)
            if (is_fed(other) && !is_fed(neutral)) fed_.join(neutral, other), any = true;
        for (std::size_t l = 0; l < model_.loop_ends.size(); ++l) {
            const std::uint32_t leaf = model_.loop_ends[l].leaf;
            const std::uint32_t main = model_.loop_ends[l].main;
            if (is_fed(leaf) == is_fed(main)) continue;
            held_.push_back(is_fed(leaf) ? Held{main, leaf} : Held{leaf, main});
            is_feeding_[l] = 1;
            fed_.join(leaf, main);
            any = true;
        }
        return any;
    }

    /// From the last piece that was fed to the first, for each carries what it gives to those after it.
    std::vector<double> admittances() {
        std::vector<double> held(kind_.size(), 0.0);
        std::vector<double> given(kind_.size(), 0.0);  // by root of the tree's pieces
        for (std::size_t i = held_.size(); i-- > 0;) {
            const double y = 1.0 + given[tree_.root_of(held_[i].unfed)];
            held[held_[i].unfed] += y;
            held[held_[i].fed] -= y;
            given[tree_.root_of(held_[i].fed)] += y;
        }
        return held;
    }

    const NetworkModel& model_;
    std::span<const Conductor> kind_;
    Pieces tree_;
    Pieces fed_{0};
    std::vector<StarPoint> star_points_;
    std::vector<std::uint8_t> is_feeding_;  ///< by loop end
    std::vector<Held> held_;
};

}  // namespace

FedConductors find_fed_conductors(const NetworkModel& model, std::span<const Conductor> conductors) {
    return FedSearch(model, conductors).run();
}

}  // namespace evsweep
