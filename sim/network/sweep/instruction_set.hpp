/// Instruction sets that the load flow's kernels are compiled for, and the one that this machine is to use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evsweep {

/// From what every x86-64 (or other) machine has to the widest registers.
enum class InstructionSet { baseline, avx2, avx512 };
[[nodiscard]] std::vector<std::pair<std::string, InstructionSet>> names_of(InstructionSet);
[[nodiscard]] std::string_view name_of(InstructionSet set);

/// Whether this program has kernels for the set and this machine can run them.
[[nodiscard]] bool is_available(InstructionSet set);
/// The widest one available.
[[nodiscard]] InstructionSet best_instruction_set();

/// The one in use from now on, by all threads: the best unless `use_instruction_set` has said otherwise. Results are the
/// same bits within one set; between sets they differ by rounding (fused multiplications) only.
[[nodiscard]] InstructionSet instruction_set_in_use();
/// To be called before any load flow is solved; the set must be available.
void use_instruction_set(InstructionSet set);

}  // namespace evsweep
