// Answers, small products and sensitivities, in either precision: included by kernels_f32.c and kernels_f64.c, which define
// REAL, NAME and the shuffles. CKernels.h says what each computes.

// MARK: Answers

size_t NAME(correct)(const REAL *activation, const uint8_t *labels, const uint32_t *samples, size_t count, size_t n,
                     size_t stride) {
    size_t correct = 0;
    for (size_t s = 0; s < count; s++) {
        size_t best = 0;
        for (size_t q = 1; q < n; q++)
            if (activation[q * stride + s] > activation[best * stride + s]) best = q;
        correct += best == labels[samples[s]];
    }
    return correct;
}

// MARK: Products of small matrices

INLINE void product_tile(const REAL *weights, size_t i_step, size_t r_step, size_t n_in, const size_t rows,
                         const size_t vectors, const REAL *in, REAL *out, size_t columns) {
    vec sum[8] = {{0}};
    for (size_t r = 0; r < n_in; r++)
        for (size_t i = 0; i < rows; i++)
            for (size_t v = 0; v < vectors; v++)
                sum[i * vectors + v] = fused(splat(weights[i * i_step + r * r_step]),
                                             load(in + r * columns + v * LANES), sum[i * vectors + v]);
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) store(out + i * columns + v * LANES, sum[i * vectors + v]);
}

CLONES void NAME(product)(const REAL *weights, size_t i_step, size_t r_step, size_t n_out, size_t n_in, const REAL *in,
                          REAL *out, size_t columns) {
    size_t c = 0;
    for (; c + 2 * LANES <= columns; c += 2 * LANES) {
        size_t i = 0;
        for (; i + 4 <= n_out; i += 4)
            product_tile(weights + i * i_step, i_step, r_step, n_in, 4, 2, in + c, out + i * columns + c, columns);
        for (; i < n_out; i++)
            product_tile(weights + i * i_step, i_step, r_step, n_in, 1, 2, in + c, out + i * columns + c, columns);
    }
    for (; c < columns; c += LANES) {
        size_t i = 0;
        for (; i + 8 <= n_out; i += 8)
            product_tile(weights + i * i_step, i_step, r_step, n_in, 8, 1, in + c, out + i * columns + c, columns);
        for (; i < n_out; i++)
            product_tile(weights + i * i_step, i_step, r_step, n_in, 1, 1, in + c, out + i * columns + c, columns);
    }
}

CLONES void NAME(outer)(const REAL *activation, size_t n_in, const REAL *delta, size_t n_out, size_t columns,
                        REAL *gradient) {
    const size_t side = 4;  // 16 sums of products at a time: side rows of either operand
    for (size_t r = 0; r < n_in; r += side)
        for (size_t i = 0; i < n_out; i += side) {
            const REAL *a[4], *d[4];
            for (size_t t = 0; t < side; t++) {  // rows past the end stand in for themselves, and are not stored
                a[t] = activation + (r + t < n_in ? r + t : r) * columns;
                d[t] = delta + (i + t < n_out ? i + t : i) * columns;
            }
            vec sum[16] = {{0}};
            for (size_t c = 0; c < columns; c += LANES)
                for (size_t t = 0; t < side; t++)
                    for (size_t u = 0; u < side; u++)
                        sum[t * side + u] = fused(load(a[t] + c), load(d[u] + c), sum[t * side + u]);
            REAL sums[16];
            for (size_t first = 0; first < 16; first += LANES) {
                sums_of_lanes(sum + first);
                store(sums + first, sum[first]);
            }
            for (size_t t = 0; t < side && r + t < n_in; t++)
                for (size_t u = 0; u < side && i + u < n_out; u++)
                    gradient[(r + t) * n_out + i + u] = sums[t * side + u];
        }
}

