// 1 / (1 + e^-h), whose derivative is a (1 - a).

// Beyond the limit the answer no longer changes, and NaN stays NaN.
INLINE void logistic(vec *x) {
    const vec limit = splat(EXPONENT_LIMIT);
    vec power = choose(*x > limit, limit, *x);
    power = choose(power < -limit, -limit, power);
    exponential_of_minus(&power);
    *x = splat(1) / (splat(1) + power);
}

INLINE void sigmoid_at(const vec *h, vec *a, vec *derivative) {
    *a = *h;
    logistic(a);
    *derivative = *a * (splat(1) - *a);
}

LAYER(sigmoid)
