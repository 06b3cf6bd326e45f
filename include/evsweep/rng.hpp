/// Randomness as a pure function of identity, so that every controller sees the same days in any order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evsweep {

/// What a draw is for, keyed by name: adding a new purpose never shifts the draws of another.
class Purpose {
   public:
    constexpr explicit Purpose(std::string_view name) : key_(hash(name, 2166136261U)) {}
    /// The same purpose inside a named group (e.g. a population group), with draws of its own.
    [[nodiscard]] constexpr Purpose in(std::string_view group) const { return Purpose(hash(group, key_ ^ 0x9E3779B9U)); }
    [[nodiscard]] constexpr std::uint32_t key() const { return key_; }

   private:
    constexpr explicit Purpose(std::uint32_t key) : key_(key) {}
    static constexpr std::uint32_t hash(std::string_view text, std::uint32_t h) {  // FNV-1a
        for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
        return h;
    }
    std::uint32_t key_;
};

/// How the replicas of a study take their values of one draw: each by itself, or spread out evenly over (0, 1) together.
enum class DrawKind : std::uint8_t {
    independent,
    latin_hypercube,  ///< one value in each of as many equal intervals as replicas are spread together
    sobol,            ///< points of a scrambled Sobol sequence, which are even also after any power of two of them
};
[[nodiscard]] inline std::vector<std::pair<std::string, DrawKind>> names_of(DrawKind) {
    return {{"independent", DrawKind::independent}, {"latin_hypercube", DrawKind::latin_hypercube}, {"sobol", DrawKind::sobol}};
}
struct DrawDesign {
    DrawKind kind = DrawKind::independent;
    std::uint32_t batch = 1;  ///< consecutive replicas that are spread out together; batches are independent of one another
};

/// Counter-based generator (Philox4x32-10, Salmon et al. 2011): the draw is a function of
/// (seed, replica, purpose, entity, draw) and of nothing else. Copy it freely; it has no state. Each draw is uniform by itself
/// and independent of all other draws of its replica, whatever the design.
class Rng {
   public:
    Rng(std::uint64_t seed, std::uint32_t replica, DrawDesign design = {}) : seed_(seed), replica_(replica), design_(design) {}

    /// Uniform in the open interval (0, 1): an odd multiple of 2^-53.
    [[nodiscard]] double uniform(Purpose purpose, std::uint32_t entity, std::uint32_t draw = 0) const;
    /// `out[i] = uniform(purpose, first_entity + i, draw)`.
    void uniforms(Purpose purpose, std::uint32_t first_entity, std::uint32_t draw, std::span<double> out) const;

    [[nodiscard]] std::uint64_t seed() const { return seed_; }
    [[nodiscard]] std::uint32_t replica() const { return replica_; }

   private:
    void spread_uniforms(Purpose purpose, std::uint32_t first_entity, std::uint32_t draw, std::span<double> out) const;

    std::uint64_t seed_;
    std::uint32_t replica_;
    DrawDesign design_;
};

}  // namespace evsweep
