// Sums over slices and optimisers' steps, in either precision: included by kernels_f32.c and kernels_f64.c, which define
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

INLINE void exact_sum_of(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,
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

CLONES void NAME(exact_sum)(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,
                            int exponent, int64_t *to, size_t low) {
    exact_sum_of(slots, slot_stride, slots_count, begin, end, exponent, to, low);
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

// MARK: Norms

INLINE void eight_from(const REAL *values, size_t e, size_t count, eight *v) {
    load_eight(values + e, count - e < EIGHT ? count - e : EIGHT, v);
}

// The exponent of the largest of `count` values, near enough: 2^-exponent and its inverse are normal numbers, whatever it is.
INLINE int scale_of(const REAL *values, size_t count) {
    magnitudes largest = {0};
    eight v;
    for (size_t e = 0; e < count; e += EIGHT) {
        eight_from(values, e, count, &v);
        note_magnitudes(&v, &largest);
    }
    const magnitudes bits = __builtin_reduce_max(largest) - (magnitudes){0};
    const int exponent = (int)(bits_of((double)((eight)bits)[0]) >> 52) - 1023;
    return exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent;
}

INLINE double sum_of(const doubles *v) {
    return (((*v)[0] + (*v)[1]) + ((*v)[2] + (*v)[3])) + (((*v)[4] + (*v)[5]) + ((*v)[6] + (*v)[7]));
}

INLINE double norm_of(const REAL *values, size_t count) {
    const int exponent = scale_of(values, count);
    const double unit = power_of_two(-exponent);
    doubles sum = {0};
    eight v;
    for (size_t e = 0; e < count; e += EIGHT) {
        eight_from(values, e, count, &v);
        const doubles scaled = __builtin_convertvector(v, doubles) * unit;
        sum = __builtin_elementwise_fma(scaled, scaled, sum);
    }
    return power_of_two(exponent) * __builtin_elementwise_sqrt(sum_of(&sum));
}

CLONES void NAME(norms)(const REAL *values, size_t begin, size_t end, size_t block, double *norms) {
    for (size_t first = begin; first < end; first += block)
        *norms++ = norm_of(values + first, end - first < block ? end - first : block);
}

// MARK: Vectors

INLINE double dot_of(const REAL *x, const REAL *y, size_t count) {
    doubles sum = {0};
    eight a, b;
    for (size_t e = 0; e < count; e += EIGHT) {
        eight_from(x, e, count, &a);
        eight_from(y, e, count, &b);
        sum = __builtin_elementwise_fma(__builtin_convertvector(a, doubles), __builtin_convertvector(b, doubles), sum);
    }
    return sum_of(&sum);
}

CLONES void NAME(dots)(const REAL *x, const REAL *y, size_t begin, size_t end, size_t block, double *dots) {
    for (size_t first = begin; first < end; first += block)
        *dots++ = dot_of(x + first, y + first, end - first < block ? end - first : block);
}

CLONES void NAME(combine)(double a, const REAL *x, double b, const REAL *y, size_t begin, size_t end, REAL *out) {
    eight u, v;
    for (size_t e = begin; e < end; e += EIGHT) {
        eight_from(x, e, end, &u);
        eight_from(y, e, end, &v);
        const doubles sum = __builtin_elementwise_fma(b - (doubles){0}, __builtin_convertvector(v, doubles),
                                                      a * __builtin_convertvector(u, doubles));
        const eight rounded = __builtin_convertvector(sum, eight);
        memcpy(out + e, &rounded, (end - e < EIGHT ? end - e : EIGHT) * sizeof(REAL));
    }
}

// MARK: Steps

#include "updates.h"

// An update's constants in this precision, and whether anything comes before its step.
typedef struct {
    REAL of_step[CK_UPDATE_CONSTANTS], scale, decay, shrink;
    int prepares;
} step_constants;

INLINE void constants_of(const ck_update *update, step_constants *c) {
    for (size_t i = 0; i < CK_UPDATE_CONSTANTS; i++) c->of_step[i] = (REAL)update->constants[i];
    c->scale = (REAL)update->scale;
    c->decay = (REAL)update->decay;
    c->shrink = (REAL)update->shrink;
    c->prepares = update->scale != 1 || update->decay != 0 || update->shrink != 0;
}

#define UPDATE_CASE(name, vectors)                                                                                     \
    case ck_update_##name: name##_update(g, c->of_step, s, w); break;

// `kind` is known where this is inlined.
INLINE void update_of_eight(ck_update_kind kind, const eight *g, const step_constants *c, eight *s, eight *w) {
    switch (kind) { CK_UPDATES(UPDATE_CASE) }
}

// As is whether the update `prepares`: where it does not, nothing is computed for it.
INLINE void step_eight(ck_update_kind kind, size_t vectors, int prepares, const step_constants *c,
                       const eight *gradient, size_t live, REAL *state, size_t state_stride, REAL *weights) {
    eight g = *gradient, w, s[CK_UPDATE_VECTORS];
    load_eight(weights, live, &w);
    for (size_t v = 0; v < vectors; v++) load_eight(state + v * state_stride, live, &s[v]);
    if (prepares) prepare_eight(c->scale, c->decay, c->shrink, &g, &w);
    update_of_eight(kind, &g, c, s, &w);
    for (size_t v = 0; v < vectors; v++) {
        CLEAR_BELOW(eight, magnitudes, LEAST_NORMAL_BITS, &s[v]);
        memcpy(state + v * state_stride, &s[v], live * sizeof(REAL));
    }
    memcpy(weights, &w, live * sizeof(REAL));
}

INLINE void step_of(ck_update_kind kind, size_t vectors, int prepares, const step_constants *c, const REAL *gradient,
                    size_t begin, size_t end, REAL *state, size_t state_stride, REAL *weights) {
    eight g;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        load_eight(gradient + e, EIGHT, &g);
        step_eight(kind, vectors, prepares, c, &g, EIGHT, state + e, state_stride, weights + e);
    }
    if (e < end) {
        load_eight(gradient + e, end - e, &g);
        step_eight(kind, vectors, prepares, c, &g, end - e, state + e, state_stride, weights + e);
    }
}

INLINE int exact_step_of(ck_update_kind kind, size_t vectors, int prepares, const step_constants *c, const REAL *slots,
                         size_t slot_stride, size_t slots_count, size_t begin, size_t end, int exponent, REAL *state,
                         size_t state_stride, REAL *weights) {
    const fixed_point point = fixed_point_below(exponent);
    magnitudes largest = {0};
    exact_words sum;
    eight g;
    size_t e = begin;
    for (; e + EIGHT <= end; e += EIGHT) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, EIGHT, &point, &sum);
        numbers_of(&sum, &point, &g);
        note_magnitudes(&g, &largest);
        step_eight(kind, vectors, prepares, c, &g, EIGHT, state + e, state_stride, weights + e);
    }
    if (e < end) {
        exact_sum_of_eight(slots + e, slot_stride, slots_count, end - e, &point, &sum);
        numbers_of(&sum, &point, &g);
        note_magnitudes(&g, &largest);
        step_eight(kind, vectors, prepares, c, &g, end - e, state + e, state_stride, weights + e);
    }
    return all_finite(&largest);
}

