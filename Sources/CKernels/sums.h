// Sums over slices and the optimiser's step, in either precision: included by kernels_f32.c and kernels_f64.c, which define
// the fixed point for eight values. CKernels.h says what each computes.

// All go by eights. Of the last few values as many count as there are, `live`; eight are read.
#define EIGHT 8

INLINE void load_eight(const REAL *from, size_t live, eight *values) {
    memcpy(values, from, sizeof(eight));
    for (size_t i = live; i < EIGHT; i++) (*values)[i] = 0;
}

INLINE void exact_sum_of_eight(const REAL *slots, size_t slot_stride, size_t slots_count, size_t live,
                               exact_words *sum, magnitudes *largest) {
    *sum = (exact_words){0};
    for (size_t s = 0; s < slots_count; s++) {
        eight value;
        load_eight(slots + s * slot_stride, live, &value);
        *largest = __builtin_elementwise_max(*largest, (magnitudes)value & MAGNITUDE_BITS);
        add_exactly(&value, sum);
    }
    finish_sum(slots_count, sum);
}

INLINE int all_fit(const magnitudes *largest) {
    for (size_t i = 0; i < EIGHT; i++)
        if ((*largest)[i] > LARGEST_BITS) return 0;
    return 1;
}

CLONES int NAME(exact_sum)(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,
                           int64_t *to, size_t low) {
    magnitudes largest = {0};
    exact_words sum;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, EIGHT, &sum, &largest);
        store_words(&sum, to + e, low, EIGHT);
    }
    if (e < end) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, end - e, &sum, &largest);
        store_words(&sum, to + e, low, end - e);
    }
    return all_fit(&largest);
}

CLONES void NAME(from_exact)(const int64_t *from, size_t low, size_t begin, size_t end, REAL *sums) {
    exact_words sum = {0};
    eight numbers;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        load_words(from + e, low, EIGHT, &sum);
        numbers_of(&sum, &numbers);
        memcpy(sums + e, &numbers, sizeof numbers);
    }
    if (e < end) {
        load_words(from + e, low, end - e, &sum);
        numbers_of(&sum, &numbers);
        memcpy(sums + e, &numbers, (end - e) * sizeof(REAL));
    }
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
                            REAL rate, REAL momentum, REAL *velocity, REAL *weights) {
    magnitudes largest = {0};
    exact_words sum;
    eight g;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, EIGHT, &sum, &largest);
        numbers_of(&sum, &g);
        step_eight(&g, EIGHT, rate, momentum, velocity + e, weights + e);
    }
    if (e < end) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, end - e, &sum, &largest);
        numbers_of(&sum, &g);
        step_eight(&g, end - e, rate, momentum, velocity + e, weights + e);
    }
    return all_fit(&largest);
}
