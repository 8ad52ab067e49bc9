// ln(1 + e^h), whose derivative is the sigmoid.
INLINE void softplus_at(const vec *h, vec *a, vec *derivative) {
    vec u, logarithm;
    soft_plus_parts(h, &u, &logarithm);
    *a = choose(*h < splat(0), splat(0), *h) + logarithm;
    *derivative = choose(*h < splat(0), u, splat(1)) / (splat(1) + u);
}

LAYER(softplus)
