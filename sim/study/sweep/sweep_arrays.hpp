/// How the arrays of a sweep are called in its file, for whoever writes and reads them.
#pragma once

#include <array>
#include <string>

#include "sim/study/sweep/sweep_result.hpp"

namespace evsweep {

/// Where the arrays are.
inline constexpr const char* sweep_group = "/sweep";

/// An array of one number of an estimate, by point and controller.
struct EstimateArray {
    const char* suffix;  ///< after the name of the array of values
    const char* meaning;
    Estimate SweepCell::*estimate;
    double Estimate::*number;
};
inline constexpr std::array estimate_arrays{
    EstimateArray{"_mean", "mean", &SweepCell::mean, &Estimate::mean},
    EstimateArray{"_low", "lower end of the interval of the mean", &SweepCell::mean, &Estimate::low},
    EstimateArray{"_high", "upper end of the interval of the mean", &SweepCell::mean, &Estimate::high},
    EstimateArray{"_difference", "paired difference to the reference", &SweepCell::difference, &Estimate::mean},
    EstimateArray{"_difference_low", "lower end of the interval of the paired difference", &SweepCell::difference,
                  &Estimate::low},
    EstimateArray{"_difference_high", "upper end of the interval of the paired difference", &SweepCell::difference,
                  &Estimate::high}};

/// An array of how an interval was found, and of how many values.
struct IntervalArray {
    const char* interval_suffix;
    const char* count_suffix;
    Estimate SweepCell::*estimate;
};
inline constexpr std::array interval_arrays{IntervalArray{"_interval", "_known", &SweepCell::mean},
                                            IntervalArray{"_difference_interval", "_difference_known", &SweepCell::difference}};

/// Kinds of intervals in the order of their codes in the file.
inline constexpr std::array interval_codes{IntervalKind::none,       IntervalKind::student,   IntervalKind::skewed,
                                           IntervalKind::alike,      IntervalKind::scattered, IntervalKind::clopper_pearson,
                                           IntervalKind::agresti_min};

/// Gives every column a name that no other array of the group has: that of its variable, or, where another output, an axis or an
/// array of an estimate has it already, with the output's label before it.
void name_arrays(SweepResult& sweep);

}  // namespace evsweep
