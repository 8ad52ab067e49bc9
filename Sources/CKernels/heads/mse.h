// Σ (a - t)², of outputs with their derivatives beside them.
INLINE void mse_at(const vec *a, const vec *derivative, const vec *target, const vec *share, vec *sum, vec *delta) {
    const vec error = *a - *target;
    *sum = fused(error, error, *sum);
    *delta = error * (*share + *share) * *derivative;
}

LOSS(mse)
