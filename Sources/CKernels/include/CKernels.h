// Inner loops that need the machine's vector unit. Each is compiled for AVX-512, for AVX2 and for any x86-64, the
// loader chooses one at start (ifunc), and all give the same bits: lanes are fixed at 64 bytes, multiply-adds are
// explicit, and nothing else is contracted.
//
// Letters: B samples of a slice, `stride` = B rounded up to CK_GROUP; n0 inputs, n units of a layer.
// Matrices of a slice are unit-major: row = unit, column = sample. Weights are input-major: [n_in][n_out].
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Samples that are handled side by side; slices are padded to a multiple of it.
#define CK_GROUP 16
// Vectors may be loaded past the last element: readable bytes that must follow every buffer of weights or biases.
#define CK_PADDING 256

// Entries of a compressed row come by eight, in a unit: a column (u16), how far beyond it each entry's column is (u8),
// and the entries' values (u8).
#define CK_UNIT_ENTRIES 8
#define CK_UNIT_BYTES 18

/// The inputs of a set of samples, one byte each, which stands for a 255th of it: dense, compressed, or both.
///
/// Dense: row r is the `columns` bytes at r·columns; CK_GROUP readable bytes follow the last.
/// Compressed: row r is the units from offsets[r] to offsets[r + 1], each of CK_UNIT_BYTES. The bytes that are not zero
/// come by ascending column; a unit is filled up with zeros, at columns of the row, where the row ends or the next entry
/// is too far away, so that no loop over a unit has a rest.
typedef struct {
    const uint8_t *dense;  // null if only compressed
    const uint8_t *units;  // null if only dense
    const uint32_t *offsets;
    uint32_t columns;
} ck_rows;

/// Rows of numbers in one of two precisions: row r is the `columns` numbers at r·columns; CK_PADDING readable bytes follow the
/// last.
typedef struct {
    const float *single;  // null if wide
    const double *wide;   // null if single
    uint32_t columns;
} ck_numbers;

/// What the gradient of the first layer's weights is made of, for a minibatch whose rows are compressed. Beside it go the
/// deltas of the slices, `deltas_stride` numbers apart: [stride][input_row(n)].
typedef struct {
    const uint8_t *values;  // of the slices, values_stride apart: [columns][stride], their rows turned round
    size_t values_stride, deltas_stride;
    size_t count;  // slices
    size_t stride, n;
} ck_slices;

/// The bytes that `ck_compress` needs for `count` dense rows. Columns: at most 65536.
size_t ck_compressed_size(const uint8_t *dense, size_t count, size_t columns);
/// Compresses `count` dense rows; writes count + 1 offsets.
void ck_compress(const uint8_t *dense, size_t count, size_t columns, uint8_t *units, uint32_t *offsets);
/// The bytes of the chosen dense rows, unit-major: out[column][stride], zero in the padding.
void ck_gather_bytes(ck_rows rows, const uint32_t *samples, size_t count, uint8_t *out, size_t stride);

/// Asks the cache for the chosen rows, which are to be gathered soon, though not at once.
void ck_prefetch_numbers(ck_numbers rows, const uint32_t *samples, size_t count);

/// Random words: of `groups` times eight blocks of Philox4x32-10 from the block `first` on, four words each.
void ck_philox(uint32_t key0, uint32_t key1, uint64_t first, uint32_t stream, uint32_t purpose, size_t groups,
               uint32_t *words);

/// What a step leaves out of hidden layers' outputs, as a function of what it is for: a unit q of a layer, of a sample, is
/// dropped where 16 bits of Philox are below the threshold. They are those of block (sample, q / 8, step, purpose + 256·layer),
/// whose words hold two units each, the lower half first.
typedef struct {
    uint32_t key0, key1, purpose, step;
    uint32_t threshold;
    double scale;
} ck_dropout;

