// GF(2^64 − 2^32 + 1), one lane after another, in plain C. Factors are elements.
#include "kernels.h"

#define TARGET
#define WIDTH 1
#define ELEMENT_WORDS 1
#define FACTOR_WORDS 1
#define KERNELS prio_field64_portable
#define FOLD prio_field64_fold

typedef unsigned __int128 wide;
typedef uint64_t element;
typedef uint64_t factor;
/// total + 2^128·wraps.
typedef struct {
    wide total;
    uint64_t wraps;
} sum;

static const uint64_t modulus = 0xffffffff00000001;

/// All ones for 1, nothing for 0.
INLINE uint64_t mask(uint64_t flag) { return -prio_hidden(flag); }

INLINE element element_load(const uint64_t *at) { return *at; }
INLINE void element_store(uint64_t *at, element x) { *at = x; }
INLINE factor factor_load(const uint64_t *at) { return *at; }
INLINE factor constant_load(const uint64_t *at) { return *at; }
INLINE void factor_store(uint64_t *at, factor x) { *at = x; }

INLINE factor factor_subtract(factor a, factor b) {
    uint64_t difference;
    const uint64_t borrow = __builtin_sub_overflow(a, b, &difference);
    return difference + (modulus & mask(borrow));
}
INLINE factor factor_add(factor a, factor b) { return factor_subtract(a, modulus - b); }

INLINE factor factor_settle(factor x) { return x; }
INLINE factor factor_zero(void) { return 0; }
INLINE element element_subtract(element a, element b) { return factor_subtract(a, b); }

/// 2^64 is 2^32 − 1 and 2^96 is −1 modulo the modulus; so is every wrap around 2^64 worth 2^32 − 1.
INLINE element reduce(wide x) {
    const uint64_t low = (uint64_t)x, high = (uint64_t)(x >> 64);
    uint64_t difference, total;
    const uint64_t borrow = __builtin_sub_overflow(low, high >> 32, &difference);
    const uint64_t carry = __builtin_add_overflow(
        difference - (0xffffffff & mask(borrow)), (high & 0xffffffff) * 0xffffffff, &total);
    total += 0xffffffff & mask(carry);
    return factor_subtract(total, modulus & mask(total >= modulus));
}

INLINE sum sum_zero(void) { return (sum){0, 0}; }
INLINE void sum_add_product(sum *s, element x, factor y) {
    s->wraps += (uint64_t)__builtin_add_overflow(s->total, (wide)x * y, &s->total);
}
/// Wraps are counted in a word of their own, so nothing needs to be carried.
#define SUM_TERMS PRIO_MOST_TERMS
INLINE void sum_carry(sum *s) { (void)s; }
/// 2^128 is −2^32 modulo the modulus.
INLINE element sum_reduce(sum s) { return factor_subtract(reduce(s.total), s.wraps << 32); }

INLINE factor factor_multiply(factor x, factor y) { return reduce((wide)x * y); }
INLINE factor factor_of(element x) { return x; }
INLINE element element_of(factor x) { return x; }

INLINE uint8_t element_is_rejected(const uint64_t *at) { return *at >= modulus; }

void prio_field64_fold(const uint64_t *elements, size_t count, uint8_t lanes, uint64_t *sums) {
    uint64_t chosen[PRIO_LANES];
    for (int lane = 0; lane < PRIO_LANES; lane++) chosen[lane] = -(uint64_t)(lanes >> lane & 1);
    for (size_t i = 0; i < count; i++, elements += PRIO_LANES) {
        wide total = 0;
        for (int lane = 0; lane < PRIO_LANES; lane++) total += elements[lane] & chosen[lane];
        sums[i] = reduce(total);
    }
}

#include "field_kernels.inc.h"
