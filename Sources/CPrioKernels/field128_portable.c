// GF(2^128 − 28·2^64 + 1), one lane after another, in plain C.
//
// A factor is in Montgomery form, times R = 2^128. Numbers are always canonical but for unreduced sums.
#include "kernels.h"

#define TARGET
#define WIDTH 1
#define ELEMENT_WORDS 2
#define FACTOR_WORDS 2
#define KERNELS prio_field128_portable
#define FOLD prio_field128_fold

typedef unsigned __int128 wide;
typedef wide element;
typedef wide factor;
/// low + 2^64·middle + 2^128·high, each with the number of its wraps around 2^128.
typedef struct {
    wide low, middle, high;
    uint64_t low_wraps, middle_wraps, high_wraps;
} sum;

static const wide modulus = (wide)0xffffffffffffffe4 << 64 | 1;

INLINE wide multiply_words(uint64_t a, uint64_t b) { return (wide)a * b; }
/// All ones for 1, nothing for 0.
INLINE wide mask(uint64_t flag) { return -(wide)prio_hidden(flag); }

INLINE element element_load(const uint64_t *at) { return (wide)at[8] << 64 | at[0]; }
INLINE void element_store(uint64_t *at, element x) {
    at[0] = (uint64_t)x;
    at[8] = (uint64_t)(x >> 64);
}
INLINE factor factor_load(const uint64_t *at) { return element_load(at); }
INLINE void factor_store(uint64_t *at, factor x) { element_store(at, x); }
INLINE factor constant_load(const uint64_t *at) { return (wide)at[1] << 64 | at[0]; }

INLINE factor factor_subtract(factor a, factor b) {
    wide difference;
    const uint64_t borrow = __builtin_sub_overflow(a, b, &difference);
    return difference + (modulus & mask(borrow));
}
INLINE factor factor_add(factor a, factor b) { return factor_subtract(a, modulus - b); }

INLINE factor factor_settle(factor x) { return x; }
INLINE factor factor_zero(void) { return 0; }
INLINE element element_subtract(element a, element b) { return factor_subtract(a, b); }

INLINE sum sum_zero(void) { return (sum){0, 0, 0, 0, 0, 0}; }
INLINE void add_wide(wide *to, uint64_t *wraps, wide product) {
    *wraps += (uint64_t)__builtin_add_overflow(*to, product, to);
}
INLINE void sum_add_product(sum *s, element x, factor y) {
    const uint64_t x0 = (uint64_t)x, x1 = (uint64_t)(x >> 64), y0 = (uint64_t)y, y1 = (uint64_t)(y >> 64);
    add_wide(&s->low, &s->low_wraps, multiply_words(x0, y0));
    add_wide(&s->middle, &s->middle_wraps, multiply_words(x0, y1));
    add_wide(&s->middle, &s->middle_wraps, multiply_words(x1, y0));
    add_wide(&s->high, &s->high_wraps, multiply_words(x1, y1));
}
/// Wraps are counted in words of their own, so nothing needs to be carried.
#define SUM_TERMS PRIO_MOST_TERMS
INLINE void sum_carry(sum *s) { (void)s; }

/// (low + 2^128·high) / R for high below the modulus.
///
/// The modulus is 1 modulo 2^64, so a word z at the bottom is cleared by subtracting z·modulus: 28·z is added
/// one word up, z is taken away two words up. Two such steps clear the low half; what is left lies between
/// −modulus and modulus.
INLINE wide reduce(wide low, wide high) {
    const uint64_t word0 = (uint64_t)low;
    const wide first = multiply_words(word0, 28) + (uint64_t)(low >> 64);
    const uint64_t word1 = (uint64_t)first;
    const wide added = multiply_words(word1, 28) + (uint64_t)(first >> 64);
    wide difference, result;
    const uint64_t borrow = __builtin_sub_overflow(high, (wide)word1 << 64 | word0, &difference);
    const uint64_t carry = __builtin_add_overflow(difference, added, &result);
    return result + (modulus & mask(borrow & (carry ^ 1)));
}

INLINE element sum_reduce(sum s) {
    // Five words, from the bottom up.
    const wide word1 = (s.low >> 64) + (uint64_t)s.middle;
    const wide word2 = (word1 >> 64) + (s.middle >> 64) + (uint64_t)s.high + s.low_wraps;
    const wide word3 = (word2 >> 64) + (s.high >> 64) + s.middle_wraps;
    const uint64_t word4 = (uint64_t)(word3 >> 64) + s.high_wraps;
    const wide low = word1 << 64 | (uint64_t)s.low;
    const wide high = word3 << 64 | (uint64_t)word2;
    // 2^256 / R is 2^128, which is 28·2^64 − 1 modulo the modulus.
    return factor_add(
        reduce(low, factor_subtract(high, modulus & mask(high >= modulus))), word4 * (((wide)28 << 64) - 1));
}

INLINE factor factor_multiply(factor x, factor y) {
    const uint64_t x0 = (uint64_t)x, x1 = (uint64_t)(x >> 64), y0 = (uint64_t)y, y1 = (uint64_t)(y >> 64);
    const wide low = multiply_words(x0, y0), high = multiply_words(x1, y1);
    const wide cross0 = multiply_words(x0, y1), cross1 = multiply_words(x1, y0);
    const wide middle = (low >> 64) + (uint64_t)cross0 + (uint64_t)cross1;
    return reduce(
        middle << 64 | (uint64_t)low, high + (cross0 >> 64) + (cross1 >> 64) + (middle >> 64));
}

/// Times R^2, divided by R.
INLINE factor factor_of(element x) {
    return factor_multiply(x, (wide)0x5587 << 64 | 0xfffffffffffffcf1);
}
INLINE element element_of(factor x) { return factor_multiply(x, 1); }

INLINE uint8_t element_is_rejected(const uint64_t *at) { return element_load(at) >= modulus; }

void prio_field128_fold(const uint64_t *elements, size_t count, uint8_t lanes, uint64_t *sums) {
    uint64_t chosen[PRIO_LANES];
    for (int lane = 0; lane < PRIO_LANES; lane++) chosen[lane] = -(uint64_t)(lanes >> lane & 1);
    for (size_t i = 0; i < count; i++, elements += 2 * PRIO_LANES) {
        wide low = 0, high = 0;
        for (int lane = 0; lane < PRIO_LANES; lane++) {
            low += elements[lane] & chosen[lane];
            high += elements[PRIO_LANES + lane] & chosen[lane];
        }
        high += low >> 64;
        const wide total = high << 64 | (uint64_t)low;
        // 2^128 is 28·2^64 − 1 modulo the modulus.
        const wide result = factor_add(
            factor_subtract(total, modulus & mask(total >= modulus)), (high >> 64) * (((wide)28 << 64) - 1));
        sums[2 * i] = (uint64_t)result;
        sums[2 * i + 1] = (uint64_t)(result >> 64);
    }
}

#include "field_kernels.inc.h"
