#include "kernels.h"

/// Where a word comes from in π, and how far it is rotated in ρ.
static const int source[25] = {
    0, 6, 12, 18, 24, 3, 9, 10, 16, 22, 1, 7, 13, 19, 20, 4, 5, 11, 17, 23, 2, 8, 14, 15, 21,
};
static const int rotation[25] = {
    0, 44, 43, 21, 14, 28, 20, 3, 45, 61, 1, 6, 25, 8, 18, 27, 36, 10, 15, 56, 62, 55, 39, 41, 2,
};
/// Of the last 12 of the 24 rounds.
static const uint64_t round_constants[12] = {
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

#define ROTATE(word, count) ((count) == 0 ? (word) : ((word) << (count) | (word) >> (-(count) & 63)))

/// Permutes `8 / width` groups of `width` lanes, one after another.
#define IN_GROUPS(width, permute)                                                              \
    row group[25];                                                                             \
    for (int start = 0; start < PRIO_LANES; start += width) {                                  \
        for (int i = 0; i < 25; i++) __builtin_memcpy(&group[i], state + 8 * i + start, 8 * width); \
        permute(group);                                                                        \
        for (int i = 0; i < 25; i++) __builtin_memcpy(state + 8 * i + start, &group[i], 8 * width); \
    }                                                                                          \
    __builtin_memset(group, 0, sizeof group);                                                  \
    __asm__ volatile("" : : "r"(group) : "memory");  // or the state's remains would stay on the stack

typedef uint64_t row1;
typedef uint64_t row4 __attribute__((vector_size(32)));
typedef uint64_t row8 __attribute__((vector_size(64), aligned(8)));

#define row row1
#define KECCAK_TARGET
#define KECCAK_NAME permute1
#include "keccak.inc.h"

void prio_keccak_portable(uint64_t *state) { IN_GROUPS(1, permute1) }

#undef row
#undef KECCAK_TARGET
#undef KECCAK_NAME

#if PRIO_X86
#define row row4
#define KECCAK_TARGET TARGET_AVX2
#define KECCAK_NAME permute4
#include "keccak.inc.h"

TARGET_AVX2 void prio_keccak_avx2(uint64_t *state) { IN_GROUPS(4, permute4) }

#undef row
#undef KECCAK_TARGET
#undef KECCAK_NAME

#define row row8
#define KECCAK_TARGET TARGET_AVX512
#define KECCAK_NAME permute8
#include "keccak.inc.h"

TARGET_AVX512 void prio_keccak_avx512(uint64_t *state) { permute8((row8 *)state); }
#endif
