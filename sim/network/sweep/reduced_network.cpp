#include "sim/network/sweep/reduced_network.hpp"

#include <algorithm>
#include <array>
#include <complex>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

/// Named, for NetworkReduction is a friend of a class that others see.
namespace reduction {

using Index = Eigen::Index;

/// The rows of one bus that stay, as a block equation: V_rows = T V_up - W J_rows.
struct BusRows {
    std::array<std::uint32_t, max_conductors> rows{};  ///< conductors of the full network
    std::array<std::uint32_t, max_conductors> up{};    ///< those that feed them, of the full network
    Block t, w;
    [[nodiscard]] std::size_t conductors() const { return static_cast<std::size_t>(t.rows()); }
    [[nodiscard]] std::size_t above() const { return static_cast<std::size_t>(t.cols()); }
};

/// `below` fed from above `m`, at whose rows nothing is drawn.
void feed_through(const BusRows& m, BusRows& below) {
    Block onto = Block::Zero(below.t.rows(), m.t.rows());  // T_c by rows of m; the others of its entries are zero
    for (std::size_t j = 0; j < below.above(); ++j) {
        const auto end = m.rows.begin() + static_cast<std::ptrdiff_t>(m.conductors());
        const auto row = std::find(m.rows.begin(), end, below.up[j]);
        if (row != end) onto.col(row - m.rows.begin()) = below.t.col(static_cast<Index>(j));
    }
    below.t = onto.lazyProduct(m.t);
    below.w += onto.lazyProduct(m.w).eval().lazyProduct(onto.transpose());
    below.up = m.up;
}

/// Leaves out columns of T that are zero and puts the others in the order in which rows use them: with one
/// entry of one per row T is the identity then, whatever the order of wires above.
void tidy(BusRows& bus) {
    std::array<Index, max_conductors> order{};
    std::size_t used = 0;
    for (Index row = 0; row < bus.t.rows(); ++row)
        for (Index col = 0; col < bus.t.cols(); ++col) {
            const auto known = order.begin() + static_cast<std::ptrdiff_t>(used);
            if (bus.t(row, col) != 0.0 && std::find(order.begin(), known, col) == known) order[used++] = col;
        }
    const BusRows was = bus;
    bus.t.resize(was.t.rows(), static_cast<Index>(used));
    for (std::size_t j = 0; j < used; ++j) {
        bus.t.col(static_cast<Index>(j)) = was.t.col(order[j]);
        bus.up[j] = was.up[static_cast<std::size_t>(order[j])];
    }
}

void append(const Block& block, AlignedVector<double>& re, AlignedVector<double>& im) {
    for (Index e = 0; e < block.size(); ++e) {
        re.push_back(block.data()[e].real());
        im.push_back(block.data()[e].imag());
    }
}

/// Where a bus of a run lies in the columns.
struct BusPlace {
    BusPlace(const SweepRun& run, std::size_t k)
        : bus(run.first_bus + k),
          n(run.conductors),
          q(run.above),
          first(run.first + k * n),
          feeders(run.feeders + k * q),
          t(run.t + k * n * q),
          w(run.w + k * n * n) {}
    std::size_t bus, n, q, first, feeders, t, w;
};

struct IndexRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// The part of 0 .. size - 1 outside of which `counts` is false.
template <class Counts>
IndexRange nonzero(std::size_t size, Counts&& counts) {
    IndexRange range{0, size};
    while (range.begin < range.end && !counts(range.begin)) ++range.begin;
    while (range.end > range.begin && !counts(range.end - 1)) --range.end;
    return range;
}

}  // namespace reduction

using reduction::BusPlace;
using reduction::BusRows;
using reduction::IndexRange;

/// Makes a ReducedNetwork: from the ends to the source it finds what carries current, and from the source to the ends it
/// puts that together.
class NetworkReduction {
   public:
    NetworkReduction(const NetworkModel& model, const FoldedNetwork& full, std::span<const std::uint8_t> draws,
                     ReducedNetwork& reduced)
        : model_(model), full_(full.sweep()), draws_(draws.begin(), draws.end()), reduced_(reduced) {
        EVSWEEP_EXPECTS(draws.size() == model.conductors(), "whether it draws is known of every conductor");
        EVSWEEP_EXPECTS(full.error() == FoldError::none, "a network that is reduced could be folded");
        for (const LoopEnd& end : model.loop_ends) draws_[end.leaf] = draws_[end.main] = 1;
    }

    void run() {
        find_currents();
        keep_source();
        for (const SweepRun& run : full_.runs)
            for (std::size_t k = 0; k < run.buses(); ++k) place_bus(BusPlace(run, k));
        reduced_.place_.back() = static_cast<std::uint32_t>(reduced_.kept_.size());
    }