/// The instructions that the kernels use here: AVX-512, AVX2, NEON, or SSE2, which has no fused multiply-adds.
const char *ck_instruction_set(void);

// Our own functions, for what reaches weights, decisions or reported losses: the same bits on every instruction set, where
// a system's mathematics library has one for each. Errors in units in the last place (ulp), anywhere in the range, subnormal
// numbers included; limits, infinities and NaN are as C has them.
double ck_exp(double x);            // 1 ulp
double ck_log(double x);            // 1 ulp
double ck_tanh(double x);           // 3 ulp
double ck_erf(double x);            // 2 ulp
double ck_softplus(double x);       // 2 ulp; ln(1 + e^x)
double ck_sin(double x);            // 1 ulp where |x| ≤ 2^20; NaN beyond
double ck_cos(double x);            // as ck_sin
double ck_pow(double x, double y);  // 2 ulp

// What an optimiser does to a parameter (sums/updates.h says what), and how many numbers of state it keeps beside each.
#define CK_UPDATES(UPDATE) UPDATE(momentum, 1) UPDATE(nesterov, 1) UPDATE(adam, 2)
#define CK_UPDATE_VECTORS 2
#define CK_UPDATE_CONSTANTS 6
#define CK_UPDATE_KIND(name, vectors) ck_update_##name,
typedef enum { CK_UPDATES(CK_UPDATE_KIND) } ck_update_kind;

/// One step's: the same constants for all parameters. momentum, nesterov: rate, momentum. adam: 1 - β1, β2, 1 - β2,
/// rate / (1 - β1^t), 1 / √(1 - β2^t), ε.
///
/// Before it the gradient becomes scale·g + decay·w, and then w becomes w - shrink·w; with 1, 0 and 0 nothing is done to
/// either.
typedef struct {
    ck_update_kind kind;
    double constants[CK_UPDATE_CONSTANTS];
    double scale, decay, shrink;
} ck_update;

