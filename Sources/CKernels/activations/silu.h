// h σ(h), with σ the sigmoid, 1 / (1 + u), u = e^-h; the derivative is σ (1 + h u σ). Beyond the limit it no longer changes.
INLINE void silu_at(const vec *h, vec *a, vec *derivative) {
    vec near = *h, u;
    clamp(&near, -EXPONENT_LIMIT, EXPONENT_LIMIT);
    u = near;
    exponential_of_minus(&u);
    const vec s = splat(1) / (splat(1) + u);
    *a = choose(*h > splat(0), *h, near) * s;
    *derivative = fused(near * (u * s), s, s);
}

LAYER(silu)
