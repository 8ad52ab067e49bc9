// -Σ t ln a, of softmax's outputs with their logarithms beside them; δ = a - t where the targets add up to 1. An output that
// nothing is asked of adds nothing, also where its logarithm is infinite.
INLINE void cross_entropy_at(const loss_operands *o, vec *sum, vec *delta) {
    *sum -= choose(o->target != splat(0), o->target * o->beside, splat(0));
    *delta = (o->a - o->target) * o->share;
}

LOSS(cross_entropy)
