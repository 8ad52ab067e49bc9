// Σ (a - t)²/2, and |a - t| - 1/2 where that is beyond 1; of outputs with their derivatives beside them.
INLINE void huber_at(const loss_operands *o, vec *sum, vec *delta) {
    const vec error = o->a - o->target;
    vec size, near = error;
    magnitude_of(&error, &size);
    clamp(&near, -1, 1);
    *sum += choose(size > splat(1), size - splat(0.5), splat(0.5) * error * error);
    *delta = near * o->share * o->beside;
}

LOSS(huber)
