// The kernels of CPrioKernels.h over the arithmetic of one field at one level, which the including file defines:
// WIDTH lanes are worked on at a time.

/// Where the lanes from `lane` on of an element or factor are.
#define ELEMENT(base, index) ((base) + (index) * (ELEMENT_WORDS * PRIO_LANES) + lane)
#define FACTOR(base, index) ((base) + (index) * (FACTOR_WORDS * PRIO_LANES) + lane)
#define CONSTANT(base, index) ((base) + (index) * FACTOR_WORDS)
#define FOR_LANES for (int lane = 0; lane < PRIO_LANES; lane += WIDTH)

INLINE TARGET size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

static TARGET uint8_t rejected(const uint64_t *elements, size_t count) {
    uint8_t lanes = 0;
    FOR_LANES {
        uint8_t found = 0;
        for (size_t i = 0; i < count; i++) found |= element_is_rejected(ELEMENT(elements, i));
        lanes |= (uint8_t)(found << lane);
    }
    return lanes;
}

static TARGET void prepare(const uint64_t *elements, size_t count, uint64_t *factors) {
    FOR_LANES {
        for (size_t i = 0; i < count; i++) {
            factor_store(FACTOR(factors, i), factor_of(element_load(ELEMENT(elements, i))));
        }
    }
}

static TARGET void value(const uint64_t *factors, size_t count, uint64_t *elements) {
    FOR_LANES {
        for (size_t i = 0; i < count; i++) {
            element_store(ELEMENT(elements, i), element_of(factor_load(FACTOR(factors, i))));
        }
    }
}

/// The division-free tree of `RootsOfUnity.lagrangeBasis`, where it is derived.
static TARGET void lagrange(
    const uint64_t *point, const uint64_t *roots, const uint64_t *scaled_roots, unsigned log2, uint64_t *basis,
    uint64_t *power) {
    const size_t count = (size_t)1 << log2;
    FOR_LANES {
        factor squares[65];  // t^(2^i)
        squares[0] = factor_load(FACTOR(point, 0));
        for (unsigned i = 0; i < log2; i++) squares[i + 1] = factor_multiply(squares[i], squares[i]);
        factor_store(FACTOR(power, 0), squares[log2]);
        factor_store(FACTOR(basis, 0), constant_load(CONSTANT(roots, 0)));
        for (unsigned level = 1; level <= log2; level++) {
            const size_t half = (size_t)1 << (level - 1), stride = count >> level;
            const factor square = squares[log2 - level];
            // Downwards, so that the first half is read before it is overwritten.
            for (size_t i = 2 * half; i-- > 0;) {
                const factor difference = factor_add(square, constant_load(CONSTANT(roots, i * stride)));
                const factor above = factor_load(FACTOR(basis, i & (half - 1)));
                factor_store(FACTOR(basis, i), level == 1 ? difference : factor_multiply(above, difference));
            }
        }
        for (size_t i = 0; i < count; i++) {
            const factor scale = constant_load(CONSTANT(scaled_roots, i));
            factor_store(FACTOR(basis, i), factor_multiply(factor_load(FACTOR(basis, i)), scale));
        }
    }
}

static TARGET void dot(
    const uint64_t *elements, size_t stride, const uint64_t *factors, size_t count, uint64_t *total) {
    FOR_LANES {
        sum s = sum_zero();
        for (size_t start = 0; start < count; start += SUM_TERMS) {
            const size_t end = lesser(count, start + SUM_TERMS);
            for (size_t i = start; i < end; i++) {
                sum_add_product(&s, element_load(ELEMENT(elements, i * stride)), factor_load(FACTOR(factors, i)));
            }
            sum_carry(&s);
        }
        element_store(ELEMENT(total, 0), sum_reduce(s));
    }
}

