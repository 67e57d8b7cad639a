// GF(2^64 − 2^32 + 1) in eight lanes with the 52-bit multiply-add instructions (AVX-512 IFMA). Factors are
// elements; what is stored is canonical.
#include "kernels.h"

#if PRIO_X86
#include <immintrin.h>

#define TARGET TARGET_AVX512
#define WIDTH 8
#define ELEMENT_WORDS 1
#define FACTOR_WORDS 1
#define KERNELS prio_field64_avx512
#define FOLD prio_field64_fold

typedef __m512i row;
typedef row element;
typedef row factor;
/// The sum of column[i]·2^(52·i).
typedef struct {
    row column[3];
} sum;

INLINE TARGET row all(uint64_t word) { return _mm512_set1_epi64((long long)word); }
INLINE TARGET row load(const uint64_t *at) { return _mm512_loadu_si512(at); }
INLINE TARGET row add(row a, row b) { return _mm512_add_epi64(a, b); }
INLINE TARGET row low_limb(row a) { return _mm512_and_epi64(a, all((1ull << 52) - 1)); }
INLINE TARGET row add_low(row sum, row a, row b) { return _mm512_madd52lo_epu64(sum, a, b); }
INLINE TARGET row add_high(row sum, row a, row b) { return _mm512_madd52hi_epu64(sum, a, b); }
INLINE TARGET row modulus(void) { return all(0xffffffff00000001); }
/// 2^64 modulo the modulus.
INLINE TARGET row wrap(void) { return all(0xffffffff); }

INLINE TARGET element element_load(const uint64_t *at) { return load(at); }
INLINE TARGET factor factor_load(const uint64_t *at) { return load(at); }
INLINE TARGET factor constant_load(const uint64_t *at) { return all(*at); }
INLINE TARGET void element_store(uint64_t *at, element x) { _mm512_storeu_si512(at, x); }
INLINE TARGET void factor_store(uint64_t *at, factor x) { element_store(at, x); }

INLINE TARGET row canonical(row x) {
    return _mm512_mask_sub_epi64(x, _mm512_cmpge_epu64_mask(x, modulus()), x, modulus());
}
INLINE TARGET factor factor_subtract(factor a, factor b) {
    const row difference = _mm512_sub_epi64(a, b);
    return _mm512_mask_add_epi64(difference, _mm512_cmplt_epu64_mask(a, b), difference, modulus());
}
INLINE TARGET factor factor_add(factor a, factor b) {
    return factor_subtract(a, _mm512_sub_epi64(modulus(), b));
}

INLINE TARGET factor factor_settle(factor x) { return x; }
INLINE TARGET factor factor_zero(void) { return all(0); }
INLINE TARGET element element_subtract(element a, element b) { return factor_subtract(a, b); }

INLINE TARGET sum sum_zero(void) { return (sum){{all(0), all(0), all(0)}}; }

/// Adds x·y, both cut into 52 and 12 bits. A column grows by less than 3·2^52.
INLINE TARGET void sum_add_product(sum *s, row x, row y) {
    // The multiplication itself leaves bits from the 52nd up aside.
    const row x_high = _mm512_srli_epi64(x, 52), y_high = _mm512_srli_epi64(y, 52);
    s->column[0] = add_low(s->column[0], x, y);
    s->column[1] = add_high(s->column[1], x, y);
    s->column[1] = add_low(s->column[1], x, y_high);
    s->column[2] = add_high(s->column[2], x, y_high);
    s->column[1] = add_low(s->column[1], x_high, y);
    s->column[2] = add_high(s->column[2], x_high, y);
    s->column[2] = add_low(s->column[2], x_high, y_high);
}

/// Carries from column to column. It must be called after SUM_TERMS products at most, so that columns fit.
#define SUM_TERMS 512
INLINE TARGET void sum_carry(sum *s) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
        s->column[i + 1] = add(s->column[i + 1], _mm512_srli_epi64(s->column[i], 52));
        s->column[i] = low_limb(s->column[i]);
    }
}

/// Modulo the modulus, 2^64 is 2^32 − 1 and 2^96 is −1, so 2^104 is −2^8: the two low columns, of 104 bits,
/// come down to `low + middle·(2^32 − 1) − high`, and the last column joins `high`. PRIO_MOST_TERMS products leave
/// less than 2^50 in the last column, so `high` is below 2^59.
INLINE TARGET element sum_reduce(sum s) {
    sum_carry(&s);
    const row low = _mm512_or_si512(s.column[0], _mm512_slli_epi64(s.column[1], 52));
    const row above = _mm512_srli_epi64(s.column[1], 12);  // 40 bits
    const row middle = _mm512_and_epi64(above, all(0xffffffff));
    const row high = add(_mm512_srli_epi64(above, 32), _mm512_slli_epi64(s.column[2], 8));

    const row product = _mm512_sub_epi64(_mm512_slli_epi64(middle, 32), middle);
    row total = add(low, product);
    // `product` is at most 2^64 − 2^33 + 1, so what wrapped around has room for the 2^32 − 1 it is worth.
    total = _mm512_mask_add_epi64(total, _mm512_cmplt_epu64_mask(total, low), total, wrap());
    const row result = _mm512_sub_epi64(total, high);
    return canonical(
        _mm512_mask_sub_epi64(result, _mm512_cmplt_epu64_mask(total, high), result, wrap()));
}

INLINE TARGET factor factor_multiply(factor x, factor y) {
    sum s = sum_zero();
    sum_add_product(&s, x, y);
    return sum_reduce(s);
}
INLINE TARGET factor factor_of(element x) { return x; }
INLINE TARGET element element_of(factor x) { return x; }

INLINE TARGET uint8_t element_is_rejected(const uint64_t *at) {
    return _mm512_cmpge_epu64_mask(load(at), modulus());
}

#include "field_kernels.inc.h"
#endif