   private:
    static constexpr std::uint32_t nowhere = ReducedNetwork::nowhere;

    void find_currents();
    bool find_currents(const BusPlace& at);
    void keep_source();
    void place_bus(const BusPlace& at);
    [[nodiscard]] BusRows rows_of(const BusPlace& at) const;
    [[nodiscard]] bool is_passed_through(std::size_t bus, const BusRows& rows) const;
    void pass_through(std::size_t bus, const BusRows& rows);
    void keep(BusRows& rows);
    void draw_through(const BusPlace& at);
    void leave_out(const BusPlace& at);

    const NetworkModel& model_;
    const SweepNetwork full_;
    std::vector<std::uint8_t> draws_;
    ReducedNetwork& reduced_;
    std::vector<std::uint8_t> carries_;     ///< by conductor: whether J can be other than zero
    std::vector<std::uint8_t> bus_draws_;   ///< by bus: whether anything is drawn there
    std::vector<std::uint32_t> feeds_;      ///< by bus: how many buses that carry current it feeds
    std::vector<std::uint32_t> passed_at_;  ///< by bus: its place in `passed_`, if it was passed through
    std::vector<BusRows> passed_;
};

void NetworkReduction::find_currents() {
    carries_ = draws_;
    bus_draws_.assign(model_.buses(), 0);
    feeds_.assign(model_.buses(), 0);
    for (std::size_t r = full_.runs.size(); r-- > 0;)
        for (std::size_t k = full_.runs[r].buses(); k-- > 0;) {
            const BusPlace at(full_.runs[r], k);
            if (find_currents(at)) ++feeds_[model_.parent[at.bus]];
        }
}

/// A conductor carries current if something is drawn there or a row below that carries any leans on it. Returns whether one
/// of the bus does.
bool NetworkReduction::find_currents(const BusPlace& at) {
    bool any = false;
    for (std::size_t row = 0; row < at.n; ++row) {
        if (draws_[at.first + row] != 0) bus_draws_[at.bus] = 1;
        if (carries_[at.first + row] == 0) continue;
        any = true;
        for (std::size_t col = 0; col < at.q; ++col) {
            const std::size_t t = at.t + row * at.q + col;
            if (full_.t_re[t] != 0.0 || full_.t_im[t] != 0.0) carries_[full_.up[at.feeders + col]] = 1;
        }
    }
    return any;
}

void NetworkReduction::keep_source() {
    reduced_.place_.assign(model_.conductors() + 1, nowhere);
    passed_at_.assign(model_.buses(), nowhere);
    for (std::uint32_t c = 0; c < full_.source_re.size(); ++c) {
        reduced_.place_[c] = c;
        reduced_.kept_.push_back(c);
    }
    const auto copy = [](std::span<const double> from, AlignedVector<double>& to) { to.assign(from.begin(), from.end()); };
    copy(full_.source_re, reduced_.source_re_);
    copy(full_.source_im, reduced_.source_im_);
    copy(full_.source_w_re, reduced_.source_w_re_);
    copy(full_.source_w_im, reduced_.source_w_im_);
}

void NetworkReduction::place_bus(const BusPlace& at) {
    BusRows rows = rows_of(at);
    if (rows.conductors() > 0) {
        const std::uint32_t above = passed_at_[model_.parent[at.bus]];
        if (above != nowhere) feed_through(passed_[above], rows);
        if (is_passed_through(at.bus, rows))
            pass_through(at.bus, rows);
        else
            keep(rows);
        draw_through(at);
    }
    leave_out(at);
}

