#include "kernels.h"

#include <stdlib.h>
#include <string.h>

static const prio_kernels portable = {
    PRIO_PORTABLE, prio_keccak_portable, &prio_field64_portable, &prio_field128_portable,
};

#if PRIO_X86
static const prio_kernels avx2 = {
    PRIO_AVX2, prio_keccak_avx2, &prio_field64_portable, &prio_field128_portable,
};
static const prio_kernels avx512 = {
    PRIO_AVX512, prio_keccak_avx512, &prio_field64_avx512, &prio_field128_avx512,
};

prio_level prio_highest_level(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2")) {
        return PRIO_PORTABLE;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512ifma")) {
        return PRIO_AVX512;
    }
    return PRIO_AVX2;
}
#else
prio_level prio_highest_level(void) { return PRIO_PORTABLE; }
#endif

prio_level prio_selected_level(void) {
    static const char *const names[] = {"portable", "avx2", "avx512"};
    const prio_level highest = prio_highest_level();
    const char *wanted = getenv("PRIO_KERNELS");
    for (prio_level level = PRIO_PORTABLE; wanted && level < highest; level++) {
        if (strcmp(wanted, names[level]) == 0) return level;
    }
    return highest;
}

const prio_kernels *prio_kernels_at(prio_level level) {
    const prio_level highest = prio_highest_level();
    switch (level < highest ? level : highest) {
#if PRIO_X86
        case PRIO_AVX512: return &avx512;
        case PRIO_AVX2: return &avx2;
#endif
        default: return &portable;
    }
}
