// Σ e^a - t a: the outputs are logarithms of rates. Their derivatives stand beside them.
INLINE void poisson_at(const loss_operands *o, vec *sum, vec *delta) {
    vec rate = o->a;
    exponential(&rate);
    *sum += fused(-o->target, o->a, rate);
    *delta = (rate - o->target) * o->share * o->beside;
}

LOSS(poisson)
