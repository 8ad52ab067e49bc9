// Functions of vectors, in either precision and of any number of lanes: included after vectors.h and precision_….h, with
// ivec defined. Nothing but additions, products, quotients, fused multiply-adds and integers, so that every instruction
// set gives the same bits. CKernels.h gives the bounds of their errors.
#include "coefficients.h"

// Horner's rule; the coefficients ascend.
#define polynomial(table, x, out)                                                                                      \
    do {                                                                                                               \
        const REAL terms[] = TERMS(table);                                                                             \
        *(out) = splat(terms[sizeof terms / sizeof *terms - 1]);                                                       \
        for (size_t term = sizeof terms / sizeof *terms - 1; term-- > 0;)                                              \
            *(out) = fused(*(out), *(x), splat(terms[term]));                                                          \
    } while (0)

INLINE void magnitude_of(const vec *x, vec *out) { *out = (vec)((ivec)*x & ~(SIGN_BIT - (ivec){0})); }

// The magnitude of `out` with the sign of x.
INLINE void take_sign(const vec *x, vec *out) { *out = (vec)(((ivec)*x & (SIGN_BIT - (ivec){0})) | (ivec)*out); }

// NaN stays.
INLINE void clamp(vec *x, REAL lowest, REAL highest) {
    *x = choose(*x < splat(lowest), splat(lowest), *x);
    *x = choose(*x > splat(highest), splat(highest), *x);
}

// 2^k of whole numbers k that are exponents of normal numbers.
INLINE void two_to_the(const vec *k, vec *out) {
    *out = (vec)(((ivec)(*k + splat(ROUNDING)) << MANTISSA_BITS) + ((ivec){0} + BIAS << MANTISSA_BITS));
}

// x = k·ln2 + r, |r| ≤ ln2/2; of r: e^r - 1.
INLINE void reduced_exponential(const vec *x, vec *k, vec *less_one) {
    vec r, p;
    *k = fused(*x, splat(LOG2_E), splat(ROUNDING)) - splat(ROUNDING);
    r = fused(*k, splat(-LN2_HIGH), *x);
    r = fused(*k, splat(-LN2_LOW), r);
    polynomial(EXP, &r, &p);
    *less_one = fused(p * r, r, r);
}

// e^x; below the normal numbers rounded once.
INLINE void exponential(vec *x) {
    vec k, p, first, second;
    clamp(x, EXP_LOWEST, EXP_HIGHEST);
    reduced_exponential(x, &k, &p);
    vec half = fused(k, splat(0.5), splat(ROUNDING)) - splat(ROUNDING), rest = k - half;
    two_to_the(&half, &first);
    two_to_the(&rest, &second);
    *x = (p + splat(1)) * first * second;
}

// (e^2x - 1) / (e^2x + 1), of which the first is known without cancellation.
INLINE void hyperbolic_tangent(vec *x) {
    vec twice, k, p, power;
    magnitude_of(x, &twice);
    clamp(&twice, 0, TANH_LIMIT);
    twice += twice;
    reduced_exponential(&twice, &k, &p);
    two_to_the(&k, &power);
    p = fused(p, power, power - splat(1));
    p = p / (p + splat(2));
    take_sign(x, &p);
    *x = p;
}

// k·ln2 + ln(1 + f), with s = f/(2 + f): ln(1 + f) = f - (f²/2 - s·(f²/2 + s²·tail(s²))).
INLINE void logarithm_of_parts(const vec *k, const vec *f, vec *out) {
    vec s = *f / (*f + splat(2)), z = s * s, tail, square = splat(0.5) * *f * *f;
    polynomial(LOG, &z, &tail);
    vec correction = fused(s, fused(z, tail, square), *k * splat(LN2_LOW));
    *out = fused(*k, splat(LN2_HIGH), -((square - correction) - *f));
}

// ln x: -∞ of 0, NaN of less.
INLINE void logarithm(vec *x) {
    const ivec tiny = (ivec)(*x < splat(LEAST_NORMAL));
    const vec scaled = choose(tiny, *x * splat((REAL)(1ull << 54)), *x);
    // m = 2^-k·x, √½ ≤ m < √2, from the bits.
    const ivec exponent = (ivec)((ivec)scaled - (SQRT_HALF_BITS - (ivec){0})) >> MANTISSA_BITS;
    const vec k = __builtin_convertvector(exponent, vec) - choose(tiny, splat(54), splat(0));
    const vec f = (vec)((ivec)scaled - (exponent << MANTISSA_BITS)) - splat(1);
    vec result;
    logarithm_of_parts(&k, &f, &result);
    const vec special = choose((ivec)(*x == splat(0)), splat(-INFINITY), choose((ivec)(*x < splat(0)), splat(NAN), *x));
    *x = choose((ivec)(*x > splat(0)) & (ivec)(*x < splat(INFINITY)), result, special);
}

// ln(1 + e^x) = max(x, 0) + ln(1 + u), u = e^-|x|; 1 + u is halved where it is beyond √2.
INLINE void soft_plus(vec *x) {
    vec u, sum;
    magnitude_of(x, &u);
    u = -u;
    exponential(&u);
    const ivec large = (ivec)(u > splat(0.41421356237309503));
    const vec k = choose(large, splat(1), splat(0)), f = choose(large, splat(0.5) * (u - splat(1)), u);
    logarithm_of_parts(&k, &f, &sum);
    *x = choose((ivec)(*x < splat(0)), splat(0), *x) + sum;
}

// By a polynomial up to 1; beyond it 1 - e^(-x²) · (e^(x²) erfc x).
INLINE void error_function(vec *x) {
    vec size, tail, z, small, power;
    magnitude_of(x, &size);
    clamp(&size, 0, ERF_LIMIT);
    z = size * size;
    power = -z;
    exponential(&power);
    const vec t = size - splat(2);
    polynomial(ERFC, &t, &tail);
    tail = splat(1) - power * tail;
    polynomial(ERF, &z, &small);
    small = fused(size, small, size);
    tail = choose((ivec)(size < splat(1)), small, tail);
    take_sign(x, &tail);
    *x = tail;
}