static TARGET void dot_constants(
    const uint64_t *elements, size_t stride, const uint64_t *constants, size_t constant_stride, size_t count,
    uint64_t *total) {
    FOR_LANES {
        sum s = sum_zero();
        for (size_t start = 0; start < count; start += SUM_TERMS) {
            const size_t end = lesser(count, start + SUM_TERMS);
            for (size_t i = start; i < end; i++) {
                const factor weight = constant_load(CONSTANT(constants, i * constant_stride));
                sum_add_product(&s, element_load(ELEMENT(elements, i * stride)), weight);
            }
            sum_carry(&s);
        }
        element_store(ELEMENT(total, 0), sum_reduce(s));
    }
}

/// One pair of wires: all calls' elements at place `place` of their chunks.
INLINE TARGET void bit_vector_pair(
    const uint64_t *measurement, size_t length, size_t chunk, size_t place, const uint64_t *basis,
    const uint64_t *randomness, uint64_t *running, int lane, sum *even, sum *odd) {
    // The last call may lack this place.
    const size_t calls = (length - place + chunk - 1) / chunk;
    for (size_t start = 0; start < calls; start += SUM_TERMS / 2) {
        const size_t end = lesser(calls, start + SUM_TERMS / 2);
        for (size_t call = start; call < end; call++) {
            const element x = element_load(ELEMENT(measurement, call * chunk + place));
            const factor weight = factor_load(FACTOR(basis, call + 1));
            // r^place·L of this call, and once more r.
            const factor before = place == 0 ? weight : factor_load(FACTOR(running, call));
            const factor power = factor_multiply(before, factor_load(FACTOR(randomness, call)));
            factor_store(FACTOR(running, call), power);
            sum_add_product(even, x, power);
            sum_add_product(odd, x, weight);
        }
        sum_carry(even);
        sum_carry(odd);
    }
}

static TARGET void bit_vector_wires(
    const uint64_t *measurement, size_t length, size_t chunk, const uint64_t *seeds, const uint64_t *basis,
    const uint64_t *randomness, const uint64_t *offset, uint64_t *running, uint64_t *wires) {
    const size_t calls = (length + chunk - 1) / chunk;
    FOR_LANES {
        const factor seed_weight = factor_load(FACTOR(basis, 0));
        factor all_weights = factor_load(FACTOR(basis, 1));
        for (size_t call = 2; call <= calls; call++) {
            all_weights = factor_add(all_weights, factor_load(FACTOR(basis, call)));
        }
        sum every_odd = sum_zero();
        sum_add_product(&every_odd, element_load(ELEMENT(offset, 0)), all_weights);
        for (size_t place = 0; place < chunk; place++) {
            sum even = sum_zero(), odd = every_odd;
            sum_add_product(&even, element_load(ELEMENT(seeds, 2 * place)), seed_weight);
            sum_add_product(&odd, element_load(ELEMENT(seeds, 2 * place + 1)), seed_weight);
            if (place < length) {
                bit_vector_pair(
                    measurement, length, chunk, place, basis, randomness, running, lane, &even, &odd);
            }
            element_store(ELEMENT(wires, 2 * place), sum_reduce(even));
            element_store(ELEMENT(wires, 2 * place + 1), sum_reduce(odd));
        }
    }
}

static TARGET void bit_vector_inputs(
    const uint64_t *measurement, size_t length, size_t chunk, size_t place, const uint64_t *seeds,
    const uint64_t *randomness, const uint64_t *offset, uint64_t *running, size_t count, uint64_t *left,
    uint64_t *right) {
    const size_t calls = (length + chunk - 1) / chunk;
    FOR_LANES {
        const factor zero = factor_zero(), shift = factor_load(FACTOR(offset, 0));
        factor_store(FACTOR(left, 0), factor_load(FACTOR(seeds, 2 * place)));
        factor_store(FACTOR(right, 0), factor_load(FACTOR(seeds, 2 * place + 1)));
        for (size_t call = 0; call < calls; call++) {
            factor power = factor_load(FACTOR(randomness, call));
            if (place > 0) power = factor_multiply(power, factor_load(FACTOR(running, call)));
            factor_store(FACTOR(running, call), power);
            const size_t index = call * chunk + place;
            const factor x = index < length ? factor_load(FACTOR(measurement, index)) : zero;
            factor_store(FACTOR(left, call + 1), factor_multiply(x, power));
            factor_store(FACTOR(right, call + 1), factor_add(x, shift));
        }
        for (size_t i = calls + 1; i < count; i++) {
            factor_store(FACTOR(left, i), zero);
            factor_store(FACTOR(right, i), zero);
        }
    }
}

