// h itself.
INLINE void linear_at(const vec *h, vec *a, vec *derivative) {
    *a = *h;
    *derivative = splat(1);
}

LAYER(linear)
