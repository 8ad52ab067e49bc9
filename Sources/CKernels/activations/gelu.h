// h Φ(h), with Φ the normal distribution, (1 + erf(h/√2)) / 2; the derivative is Φ(h) + h e^(-h²/2)/√(2π).
//
// Φ(-|h|) is half of erfc, so that it keeps its digits however small it is. Beyond the limit e^(-h²/2) is 0.
#define GELU_LIMIT 40

INLINE void gelu_at(const vec *h, vec *a, vec *derivative) {
    vec near = *h, size, power, small, complement;
    clamp(&near, -GELU_LIMIT, GELU_LIMIT);
    magnitude_of(&near, &size);
    size *= splat(0.70710678118654752);
    const vec z = splat(0.5) * near * near;
    error_function_parts(&size, &z, &power, &small, &complement);
    const vec below = splat(0.5) * choose(size < splat(1), splat(1) - small, complement);
    const vec distribution = choose(*h < splat(0), below, splat(1) - below);
    *a = choose(*h > splat(0), *h, near) * distribution;
    *derivative = fused(near * splat(0.39894228040143268), power, distribution);
}

LAYER(gelu)