static TARGET void multiply_add(const uint64_t *left, const uint64_t *right, size_t count, uint64_t *sums) {
    FOR_LANES {
        for (size_t i = 0; i < count; i++) {
            const factor product = factor_multiply(factor_load(FACTOR(left, i)), factor_load(FACTOR(right, i)));
            factor_store(FACTOR(sums, i), factor_add(factor_load(FACTOR(sums, i)), product));
        }
    }
}

static TARGET void subtract_elements(const uint64_t *elements, size_t count, uint64_t *differences) {
    FOR_LANES {
        for (size_t i = 0; i < count; i++) {
            uint64_t *at = ELEMENT(differences, i);
            element_store(at, element_subtract(element_load(at), element_load(ELEMENT(elements, i))));
        }
    }
}

/// The values lie in natural order, their coefficients in the order of reversed bits, so that neither transform
/// has to reorder anything.
static TARGET void extend(uint64_t *factors, const uint64_t *roots, const uint64_t *shifts, unsigned log2) {
    const size_t count = (size_t)1 << log2;
    FOR_LANES {
        for (size_t half = count >> 1, stride = 1; half > 0; half >>= 1, stride <<= 1) {
            for (size_t place = 0; place < half; place++) {
                // The inverse root: w^(count − k) for w^k.
                const factor root = constant_load(CONSTANT(roots, (count - place * stride) & (count - 1)));
                for (size_t i = place; i < count; i += 2 * half) {
                    const factor a = factor_load(FACTOR(factors, i)), b = factor_load(FACTOR(factors, i + half));
                    const factor difference = factor_subtract(a, b);
                    factor_store(FACTOR(factors, i), factor_settle(factor_add(a, b)));
                    factor_store(
                        FACTOR(factors, i + half),
                        place == 0 ? factor_settle(difference) : factor_multiply(difference, root));
                }
            }
        }
        for (size_t i = 0; i < count; i++) {
            const factor shift = constant_load(CONSTANT(shifts, i));
            factor_store(FACTOR(factors, i), factor_multiply(factor_load(FACTOR(factors, i)), shift));
        }
        for (size_t half = 1, stride = count >> 1; half < count; half <<= 1, stride >>= 1) {
            for (size_t place = 0; place < half; place++) {
                const factor root = constant_load(CONSTANT(roots, place * stride));
                for (size_t i = place; i < count; i += 2 * half) {
                    const factor a = factor_load(FACTOR(factors, i)), b = factor_load(FACTOR(factors, i + half));
                    const factor product = place == 0 ? factor_settle(b) : factor_multiply(b, root);
                    factor_store(FACTOR(factors, i), factor_add(a, product));
                    factor_store(FACTOR(factors, i + half), factor_subtract(a, product));
                }
            }
        }
    }
}

const prio_field_kernels KERNELS = {
    .element_words = ELEMENT_WORDS,
    .factor_words = FACTOR_WORDS,
    .rejected = rejected,
    .prepare = prepare,
    .value = value,
    .lagrange = lagrange,
    .dot = dot,
    .dot_constants = dot_constants,
    .bit_vector_wires = bit_vector_wires,
    .fold = FOLD,
    .bit_vector_inputs = bit_vector_inputs,
    .multiply_add = multiply_add,
    .extend = extend,
    .subtract = subtract_elements,
};
