// Cholesky's factor by tiles, A = RᵀR with R upper: included by kernels_f64.c, after gram.h. CKernels.h says what each computes.
// Below the diagonal, where vectors reach it, anything may be left.

INLINE size_t whole_below(size_t index) { return index / LANES * LANES; }

CLONES int ck_cholesky_block(double *a, size_t row, size_t n) {
    for (size_t k = 0; k < n; k++) {
        double *pivot = a + k * row;
        if (!(pivot[k] > 0)) return 0;
        const double root = __builtin_elementwise_sqrt(pivot[k]);
        for (size_t j = whole_below(k + 1); j < n; j += LANES) store(pivot + j, load(pivot + j) / splat(root));
        pivot[k] = root;
        for (size_t i = k + 1; i < n; i++) {
            const vec factor = splat(-pivot[i]);
            for (size_t j = whole_below(i); j < n; j += LANES)
                store(a + i * row + j, fused(factor, load(pivot + j), load(a + i * row + j)));
        }
    }
    return 1;
}

INLINE void solved_columns(const double *r, size_t row, size_t n, double *x, const size_t vectors) {
    for (size_t k = 0; k < n; k++) {
        vec value[8];
        for (size_t u = 0; u < vectors; u++) value[u] = load(x + k * row + u * LANES);
        for (size_t t = 0; t < k; t++) {
            const vec factor = splat(-r[t * row + k]);
            for (size_t u = 0; u < vectors; u++) value[u] = fused(factor, load(x + t * row + u * LANES), value[u]);
        }
        for (size_t u = 0; u < vectors; u++) store(x + k * row + u * LANES, value[u] / splat(r[k * row + k]));
    }
}

CLONES void ck_cholesky_columns(const double *r, size_t row, size_t n, double *x, size_t columns) {
    size_t c = 0;
    if (has_wide_registers())
        for (; c + 8 * LANES <= columns; c += 8 * LANES) solved_columns(r, row, n, x + c, 8);
    for (; c + 4 * LANES <= columns; c += 4 * LANES) solved_columns(r, row, n, x + c, 4);
    for (; c < columns; c += LANES) solved_columns(r, row, n, x + c, 1);
}

INLINE void cholesky_tile(const double *a, const double *b, size_t row, size_t depth, const size_t rows,
                          const size_t vectors, double *c) {
    vec sum[8 * PANEL_VECTORS];
    for (size_t t = 0; t < rows; t++)
        for (size_t u = 0; u < vectors; u++) sum[t * vectors + u] = load(c + t * row + u * LANES);
    for (size_t k = 0; k < depth; k++, a += row, b += row) {
        vec right[PANEL_VECTORS];
        for (size_t u = 0; u < vectors; u++) right[u] = load(b + u * LANES);
        for (size_t t = 0; t < rows; t++) {
            const vec left = splat(-a[t]);
            for (size_t u = 0; u < vectors; u++) sum[t * vectors + u] = fused(left, right[u], sum[t * vectors + u]);
        }
    }
    for (size_t t = 0; t < rows; t++)
        for (size_t u = 0; u < vectors; u++) store(c + t * row + u * LANES, sum[t * vectors + u]);
}

CLONES void ck_cholesky_tile(const double *a, const double *b, size_t row, size_t depth, size_t vectors, double *c) {
    if (!has_wide_registers()) {
        for (size_t u = 0; u < vectors; u++)
            for (size_t t = 0; t < 8; t += 4)
                cholesky_tile(a + t, b + u * LANES, row, depth, 4, 1, c + t * row + u * LANES);
    } else if (vectors == 3) {
        cholesky_tile(a, b, row, depth, 8, 3, c);
    } else if (vectors == 2) {
        cholesky_tile(a, b, row, depth, 8, 2, c);
    } else {
        cholesky_tile(a, b, row, depth, 8, 1, c);
    }
}

CLONES void ck_cholesky_solve(const double *r, size_t row, size_t n, double *x) {
    for (size_t k = 0; k < n; k++) {
        const double *factors = r + k * row, value = x[k] /= factors[k];
        size_t j = k + 1;
        for (; j < n && j % LANES != 0; j++) x[j] = __builtin_elementwise_fma(-value, factors[j], x[j]);
        for (; j < n; j += LANES) store(x + j, fused(splat(-value), load(factors + j), load(x + j)));
    }
    for (size_t k = n; k-- > 0;) {
        const double *factors = r + k * row;
        double value = x[k];
        size_t j = k + 1;
        for (; j < n && j % LANES != 0; j++) value = __builtin_elementwise_fma(-factors[j], x[j], value);
        vec sum = splat(0);
        for (; j < n; j += LANES) sum = fused(load(factors + j), load(x + j), sum);
        x[k] = (value - sum_of_lanes(&sum)) / factors[k];
    }
}
