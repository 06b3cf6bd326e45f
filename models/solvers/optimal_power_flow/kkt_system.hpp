/// The linear equations of one interior-point step: dense where they are few, else sparse with a pattern that is found once.
#pragma once

#include <Eigen/Dense>
#include <Eigen/SparseLU>
#include <vector>

namespace evsweep {

/// Filled by `begin`, then `add` for every entry, in the same order every time; then `solve`.
class KktSystem {
   public:
    /// Up to this many unknowns a dense factorisation is faster.
    static constexpr Eigen::Index most_dense = 100;

    explicit KktSystem(Eigen::Index unknowns);

    void begin();
    /// Adds to the entry (row, column); several may go to one place.
    void add(Eigen::Index row, Eigen::Index column, double value) {
        if (is_dense_)
            dense_(row, column) += value;
        else if (is_known_)
            values_[place_[next_++]] += value;
        else
            entries_.emplace_back(static_cast<int>(row), static_cast<int>(column), value);
    }
    /// The solution, once refined; numbers that are none where the equations have none.
    [[nodiscard]] Eigen::VectorXd solve(const Eigen::VectorXd& right);

   private:
    void find_pattern();

    bool is_dense_;
    bool is_known_ = false;  ///< the sparse pattern
    Eigen::MatrixXd dense_{};
    Eigen::SparseMatrix<double> sparse_{};
    Eigen::SparseLU<Eigen::SparseMatrix<double>> lu_{};
    std::vector<Eigen::Triplet<double>> entries_{};
    std::vector<std::size_t> place_{};  ///< by order of `add`: where in the values of `sparse_`
    double* values_ = nullptr;
    std::size_t next_ = 0;
};

}  // namespace evsweep