#define CK_DECLARE(REAL, name)                                                                                        \
    /* out[column][stride] = the chosen rows' bytes as numbers b/255, unit-major, zero in the padding. */             \
    void ck_expand_##name(ck_rows rows, const uint32_t *samples, size_t count, REAL *out, size_t stride);             \
    /* out[n][stride] = weightsᵀ · rows' numbers, of compressed rows. scratch: as many elements as the first says. */ \
    size_t ck_input_product_scratch_##name(size_t columns, size_t n);                                                 \
    void ck_input_product_##name(ck_rows rows, const uint32_t *samples, size_t count, const REAL *weights, size_t n,  \
                                 REAL *out, size_t stride, REAL *scratch);                                            \
    /* gradient[n0][n] = rows' numbersᵀ · deltaᵀ, of compressed rows; delta[n][stride]. scratch: as many elements as   \
       the first function says. */                                                                                    \
    size_t ck_input_gradient_scratch_##name(size_t columns, size_t n, size_t stride);                                 \
    void ck_input_gradient_##name(ck_rows rows, const uint32_t *samples, size_t count, const REAL *delta, size_t n,   \
                                  REAL *gradient, size_t stride, REAL *scratch);                                      \
    /* Leaves what the gradient of the first layer's weights is made of: a slice of `ck_slices`, its deltas (of rows of  \
       delta_stride) a 255th; each of input_row(n) numbers. The functions after it take elements [begin, end) of that   \
       gradient, of all slices, and give, to the bit, what the functions of the same names give of slots. scratch: as   \
       many elements as rows_scratch says. */                                                                           \
    size_t ck_input_row_##name(size_t n);                                                                             \
    void ck_input_slice_##name(ck_rows rows, const uint32_t *samples, size_t count, const REAL *delta, size_t n,      \
                               size_t delta_stride, uint8_t *values, size_t stride, REAL *deltas);                    \
    size_t ck_input_rows_scratch_##name(const ck_slices *slices);                                                     \
    int64_t ck_input_rows_largest_##name(const ck_slices *slices, const REAL *deltas, size_t begin, size_t end,       \
                                         REAL *scratch);                                                              \
    void ck_input_rows_exact_sum_##name(const ck_slices *slices, const REAL *deltas, size_t begin, size_t end, int exponent, \
                                  int64_t *words, size_t low, REAL *scratch);                                         \
    int ck_input_rows_exact_step_##name(ck_update update, const ck_slices *slices, const REAL *deltas, size_t begin,        \
                                  size_t end, int exponent, REAL *state, size_t state_stride, REAL *weights,          \
                                  REAL *scratch);                                                                     \
    /* out[column][stride] = the chosen rows' numbers, rounded to this precision, unit-major, zero in the padding. */ \
    void ck_gather_##name(ck_numbers rows, const uint32_t *samples, size_t count, REAL *out, size_t stride);          \
    /* The number of an activation by its file's name, -1 where there is none. */                                     \
    int ck_activation_##name(const char *name);                                                                       \
    /* activation[n][stride] = g(sums + bias), and beside it what the layers below or the loss need: g'(sums + bias),  \
       of softmax ln(activation), of sigmoid_of_sums sums + bias. In place allowed. */                                \
    void ck_activate_##name(int activation_number, const REAL *sums, const REAL *bias, size_t n, size_t stride,       \
                            REAL *activation, REAL *beside);                                                          \
    /* Dropout of a layer: activation and what stands beside it, [n][stride], zero where the unit is dropped, and     \
       multiplied by the scale where it is kept. */                                                                   \
    void ck_drop_##name(ck_dropout dropout, uint32_t layer, const uint32_t *samples, size_t count, size_t n,          \
                        size_t stride, REAL *activation, REAL *beside);                                               \
    /* The number of a loss by its file's name, -1 where there is none. */                                            \
    int ck_loss_##name(const char *name);                                                                             \
    /* Returns the sum of the loss's terms over samples and outputs, against one-hot labels;                          \
       delta[n][stride] = share times its derivative by the pre-activations, zero in the padding. parameter: of       \
       quantile its level, of others anything. sample_weights[stride], null where all samples count the same, multiply\
       each sample's terms and derivatives: they are zero in the padding, and a sample whose weight is zero adds nothing,\
       whatever its terms are. */                                                                                     \
    double ck_loss_labels_##name(int loss_number, const REAL *activation, const REAL *beside, const uint8_t *labels,  \
                                 const uint32_t *samples, size_t count, size_t n, size_t stride, REAL share,          \
                                 REAL parameter, const REAL *sample_weights, REAL *delta);                            \
    /* The same against targets[n][stride] in bytes, 255 standing for one. */                                         \
    double ck_loss_bytes_##name(int loss_number, const REAL *activation, const REAL *beside, const uint8_t *targets,  \
                                size_t count, size_t n, size_t stride, REAL share, REAL parameter,                    \
                                const REAL *sample_weights, REAL *delta);                                             \
    /* The same against targets[n][stride] in numbers. */                                                             \
    double ck_loss_numbers_##name(int loss_number, const REAL *activation, const REAL *beside, const REAL *targets,   \
                                  size_t count, size_t n, size_t stride, REAL share, REAL parameter,                  \
                                  const REAL *sample_weights, REAL *delta);                                           \
    /* How many of the samples have their largest activation at their label (the first of equals counts). */          \
    size_t ck_correct_##name(const REAL *activation, const uint8_t *labels, const uint32_t *samples, size_t count,    \
                             size_t n, size_t stride);                                                                \
    /* c[m][n] = op(a) · op(b), with rows of so many elements; op(a) is a's m × k, or the transpose of k × m, and so b.\
       Every number is one chain of fused multiply-adds by ascending k, from 0. scratch: as many elements as the      \
       first function says. */                                                                                              \
    size_t ck_gemm_scratch_##name(size_t n, size_t k);                                                                \
    void ck_gemm_##name(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, const REAL *a, size_t a_row,  \
                        const REAL *b, size_t b_row, REAL *c, size_t c_row, REAL *scratch);                           \
    /* The same, number by number. */                                                                                 \
    void ck_gemm_reference_##name(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, const REAL *a,      \
                                  size_t a_row, const REAL *b, size_t b_row, REAL *c, size_t c_row);                  \
    /* out[i][c] = Σ_r weights[i·i_step + r·r_step] · in[r][c]; columns: a multiple of CK_GROUP. */                   \
    void ck_product_##name(const REAL *weights, size_t i_step, size_t r_step, size_t n_out, size_t n_in,              \
                           const REAL *in, REAL *out, size_t columns);                                                \
    /* gradient[r][i] = Σ_c activation[r][c] · delta[i][c]. */                                                        \
    void ck_outer_##name(const REAL *activation, size_t n_in, const REAL *delta, size_t n_out, size_t columns,        \
                         REAL *gradient);                                                                             \
    /* sums[i] = Σ_c delta[i][c]. */                                                                                  \
    void ck_row_sums_##name(const REAL *delta, size_t n, size_t columns, REAL *sums);                                 \
    /* out[e] = a[e] · b[e], as clear_tiny leaves it. */                                                              \
    void ck_multiply_##name(const REAL *a, const REAL *b, size_t count, REAL *out);                                   \
    /* Zero in place of numbers too small to tell (negligible.h): of activations and deltas, those below the least    \
       normal number over u, of derivatives those below u², with u 2^-24 or 2^-53. By whole vectors. */               \
    void ck_clear_tiny_##name(REAL *values, size_t count);                                                            \
    void ck_clear_negligible_##name(REAL *values, size_t count);                                                      \
    /* Sensitivities and the deltas of them are as clear_tiny leaves them.                                            \
       One group's sensitivities two layers up, of units j in [first, first + width):                                 \
       s[i][j][·] = upper[i][·] · weights[j][i] · lower[j][·]; weights[·][n]. */                                      \
    void ck_sensitivity_start_##name(const REAL *weights, size_t n, const REAL *upper, const REAL *lower,             \
                                     size_t stride, size_t first, size_t width, REAL *s);                             \
    /* s[i][j][·] *= derivative[i][·], for one group. */                                                              \
    void ck_sensitivity_scale_##name(REAL *s, size_t n, size_t width, const REAL *derivative, size_t stride);         \
    /* delta[first + j][·] = Σ_i s[i][j][·] · u[i][·], for one group. */                                              \
    void ck_sensitivity_contract_##name(const REAL *s, size_t n, size_t width, const REAL *u, size_t stride,          \
                                        size_t first, REAL *delta);                                                   \
    /* Start and contraction in one, where the layer above is the last that is swept; s stays in registers:           \
       delta[j][·] = Σ_i (upper[i][·] · weights[j][i] · lower[j][·]) · u[i][·], j in [0, width); weights[·][n]. */    \
    void ck_sensitivity_last_##name(const REAL *weights, size_t n, const REAL *upper, const REAL *lower,              \
                                    const REAL *u, size_t stride, size_t width, REAL *delta);                         \
    /* The output layer of an autoencoder, from its input to its gradient, with activation[n_in][stride] and the      \
       chosen dense rows for targets, 255 standing for one, one byte for each of the n units:                         \
       a = sigmoid(weightsᵀ · activation + bias), delta = coefficient · (a - target) · a · (1 - a),                   \
       projected[n_in][stride] = weights · delta, zero in the padding,                                                \
       gradient[n_in][n] = activation · deltaᵀ, bias_gradient[n] = Σ delta.                                           \
       Returns the sum of squared errors. scratch: as many elements as the first function says. */                    \
    size_t ck_reconstruction_scratch_##name(size_t n_in, size_t stride);                                              \
    double ck_reconstruction_##name(const REAL *activation, size_t n_in, size_t stride, size_t count,                 \
                                    const REAL *weights, const REAL *bias, ck_rows targets,                           \
                                    const uint32_t *samples, REAL coefficient, REAL *projected, REAL *gradient,       \
                                    REAL *bias_gradient, REAL *scratch);                                              \
    /* out[e] = function(x[e]), in place allowed: the double's the bits of the functions above; the float's within 2 ulp  \
       (exp), 1 (log), 3 (tanh), 2 (erf, softplus). */                           \
    void ck_exp_##name(const REAL *x, size_t count, REAL *out);                                                       \
    void ck_log_##name(const REAL *x, size_t count, REAL *out);                                                       \
    void ck_tanh_##name(const REAL *x, size_t count, REAL *out);                                                      \
    void ck_erf_##name(const REAL *x, size_t count, REAL *out);                                                       \
    void ck_softplus_##name(const REAL *x, size_t count, REAL *out);                                                  \
    /* The largest magnitude in [begin, end), as its bits; 0 if there is none. NaN is larger than infinity. */        \
    int64_t ck_largest_##name(const REAL *values, size_t begin, size_t end);                                          \
    /* words[begin ≤ e < end] = Σ_s round(slots[s·slot_stride + e] · 2^p), one word (float) or two (double, the low   \
       ones `low` words further, of what the first leaves, 51 places below). exponent: that of the largest magnitude; \
       p = 50 - exponent (float), 49 - exponent (double): the sums of up to 4096 slots fit. Here and below, up to     \
       CK_PADDING bytes behind the end are read. */                                                                   \
    void ck_exact_sum_##name(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,     \
                             int exponent, int64_t *words, size_t low);                                               \
    /* sums[begin ≤ e < end] = words back as numbers; returns whether all are finite. */                              \
    int ck_from_exact_##name(const int64_t *words, size_t low, size_t begin, size_t end, int exponent, REAL *sums);   \
    /* sums[begin ≤ e < end] = Σ_s slots[s·slot_stride + e], in the order of s. */                                    \
    void ck_plain_sum_##name(const REAL *slots, size_t slot_stride, size_t slots_count, size_t begin, size_t end,     \
                             REAL *sums);                                                                             \
    /* norms[i] = √Σ v² of the i-th `block` values in [begin, end), the last perhaps of fewer: in double, scaled by the power  \
       of two of their largest magnitude, so that no square leaves the range; eight chains by ascending index, put together \
       in pairs. Up to CK_PADDING bytes behind the end are read. */                                                   \
    void ck_norms_##name(const REAL *values, size_t begin, size_t end, size_t block, double *norms);                  \
    /* dots[i] = Σ x·y of the i-th `block` values in [begin, end), the last perhaps of fewer: in double, eight chains by \
       ascending index, put together in pairs. Up to CK_PADDING bytes behind the end are read. */                     \
    void ck_dots_##name(const REAL *x, const REAL *y, size_t begin, size_t end, size_t block, double *dots);          \
    /* out[begin ≤ e < end] = a·x[e] + b·y[e], in double, the second product fused, and rounded once; in place allowed. \
       Up to CK_PADDING bytes behind the end are read. */                                                             \
    void ck_combine_##name(double a, const REAL *x, double b, const REAL *y, size_t begin, size_t end, REAL *out);    \
    /* The optimiser's step with this gradient on [begin, end): of the weights and of the vectors of its state, which lie \
       `state_stride` apart. Up to CK_PADDING bytes behind the end are read. */                                       \
    void ck_step_##name(ck_update update, const REAL *gradient, size_t begin, size_t end, REAL *state,                \
                        size_t state_stride, REAL *weights);                                                          \
    /* Exact sum, its numbers and the step in one, with nothing in memory between; returns whether the sums are        \
       finite. Of no slots the sum is 0. */                                                                           \
    int ck_exact_step_##name(ck_update update, const REAL *slots, size_t slot_stride, size_t slots_count,             \
                             size_t begin, size_t end, int exponent, REAL *state, size_t state_stride, REAL *weights);

