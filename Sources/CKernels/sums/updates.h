// What each optimiser does to eight parameters: g is their gradient, c the update's constants, s the parameters' state, a
// vector of it for each that CKernels.h's CK_UPDATES counts, and w their weights. One function and one line there each.

#define each(x) ((REAL)(x) - (eight){0})
#define fused_eight(a, b, c) __builtin_elementwise_fma((eight)(a), (eight)(b), (eight)(c))

// v = momentum·v - rate·g; w += v.
INLINE void momentum_update(const eight *g, const REAL *c, eight *s, eight *w) {
    s[0] = fused_eight(each(c[1]), s[0], -(each(c[0]) * *g));
    *w += s[0];
}

// The step of momentum that the next one would make with the same gradient: v = momentum·v - rate·g;
// w += momentum·v - rate·g.
INLINE void nesterov_update(const eight *g, const REAL *c, eight *s, eight *w) {
    const eight down = -(each(c[0]) * *g);
    s[0] = fused_eight(each(c[1]), s[0], down);
    *w += fused_eight(each(c[1]), s[0], down);
}

// m += (1 - β1)·(g - m); v = β2·v + (1 - β2)·g²; w -= size·m / (√v·scale + ε). The root is exactly rounded everywhere.
// A g whose root of v would not show beside ε has no square, for that might be subnormal.
INLINE void adam_update(const eight *g, const REAL *c, eight *s, eight *w) {
    eight seen = *g;
    CLEAR_BELOW(eight, magnitudes, NEGLIGIBLE_BITS, &seen);
    s[0] = fused_eight(each(c[0]), *g - s[0], s[0]);
    s[1] = fused_eight(each(c[1]), s[1], each(c[2]) * seen * seen);
    *w -= each(c[3]) * s[0] / fused_eight(__builtin_elementwise_sqrt(s[1]), each(c[4]), each(c[5]));
}

// What may come before any of them: g = scale·g + decay·w, and w -= shrink·w.
INLINE void prepare_eight(REAL scale, REAL decay, REAL shrink, eight *g, eight *w) {
    *g = fused_eight(each(decay), *w, each(scale) * *g);
    *w = fused_eight(each(-shrink), *w, *w);
}
