#define REAL double
#define NAME(name) ck_##name##_f64
#define INTERLEAVE_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define INTERLEAVE_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#include "vectors.h"

typedef int64_t ivec __attribute__((vector_size(64)));

// Each of eight bytes as a number in all lanes.
INLINE void values_to_lanes(const uint8_t *values, vec out[8]) {
    for (size_t t = 0; t < 8; t++) out[t] = splat(values[t]);
}

INLINE void values_to_half_lanes(const uint8_t *values, half out[8]) {
    for (size_t t = 0; t < 8; t++) out[t] = (double)values[t] - (half){0};
}

// e^-x for |x| ≤ 708: x = -k·ln2 - r, |r| ≤ ln2/2, and Taylor's polynomial of degree 13 in r (its remainder is below
// 2^-57), within 1 ulp or so. 1.5·2^52 rounds k to an integer in the low bits, from where it is added to the polynomial's
// exponent; NaN, as arithmetic makes it, has zeros there.
INLINE void exponential_of_minus(vec *argument) {
    const vec x = *argument;
    const vec magic = splat(0x1.8p52);
    vec shifted = fused(x, splat(-0x1.71547652b82fep0), magic);
    vec k = shifted - magic;
    vec r = fused(k, splat(-0x1.62e42fee00000p-1), -x);
    r = fused(k, splat(-0x1.a39ef35793c76p-33), r);
    vec p = splat(1.0 / 6227020800.0);
    p = fused(p, r, splat(1.0 / 479001600.0));
    p = fused(p, r, splat(1.0 / 39916800.0));
    p = fused(p, r, splat(1.0 / 3628800.0));
    p = fused(p, r, splat(1.0 / 362880.0));
    p = fused(p, r, splat(1.0 / 40320.0));
    p = fused(p, r, splat(1.0 / 5040.0));
    p = fused(p, r, splat(1.0 / 720.0));
    p = fused(p, r, splat(1.0 / 120.0));
    p = fused(p, r, splat(1.0 / 24.0));
    p = fused(p, r, splat(1.0 / 6.0));
    p = fused(p, r, splat(0.5));
    p = fused(p * r, r, r) + splat(1.0);
    *argument = (vec)((ivec)p + ((ivec)shifted << 52));
}
#define EXPONENT_LIMIT 708.0

// The fixed point, for eight values: two 64-bit words each, multiples of 2^-p, p = 49 - exponent, and what that leaves in
// multiples of 2^-(p + 51). Each word of a value is at most 2^50, also where it is rounded up. Where a number on the way
// would leave the range of normal doubles, values are scaled first.
typedef vec eight;
typedef uint64_t words __attribute__((vector_size(64)));
typedef int64_t magnitudes __attribute__((vector_size(64)));
#define INFINITY_BITS 0x7FF0000000000000
#define MAGNITUDE_BITS INT64_MAX
#define LEAST_NORMAL_BITS 0x0010000000000000
#define TINY_BITS (54ll << 52)        // 2^-969 and 2^-106: negligible.h
#define NEGLIGIBLE_BITS (917ll << 52)

typedef struct {
    double scale, magic, magic_low, unit, unit_low, rescale;
} fixed_point;

typedef struct {
    words high, low;
} exact_words;

INLINE fixed_point fixed_point_below(int exponent) {
    const int shift = exponent < -900 ? 400 : exponent > 1000 ? -400 : 0;
    exponent += shift;
    return (fixed_point){.scale = power_of_two(shift),
                         .magic = 1.5 * power_of_two(exponent + 3),
                         .magic_low = 1.5 * power_of_two(exponent - 48),
                         .unit = power_of_two(exponent - 49),
                         .unit_low = power_of_two(exponent - 100),
                         .rescale = power_of_two(-shift)};
}

INLINE void add_exactly(const eight *value, const fixed_point *point, exact_words *sum) {
    const vec scaled = *value * splat(point->scale), shifted = scaled + splat(point->magic);
    sum->high += (words)shifted;
    sum->low += (words)(scaled - (shifted - splat(point->magic)) + splat(point->magic_low));
}

INLINE void finish_sum(size_t count, const fixed_point *point, exact_words *sum) {
    sum->high -= bits_of(point->magic) * count;
    sum->low -= bits_of(point->magic_low) * count;
}

INLINE void numbers_of(const exact_words *sum, const fixed_point *point, eight *numbers) {
    vec high = __builtin_convertvector((ivec)sum->high, vec), low = __builtin_convertvector((ivec)sum->low, vec);
    *numbers = fused(low, splat(point->unit_low), high * splat(point->unit)) * splat(point->rescale);
}

INLINE void load_words(const int64_t *from, size_t low, size_t live, exact_words *sum) {
    memcpy(&sum->high, from, live * sizeof *from);
    memcpy(&sum->low, from + low, live * sizeof *from);
}

INLINE void store_words(const exact_words *sum, int64_t *to, size_t low, size_t live) {
    memcpy(to, &sum->high, live * sizeof *to);
    memcpy(to + low, &sum->low, live * sizeof *to);
}

#include "lanes.h"
#include "negligible.h"
#include "functions/precision_f64.h"
#include "functions/functions.h"
#include "functions/arrays.h"
#include "products/tiles.h"
#include "products/gemm.h"
#include "products/reference.h"
#include "inputs/bytes.h"
#include "inputs/numbers.h"
#include "activations/list.h"
#include "random/dropout.h"
#include "heads/list.h"
#include "kernels.h"
#include "sums/sums.h"
#include "inputs/slices.h"
#include "reconstruction.h"
#include "curvature/gram.h"
#include "curvature/cholesky.h"
