#define REAL float
#define NAME(name) ck_##name##_f32
#define INTERLEAVE_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define INTERLEAVE_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#include "vectors.h"

typedef int32_t ivec __attribute__((vector_size(64)));

// Each of eight bytes as a number in all lanes. By the shuffles that most execution units have: those within 128 bits.
#define OCTET 0, 1, 2, 3, 4, 5, 6, 7
#define WIDENED(t) t, 64, 64, 64, t + 1, 64, 64, 64, t + 2, 64, 64, 64, t + 3, 64, 64, 64
#define QUARTERS(t) t, t, t, t, t + 4, t + 4, t + 4, t + 4, t + 8, t + 8, t + 8, t + 8, t + 12, t + 12, t + 12, t + 12
INLINE void values_to_lanes(const uint8_t *values, vec out[8]) {
    typedef uint8_t bytes8 __attribute__((vector_size(8)));
    typedef uint8_t bytes64 __attribute__((vector_size(64)));
    const bytes64 zeros = {0};
    bytes8 eight;
    memcpy(&eight, values, 8);
    bytes64 repeated =
        __builtin_shufflevector(eight, eight, OCTET, OCTET, OCTET, OCTET, OCTET, OCTET, OCTET, OCTET);
    bytes64 wide[2] = {__builtin_shufflevector(repeated, zeros, WIDENED(0), WIDENED(16), WIDENED(32), WIDENED(48)),
                       __builtin_shufflevector(repeated, zeros, WIDENED(4), WIDENED(20), WIDENED(36), WIDENED(52))};
    for (size_t four = 0; four < 2; four++, out += 4) {
        vec numbers = __builtin_convertvector((ivec)wide[four], vec);
        out[0] = __builtin_shufflevector(numbers, numbers, QUARTERS(0));
        out[1] = __builtin_shufflevector(numbers, numbers, QUARTERS(1));
        out[2] = __builtin_shufflevector(numbers, numbers, QUARTERS(2));
        out[3] = __builtin_shufflevector(numbers, numbers, QUARTERS(3));
    }
}

INLINE void values_to_half_lanes(const uint8_t *values, half out[8]) {
    typedef uint8_t bytes4 __attribute__((vector_size(4)));
    typedef uint8_t bytes8 __attribute__((vector_size(8)));
    for (size_t four = 0; four < 2; four++, values += 4, out += 4) {
        bytes4 bytes;
        memcpy(&bytes, values, 4);
        bytes8 repeated = __builtin_shufflevector(bytes, bytes, 0, 1, 2, 3, 0, 1, 2, 3);
        half numbers = __builtin_convertvector(repeated, half);
        out[0] = __builtin_shufflevector(numbers, numbers, 0, 0, 0, 0, 4, 4, 4, 4);
        out[1] = __builtin_shufflevector(numbers, numbers, 1, 1, 1, 1, 5, 5, 5, 5);
        out[2] = __builtin_shufflevector(numbers, numbers, 2, 2, 2, 2, 6, 6, 6, 6);
        out[3] = __builtin_shufflevector(numbers, numbers, 3, 3, 3, 3, 7, 7, 7, 7);
    }
}

// e^-x for |x| ≤ 87: x = -k·ln2 - r, |r| ≤ ln2/2, and the polynomial of degree 5 in r that has the least relative
// error of those with e^0 = 1 (8e-8), within 1.7 ulp as it is rounded here. 1.5·2^23 rounds k to an integer in the low
// bits, from where it is added to the polynomial's exponent; NaN, as arithmetic makes it, has zeros there.
INLINE void exponential_of_minus(vec *argument) {
    const vec x = *argument;
    const vec magic = splat(12582912.0f);
    vec shifted = fused(x, splat(-1.44269504088896341f), magic);
    vec k = shifted - magic;
    vec minus_r = fused(k, splat(0.693359375f), x);
    minus_r = fused(k, splat(-2.12194440e-4f), minus_r);
    vec p = splat(-0x1.0f437cp-7f);
    p = fused(p, minus_r, splat(0x1.572b6p-5f));
    p = fused(p, minus_r, splat(-0x1.555ab8p-3f));
    p = fused(p, minus_r, splat(0x1.fffde2p-2f));
    p = fused(p, minus_r, splat(-0x1.fffff8p-1f));
    p = fused(p, minus_r, splat(1.0f));
    *argument = (vec)((ivec)p + ((ivec)shifted << 23));
}
#define EXPONENT_LIMIT 87.0f

// The fixed point, for eight values: a 64-bit word each, of multiples of 2^-p, p = 50 - exponent. Adding 1.5·2^(52-p)
// puts the rounded multiple into the low bits of the double; what so many additions put there beside is taken away at
// the end. A float's exponent leaves room for it in a double, whatever it is.
typedef half eight;
typedef uint64_t words __attribute__((vector_size(64)));
typedef int64_t signed_words __attribute__((vector_size(64)));
typedef int32_t magnitudes __attribute__((vector_size(32)));
#define INFINITY_BITS 0x7F800000
#define MAGNITUDE_BITS INT32_MAX
#define LEAST_NORMAL_BITS 0x00800000
#define TINY_BITS (25 << 23)        // 2^-102 and 2^-48: negligible.h
#define NEGLIGIBLE_BITS (79 << 23)

typedef struct {
    double magic, unit;
} fixed_point;

typedef struct {
    words high;
} exact_words;

INLINE fixed_point fixed_point_below(int exponent) {
    return (fixed_point){.magic = 1.5 * power_of_two(exponent + 2), .unit = power_of_two(exponent - 50)};
}

INLINE void add_exactly(const eight *value, const fixed_point *point, exact_words *sum) {
    sum->high += (words)(__builtin_convertvector(*value, doubles) + point->magic);
}

INLINE void finish_sum(size_t count, const fixed_point *point, exact_words *sum) {
    sum->high -= bits_of(point->magic) * count;
}

INLINE void numbers_of(const exact_words *sum, const fixed_point *point, eight *numbers) {
    *numbers = __builtin_convertvector(__builtin_convertvector((signed_words)sum->high, doubles) * point->unit, half);
}

INLINE void load_words(const int64_t *from, size_t low, size_t live, exact_words *sum) {
    (void)low;
    memcpy(&sum->high, from, live * sizeof *from);
}

INLINE void store_words(const exact_words *sum, int64_t *to, size_t low, size_t live) {
    (void)low;
    memcpy(to, &sum->high, live * sizeof *to);
}

#include "lanes.h"
#include "negligible.h"
#include "functions/precision_f32.h"
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
