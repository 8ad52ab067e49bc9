#!/usr/bin/env python3
"""Makes Sources/CKernels/functions/coefficients.h: the polynomials of our own exp, log, tanh, erf, sin and cos.

Each is the polynomial of least largest weighted error (Remez's exchange, in 60 digits), rounded to its precision.
Needs mpmath.
"""
from mpmath import mp, mpf, exp, log, erf, erfc, sin, cos, sqrt, pi, chebyt, lu_solve, matrix, fabs, cos as mcos
import struct, sys

mp.dps = 60


def minimax(f, weight, a, b, degree):
    """Coefficients, ascending, of the polynomial p that makes max |weight·(p − f)| on [a, b] least; and that error."""
    a, b = mpf(a), mpf(b)
    n = degree + 2
    points = [(a + b) / 2 - (b - a) / 2 * mcos(pi * i / (n - 1)) for i in range(n)]
    grid = [(a + b) / 2 - (b - a) / 2 * mcos(pi * i / (40 * n)) for i in range(40 * n + 1)]
    values = [(f(x), weight(x)) for x in grid]
    for _ in range(12):
        system, right = matrix(n, n), matrix(n, 1)
        for row, x in enumerate(points):
            for k in range(degree + 1):
                system[row, k] = x**k
            system[row, n - 1] = (-1) ** row / weight(x)
            right[row] = f(x)
        solution = lu_solve(system, right)
        c = [solution[k] for k in range(degree + 1)]
        errors = [w * (poly(c, x) - y) for x, (y, w) in zip(grid, values)]
        extrema, start = [], 0
        for i in range(1, len(grid) + 1):
            if i == len(grid) or (errors[i] > 0) != (errors[start] > 0):
                extrema.append(max(range(start, i), key=lambda j: fabs(errors[j])))
                start = i
        if len(extrema) < n:
            break
        while len(extrema) > n:
            extrema.pop(0 if fabs(errors[extrema[0]]) < fabs(errors[extrema[-1]]) else -1)
        points = [grid[i] for i in extrema]
    return c, max(fabs(e) for e in errors)


def poly(c, x):
    y = mpf(0)
    for k in reversed(c):
        y = y * x + k
    return y


def odd(f):
    """f(√z)/√z, for odd f."""
    return lambda z: f(sqrt(z)) / sqrt(z) if z > mpf(10) ** -40 else f(mpf(10) ** -25) / mpf(10) ** -25


def series(terms):
    return lambda x: sum(t(x) for t in terms)


def taylor_exp(r):  # (e^r - 1 - r)/r²
    return sum(r**k / mp.factorial(k + 2) for k in range(30))


def log_tail(z):  # (ln((1+s)/(1-s)) - 2s)/s³, s² = z
    return sum(2 * z**k / (2 * k + 3) for k in range(40))


def log_tail2(z):  # (ln((1+s)/(1-s)) - 2s - 2s³/3)/s⁵
    return sum(2 * z**k / (2 * k + 5) for k in range(40))


def sin_tail(z):  # (sin x - x)/x³, x² = z
    return sum((-1) ** (k + 1) * z**k / mp.factorial(2 * k + 3) for k in range(20))


def cos_tail(z):  # (cos x - 1 + x²/2)/x⁴
    return sum((-1) ** k * z**k / mp.factorial(2 * k + 4) for k in range(20))


def erf_small(z):  # erf(x)/x - 1, x² = z
    return 2 / sqrt(pi) * sum((-1) ** k * z**k / (mp.factorial(k) * (2 * k + 1)) for k in range(60)) - 1


def scaled_erfc(x):
    return exp(x * x) * erfc(x)


one = lambda x: mpf(1)
half_ln2 = log(2) / 2 * mpf("1.001")
z_log = (mpf("0.1718")) ** 2
z_pi4 = (pi / 4 * mpf("1.0001")) ** 2
tables = [
    ("EXP", "(e^r - 1 - r) / r^2, |r| <= ln2/2", taylor_exp, lambda r: r * r + mpf("1e-3"), -half_ln2, half_ln2, 10, 4),
    ("LOG", "(ln((1+s)/(1-s)) - 2s) / s^3, of s^2", log_tail, lambda z: z + mpf("1e-4"), 0, z_log, 6, 3),
    ("LOG5", "(ln((1+s)/(1-s)) - 2s - 2s^3/3) / s^5, of s^2", log_tail2, one, 0, z_log, 7, None),
    ("SIN", "(sin x - x) / x^3, of x^2, |x| <= pi/4", sin_tail, lambda z: z + mpf("1e-3"), 0, z_pi4, 5, None),
    ("COS", "(cos x - 1 + x^2/2) / x^4, of x^2, |x| <= pi/4", cos_tail, lambda z: z * z + mpf("1e-3"), 0, z_pi4, 5, None),
    ("ERF", "erf(x)/x - 1, of x^2, |x| <= 1", erf_small, one, 0, 1, 12, 6),
    ("ERFC", "e^(x^2) erfc(x), of x - 2, 1 <= x <= 6 (float: 4)", lambda t: scaled_erfc(t + 2), lambda t: exp(-(t + 2) ** 2), -1, (4, 2), 21, 9),
]


def hex_of(value, single):
    if single:
        value = struct.unpack("f", struct.pack("f", float(value)))[0]
    return float(value).hex() + ("f" if single else "")


def main():
    print("// Made by scripts/coefficients.py: polynomials of least largest error, ascending, and that error.")
    for name, what, f, weight, a, b, double_degree, single_degree in tables:
        print(f"\n// {what}")
        for suffix, degree, single in (("DOUBLE", double_degree, False), ("FLOAT", single_degree, True)):
            if degree is None:
                continue
            end = b[1 if single else 0] if isinstance(b, tuple) else b
            c, error = minimax(f, weight, a, end, degree)
            numbers = [hex_of(k, single) for k in c]
            rows = [", ".join(numbers[i : i + 4]) for i in range(0, len(numbers), 4)]
            body = ", \\\n     ".join(rows)
            print(f"// Error {mp.nstr(error, 3)}.\n#define {name}_{suffix} \\\n    {{{body}}}")


main()