// A loop for each kind, with what comes before it and without, chosen once.
#define STEP_CASE(name, vectors)                                                                                       \
    case ck_update_##name:                                                                                             \
        if (c.prepares)                                                                                                \
            step_of(ck_update_##name, vectors, 1, &c, gradient, begin, end, state, state_stride, weights);             \
        else                                                                                                           \
            step_of(ck_update_##name, vectors, 0, &c, gradient, begin, end, state, state_stride, weights);             \
        break;

CLONES void NAME(step)(ck_update update, const REAL *gradient, size_t begin, size_t end, REAL *state,
                       size_t state_stride, REAL *weights) {
    step_constants c;
    constants_of(&update, &c);
    switch (update.kind) { CK_UPDATES(STEP_CASE) }
}

#define EXACT_STEP_CASE(name, vectors)                                                                                 \
    case ck_update_##name:                                                                                             \
        return c.prepares ? exact_step_of(ck_update_##name, vectors, 1, &c, slots, slot_stride, slots_count, begin,    \
                                          end, exponent, state, state_stride, weights)                                 \
                          : exact_step_of(ck_update_##name, vectors, 0, &c, slots, slot_stride, slots_count, begin,    \
                                          end, exponent, state, state_stride, weights);

CLONES int NAME(exact_step)(ck_update update, const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin,
                            size_t end, int exponent, REAL *state, size_t state_stride, REAL *weights) {
    step_constants c;
    constants_of(&update, &c);
    switch (update.kind) { CK_UPDATES(EXACT_STEP_CASE) }
    return 0;
}
