// The product of a Jacobian with itself, exact over its pieces: included by kernels_f64.c, after lanes.h. CKernels.h says what
// each computes.

#define PANEL CK_PANEL
#define PANEL_VECTORS (PANEL / LANES)
// A sum of a piece is a multiple of 2^-50 in a word: columns have norms below one, so no sum of any pieces is above 2^50.
#define GRAM_UNIT 0x1p50

CLONES void ck_curvature_squares(const double *const *left, size_t place, const double *const *right, size_t count,
                                 double *squares) {
    for (size_t p = 0; p < count; p++) {
        vec sum = load(squares + p * LANES);
        for (size_t s = 0; s < CK_GROUP; s += LANES) {
            const vec element = load(left[p] + place + s) * load(right[p] + s);
            sum = fused(element, element, sum);
        }
        store(squares + p * LANES, sum);
    }
}

CLONES void ck_curvature_panels(const double *const *left, size_t place, const double *const *right,
                                const double *scale, size_t count, size_t depth, size_t row, double *panels) {
    for (size_t p = 0; p < count; p += LANES) {
        double *out = panels + p / PANEL * depth * PANEL + row * PANEL + p % PANEL;
        for (size_t s = 0; s < CK_GROUP; s += LANES) {
            vec tile[LANES];
            for (size_t i = 0; i < LANES; i++)
                tile[i] = p + i < count
                              ? load(left[p + i] + place + s) * (load(right[p + i] + s) * splat(scale[p + i]))
                              : splat(0);
            transpose(tile);
            for (size_t i = 0; i < LANES; i++) store(out + (s + i) * PANEL, tile[i]);
        }
    }
}

CLONES void ck_curvature_row_squares(const double *const *left, size_t place, const double *const *right,
                                     const double *factors, size_t count, double *squares) {
    vec sum[CK_GROUP / LANES] = {{0}};
    for (size_t p = 0; p < count; p++)
        for (size_t i = 0; i < CK_GROUP / LANES; i++) {
            const size_t s = i * LANES;
            const vec element = load(left[p] + place + s) * (load(right[p] + s) * splat(factors[p]));
            sum[i] = fused(element, element, sum[i]);
        }
    for (size_t i = 0; i < CK_GROUP / LANES; i++) store(squares + i * LANES, sum[i]);
}

CLONES void ck_curvature_row_panels(const double *const *left, size_t place, const double *const *right,
                                    const double *factors, const double *scale, size_t count, size_t row, double *panels) {
    for (size_t s = 0; s < CK_GROUP; s += LANES) {
        const vec scales = load(scale + s);
        double *out = panels + (row + s) / PANEL * count * PANEL + (row + s) % PANEL;
        for (size_t p = 0; p < count; p++)
            store(out + p * PANEL, load(left[p] + place + s) * (load(right[p] + s) * splat(factors[p])) * scales);
    }
}

INLINE void gram_tile(const double *a, const double *b, size_t depth, const size_t rows, const size_t vectors,
                      int64_t *out, size_t out_row) {
    vec sum[8 * PANEL_VECTORS] = {{0}};
    for (size_t k = 0; k < depth; k++, a += PANEL, b += PANEL) {
        vec right[PANEL_VECTORS];
        for (size_t u = 0; u < vectors; u++) right[u] = load(b + u * LANES);
        for (size_t t = 0; t < rows; t++) {
            const vec left = splat(a[t]);
            for (size_t u = 0; u < vectors; u++) sum[t * vectors + u] = fused(left, right[u], sum[t * vectors + u]);
        }
    }
    const vec magic = splat(0x1.8p52);
    for (size_t t = 0; t < rows; t++)
        for (size_t u = 0; u < vectors; u++) {
            const vec shifted = fused(sum[t * vectors + u], splat(GRAM_UNIT), magic);
            int64_t *words = out + t * out_row + u * LANES;
            ivec word;
            memcpy(&word, words, sizeof word);
            word += (ivec)shifted - (ivec)magic;
            memcpy(words, &word, sizeof word);
        }
}

CLONES void ck_gram_tile(const double *a, const double *b, size_t depth, size_t vectors, int64_t *out, size_t out_row) {
    if (!has_wide_registers()) {
        for (size_t u = 0; u < vectors; u++)
            for (size_t t = 0; t < 8; t += 4)
                gram_tile(a + t, b + u * LANES, depth, 4, 1, out + t * out_row + u * LANES, out_row);
    } else if (vectors == 3) {
        gram_tile(a, b, depth, 8, 3, out, out_row);
    } else if (vectors == 2) {
        gram_tile(a, b, depth, 8, 2, out, out_row);
    } else {
        gram_tile(a, b, depth, 8, 1, out, out_row);
    }
}

CLONES void ck_gram_numbers(const int64_t *words, size_t columns, const double *diagonal, double *out, size_t out_row) {
    for (size_t t = 0; t < 8; t++) {
        for (size_t c = 0; c < columns; c += LANES) {
            ivec word;
            memcpy(&word, words + t * columns + c, sizeof word);
            store(out + t * out_row + c, __builtin_convertvector(word, vec) * splat(1 / GRAM_UNIT));
        }
        out[t * out_row + t] += diagonal[t];
    }
}

INLINE void panel_product(const double *panel, size_t depth, const double *x, const size_t vectors, double *out) {
    vec sum[PANEL_VECTORS] = {{0}};
    for (size_t k = 0; k < depth; k++)
        for (size_t u = 0; u < vectors; u++) sum[u] = fused(load(panel + k * PANEL + u * LANES), splat(x[k]), sum[u]);
    for (size_t u = 0; u < vectors; u++) store(out + u * LANES, sum[u]);
}

CLONES void ck_panel_product(const double *panel, size_t depth, const double *x, size_t vectors, double *out) {
    if (vectors == 3) {
        panel_product(panel, depth, x, 3, out);
    } else if (vectors == 2) {
        panel_product(panel, depth, x, 2, out);
    } else {
        panel_product(panel, depth, x, 1, out);
    }
}

// The sums of `wide` neighbours in depth: a chain for each vector of a panel, so that none waits for another.
INLINE void panel_sums(const double *panels, size_t depth, size_t rows, const double *y, const size_t wide, double *out) {
    vec sum[4 * PANEL_VECTORS] = {{0}};
    for (size_t r = 0; r < rows; r += PANEL, panels += depth * PANEL) {
        const size_t vectors = rows - r < PANEL ? (rows - r) / LANES : PANEL_VECTORS;
        for (size_t u = 0; u < vectors; u++) {
            const vec factor = load(y + r + u * LANES);
            for (size_t k = 0; k < wide; k++)
                sum[k * PANEL_VECTORS + u] = fused(load(panels + k * PANEL + u * LANES), factor, sum[k * PANEL_VECTORS + u]);
        }
    }
    for (size_t k = 0; k < wide; k++) {
        vec *own = sum + k * PANEL_VECTORS;
        own[0] = (own[0] + own[1]) + own[2];
        out[k] = sum_of_lanes(own);
    }
}

CLONES void ck_panel_sums(const double *panels, size_t depth, size_t rows, const double *y, size_t begin, size_t end,
                          double *out) {
    size_t k = begin;
    for (; k + 4 <= end; k += 4) panel_sums(panels + k * PANEL, depth, rows, y, 4, out + k);
    for (; k < end; k++) panel_sums(panels + k * PANEL, depth, rows, y, 1, out + k);
}
