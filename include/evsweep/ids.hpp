/// Strong indices, so that a bus is never mistaken for a branch; "none" is std::optional, never -1.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace evsweep {

/// An index into the columns of one kind of thing.
template <class Tag>
class Id {
   public:
    constexpr Id() = default;
    constexpr explicit Id(std::size_t index) : index_(static_cast<std::uint32_t>(index)) {}
    [[nodiscard]] constexpr std::size_t index() const { return index_; }
    friend constexpr auto operator<=>(Id, Id) = default;

   private:
    std::uint32_t index_ = 0;
};

using BusId = Id<struct BusTag>;
using BranchId = Id<struct BranchTag>;
using ConductorId = Id<struct ConductorTag>;
using VehicleId = Id<struct VehicleTag>;
using ConnectorId = Id<struct ConnectorTag>;
using SessionId = Id<struct SessionTag>;
using ReplicaId = Id<struct ReplicaTag>;

}  // namespace evsweep
