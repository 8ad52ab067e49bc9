// Σ a - t ln(a + 1e-8): the outputs are rates, not below 0, with their derivatives beside them.
INLINE void poisson_of_rates_at(const loss_operands *o, vec *sum, vec *delta) {
    const vec rate = o->a + splat(1e-8);
    vec logarithm_of_rate = rate;
    logarithm(&logarithm_of_rate);
    *sum += fused(-o->target, logarithm_of_rate, o->a);
    *delta = (splat(1) - o->target / rate) * o->share * o->beside;
}

LOSS(poisson_of_rates)
