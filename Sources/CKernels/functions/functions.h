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

// 2^k of k + ROUNDING, of whole numbers k that are exponents of normal numbers: k stands in its low bits.
INLINE void two_to_the(const vec *rounded, vec *out) {
    *out = (vec)(((ivec)*rounded << MANTISSA_BITS) + ((ivec){0} + BIAS << MANTISSA_BITS));
}

// x = k·ln2 + r, |r| ≤ ln2/2: k + ROUNDING, and of r: e^r - 1.
INLINE void reduced_exponential(const vec *x, vec *rounded, vec *less_one) {
    vec k, r, p;
    *rounded = fused(*x, splat(LOG2_E), splat(ROUNDING));
    k = *rounded - splat(ROUNDING);
    r = fused(k, splat(-LN2_HIGH), *x);
    r = fused(k, splat(-LN2_LOW), r);
    polynomial(EXP, &r, &p);
    *less_one = fused(p * r, r, r);
}

// e^x; below the normal numbers rounded once.
INLINE void exponential(vec *x) {
    vec rounded, p, first, second;
    clamp(x, EXP_LOWEST, EXP_HIGHEST);
    reduced_exponential(x, &rounded, &p);
    const vec k = rounded - splat(ROUNDING), half = fused(k, splat(0.5), splat(ROUNDING));
    const vec rest = k - (half - splat(ROUNDING)) + splat(ROUNDING);
    two_to_the(&half, &first);
    two_to_the(&rest, &second);
    *x = (p + splat(1)) * first * second;
}

// e^x - 1 without cancellation, and e^x; of x whose e^x is a normal number.
INLINE void exponential_less_one(const vec *x, vec *less_one, vec *power) {
    vec rounded, p, scale;
    reduced_exponential(x, &rounded, &p);
    two_to_the(&rounded, &scale);
    *less_one = fused(p, scale, scale - splat(1));
    *power = fused(p, scale, scale);
}

// (e^2x - 1) / (e^2x + 1); the sign of x, for a zero's.
INLINE void hyperbolic_tangent(vec *x) {
    vec twice = *x, p, power;
    clamp(&twice, -TANH_LIMIT, TANH_LIMIT);
    twice += twice;
    exponential_less_one(&twice, &p, &power);
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

// u = e^-|x|, and ln(1 + u), where 1 + u is halved if it is beyond √2.
INLINE void soft_plus_parts(const vec *x, vec *u, vec *logarithm) {
    magnitude_of(x, u);
    *u = -*u;
    exponential(u);
    const ivec large = (ivec)(*u > splat(0.41421356237309503));
    const vec k = choose(large, splat(1), splat(0)), f = choose(large, splat(0.5) * (*u - splat(1)), *u);
    logarithm_of_parts(&k, &f, logarithm);
}

// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|).
INLINE void soft_plus(vec *x) {
    vec u, logarithm;
    soft_plus_parts(x, &u, &logarithm);
    *x = choose(*x < splat(0), splat(0), *x) + logarithm;
}

// Of x ≥ 0 and z = x²: e^-z, erf x where x < 1, and erfc x = e^-z · (e^z erfc x) where x ≥ 1. That factor changes little beyond
// the limit, where its product is nothing beside 1.
INLINE void error_function_parts(const vec *x, const vec *z, vec *power, vec *small, vec *complement) {
    *power = -*z;
    exponential(power);
    const vec t = choose(*x > splat(ERF_LIMIT), splat(ERF_LIMIT), *x) - splat(2);
    polynomial(ERFC, &t, complement);
    *complement = *power * *complement;
    polynomial(ERF, z, small);
    *small = fused(*x, *small, *x);
}

INLINE void error_function(vec *x) {
    vec size, z, power, small, complement;
    magnitude_of(x, &size);
    clamp(&size, 0, ERF_LIMIT);
    z = size * size;
    error_function_parts(&size, &z, &power, &small, &complement);
    vec found = choose((ivec)(size < splat(1)), small, splat(1) - complement);
    take_sign(x, &found);
    *x = found;
}
