// (e^h - e^-h) / (e^h + e^-h), whose derivative is 1 - a².
INLINE void tanh_at(const vec *h, vec *a, vec *derivative) {
    *a = *h;
    hyperbolic_tangent(a);
    *derivative = fused(-*a, *a, splat(1));
}

LAYER(tanh)
