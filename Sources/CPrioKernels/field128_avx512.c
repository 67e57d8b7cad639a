// GF(2^128 − 28·2^64 + 1) in eight lanes with the 52-bit multiply-add instructions (AVX-512 IFMA).
//
// Numbers are three limbs of 52 bits. A factor is in Montgomery form, times R = 2^156: a product of an element
// and a factor, divided by R, is an element. Values are kept below 2^132, products are summed up unreduced in six
// columns, and only a row that is stored is canonical.
#include "kernels.h"

#if PRIO_X86
#include <immintrin.h>

#define TARGET TARGET_AVX512
#define WIDTH 8
#define ELEMENT_WORDS 2
#define FACTOR_WORDS 3
#define KERNELS prio_field128_avx512
#define FOLD prio_field128_fold

typedef __m512i row;
/// low + 2^52·middle + 2^104·high. Limbs are below 2^52, where nothing else is said.
typedef struct {
    row low, middle, high;
} limbs;
typedef limbs element;
typedef limbs factor;
/// The sum of column[i]·2^(52·i).
typedef struct {
    row column[6];
} sum;

#define LIMB_MASK ((1ull << 52) - 1)
/// The modulus: its lowest limb is 1.
#define MODULUS_MIDDLE ((0xffffffffffffffe4ull << 12) & LIMB_MASK)
#define MODULUS_HIGH (0xffffffffffffffe4ull >> 40)

INLINE TARGET row all(uint64_t word) { return _mm512_set1_epi64((long long)word); }
INLINE TARGET row load(const uint64_t *at) { return _mm512_loadu_si512(at); }
INLINE TARGET void store(uint64_t *at, row words) { _mm512_storeu_si512(at, words); }
INLINE TARGET row add(row a, row b) { return _mm512_add_epi64(a, b); }
INLINE TARGET row minus(row a, row b) { return _mm512_sub_epi64(a, b); }
INLINE TARGET row low_limb(row a) { return _mm512_and_epi64(a, all(LIMB_MASK)); }
INLINE TARGET row add_low(row sum, row a, row b) { return _mm512_madd52lo_epu64(sum, a, b); }
INLINE TARGET row add_high(row sum, row a, row b) { return _mm512_madd52hi_epu64(sum, a, b); }

/// Carries from limb to limb. Limbs may be negative, not so the value.
INLINE TARGET limbs carry(limbs x) {
    x.middle = add(x.middle, _mm512_srai_epi64(x.low, 52));
    x.high = add(x.high, _mm512_srai_epi64(x.middle, 52));
    return (limbs){low_limb(x.low), low_limb(x.middle), x.high};
}

INLINE TARGET element element_load(const uint64_t *at) {
    const row low = load(at), high = load(at + 8);
    const row middle = _mm512_or_si512(_mm512_srli_epi64(low, 52), _mm512_slli_epi64(high, 12));
    return (element){low_limb(low), low_limb(middle), _mm512_srli_epi64(high, 40)};
}

/// Stores a value below twice the modulus as the canonical one.
INLINE TARGET void element_store(uint64_t *at, element x) {
    const limbs less = carry((limbs){
        minus(x.low, all(1)), minus(x.middle, all(MODULUS_MIDDLE)), minus(x.high, all(MODULUS_HIGH))});
    const __mmask8 below = _mm512_movepi64_mask(less.high);
    x.low = _mm512_mask_blend_epi64(below, less.low, x.low);
    x.middle = _mm512_mask_blend_epi64(below, less.middle, x.middle);
    x.high = _mm512_mask_blend_epi64(below, less.high, x.high);
    store(at, _mm512_or_si512(x.low, _mm512_slli_epi64(x.middle, 52)));
    store(at + 8, _mm512_or_si512(_mm512_srli_epi64(x.middle, 12), _mm512_slli_epi64(x.high, 40)));
}

INLINE TARGET factor factor_load(const uint64_t *at) { return (factor){load(at), load(at + 8), load(at + 16)}; }
INLINE TARGET factor constant_load(const uint64_t *at) { return (factor){all(at[0]), all(at[1]), all(at[2])}; }
INLINE TARGET void factor_store(uint64_t *at, factor x) {
    store(at, x.low);
    store(at + 8, x.middle);
    store(at + 16, x.high);
}

INLINE TARGET factor factor_add(factor a, factor b) {
    return carry((limbs){add(a.low, b.low), add(a.middle, b.middle), add(a.high, b.high)});
}

/// a − b + 4·modulus for b below that.
INLINE TARGET factor factor_subtract(factor a, factor b) {
    return carry((limbs){
        add(minus(a.low, b.low), all(4)), add(minus(a.middle, b.middle), all(4 * MODULUS_MIDDLE)),
        add(minus(a.high, b.high), all(4 * MODULUS_HIGH))});
}

