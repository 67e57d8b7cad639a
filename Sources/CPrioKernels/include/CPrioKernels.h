// Kernels of Prio3 in eight lanes: eight reports side by side, one in each lane.
//
// Layout. A vector of n words for eight reports is n rows of eight 64-bit words, `[word][lane]`, best aligned to
// 64 bytes. A field element is 1 row (Field64) or 2 rows (Field128, low word first) and is always canonical: in
// standard form, below the modulus. A factor is what an element is multiplied with; its rows have a form of their
// own at every level, which only these kernels know. A constant is one lane of a factor, for use in all lanes.
//
// Time and memory accesses depend on counts only, never on the content of a row.
#ifndef C_PRIO_KERNELS_H
#define C_PRIO_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The flag, 0 or 1, of which the compiler no longer knows that it is one. Without this it makes branches of choices
/// by mask, whose time tells what was chosen.
static inline __attribute__((always_inline)) uint64_t prio_hidden(uint64_t flag) {
    __asm__("" : "+r"(flag));
    return flag;
}

enum {
    PRIO_LANES = 8,
    /// Words of a Keccak state.
    PRIO_STATE_WORDS = 25,
    /// The most terms of a dot product, so that unreduced sums fit their words.
    PRIO_MOST_TERMS = 1 << 24,
};

/// Which instructions are used.
typedef enum {
    /// Plain C.
    PRIO_PORTABLE = 0,
    /// AVX2 for Keccak.
    PRIO_AVX2 = 1,
    /// AVX-512 (F, VL, DQ, BW) for Keccak and, with IFMA, for arithmetic.
    PRIO_AVX512 = 2,
} prio_level;

/// Arithmetic in eight lanes. Output never overlaps input unless it says so.
typedef struct {
    /// Rows of an element, and of a factor.
    size_t element_words;
    size_t factor_words;

    /// The lanes, as bits, in which a row of words is not canonical. Here elements need not be.
    uint8_t (*rejected)(const uint64_t *elements, size_t count);

    /// Makes factors of elements, and elements of factors.
    void (*prepare)(const uint64_t *elements, size_t count, uint64_t *factors);
    void (*value)(const uint64_t *factors, size_t count, uint64_t *elements);

    /// The values L_0(t) ... L_(n-1)(t) of the Lagrange basis over the n-th roots of unity, n = 2^log2 (as
    /// `RootsOfUnity.lagrangeBasis` does for one report).
    ///
    /// roots: the constants w^k; scaled_roots: w^k / n. Both n. basis receives n factors.
    /// power receives the factor t^n. When t^n is 1, t is one of the roots.
    void (*lagrange)(
        const uint64_t *point, const uint64_t *roots, const uint64_t *scaled_roots, unsigned log2, uint64_t *basis,
        uint64_t *power);

    /// sum = elements[0] * factors[0] + elements[stride] * factors[1] + ...: `count` terms, one element.
    void (*dot)(const uint64_t *elements, size_t stride, const uint64_t *factors, size_t count, uint64_t *sum);
    /// The same with constants; constant_stride is 0 to take the first every time, else 1.
    void (*dot_constants)(
        const uint64_t *elements, size_t stride, const uint64_t *constants, size_t constant_stride, size_t count,
        uint64_t *sum);

    /// The wires of `BitVectorCheck` at the test point, 2 * chunk elements.
    ///
    /// With x_(k,j) the j-th of call k's elements, k = 1 ... calls, wire 2j is
    ///     seed_2j * L_0 + sum over k of x_(k,j) * r_k^(j+1) * L_k
    /// and wire 2j+1 is
    ///     seed_(2j+1) * L_0 + sum over k of (x_(k,j) + offset) * L_k.
    /// Elements that the last call lacks are zero, but their odd wires carry the offset like all others.
    ///
    /// measurement: length elements; seeds: 2 * chunk; basis: L_0 ... L_calls; randomness: the factors r_1 ...
    /// r_calls; offset: one element; running: room for `calls` factors.
    void (*bit_vector_wires)(
        const uint64_t *measurement, size_t length, size_t chunk, const uint64_t *seeds, const uint64_t *basis,
        const uint64_t *randomness, const uint64_t *offset, uint64_t *running, uint64_t *wires);

    /// Adds up the lanes whose bits are set: `count` elements of one lane, their words in order.
    void (*fold)(const uint64_t *elements, size_t count, uint8_t lanes, uint64_t *sums);

    // For the prover, who works on factors throughout.

    /// A pair of wires of `BitVectorCheck` as values on the `count`-th roots of unity: left[0] and right[0] are the
    /// seeds of wires 2 * place and 2 * place + 1; for call k, left[k] is x * r_k^(place+1) and right[k] is
    /// x + offset, with x the call's element at `place`, or zero; beyond, both are zero.
    ///
    /// To be called with place = 0, 1, 2 ... with the same `running`, room for as many factors as there are calls.
    void (*bit_vector_inputs)(
        const uint64_t *measurement, size_t length, size_t chunk, size_t place, const uint64_t *seeds,
        const uint64_t *randomness, const uint64_t *offset, uint64_t *running, size_t count, uint64_t *left,
        uint64_t *right);

    /// sums[i] += left[i] * right[i], at most PRIO_MOST_TERMS times.
    void (*multiply_add)(const uint64_t *left, const uint64_t *right, size_t count, uint64_t *sums);

    /// From the values of polynomials on the n-th roots of unity, n = 2^log2, to those on the n odd 2n-th roots,
    /// in place: an inverse transform, a shift, a transform.
    ///
    /// roots: the constants w^k, n of them; shifts: v^k / n, v the primitive 2n-th root, in the order of k with its
    /// bits reversed.
    void (*extend)(uint64_t *factors, const uint64_t *roots, const uint64_t *shifts, unsigned log2);

    /// differences[i] -= elements[i]
    void (*subtract)(const uint64_t *elements, size_t count, uint64_t *differences);
} prio_field_kernels;

/// What there is at a level.
typedef struct {
    prio_level level;
    /// Keccak-p[1600, 12] in eight lanes: 25 rows, in place.
    void (*keccak)(uint64_t *state);
    const prio_field_kernels *field64;
    const prio_field_kernels *field128;
} prio_kernels;

/// The highest level that this machine has.
prio_level prio_highest_level(void);

/// The level that the environment variable PRIO_KERNELS names (portable, avx2, avx512), at most the highest; the
/// highest when it names none.
prio_level prio_selected_level(void);

/// The kernels of a level, or of the highest that this machine has if that is lower.
const prio_kernels *prio_kernels_at(prio_level level);

#pragma clang assume_nonnull end

#endif
