// Runs every kernel on the same made-up data and prints a digest of each result's bits.
#include "CKernels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 37, STRIDE = 48, COLUMNS = 300, SET = 50, SLOTS = 5, COUNT = 8000, MARGIN = 64 };

static uint64_t state = 1;

static uint32_t next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

static double real(double limit) { return limit * ((double)next() / 0x40000000 - 1); }

static void report(const char *kernel, size_t units, const void *bytes, size_t size) {
    uint64_t digest = 14695981039346656037u;  // FNV-1a
    for (size_t i = 0; i < size; i++) digest = (digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
    printf("%-28s %3zu %016llx\n", kernel, units, (unsigned long long)digest);
}

// The rows' numbers in both precisions, of many sizes.
static double wide[SET * COLUMNS + MARGIN];
static float single[SET * COLUMNS + MARGIN];

static void make_numbers(void) {
    for (size_t i = 0; i < SET * COLUMNS; i++) {
        wide[i] = real(1) * (double)(1ull << next() % 60);
        single[i] = (float)wide[i];
    }
}

static ck_rows make_rows(void) {
    static uint8_t dense[SET * COLUMNS + CK_GROUP], units[SET * COLUMNS * 4];
    static uint32_t offsets[SET + 1];
    for (size_t i = 0; i < SET * COLUMNS; i++) dense[i] = next() % 3 ? 0 : (uint8_t)next();
    for (size_t i = 0; i < COLUMNS; i++) dense[i] = (uint8_t)(i | 1);
    ck_compress(dense, SET, COLUMNS, units, offsets);
    return (ck_rows){dense, units, offsets, COLUMNS};
}

// Each optimiser's, with constants as they come.
static const ck_update updates[] = {
    {ck_update_momentum, {0.3, 0.9}, 1, 0, 0},
    {ck_update_nesterov, {0.3, 0.9}, 1, 0, 0},
    {ck_update_adam, {0.1, 0.999, 0.001, 0.02, 3, 1e-8}, 1, 0, 0},
    {ck_update_momentum, {0.3, 0.9}, 0.7, 0.01, 0},
    {ck_update_adam, {0.1, 0.999, 0.001, 0.02, 3, 1e-8}, 0.7, 0, 0.001},
};

#define DIGESTS(REAL, name)                                                                                           \
    static REAL *reals_##name(size_t count, double limit) {                                                           \
        REAL *values = calloc(count + MARGIN, sizeof(REAL));                                                          \
        for (size_t i = 0; i < count; i++) values[i] = (REAL)real(limit);                                             \
        return values;                                                                                                \
    }                                                                                                                 \
    /* What a NaN's bits are, nobody says; a logarithm of an output below 0 is one. */                                \
    static void report_loss_##name(const char *targets, size_t n, double loss, REAL *delta, size_t count) {           \
        if (loss != loss) loss = 0;                                                                                   \
        for (size_t e = 0; e < count; e++)                                                                            \
            if (delta[e] != delta[e]) delta[e] = 0;                                                                   \
        printf("%s ", targets);                                                                                       \
        report("loss_" #name, n, &loss, sizeof loss);                                                                 \
        printf("%s ", targets);                                                                                       \
        report("delta_" #name, n, delta, count * sizeof(REAL));                                                       \
    }                                                                                                                 \
    /* All transpositions, with chains that are taken up again: weights[COLUMNS][n] and inputs[COLUMNS][STRIDE]. */   \
    static void products_##name(const REAL *weights, const REAL *inputs, size_t n) {                                  \
        REAL *scratch = reals_##name(ck_gemm_scratch_##name(COLUMNS, COLUMNS), 0), *c = reals_##name(COLUMNS * COLUMNS, 0);\
        ck_gemm_##name(1, 0, n, STRIDE, COLUMNS, weights, n, inputs, STRIDE, c, STRIDE, scratch);                     \
        report("gemm_tn_" #name, n, c, n *STRIDE * sizeof(REAL));                                                     \
        ck_gemm_##name(0, 0, COLUMNS, STRIDE, n, weights, n, inputs, STRIDE, c, STRIDE, scratch);                     \
        report("gemm_nn_" #name, n, c, COLUMNS *STRIDE * sizeof(REAL));                                               \
        ck_gemm_##name(0, 1, n, n, COLUMNS, weights, COLUMNS, inputs, COLUMNS, c, n, scratch);                        \
        report("gemm_nt_" #name, n, c, n *n * sizeof(REAL));                                                          \
        ck_gemm_##name(1, 1, n, STRIDE, COLUMNS, weights, n, inputs, COLUMNS, c, STRIDE, scratch);                    \
        report("gemm_tt_" #name, n, c, n *STRIDE * sizeof(REAL));                                                     \
        free(scratch);                                                                                                \
        free(c);                                                                                                      \
    }                                                                                                                 \
    static void digests_##name(ck_rows rows, const uint32_t *samples, const uint8_t *labels, size_t n) {              \
        const uint8_t *dense = rows.dense;                                                                            \
        REAL *weights = reals_##name(COLUMNS * n, 1), *bias = reals_##name(n, 1);                                     \
        REAL *sums = reals_##name(n * STRIDE, 1), *other = reals_##name(n * STRIDE, 1);                               \
        REAL *out = reals_##name(COLUMNS * (n + 16 + 2 * STRIDE), 0), *more = reals_##name(n * STRIDE * 2, 0);        \
        const size_t slice = n * STRIDE * sizeof(REAL);                                                               \
        double loss;                                                                                                  \
        REAL *sample_weights = reals_##name(STRIDE, 3);                                                               \
        for (size_t i = 5; i < STRIDE; i += i < SAMPLES ? 7 : 1) sample_weights[i] = 0;                               \
        ck_expand_##name(rows, samples, SAMPLES, out, STRIDE);                                                        \
        report("expand_dense_" #name, n, out, STRIDE *COLUMNS * sizeof(REAL));                                        \
        rows.dense = NULL;                                                                                            \
        ck_expand_##name(rows, samples, SAMPLES, out, STRIDE);                                                        \
        report("expand_" #name, n, out, STRIDE *COLUMNS * sizeof(REAL));                                              \
        rows.dense = dense;                                                                                           \
        ck_gather_##name((ck_numbers){NULL, wide, COLUMNS}, samples, SAMPLES, out, STRIDE);                           \
        report("gather_wide_" #name, n, out, STRIDE *COLUMNS * sizeof(REAL));                                         \
        ck_gather_##name((ck_numbers){single, NULL, COLUMNS}, samples, SAMPLES, out, STRIDE);                         \
        report("gather_single_" #name, n, out, STRIDE *COLUMNS * sizeof(REAL));                                       \
        ck_expand_##name(rows, samples, SAMPLES, out, STRIDE);                                                        \
        products_##name(weights, out, n);                                                                             \
        ck_input_product_##name(rows, samples, SAMPLES, weights, n, sums, STRIDE, out);                               \
        report("input_product_" #name, n, sums, slice);                                                               \
        for (int f = 0; f <= ck_activation_##name("softmax"); f++) {                                                  \
            ck_activate_##name(f, sums, bias, n, STRIDE, out, other);                                                 \
            report("activation_" #name, n, out, slice);                                                               \
            report("beside_" #name, n, other, slice);                                                                 \
            for (int l = 0; l <= ck_loss_##name("sigmoid_cross_entropy"); l++) {                                      \
                for (int w = 0; w < 2; w++) {                                                                         \
                    const REAL *counts = w == 0 ? NULL : sample_weights;                                              \
                    loss = ck_loss_labels_##name(l, out, other, labels, samples, SAMPLES, n, STRIDE, (REAL)0.3, (REAL)0.9,\
                                                 counts, more);                                                       \
                    report_loss_##name("labels", n, loss, more, n * STRIDE);                                          \
                    loss = ck_loss_bytes_##name(l, out, other, rows.dense, SAMPLES, n, STRIDE, (REAL)0.3, (REAL)0.9,  \
                                                counts, more);                                                        \
                    report_loss_##name("bytes", n, loss, more, n * STRIDE);                                           \
                    loss = ck_loss_numbers_##name(l, out, other, sums, SAMPLES, n, STRIDE, (REAL)0.3, (REAL)0.9, counts,\
                                                  more);                                                              \
                    report_loss_##name("numbers", n, loss, more, n * STRIDE);                                         \
                }                                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
        memcpy(out, sums, slice);                                                                                     \
        memcpy(more, other, slice);                                                                                   \
        ck_drop_##name((ck_dropout){1, 2, 5, 77, 20000, 1.25}, 3, samples, SAMPLES, n, STRIDE, out, more);            \
        report("drop_" #name, n, out, slice);                                                                         \
        report("drop_beside_" #name, n, more, slice);                                                                 \
        ck_activate_##name(ck_activation_##name("sigmoid"), sums, bias, n, STRIDE, sums, other);                      \
        const ck_rows targets = {rows.dense, NULL, NULL, (uint32_t)n};                                                \
        loss = ck_reconstruction_##name(other, n, STRIDE, SAMPLES, weights, weights, targets, samples, (REAL)0.3,     \
                                        more, out, out + n * n,                                                       \
                                        reals_##name(ck_reconstruction_scratch_##name(n, STRIDE), 0));                \
        report("loss_reconstruction_" #name, n, &loss, sizeof loss);                                                  \
        report("projected_" #name, n, more, slice);                                                                   \
        report("reconstruction_" #name, n, out, n * (n + 1) * sizeof(REAL));                                          \
        ck_input_gradient_##name(rows, samples, SAMPLES, more, n, weights, STRIDE, out);                              \
        report("input_gradient_" #name, n, weights, COLUMNS *n * sizeof(REAL));                                       \
        ck_slices slices = {.count = 1, .stride = STRIDE, .n = n};                                                    \
        slices.values_stride = COLUMNS * STRIDE, slices.deltas_stride = STRIDE * ck_input_row_##name(n);              \
        uint8_t *values = malloc(slices.values_stride);                                                               \
        slices.values = values;                                                                                       \
        REAL *deltas = reals_##name(slices.deltas_stride, 0);                                                         \
        REAL *made = reals_##name(ck_input_rows_scratch_##name(&slices), 0);                                          \
        ck_input_slice_##name(rows, samples, SAMPLES, more, n, STRIDE, values, STRIDE, deltas);                       \
        int64_t largest = ck_input_rows_largest_##name(&slices, deltas, 0, COLUMNS *n, made);                         \
        report("input_rows_largest_" #name, n, &largest, sizeof largest);                                             \
        ck_update update = {ck_update_momentum, {0.3, 0.9}, 1, 0, 0};                                                 \
        ck_input_rows_exact_step_##name(update, &slices, deltas, 3, COLUMNS *n, 10, out, COLUMNS *n, weights, made);  \
        report("input_rows_step_" #name, n, weights, COLUMNS *n * sizeof(REAL));                                      \
        ck_product_##name(weights, 1, n, n, n, sums, out, STRIDE);                                                    \
        report("product_" #name, n, out, slice);                                                                      \
        ck_outer_##name(sums, n, other, n, STRIDE, out);                                                              \
        report("outer_" #name, n, out, n * n * sizeof(REAL));                                                         \
        ck_row_sums_##name(more, n, STRIDE, out);                                                                     \
        report("row_sums_" #name, n, out, n * sizeof(REAL));                                                          \
        ck_multiply_##name(sums, other, n * STRIDE, out);                                                             \
        report("multiply_" #name, n, out, slice);                                                                     \
        REAL *s = reals_##name(n * n * CK_GROUP, 0);                                                                  \
        ck_sensitivity_start_##name(weights, n, other, sums, STRIDE, 0, n, s);                                        \
        ck_sensitivity_scale_##name(s, n, n, other, STRIDE);                                                          \
        report("sensitivity_" #name, n, s, n * n * CK_GROUP * sizeof(REAL));                                          \
        ck_sensitivity_contract_##name(s, n, n, sums, STRIDE, 0, out);                                                \
        report("contract_" #name, n, out, slice);                                                                     \
        ck_sensitivity_last_##name(weights, n, other, sums, more, STRIDE, n, out);                                    \
        report("last_" #name, n, out, slice);                                                                         \
    }                                                                                                                 \
    static void functions_##name(double limit) {                                                                      \
        REAL *x = reals_##name(COUNT, limit), *out = reals_##name(COUNT, 0);                                          \
        ck_exp_##name(x, COUNT - 3, out);                                                                             \
        report("exp_" #name, (size_t)limit, out, COUNT * sizeof(REAL));                                               \
        ck_clear_tiny_##name(out, COUNT);                                                                             \
        report("clear_tiny_" #name, (size_t)limit, out, COUNT * sizeof(REAL));                                        \
        ck_clear_negligible_##name(out, COUNT);                                                                       \
        report("clear_negligible_" #name, (size_t)limit, out, COUNT * sizeof(REAL));                                  \
        ck_tanh_##name(x, COUNT - 3, out);                                                                            \
        report("tanh_" #name, (size_t)limit, out, COUNT * sizeof(REAL));                                              \
        ck_erf_##name(x, COUNT - 3, out);                                                                             \
        report("erf_" #name, (size_t)limit, out, COUNT * sizeof(REAL));                                               \
        ck_softplus_##name(x, COUNT - 3, out);                                                                        \
        report("softplus_" #name, (size_t)limit, out, COUNT * sizeof(REAL));                                          \
        ck_exp_##name(x, COUNT, out);                                                                                 \
        ck_log_##name(out, COUNT, out);                                                                               \
        report("log_" #name, (size_t)limit, out, COUNT * sizeof(REAL));                                               \
    }                                                                                                                 \
    static void sums_##name(size_t end) {                                                                             \
        REAL *slots = reals_##name(SLOTS * COUNT, 100), *sums = reals_##name(COUNT, 0);                               \
        REAL *state = reals_##name(CK_UPDATE_VECTORS * COUNT, 1), *weights = reals_##name(COUNT, 1);                  \
        for (size_t e = COUNT; e < CK_UPDATE_VECTORS * COUNT; e++) state[e] *= state[e];                              \
        int64_t *words = calloc(2 * COUNT, sizeof *words);                                                            \
        int64_t largest = ck_largest_##name(slots, 3, end);                                                           \
        report("largest_" #name, end, &largest, sizeof largest);                                                      \
        ck_exact_sum_##name(slots, COUNT, SLOTS, 3, end, 6, words, sizeof(REAL) == 8 ? COUNT : 0);                    \
        report("exact_sum_" #name, end, words, 2 * COUNT * sizeof *words);                                            \
        ck_from_exact_##name(words, sizeof(REAL) == 8 ? COUNT : 0, 3, end, 6, sums);                                  \
        report("from_exact_" #name, end, sums, COUNT * sizeof(REAL));                                                 \
        for (size_t u = 0; u < sizeof updates / sizeof *updates; u++) {                                               \
            ck_step_##name(updates[u], sums, 3, end, state, COUNT, weights);                                          \
            report("step_" #name, u, weights, COUNT * sizeof(REAL));                                                  \
            ck_exact_step_##name(updates[u], slots, COUNT, SLOTS, 3, end, 6, state, COUNT, weights);                  \
            report("exact_step_" #name, u, weights, COUNT * sizeof(REAL));                                            \
            report("state_" #name, u, state, CK_UPDATE_VECTORS * COUNT * sizeof(REAL));                               \
        }                                                                                                             \
        ck_plain_sum_##name(slots, COUNT, SLOTS, 3, end, sums);                                                       \
        report("plain_sum_" #name, end, sums, COUNT * sizeof(REAL));                                                  \
        double *norms = calloc(COUNT, sizeof *norms);                                                                 \
        ck_norms_##name(sums, 3, end, 128, norms);                                                                    \
        report("norms_" #name, end, norms, COUNT * sizeof *norms);                                                    \
        ck_dots_##name(sums, weights, 3, end, 128, norms);                                                            \
        report("dots_" #name, end, norms, COUNT * sizeof *norms);                                                     \
        ck_combine_##name(0.3, sums, -0.7, weights, 3, end, weights);                                                 \
        report("combine_" #name, end, weights, COUNT * sizeof(REAL));                                                 \
    }

DIGESTS(float, f32)
DIGESTS(double, f64)

static void functions(double limit) {
    static double (*const all[])(double) = {ck_exp, ck_log, ck_tanh, ck_erf, ck_sin, ck_cos};
    static double out[7][COUNT];
    for (size_t e = 0; e < COUNT; e++) {
        const double x = real(limit);
        // What a NaN's bits are, nobody says.
        for (size_t f = 0; f < 6; f++) out[f][e] = f == 1 ? all[f](x < 0 ? -x : x) : all[f](x);
        out[6][e] = ck_pow(x < 0 ? -x : x, real(20));
    }
    for (size_t f = 0; f < 7; f++) report("function", f, out[f], sizeof out[f]);
}

// A Jacobian's elements, what is multiplied of them both ways, and what solves with it.
static void curvature(void) {
    enum { PARAMETERS = 61, ROWS = 2 * CK_GROUP, PADDED = 64, ROW = 72, PANELS = 3 };
    static double squares[PARAMETERS * 8], byColumns[PANELS * ROWS * CK_PANEL], byRows[2 * PARAMETERS * CK_PANEL];
    static double matrix[PADDED * ROW + MARGIN], scale[ROWS], x[PADDED], out[PADDED];
    static int64_t words[PADDED * PADDED];
    const double *left[PARAMETERS], *right[PARAMETERS];
    const double *values = reals_f64(PARAMETERS * ROWS, 1), *factors = reals_f64(PADDED, 0.1);
    for (size_t p = 0; p < PARAMETERS; p++) left[p] = right[p] = values + p * ROWS;
    for (size_t row = 0; row < ROWS; row += CK_GROUP) {
        ck_curvature_squares(left, row, right, PARAMETERS, squares);
        ck_curvature_panels(left, row, right, factors, PARAMETERS, ROWS, row, byColumns);
        ck_curvature_row_squares(left, row, right, factors, PARAMETERS, scale + row);
        ck_curvature_row_panels(left, row, right, factors, scale + row, PARAMETERS, row, byRows);
    }
    report("curvature_squares", 0, squares, sizeof squares);
    report("curvature_panels", 0, byColumns, sizeof byColumns);
    report("curvature_row_squares", 0, scale, sizeof scale);
    report("curvature_row_panels", 0, byRows, sizeof byRows);
    for (size_t vectors = 1; vectors <= 3; vectors++) {
        ck_gram_tile(byColumns + 8, byColumns, ROWS, vectors, words, CK_PANEL);
        report("gram_tile", vectors, words, 8 * CK_PANEL * sizeof *words);
        ck_panel_product(byRows, PARAMETERS, factors, vectors, out);
        report("panel_product", vectors, out, sizeof out);
    }
    ck_gram_numbers(words, CK_PANEL, factors, matrix, ROW);
    report("gram_numbers", 0, matrix, sizeof matrix);
    ck_panel_sums(byRows, PARAMETERS, ROWS, values, 0, PARAMETERS, out);
    report("panel_sums", 0, out, sizeof out);
    ck_panel_sums(byRows, PARAMETERS, ROWS, values, 3, PARAMETERS - 1, x);
    if (memcmp(out + 3, x + 3, (PARAMETERS - 4) * sizeof *x)) exit(1);
    for (size_t i = 0; i < PADDED; i++)
        for (size_t j = 0; j < PADDED; j++) matrix[i * ROW + j] = i == j ? 9 : values[i + j] / 4;
    if (!ck_cholesky_block(matrix, ROW, 48)) exit(1);
    ck_cholesky_columns(matrix, ROW, 48, matrix + 48, 16);
    ck_cholesky_tile(matrix + 48, matrix + 48, ROW, 48, 2, matrix + 48 * ROW + 48);
    ck_cholesky_solve(matrix, ROW, 48, x);
    for (size_t i = 0; i < PADDED; i++)
        for (size_t j = 0; j < i; j++) matrix[i * ROW + j] = 0;
    report("cholesky", 0, matrix, sizeof matrix);
    report("cholesky_solve", 0, x, sizeof x);
}

int main(void) {
    uint32_t samples[SAMPLES], words[320];
    uint8_t labels[SET];
    ck_rows rows = make_rows();
    make_numbers();
    for (size_t i = 0; i < SAMPLES; i++) samples[i] = next() % SET;
    samples[0] = 0;  // the full row
    const size_t units[] = {1, 10, 16, 17, 33, 64, 100};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        for (size_t i = 0; i < SET; i++) labels[i] = (uint8_t)(next() % units[u]);
        digests_f32(rows, samples, labels, units[u]);
        digests_f64(rows, samples, labels, units[u]);
    }
    ck_philox(1, 2, UINT32_MAX - 20, 3, 4, 10, words);
    report("philox", 10, words, sizeof words);
    const double limits[] = {1, 10, 80, 700, 1e5};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        functions_f32(limits[i]);
        functions_f64(limits[i]);
        functions(limits[i]);
    }
    curvature();
    for (size_t end = COUNT - 9; end <= COUNT; end++) {
        sums_f32(end);
        sums_f64(end);
    }
    return 0;
}