CLONES void NAME(row_sums)(const REAL *delta, size_t n, size_t columns, REAL *sums) {
    for (size_t i = 0; i < n; i += LANES) {
        vec sum[LANES] = {{0}};
        for (size_t t = 0; t < LANES && i + t < n; t++)
            for (size_t c = 0; c < columns; c += LANES) sum[t] += load(delta + (i + t) * columns + c);
        REAL lanes[LANES];
        sums_of_lanes(sum);
        store(lanes, sum[0]);
        for (size_t t = 0; t < LANES && i + t < n; t++) sums[i + t] = lanes[t];
    }
}

INLINE void delta_of(const REAL *a, const REAL *b, vec *product) {
    *product = load(a) * load(b);
    clear_tiny(product);
}

CLONES void NAME(multiply)(const REAL *a, const REAL *b, size_t count, REAL *out) {
    vec product;
    size_t e = 0;
    for (; e + LANES <= count; e += LANES) {
        delta_of(a + e, b + e, &product);
        store(out + e, product);
    }
    if (e < count) {
        delta_of(a + e, b + e, &product);
        memcpy(out + e, &product, (count - e) * sizeof(REAL));
    }
}

// MARK: Sensitivities of one group of samples

#define GROUP_VECTORS (CK_GROUP / LANES)

CLONES void NAME(sensitivity_start)(const REAL *weights, size_t n, const REAL *upper, const REAL *lower, size_t stride,
                                    size_t first, size_t width, REAL *s) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < width; j++)
            for (size_t v = 0; v < GROUP_VECTORS; v++) {
                vec element = load(upper + i * stride + v * LANES) *
                              (splat(weights[(first + j) * n + i]) * load(lower + (first + j) * stride + v * LANES));
                clear_tiny(&element);
                store(s + (i * width + j) * CK_GROUP + v * LANES, element);
            }
}

CLONES void NAME(sensitivity_scale)(REAL *s, size_t n, size_t width, const REAL *derivative, size_t stride) {
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < GROUP_VECTORS; v++) {
            vec d = load(derivative + i * stride + v * LANES);
            for (size_t j = 0; j < width; j++) {
                REAL *to = s + (i * width + j) * CK_GROUP + v * LANES;
                vec element = load(to) * d;
                clear_tiny(&element);
                store(to, element);
            }
        }
}

CLONES void NAME(sensitivity_contract)(const REAL *s, size_t n, size_t width, const REAL *u, size_t stride,
                                       size_t first, REAL *delta) {
    for (size_t j = 0; j < width; j += 4) {
        size_t block = width - j < 4 ? width - j : 4;
        for (size_t v = 0; v < GROUP_VECTORS; v++) {
            vec sum[4] = {{0}};
            for (size_t i = 0; i < n; i++) {
                vec factor = load(u + i * stride + v * LANES);
                const REAL *element = s + (i * width + j) * CK_GROUP + v * LANES;
                for (size_t t = 0; t < 4; t++)
                    sum[t] = fused(load(element + (t < block ? t : 0) * CK_GROUP), factor, sum[t]);
            }
            for (size_t t = 0; t < block; t++) {
                clear_tiny(sum + t);
                store(delta + (first + j + t) * stride + v * LANES, sum[t]);
            }
        }
    }
}

CLONES void NAME(sensitivity_last)(const REAL *weights, size_t n, const REAL *upper, const REAL *lower, const REAL *u,
                                   size_t stride, size_t width, REAL *delta) {
    for (size_t j = 0; j < width; j += 4) {
        size_t block = width - j < 4 ? width - j : 4;
        for (size_t c = 0; c < stride; c += LANES) {
            vec sum[4] = {{0}}, low[4];
            for (size_t t = 0; t < 4; t++) low[t] = load(lower + (t < block ? j + t : j) * stride + c);
            for (size_t i = 0; i < n; i++) {
                vec up = load(upper + i * stride + c), factor = load(u + i * stride + c);
                for (size_t t = 0; t < 4; t++)
                    sum[t] = fused(up * (splat(weights[(t < block ? j + t : j) * n + i]) * low[t]), factor, sum[t]);
            }
            for (size_t t = 0; t < block; t++) {
                clear_tiny(sum + t);
                store(delta + (j + t) * stride + c, sum[t]);
            }
        }
    }
}
