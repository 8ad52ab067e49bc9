// The gradient of the first layer's weights by rows: of all slices of a minibatch, a few inputs each worker. What is seen by
// all of a slice are its rows of bytes, turned round, and its deltas, far less than the gradient of many units that few samples
// have. Included after sums/sums.h; CKernels.h says what each computes.

// Vectors of sums that stay in registers.
#define ROW_VECTORS 8

// A slice's deltas of n units take so many numbers a sample, and so do the rows that are made of them: one, two, or whole
// fours of vectors, so that few loops go over a row.
size_t NAME(input_row)(size_t n) {
    const size_t vectors = whole_vectors(n) / LANES;
    return (vectors <= 2 ? vectors : (vectors + 3) / 4 * 4) * LANES;
}

CLONES void NAME(input_slice)(ck_rows rows, const uint32_t *samples, size_t count, const REAL *delta, size_t n,
                              size_t delta_stride, uint8_t *values, size_t stride, REAL *deltas) {
    memset(values, 0, rows.columns * stride);
    for (size_t s = 0; s < count; s++) {
        const compressed_row row = row_at(rows, samples[s]);
        for (const row_unit *u = row.units; u < row.units + row.count; u++)
            // Or: what fills a unit up are zeros, at any columns.
            for (size_t t = 0; t < CK_UNIT_ENTRIES; t++) values[(u->first + u->offsets[t]) * stride + s] |= u->values[t];
    }
    const size_t row = NAME(input_row)(n), written = whole_vectors(n);
    transpose_matrix(delta, delta_stride, n, delta_stride, NUMBER_OF_BYTE, deltas, row);
    for (size_t s = 0; written < row && s < count; s++)
        memset(deltas + s * row + written, 0, (row - written) * sizeof(REAL));
}

// Which of a group's bytes are not zero, a bit each.
INLINE uint32_t lit_samples(const uint8_t *values) {
    typedef _Bool bits __attribute__((ext_vector_type(CK_GROUP)));
    group bytes;
    memcpy(&bytes, values, sizeof bytes);
    const bits lit = __builtin_convertvector(bytes != 0, bits);
    uint16_t mask;
    memcpy(&mask, &lit, sizeof mask);
    return mask;
}

// Puts `width` vectors of one input's gradient to `out`: a chain over the samples that light it.
INLINE void part_of_row(const uint8_t *values, size_t stride, const REAL *deltas, size_t row, const size_t width,
                        REAL *out) {
    vec sum[ROW_VECTORS] = {{0}};
    for (size_t first = 0; first < stride; first += CK_GROUP)
        for (uint32_t lit = lit_samples(values + first); lit != 0; lit &= lit - 1) {
            const size_t s = first + (size_t)__builtin_ctz(lit);
            const vec value = splat(values[s]);
            for (size_t v = 0; v < width; v++)
                sum[v] = fused(value, load(deltas + s * row + v * LANES), sum[v]);
        }
    for (size_t v = 0; v < width; v++) store(out + v * LANES, sum[v]);
}

// All vectors of it.
INLINE void row_of_slice(const uint8_t *values, size_t stride, const REAL *deltas, size_t row, REAL *out) {
    size_t unit = 0;
    for (; unit + ROW_VECTORS * LANES <= row; unit += ROW_VECTORS * LANES)
        part_of_row(values, stride, deltas + unit, row, ROW_VECTORS, out + unit);
    for (; unit + 4 * LANES <= row; unit += 4 * LANES) part_of_row(values, stride, deltas + unit, row, 4, out + unit);
    for (; unit + 2 * LANES <= row; unit += 2 * LANES) part_of_row(values, stride, deltas + unit, row, 2, out + unit);
    if (unit < row) part_of_row(values, stride, deltas + unit, row, 1, out + unit);
}

INLINE int is_lit(const uint8_t *values, size_t stride) {
    uint32_t lit = 0;
    for (size_t s = 0; s < stride; s += CK_GROUP) lit |= lit_samples(values + s);
    return lit != 0;
}

// Inputs whose rows are made together, a slice at a time, so that its deltas stay in the first-level cache.
#define INPUTS 4

