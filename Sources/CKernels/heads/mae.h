// Σ |a - t|, of outputs with their derivatives beside them; the derivative at t is 0.
INLINE void mae_at(const loss_operands *o, vec *sum, vec *delta) {
    const vec error = o->a - o->target;
    vec size;
    magnitude_of(&error, &size);
    *sum += size;
    // NaN stays.
    const vec sign = choose(error > splat(0), splat(1), choose(error < splat(0), splat(-1), error));
    *delta = sign * o->share * o->beside;
}

LOSS(mae)
