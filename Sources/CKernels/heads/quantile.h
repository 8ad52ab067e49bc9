// Σ max(p (t - a), (p - 1) (t - a)), of outputs with their derivatives beside them; p, the level, is the loss's parameter. The
// derivative at t is 0.
INLINE void quantile_at(const loss_operands *o, vec *sum, vec *delta) {
    const vec error = o->a - o->target;
    // NaN stays.
    const vec slope =
        choose(error > splat(0), splat(1) - o->parameter, choose(error < splat(0), -o->parameter, error));
    *sum += slope * error;
    *delta = slope * o->share * o->beside;
}

LOSS(quantile)
