// Sums over slices and the optimiser's step, in either precision: included by kernels_f32.c and kernels_f64.c, which define
// the fixed point for eight values. CKernels.h says what each computes.

// All go by eights. Of the last few values as many count as there are, `live`; eight are read.
#define EIGHT 8

INLINE void load_eight(const REAL *from, size_t live, eight *values) {
    memcpy(values, from, sizeof(eight));
    for (size_t i = live; i < EIGHT; i++) (*values)[i] = 0;
}

// As integers, magnitudes keep their order, with infinity and NaN above all numbers. The last vector overlaps the one
// before: a maximum counts nothing twice.
CLONES int64_t NAME(largest)(const REAL *values, size_t begin, size_t end) {
    ivec largest[4] = {{0}};
    const ivec mask = MAGNITUDE_BITS - (ivec){0};
    size_t e = begin;
    for (; e + 4 * LANES <= end; e += 4 * LANES)
        for (size_t t = 0; t < 4; t++)
            largest[t] = __builtin_elementwise_max(largest[t], (ivec)load(values + e + t * LANES) & mask);
    for (; e + LANES <= end; e += LANES)
        largest[0] = __builtin_elementwise_max(largest[0], (ivec)load(values + e) & mask);
    if (e < end && end - begin >= LANES)
        largest[1] = __builtin_elementwise_max(largest[1], (ivec)load(values + end - LANES) & mask);
    else if (e < end) {
        vec rest = load(values + e);
        for (size_t i = end - e; i < LANES; i++) rest[i] = 0;
        largest[1] = __builtin_elementwise_max(largest[1], (ivec)rest & mask);
    }
    for (size_t t = 1; t < 4; t++) largest[0] = __builtin_elementwise_max(largest[0], largest[t]);
    return __builtin_reduce_max(largest[0]);
}

INLINE void exact_sum_of_eight(const REAL *slots, size_t slot_stride, size_t slots_count, size_t live,
                               const fixed_point *point, exact_words *sum) {
    *sum = (exact_words){0};
    for (size_t s = 0; s < slots_count; s++) {
        eight value;
        load_eight(slots + s * slot_stride, live, &value);
        add_exactly(&value, point, sum);
    }
    finish_sum(slots_count, point, sum);
}

CLONES void NAME(exact_sum)(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,
                            int exponent, int64_t *to, size_t low) {
    const fixed_point point = fixed_point_below(exponent);
    exact_words sum;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, EIGHT, &point, &sum);
        store_words(&sum, to + e, low, EIGHT);
    }
    if (e < end) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, end - e, &point, &sum);
        store_words(&sum, to + e, low, end - e);
    }
}

INLINE int all_finite(const magnitudes *largest) { return __builtin_reduce_max(*largest) < INFINITY_BITS; }

INLINE void note_magnitudes(const eight *numbers, magnitudes *largest) {
    *largest = __builtin_elementwise_max(*largest, (magnitudes)*numbers & MAGNITUDE_BITS);
}

CLONES int NAME(from_exact)(const int64_t *from, size_t low, size_t begin, size_t end, int exponent, REAL *sums) {
    const fixed_point point = fixed_point_below(exponent);
    magnitudes largest = {0};
    exact_words sum = {0};
    eight numbers;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        load_words(from + e, low, EIGHT, &sum);
        numbers_of(&sum, &point, &numbers);
        note_magnitudes(&numbers, &largest);
        memcpy(sums + e, &numbers, sizeof numbers);
    }
    if (e < end) {
        sum = (exact_words){0};
        load_words(from + e, low, end - e, &sum);
        numbers_of(&sum, &point, &numbers);
        note_magnitudes(&numbers, &largest);
        memcpy(sums + e, &numbers, (end - e) * sizeof(REAL));
    }
    return all_finite(&largest);
}

CLONES void NAME(plain_sum)(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,
                            REAL *sums) {
    for (size_t e = begin; e < end; e++) {
        REAL sum = slots[e];
        for (size_t s = 1; s < slots_count; s++) sum += slots[s * slot_stride + e];
        sums[e] = sum;
    }
}

INLINE void step_eight(const eight *gradient, size_t live, REAL rate, REAL momentum, REAL *velocity, REAL *weights) {
    eight v, w;
    load_eight(velocity, live, &v);
    load_eight(weights, live, &w);
    v = __builtin_elementwise_fma(momentum - (eight){0}, v, -((rate - (eight){0}) * *gradient));
    w += v;
    memcpy(velocity, &v, live * sizeof(REAL));
    memcpy(weights, &w, live * sizeof(REAL));
}

CLONES void NAME(momentum_step)(const REAL *gradient, size_t begin, size_t end, REAL rate, REAL momentum,
                                REAL *velocity, REAL *weights) {
    eight g;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        load_eight(gradient + e, EIGHT, &g);
        step_eight(&g, EIGHT, rate, momentum, velocity + e, weights + e);
    }
    if (e < end) {
        load_eight(gradient + e, end - e, &g);
        step_eight(&g, end - e, rate, momentum, velocity + e, weights + e);
    }
}

CLONES int NAME(exact_step)(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,
                            int exponent, REAL rate, REAL momentum, REAL *velocity, REAL *weights) {
    const fixed_point point = fixed_point_below(exponent);
    magnitudes largest = {0};
    exact_words sum;
    eight g;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, EIGHT, &point, &sum);
        numbers_of(&sum, &point, &g);
        note_magnitudes(&g, &largest);
        step_eight(&g, EIGHT, rate, momentum, velocity + e, weights + e);
    }
    if (e < end) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, end - e, &point, &sum);
        numbers_of(&sum, &point, &g);
        note_magnitudes(&g, &largest);
        step_eight(&g, end - e, rate, momentum, velocity + e, weights + e);
    }
    return all_finite(&largest);
}
