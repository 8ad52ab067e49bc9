// max(h, 0), whose derivative at 0 is 0. NaN stays NaN.
INLINE void relu_at(const vec *h, vec *a, vec *derivative) {
    *a = choose(*h < splat(0), splat(0), *h);
    *derivative = choose(*h > splat(0), splat(1), splat(0));
}

LAYER(relu)