CK_DECLARE(float, f32)
CK_DECLARE(double, f64)

// A Jacobian J times itself, JᵀJ. An element of J is left · right, of a sample's row and a parameter's column: left[p] + place
// and right[p] are what parameter p has of a group of samples. JᵀJ lies in words, packed: strips of 8 rows from their diagonal on,
// each 8 rows of as many words as there are columns from there to the end (a multiple of 8).

// Parameters of a panel, in which a piece of J is multiplied: [parameters / CK_PANEL][depth][CK_PANEL].
#define CK_PANEL 24

/// squares[p][lane] += element², of a group of samples.
void ck_curvature_squares(const double *const *left, size_t place, const double *const *right, size_t count,
                          double *squares);
/// Rows [row, row + CK_GROUP) of a piece of `depth` rows: element · scale[p]; zero beyond `count` up to a multiple of 8.
void ck_curvature_panels(const double *const *left, size_t place, const double *const *right, const double *scale,
                         size_t count, size_t depth, size_t row, double *panels);
// J's rows as the neighbours, [rows / CK_PANEL][parameters][CK_PANEL], of a matrix A whose columns are J's times `factors`.

/// squares[s] = Σ_p (element · factors[p])² of a group's rows, one chain of fused multiply-adds by ascending p.
void ck_curvature_row_squares(const double *const *left, size_t place, const double *const *right, const double *factors,
                              size_t count, double *squares);
