#include "sim/network/feeder.hpp"

#include <algorithm>

#include "sim/network/build/feeder_builder.hpp"
#include "sim/network/build/three_bus_transformers.hpp"

namespace evsweep {

std::optional<BusId> Feeder::find_bus(std::string_view name) const {
    const auto found = std::find(site_.bus.begin(), site_.bus.end(), name);
    if (found == site_.bus.end()) return std::nullopt;
    return BusId(static_cast<std::size_t>(found - site_.bus.begin()));
}

std::optional<ConductorId> Feeder::find_conductor(BusId bus, Conductor conductor) const {
    for (std::size_t c = site_.first_conductor[bus.index()]; c < site_.first_conductor[bus.index() + 1]; ++c)
        if (site_.conductor[c] == conductor) return ConductorId(c);
    return std::nullopt;
}

std::optional<BranchId> Feeder::find_branch(std::string_view row) const {
    const FeederRow* found = find_row(row);
    return found ? std::optional(found->branch) : std::nullopt;
}

const FeederRow* Feeder::find_row(std::string_view id) const {
    const auto found = std::lower_bound(rows_.begin(), rows_.end(), id,
                                        [](const FeederRow& row, std::string_view name) { return row.id < name; });
    return found != rows_.end() && found->id == id ? &*found : nullptr;
}

const DeviceState& Feeder::initial_devices() const { return model_->initial; }

std::shared_ptr<const FoldedNetwork> Feeder::folded_with(const DeviceState& devices) const {
    return std::make_shared<const FoldedNetwork>(*model_, devices);
}

std::optional<Feeder> build_feeder(const FeederDescription& description, const BuildOptions& options, Issues& issues) {
    Issues found;  // so that earlier problems of the caller do not hide a good feeder
    std::optional<FeederDescription> apart;
    const auto& transformers = description.transformers;
    if (std::any_of(transformers.begin(), transformers.end(), is_at_three_buses)) {
        Issues in_rows;  // reported for the rows as they are in the file, and not again for their parts
        check_feeder_rows(description, in_rows);
        if (!in_rows.has_errors()) apart = with_inner_buses(description, found);
    }
    auto feeder = FeederBuilder(apart ? *apart : description, options, found).run();
    for (const Issue& issue : found.list()) issues.add(issue);
    return feeder;
}

}  // namespace evsweep
