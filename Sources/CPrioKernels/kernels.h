// What the files of this target share; Swift does not see it.
#ifndef KERNELS_H
#define KERNELS_H

#include "CPrioKernels.h"

#if defined(__x86_64__)
#define PRIO_X86 1
// min_vector_width lets the compiler keep to 512 bits, which it otherwise avoids.
#define TARGET_AVX512                                                                          \
    __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512ifma,bmi,bmi2"), min_vector_width(512)))
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2"), min_vector_width(256)))
#endif

#define INLINE static inline __attribute__((always_inline))

void prio_field64_fold(const uint64_t *elements, size_t count, uint8_t lanes, uint64_t *sums);
void prio_field128_fold(const uint64_t *elements, size_t count, uint8_t lanes, uint64_t *sums);

void prio_keccak_portable(uint64_t *state);
extern const prio_field_kernels prio_field64_portable;
extern const prio_field_kernels prio_field128_portable;
#if PRIO_X86
void prio_keccak_avx2(uint64_t *state);
void prio_keccak_avx512(uint64_t *state);
extern const prio_field_kernels prio_field64_avx512;
extern const prio_field_kernels prio_field128_avx512;
#endif

#endif