/// Rows [row, row + CK_GROUP), row a multiple of 8: element · factors[p] · scale[s].
void ck_curvature_row_panels(const double *const *left, size_t place, const double *const *right, const double *factors,
                             const double *scale, size_t count, size_t row, double *panels);
/// out[c] = Σ_k panel[k][c] · x[k], c < 8·vectors, one chain by ascending k; vectors from 1 to 3.
void ck_panel_product(const double *panel, size_t depth, const double *x, size_t vectors, double *out);
/// out[k] = Σ_r panels[r / CK_PANEL][k][r % CK_PANEL] · y[r], begin ≤ k < end, r < rows, a multiple of 8: a chain for each of
/// the 24 places, by ascending r. The same bits wherever a range begins.
void ck_panel_sums(const double *panels, size_t depth, size_t rows, const double *y, size_t begin, size_t end, double *out);

/// out[8][8·vectors] += round(2^50 · Σ_k a[k][t] · b[k][c]), t < 8, the sum being one chain of fused multiply-adds by ascending
/// k; a and b are 8, and 8·vectors columns of panels, vectors at most 3. No sum is above one.
void ck_gram_tile(const double *a, const double *b, size_t depth, size_t vectors, int64_t *out, size_t out_row);
/// out[8][columns] = a strip's words · 2^-50, with diagonal[t] added where the row t < 8 meets the column t.
void ck_gram_numbers(const int64_t *words, size_t columns, const double *diagonal, double *out, size_t out_row);

// Cholesky's factor R of a matrix, RᵀR, in its place above the diagonal, with rows of so many elements. n: a multiple of 8.

/// That of the first n columns, where they have n rows; returns 0 where there is none.
int ck_cholesky_block(double *a, size_t row, size_t n);
/// The n rows of R in further columns (a multiple of 8) at x, from the factor r of the first n.
void ck_cholesky_columns(const double *r, size_t row, size_t n, double *x, size_t columns);
/// c[8][8·vectors] -= Σ_k a[k][t] · b[k][c], one chain by ascending k; vectors at most 3.
void ck_cholesky_tile(const double *a, const double *b, size_t row, size_t depth, size_t vectors, double *c);
/// x = (RᵀR)⁻¹ x.
void ck_cholesky_solve(const double *r, size_t row, size_t n, double *x);

#endif