/// The same number below 2^129, for x below 2^156: what is above 2^128 comes back as 28·2^64 − 1 times as much.
INLINE TARGET factor factor_settle(factor x) {
    const row above = _mm512_srli_epi64(x.high, 24), share = _mm512_slli_epi64(above, 12);
    return carry((limbs){
        minus(x.low, above),
        add(x.middle, minus(_mm512_slli_epi64(share, 5), _mm512_slli_epi64(share, 2))),
        _mm512_and_epi64(x.high, all((1 << 24) - 1))});
}

INLINE TARGET factor factor_zero(void) { return (factor){all(0), all(0), all(0)}; }

/// Below twice the modulus.
INLINE TARGET element element_subtract(element a, element b) {
    return carry((limbs){
        add(minus(a.low, b.low), all(1)), add(minus(a.middle, b.middle), all(MODULUS_MIDDLE)),
        add(minus(a.high, b.high), all(MODULUS_HIGH))});
}

INLINE TARGET sum sum_zero(void) {
    const row zero = all(0);
    return (sum){{zero, zero, zero, zero, zero, zero}};
}

/// Adds x·y·2^(52·place).
INLINE TARGET void sum_add_row(sum *s, row x, limbs y, int place) {
    row *column = s->column + place;
    column[0] = add_low(column[0], x, y.low);
    column[1] = add_high(column[1], x, y.low);
    column[1] = add_low(column[1], x, y.middle);
    column[2] = add_high(column[2], x, y.middle);
    column[2] = add_low(column[2], x, y.high);
    column[3] = add_high(column[3], x, y.high);
}

/// Adds x·y. A column grows by less than 5·2^52.
INLINE TARGET void sum_add_product(sum *s, limbs x, limbs y) {
    sum_add_row(s, x.low, y, 0);
    sum_add_row(s, x.middle, y, 1);
    sum_add_row(s, x.high, y, 2);
}

/// Carries from column to column. It must be called after SUM_TERMS products at most, so that columns stay
/// below 2^63.
#define SUM_TERMS 256
INLINE TARGET void sum_carry(sum *s) {
#pragma unroll
    for (int i = 0; i < 5; i++) {
        s->column[i + 1] = add(s->column[i + 1], _mm512_srli_epi64(s->column[i], 52));
        s->column[i] = low_limb(s->column[i]);
    }
}

/// The sum divided by R: less than sum / R + modulus. PRIO_MOST_TERMS products of elements and factors, which
/// are below 2^129 where they are summed over, are less than 2^281, so this is below twice the modulus.
///
/// The modulus is 1 modulo 2^52, so adding (−column mod 2^52)·modulus clears a column. Three columns go this way.
INLINE TARGET limbs sum_reduce(sum s) {
    row *column = s.column;
#pragma unroll
    for (int i = 0; i < 3; i++) {
        const row multiple = low_limb(minus(all(0), column[i]));
        column[i + 1] = add(column[i + 1], _mm512_srli_epi64(add(column[i], multiple), 52));
        column[i + 1] = add_low(column[i + 1], multiple, all(MODULUS_MIDDLE));
        column[i + 2] = add_high(column[i + 2], multiple, all(MODULUS_MIDDLE));
        column[i + 2] = add_low(column[i + 2], multiple, all(MODULUS_HIGH));
        column[i + 3] = add_high(column[i + 3], multiple, all(MODULUS_HIGH));
    }
    return carry((limbs){column[3], column[4], column[5]});
}

INLINE TARGET factor factor_multiply(factor x, factor y) {
    // Two sums, because in one every addition would wait for the one before.
    sum even = sum_zero(), odd = sum_zero();
    sum_add_row(&even, x.low, y, 0);
    sum_add_row(&odd, x.middle, y, 1);
    sum_add_row(&even, x.high, y, 2);
#pragma unroll
    for (int i = 0; i < 6; i++) even.column[i] = add(even.column[i], odd.column[i]);
    return sum_reduce(even);
}

/// Times R^2, divided by R.
INLINE TARGET factor factor_of(element x) {
    return factor_multiply(x, (limbs){all(0xfffffffffffab), all(0x948f0f), all(0x880000)});
}

INLINE TARGET element element_of(factor x) { return factor_multiply(x, (limbs){all(1), all(0), all(0)}); }

INLINE TARGET uint8_t element_is_rejected(const uint64_t *at) {
    const row high = load(at + 8), bound = all(0xffffffffffffffe4);
    return _mm512_cmpgt_epu64_mask(high, bound)
        | (_mm512_cmpeq_epi64_mask(high, bound) & _mm512_test_epi64_mask(load(at), load(at)));
}

#include "field_kernels.inc.h"
#endif