/// The rows of a bus that carry current.
BusRows NetworkReduction::rows_of(const BusPlace& at) const {
    BusRows rows;
    std::array<std::size_t, max_conductors> local{};
    std::size_t n = 0;
    for (std::size_t row = 0; row < at.n; ++row) {
        if (carries_[at.first + row] == 0) continue;
        rows.rows[n] = static_cast<std::uint32_t>(at.first + row);
        local[n++] = row;
    }
    std::copy_n(full_.up.begin() + static_cast<std::ptrdiff_t>(at.feeders), at.q, rows.up.begin());
    rows.t.resize(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(at.q));
    rows.w.resize(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < at.q; ++j) {
            const std::size_t t = at.t + local[i] * at.q + j;
            rows.t(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = {full_.t_re[t], full_.t_im[t]};
        }
        for (std::size_t j = 0; j < n; ++j) {
            const std::size_t w = at.w + local[i] * at.n + local[j];
            rows.w(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = {full_.w_re[w], full_.w_im[w]};
        }
    }
    return rows;
}

bool NetworkReduction::is_passed_through(std::size_t bus, const BusRows& rows) const {
    return bus_draws_[bus] == 0 && (feeds_[bus] == 1 || rows.w.isZero(0.0));
}

/// Takes the place of the bus above where nobody else will ask for that.
void NetworkReduction::pass_through(std::size_t bus, const BusRows& rows) {
    const std::uint32_t parent = model_.parent[bus];
    if (passed_at_[parent] != nowhere && feeds_[parent] == 1) {
        passed_at_[bus] = passed_at_[parent];
        passed_[passed_at_[bus]] = rows;
        return;
    }
    passed_at_[bus] = static_cast<std::uint32_t>(passed_.size());
    passed_.push_back(rows);
}

void NetworkReduction::keep(BusRows& rows) {
    tidy(rows);
    ReducedNetwork& to = reduced_;
    const std::size_t first = to.kept_.size();
    const auto n = static_cast<std::uint8_t>(rows.conductors());
    const auto q = static_cast<std::uint8_t>(rows.above());
    const bool identity = is_identity(rows.t);
    const auto number = static_cast<std::uint32_t>(to.buses_++);
    const bool alike = !to.runs_.empty() && to.runs_.back().conductors == n && to.runs_.back().above == q &&
                       to.runs_.back().identity == identity;
    if (alike)
        to.runs_.back().end_bus = number + 1;
    else
        to.runs_.push_back({number, number + 1, n, q, identity, first, to.up_.size(), to.t_re_.size(), to.w_re_.size()});
    for (std::size_t row = 0; row < n; ++row) {
        to.place_[rows.rows[row]] = static_cast<std::uint32_t>(first + row);
        to.kept_.push_back(rows.rows[row]);
    }
    for (std::size_t col = 0; col < q; ++col) to.up_.push_back(to.place_[rows.up[col]]);
    reduction::append(rows.t, to.t_re_, to.t_im_);
    reduction::append(rows.w, to.w_re_, to.w_im_);
}

/// Notes how the conductors of a bus are found that were not kept: what feeds them, and what drops, without the zeros at
/// either end.
void NetworkReduction::leave_out(const BusPlace& at) {
    const IndexRange drop = reduction::nonzero(at.n, [&](std::size_t c) { return carries_[at.first + c] != 0; });
    for (std::size_t row = 0; row < at.n; ++row) {
        if (reduced_.place_[at.first + row] != nowhere) continue;
        const std::size_t t = at.t + row * at.q;
        const IndexRange feed =
            reduction::nonzero(at.q, [&](std::size_t c) { return full_.t_re[t + c] != 0.0 || full_.t_im[t + c] != 0.0; });
        LeftOutVoltage& found = reduced_.voltages_.emplace_back();
        found.conductor = static_cast<std::uint32_t>(at.first + row);
        found.first = static_cast<std::uint32_t>(at.first + drop.begin);
        found.feeders = static_cast<std::uint32_t>(at.feeders + feed.begin);
        found.t = static_cast<std::uint32_t>(t + feed.begin);
        found.w = static_cast<std::uint32_t>(at.w + row * at.n + drop.begin);
        found.conductors = static_cast<std::uint8_t>(drop.size());
        found.above = static_cast<std::uint8_t>(feed.size());
    }
}

/// Notes what a bus draws from conductors that were not kept, by the rows that count.
void NetworkReduction::draw_through(const BusPlace& at) {
    for (std::size_t col = 0; col < at.q; ++col) {
        const std::uint32_t up = full_.up[at.feeders + col];
        if (carries_[up] == 0 || reduced_.place_[up] != nowhere) continue;
        const IndexRange rows = reduction::nonzero(at.n, [&](std::size_t row) {
            const std::size_t t = at.t + row * at.q + col;
            return carries_[at.first + row] != 0 && (full_.t_re[t] != 0.0 || full_.t_im[t] != 0.0);
        });
        LeftOutCurrent& found = reduced_.currents_.emplace_back();
        found.conductor = up;
        found.first = static_cast<std::uint32_t>(at.first + rows.begin);
        found.t = static_cast<std::uint32_t>(at.t + rows.begin * at.q + col);
        found.conductors = static_cast<std::uint8_t>(rows.size());
        found.above = static_cast<std::uint8_t>(at.q);
    }
}

ReducedNetwork::ReducedNetwork(const NetworkModel& model, const FoldedNetwork& full, std::span<const std::uint8_t> draws) {
    NetworkReduction(model, full, draws, *this).run();
}

}  // namespace evsweep
