// The sigmoid with its sums beside it in place of derivatives: what its cross-entropy wants to know.
INLINE void sigmoid_of_sums_at(const vec *h, vec *a, vec *sums) {
    *a = *h;
    logistic(a);
    *sums = *h;
}

LAYER(sigmoid_of_sums)
