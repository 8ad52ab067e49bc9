// -Σ t ln a + (1 - t) ln(1 - a), of sigmoids with their sums h beside them: max(h, 0) - t h + ln(1 + e^-|h|), which is right
// also where a rounds to 0 or 1; δ = a - t.
INLINE void sigmoid_cross_entropy_at(const loss_operands *o, vec *sum, vec *delta) {
    vec u, logarithm;
    soft_plus_parts(&o->beside, &u, &logarithm);
    *sum += fused(-o->target, o->beside, choose(o->beside < splat(0), splat(0), o->beside)) + logarithm;
    *delta = (o->a - o->target) * o->share;
}

LOSS(sigmoid_cross_entropy)
