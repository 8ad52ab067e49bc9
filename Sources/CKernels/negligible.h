// Numbers too small to tell, in either precision: included after lanes.h. Where they are stored, they become zero.
//
// A result below the least normal number takes some processors a hundred cycles, and training comes to stay at such results:
// states of Adam and momentum that decay without a gradient, tails of activations, deltas of samples that are told for
// certain. This goes by the bits of what is stored, so that every processor does the same; the mode that some have for it
// would not: x86 tells what is subnormal after rounding, and ARM before.
//
// With u half the distance from 1 to the next number (2^-24, 2^-53):
// - activations, deltas and sensitivities below TINY, the least normal number over u: their products with numbers from u up
//   are normal.
// - derivatives of activations below NEGLIGIBLE, u²: beside one of ordinary size they do not show in a sum, and products of
//   two of them and a weight from u up are normal.
// - states of optimisers below the least normal number (sums/sums.h): one that decays does not stay there.

// *x, a vector, or zero where its size is below the number of these bits; NaN stays NaN. `integers` are as wide as its numbers.
#define CLEAR_BELOW(vector, integers, bits, x)                                                                         \
    (*(x) = (vector)((integers) * (x) &                                                                                \
                     (integers)(((integers) * (x) & (MAGNITUDE_BITS - (integers){0})) >= (bits) - (integers){0})))

// clear_NAME of a vector, and of an array by whole vectors.
#define CLEARING(name, bits)                                                                                           \
    INLINE void clear_##name(vec *x) { CLEAR_BELOW(vec, ivec, bits, x); }                                              \
    CLONES void NAME(clear_##name)(REAL *values, size_t count) {                                                       \
        for (size_t e = 0; e < count; e += LANES) {                                                                    \
            vec v = load(values + e);                                                                                  \
            clear_##name(&v);                                                                                          \
            store(values + e, v);                                                                                      \
        }                                                                                                              \
    }

CLEARING(tiny, TINY_BITS)
CLEARING(negligible, NEGLIGIBLE_BITS)
