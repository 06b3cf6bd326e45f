#include "sim/network/sweep/instruction_set.hpp"

#include <atomic>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/lane_kernel.hpp"

namespace evsweep {

extern const LaneKernel lane_kernel_baseline;
#ifdef EVSWEEP_X86_KERNELS
extern const LaneKernel lane_kernel_avx2;
extern const LaneKernel lane_kernel_avx512;
#endif

namespace {

std::atomic<const LaneKernel*>& kernel_in_use() {
    static std::atomic<const LaneKernel*> kernel{lane_kernel(best_instruction_set())};
    return kernel;
}

bool machine_has(InstructionSet set) {
#ifdef EVSWEEP_X86_KERNELS
    switch (set) {
        case InstructionSet::baseline:
            return true;
        case InstructionSet::avx2:
            return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        case InstructionSet::avx512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
    }
#endif
    return set == InstructionSet::baseline;
}

}  // namespace

std::vector<std::pair<std::string, InstructionSet>> names_of(InstructionSet) {
    return {{"baseline", InstructionSet::baseline}, {"avx2", InstructionSet::avx2}, {"avx512", InstructionSet::avx512}};
}

std::string_view name_of(InstructionSet set) {
    switch (set) {
        case InstructionSet::baseline:
            return "baseline";
        case InstructionSet::avx2:
            return "avx2";
        case InstructionSet::avx512:
            return "avx512";
    }
    return {};
}

const LaneKernel* lane_kernel(InstructionSet set) {
#ifdef EVSWEEP_X86_KERNELS
    if (set == InstructionSet::avx2) return &lane_kernel_avx2;
    if (set == InstructionSet::avx512) return &lane_kernel_avx512;
#endif
    return set == InstructionSet::baseline ? &lane_kernel_baseline : nullptr;
}

bool is_available(InstructionSet set) { return lane_kernel(set) != nullptr && machine_has(set); }

InstructionSet best_instruction_set() {
    for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2})
        if (is_available(set)) return set;
    return InstructionSet::baseline;
}

InstructionSet instruction_set_in_use() { return kernel_in_use().load()->set; }

void use_instruction_set(InstructionSet set) {
    EVSWEEP_EXPECTS(is_available(set), "an instruction set in use is one that this machine has");
    kernel_in_use() = lane_kernel(set);
}

}  // namespace evsweep