// The gradients of the inputs of [first, end), of the slices that light them: row k · INPUTS + i of `out` is of the k-th such
// slice of input first + i, of which there are count[i].
INLINE void rows_of_inputs(const ck_slices *slices, const REAL *deltas, size_t first, size_t end, size_t count[INPUTS],
                           REAL *out) {
    const size_t row = NAME(input_row)(slices->n);
    for (size_t i = 0; i < INPUTS; i++) count[i] = 0;
    for (size_t s = 0; s < slices->count; s++)
        for (size_t i = 0; first + i < end; i++) {
            const uint8_t *values = slices->values + s * slices->values_stride + (first + i) * slices->stride;
            if (!is_lit(values, slices->stride)) continue;
            row_of_slice(values, slices->stride, deltas + s * slices->deltas_stride, row,
                         out + (count[i]++ * INPUTS + i) * row);
        }
}

size_t NAME(input_rows_scratch)(const ck_slices *slices) {
    return slices->count * INPUTS * NAME(input_row)(slices->n) + CK_PADDING / sizeof(REAL);
}

CLONES int64_t NAME(input_rows_largest)(const ck_slices *slices, const REAL *deltas, size_t begin, size_t end,
                                        REAL *scratch) {
    const ivec mask = MAGNITUDE_BITS - (ivec){0};
    ivec largest = {0};
    const size_t row = NAME(input_row)(slices->n);
    for (size_t s = 0; s < slices->count; s++)
        for (size_t i = begin / slices->n; i * slices->n < end; i++) {
            const uint8_t *values = slices->values + s * slices->values_stride + i * slices->stride;
            if (!is_lit(values, slices->stride)) continue;
            row_of_slice(values, slices->stride, deltas + s * slices->deltas_stride, row, scratch);
            for (size_t e = 0; e < row; e += LANES)
                largest = __builtin_elementwise_max(largest, (ivec)load(scratch + e) & mask);
        }
    return __builtin_reduce_max(largest);
}

// Calls BODY for each input of the range, whose weights lie at `first`: of them [from, to) are in the range, and `count` slices
// light it, whose rows lie at `rows`, slot_stride apart.
#define EACH_INPUT(BODY)                                                                                               \
    const size_t n = slices->n, row = NAME(input_row)(n), slot_stride = INPUTS * row, last = (end + n - 1) / n;          \
    for (size_t block = begin / n; block < last; block += INPUTS) {                                                    \
        size_t counts[INPUTS];                                                                                         \
        rows_of_inputs(slices, deltas, block, lesser(block + INPUTS, last), counts, scratch);                          \
        for (size_t i = 0; i < INPUTS && block + i < last; i++) {                                                      \
            const REAL *rows = scratch + i * row;                                                                      \
            const size_t first = (block + i) * n, from = begin > first ? begin - first : 0;                            \
            const size_t to = lesser(end - first, n), count = counts[i];                                               \
            BODY;                                                                                                      \
        }                                                                                                              \
    }

CLONES void NAME(input_rows_exact_sum)(const ck_slices *slices, const REAL *deltas, size_t begin, size_t end,
                                       int exponent, int64_t *words, size_t low, REAL *scratch) {
    EACH_INPUT(exact_sum_of(rows, slot_stride, count, from, to, exponent, words + first, low))
}

INLINE int input_rows_step_of(ck_update_kind kind, size_t vectors, int prepares, const step_constants *c,
                              const ck_slices *slices, const REAL *deltas, size_t begin, size_t end, int exponent,
                              REAL *state, size_t state_stride, REAL *weights, REAL *scratch) {
    int finite = 1;
    EACH_INPUT(finite &= exact_step_of(kind, vectors, prepares, c, rows, slot_stride, count, from, to, exponent,
                                       state + first, state_stride, weights + first))
    return finite;
}

#define INPUT_ROWS_STEP_CASE(name, vectors)                                                                            \
    case ck_update_##name:                                                                                             \
        if (c.prepares)                                                                                                \
            return input_rows_step_of(ck_update_##name, vectors, 1, &c, slices, deltas, begin, end, exponent, state,    \
                                      state_stride, weights, scratch);                                                 \
        return input_rows_step_of(ck_update_##name, vectors, 0, &c, slices, deltas, begin, end, exponent, state,        \
                                  state_stride, weights, scratch);

CLONES int NAME(input_rows_exact_step)(ck_update update, const ck_slices *slices, const REAL *deltas, size_t begin,
                                       size_t end, int exponent, REAL *state, size_t state_stride, REAL *weights,
                                       REAL *scratch) {
    step_constants c;
    constants_of(&update, &c);
    switch (update.kind) { CK_UPDATES(INPUT_ROWS_STEP_CASE) }
    return 0;
}
