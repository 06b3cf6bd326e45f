/// Columns of numbers that may be longer than memory: what is found of every replica of a large study.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "sim/record/scratch_file.hpp"

namespace evsweep {

/// NumberColumn that lie outside memory. Throws FileError where they cannot be read.
class NumberStore {
   public:
    virtual ~NumberStore() = default;
    /// Fills `numbers` with those at `at` and behind it.
    virtual void read(std::uint64_t at, std::span<double> numbers) const = 0;
};

/// A temporary file that several columns share. Each goes there in blocks of `block` numbers; the rest of it is in memory.
class NumberScratch final : public NumberStore {
   public:
    static constexpr std::size_t usual_block = 4096;

    /// As ScratchFile.
    explicit NumberScratch(std::filesystem::path folder, std::size_t block = usual_block)
        : file_(std::move(folder)), block_(block) {}
    [[nodiscard]] std::size_t block() const { return block_; }
    /// Where these numbers are from now on.
    [[nodiscard]] std::uint64_t append(std::span<const double> numbers);
    void read(std::uint64_t at, std::span<double> numbers) const override;

   private:
    ScratchFile file_;
    const std::size_t block_;
};

/// One column: numbers in the order in which they came. A copy shares what lies outside memory and is cheap; either may grow on
/// its own. All functions but those of size throw FileError where numbers cannot be written or read.
class NumberColumn {
   public:
    /// In memory, all of them.
    NumberColumn() = default;
    NumberColumn(std::vector<double> numbers) : tail_(std::move(numbers)) {}
    NumberColumn(std::initializer_list<double> numbers) : tail_(numbers) {}
    /// Empty; goes to `scratch` block by block.
    explicit NumberColumn(std::shared_ptr<NumberScratch> scratch) : scratch_(std::move(scratch)) {}
    /// So many numbers of `store`, from its beginning.
    NumberColumn(std::shared_ptr<const NumberStore> store, std::size_t size);

    void push_back(double number);
    [[nodiscard]] std::size_t size() const { return stored_ + tail_.size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] double at(std::size_t index) const;
    /// All of them, at 8 bytes each: to be held for one column at a time.
    [[nodiscard]] std::vector<double> read() const;
    /// Whether it is so for all of them, in their order up to the first for which it is not; little of it is in memory at a time.
    [[nodiscard]] bool all_of(const std::function<bool(double)>& is_so) const;
    [[nodiscard]] bool any_of(const std::function<bool(double)>& is_so) const;

   private:
    struct Stretch {
        std::uint64_t at = 0;
        std::size_t count = 0;
    };
    std::shared_ptr<NumberScratch> scratch_;    ///< for what is to come; none: it stays in memory
    std::shared_ptr<const NumberStore> store_;  ///< of what has come
    std::vector<Stretch> stretches_;
    std::size_t stored_ = 0;  ///< numbers in all stretches
    std::vector<double> tail_;
};

}  // namespace evsweep
