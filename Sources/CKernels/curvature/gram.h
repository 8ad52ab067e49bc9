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
