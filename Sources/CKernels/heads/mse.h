// Σ (a - t)², of outputs with their derivatives beside them.
INLINE void mse_at(const loss_operands *o, vec *sum, vec *delta) {
    const vec error = o->a - o->target;
    *sum = fused(error, error, *sum);
    *delta = error * (o->share + o->share) * o->beside;
}

LOSS(mse)
