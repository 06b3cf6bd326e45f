#include "sim/network/build/rated_voltage_check.hpp"

#include <fmt/format.h>

#include "sim/network/build/link_builder.hpp"

namespace evsweep {
namespace {

/// Rated over nominal voltage between these bounds is usual, e.g. 220 V at 240 V.
constexpr double lowest_usual = 0.75;
constexpr double highest_usual = 1.0 / lowest_usual;

/// Rated voltage as a share of what is nominal there; 1 where none is given.
template <class Row>
double share_of_nominal(const Row& row, const BusRow& bus) {
    if (row.rated.value() <= 0.0 || row.terminals.empty()) return 1.0;
    return rated_pu(bus, row.terminals.front(), row.rated) / rated_pu(bus, row.terminals.front(), Volts(0.0));
}

/// What a load of constant power draws does not depend on its rated voltage.
bool depends_on_rated(const LoadRow& row) { return !(row.response == VoltageResponse{}); }
bool depends_on_rated(const ShuntRow&) { return true; }

template <class Row>
void check_all(const std::vector<Row>& list, const char* kind, const FeederDescription& description, const CheckedRows& rows,
               Issues& issues) {
    const Row* first = nullptr;
    double share_of_first = 1.0;
    std::size_t count = 0;
    for (const Row& row : list) {
        if (!depends_on_rated(row)) continue;
        const double share = share_of_nominal(row, description.buses[rows.bus.at(row.bus)]);
        if (share >= lowest_usual && share <= highest_usual) continue;
        if (count++ > 0) continue;
        first = &row;
        share_of_first = share;
    }
    if (!first) return;
    const std::string others = count > 1 ? fmt::format(" (and so are {} more)", count - 1) : "";
    issues.warning(first->at, fmt::format("{} {}", kind, first->id),
                   fmt::format("is rated for {:.4g} V where {:.4g} V are nominal{}", first->rated.value(),
                               first->rated.value() / share_of_first, others),
                   "its power depends on that ratio; is the voltage that of its connection?");
}

}  // namespace

void check_rated_voltages(const FeederDescription& description, const CheckedRows& rows, Issues& issues) {
    if (issues.has_errors()) return;
    check_all(description.loads, "load", description, rows, issues);
    check_all(description.shunts, "shunt", description, rows, issues);
}

}  // namespace evsweep
