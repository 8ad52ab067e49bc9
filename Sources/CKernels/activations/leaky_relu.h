// h, of which below 0 a hundredth is left; the derivative at 0 is that, as PyTorch has it.
INLINE void leaky_relu_at(const vec *h, vec *a, vec *derivative) {
    *derivative = choose(*h > splat(0), splat(1), splat(0.01));
    *a = *h * *derivative;
}

LAYER(leaky_relu)
