// h, and e^h - 1 below 0, where the derivative is e^h. Beyond the limit the answer is -1, and e^h next to nothing.
INLINE void elu_at(const vec *h, vec *a, vec *derivative) {
    vec below = *h, less_one, power;
    clamp(&below, -EXPONENT_LIMIT, 0);
    exponential_less_one(&below, &less_one, &power);
    *a = choose(*h > splat(0), *h, less_one);
    *derivative = choose(*h > splat(0), splat(1), power);
}

LAYER(elu)
