/// A column: many quantities of one unit, aligned for SIMD, as the hot loops want them.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <new>
#include <span>
#include <string_view>
#include <vector>

namespace evsweep {

/// Allocates on 64-byte boundaries: a cache line and the widest vector register.
template <class T>
struct AlignedAllocator {
    using value_type = T;
    static constexpr std::align_val_t alignment{64};
    AlignedAllocator() = default;
    template <class U>
    constexpr AlignedAllocator(const AlignedAllocator<U>&) {}
    T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
    void deallocate(T* p, std::size_t) { ::operator delete(p, alignment); }
    friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// An aligned array of doubles whose type names their unit, e.g. `Column<Kilowatts>`.
template <class Q>
class Column {
   public:
    Column() = default;
    explicit Column(std::size_t size, Q value = Q{}) : values_(size, value.value()) {}

    [[nodiscard]] static constexpr std::string_view unit() { return Q::unit(); }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] double& operator[](std::size_t i) { return values_[i]; }
    [[nodiscard]] double operator[](std::size_t i) const { return values_[i]; }
    [[nodiscard]] std::span<double> raw() { return values_; }
    [[nodiscard]] std::span<const double> raw() const { return values_; }
    void push_back(Q value) { values_.push_back(value.value()); }
    void resize(std::size_t size, Q value = Q{}) { values_.resize(size, value.value()); }
    void assign(std::size_t size, Q value) { values_.assign(size, value.value()); }
    void reserve(std::size_t size) { values_.reserve(size); }
    void clear() { values_.clear(); }

   private:
    AlignedVector<double> values_;
};

}  // namespace evsweep
