// Sine and cosine of doubles, of any number of lanes: included after functions.h.

// |x| up to which x/(π/2) is reduced rightly; beyond it the functions are NaN.
#define TRIGONOMETRIC_LIMIT 0x1p20

// x = quadrant·π/2 + r + tail, |r| ≤ π/4. The first part of π/2 has 33 bits, so that the product with a quadrant is exact;
// what is left of x has the bits of the second and third, whatever cancels.
INLINE void reduce_angle(const vec *x, ivec *quadrant, vec *r, vec *tail) {
    const vec shifted = fused(*x, splat(0x1.45f306dc9c883p-1), splat(ROUNDING)), n = shifted - splat(ROUNDING);
    const vec second = splat(0x1.0b4611a626331p-34), third = splat(0x1.1701b839a2520p-88);
    const vec first = fused(n, splat(-0x1.921fb54400000p0), *x), product = n * second;
    const vec error = fused(n, second, -product);
    const vec high = first - product, part = high - first;  // Knuth's sum of two
    const vec low = (first - (high - part)) - (product + part) - error - n * third;
    *quadrant = (ivec)shifted;
    *r = high + low;
    *tail = (high - *r) + low;
}

INLINE void sine_of_reduced(const vec *r, const vec *tail, vec *out) {
    vec z = *r * *r, p;
    polynomial(SIN, &z, &p);
    *out = *r + fused(*r * z, p, *tail * fused(splat(-0.5), z, splat(1)));
}

INLINE void cosine_of_reduced(const vec *r, const vec *tail, vec *out) {
    vec z = *r * *r, p;
    polynomial(COS, &z, &p);
    const vec half = splat(0.5) * z, most = splat(1) - half;
    *out = most + (((splat(1) - most) - half) + fused(z * z, p, -(*r * *tail)));
}

// The sine of x a number of quadrants further on.
INLINE void sine_ahead(vec *x, int quadrants) {
    ivec quadrant;
    vec r, tail, sine, cosine, size;
    reduce_angle(x, &quadrant, &r, &tail);
    sine_of_reduced(&r, &tail, &sine);
    cosine_of_reduced(&r, &tail, &cosine);
    quadrant += quadrants;
    const ivec odd = (ivec)((quadrant & 1) == 1), negative = (ivec)((quadrant & 2) == 2);
    vec result = choose(odd, cosine, sine);
    result = choose(negative, -result, result);
    magnitude_of(x, &size);
    if (quadrants == 0) result = choose((ivec)(*x == splat(0)), *x, result);
    *x = choose((ivec)(size <= splat(TRIGONOMETRIC_LIMIT)), result, splat(NAN));
}
