// Functions of one double: those of vectors with one lane, and powers. CKernels.h says what each computes.
#define REAL double
#define VECTOR_BYTES 8
#include "../vectors.h"

typedef int64_t ivec __attribute__((vector_size(VECTOR_BYTES)));

#include "precision_f64.h"
#include "functions.h"
#include "trigonometry.h"

#define SCALAR(name, function)                                                                                         \
    CLONES double ck_##name(double x) {                                                                                \
        vec v = {x};                                                                                                   \
        function(&v);                                                                                                  \
        return v[0];                                                                                                   \
    }

SCALAR(exp, exponential)
SCALAR(log, logarithm)
SCALAR(tanh, hyperbolic_tangent)
SCALAR(erf, error_function)
SCALAR(softplus, soft_plus)

CLONES double ck_sin(double x) {
    vec v = {x};
    sine_ahead(&v, 0);
    return v[0];
}

CLONES double ck_cos(double x) {
    vec v = {x};
    sine_ahead(&v, 1);
    return v[0];
}

// MARK: Powers

// A number in two parts, the second below half a unit of the first's last place.
typedef struct {
    double high, low;
} pair;

INLINE double fma1(double a, double b, double c) { return __builtin_fma(a, b, c); }

INLINE pair product_of_pairs(pair a, pair b) {
    const double high = a.high * b.high;
    return (pair){high, fma1(a.high, b.high, -high) + fma1(a.high, b.low, a.low * b.high)};
}

// Knuth's sum of two numbers.
INLINE pair exact_sum(double a, double b) {
    const double high = a + b, part = high - a;
    return (pair){high, (a - (high - part)) + (b - part)};
}

// ln x to some 2^-65 of itself, of positive finite x: k·ln2 + 2s + ⅔s³ + s⁵·tail(s²), s = f/(2 + f).
INLINE pair pair_logarithm(double x) {
    const int is_tiny = x < LEAST_NORMAL;
    const int64_t bits = (int64_t)bits_of(is_tiny ? x * 0x1p54 : x);
    const int64_t exponent = (bits - SQRT_HALF_BITS) >> MANTISSA_BITS, rest = bits - (exponent << MANTISSA_BITS);
    const double k = (double)(exponent - (is_tiny ? 54 : 0));
    double m;
    memcpy(&m, &rest, sizeof m);
    const double f = m - 1, divisor = 2 + f, remainder = f - (divisor - 2), quotient = f / divisor;
    const pair s = {quotient, (fma1(-quotient, divisor, f) - quotient * remainder) / divisor};
    const pair z = product_of_pairs(s, s), cube = product_of_pairs(s, z);
    const pair third = product_of_pairs(cube, (pair){0x1.5555555555555p-1, 0x1.5555555555555p-55});
    const vec argument = {z.high};
    vec tail;
    polynomial(LOG5, &argument, &tail);
    const pair first = exact_sum(k * LN2_HIGH, 2 * s.high), second = exact_sum(first.high, third.high);
    const double low = first.low + second.low +
                       (2 * s.low + third.low + fma1(cube.high * z.high, tail[0], k * LN2_LOW));
    const double high = second.high + low;
    return (pair){high, (second.high - high) + low};
}

// e^(p.high + p.low), with p.high between -760 and 720.
INLINE double pair_exponential(pair p) {
    const double k = fma1(p.high, LOG2_E, ROUNDING) - ROUNDING;
    const double high = fma1(k, -LN2_HIGH, p.high), r = fma1(k, -LN2_LOW, high);
    const double tail = fma1(k, -LN2_LOW, high - r) + p.low;
    const vec argument = {r};
    vec g;
    polynomial(EXP, &argument, &g);
    const double square = g[0] * r * r, less_one = r + fma1(tail, 1 + (r + square), square);
    const int first = (int)k / 2, second = (int)k - first;
    return (less_one + 1) * power_of_two(first) * power_of_two(second);
}

CLONES double ck_pow(double x, double y) {
    if (y == 0 || x == 1) return 1;
    if (x != x || y != y) return x + y;
    const double size = __builtin_fabs(x);
    const int is_negative = bits_of(x) >> 63 != 0;
    const int is_whole = __builtin_fabs(y) >= 0x1p53 || (double)(int64_t)y == y;
    const int is_odd = is_whole && __builtin_fabs(y) < 0x1p53 && ((int64_t)y & 1);
    double power;
    if (size == 0 || size == INFINITY) {
        power = (size == 0) == (y < 0) ? INFINITY : 0;
    } else if (is_negative && !is_whole) {
        return NAN;
    } else if (size == 1) {
        power = 1;
    } else {
        const pair logarithm = pair_logarithm(size);
        const double exponent = y * logarithm.high;
        if (exponent > 720)
            power = INFINITY;
        else if (exponent < -760)
            power = 0;
        else
            power = pair_exponential((pair){exponent, fma1(y, logarithm.high, -exponent) + y * logarithm.low});
    }
    return is_negative && is_odd ? -power : power;
}
