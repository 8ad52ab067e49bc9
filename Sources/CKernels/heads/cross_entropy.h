// -Σ t ln a, of softmax's outputs with their logarithms beside them; δ = a - t where the targets add up to 1. An output that
// nothing is asked of adds nothing, also where its logarithm is infinite.
INLINE void cross_entropy_at(const vec *a, const vec *logarithm_of_a, const vec *target, const vec *share, vec *sum,
                             vec *delta) {
    *sum -= choose(*target != splat(0), *target * *logarithm_of_a, splat(0));
    *delta = (*a - *target) * *share;
}

LOSS(cross_entropy)
