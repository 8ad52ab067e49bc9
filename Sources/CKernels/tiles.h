// Products of matrices by tiles of sums that stay in registers, in either precision: included after lanes.h.

// A tile is TILE_ROWS rows of BLOCK_VECTORS vectors: with their operands, its sums fill 32 registers of 64 bytes.
#define BLOCK_VECTORS 4
#define BLOCK (BLOCK_VECTORS * LANES)
#define TILE_ROWS 6

// Whether there are such registers. If not, a tile has one vector: the same sums, in the same order.
INLINE int has_wide_registers(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f");
#else
    return 0;
#endif
}

// c = start + a · b, where a[i][k] is a[i · a_row + k · a_step], and the others' rows are so many elements long; the same
// start for all rows has rows of 0. c may be its own start.
typedef struct {
    const REAL *a, *b, *start;
    REAL *c;
    size_t a_row, a_step, b_row, start_row, c_row;
} NAME(operands);

INLINE void product_of_tile(const NAME(operands) *o, size_t i, size_t v, size_t depth, const size_t rows,
                            const size_t vectors) {
    vec sum[TILE_ROWS * BLOCK_VECTORS];
    const REAL *a = o->a + i * o->a_row, *b = o->b + v * LANES;
    for (size_t t = 0; t < rows; t++)
        for (size_t u = 0; u < vectors; u++)
            sum[t * vectors + u] = load(o->start + (i + t) * o->start_row + (v + u) * LANES);
    for (size_t k = 0; k < depth; k++, a += o->a_step, b += o->b_row) {
        vec right[BLOCK_VECTORS];
        for (size_t u = 0; u < vectors; u++) right[u] = load(b + u * LANES);
        for (size_t t = 0; t < rows; t++) {
            const vec left = splat(a[t * o->a_row]);
            for (size_t u = 0; u < vectors; u++) sum[t * vectors + u] = fused(left, right[u], sum[t * vectors + u]);
        }
    }
    for (size_t t = 0; t < rows; t++)
        for (size_t u = 0; u < vectors; u++)
            store(o->c + (i + t) * o->c_row + (v + u) * LANES, sum[t * vectors + u]);
}

// Of the vectors [v, v + vectors).
INLINE void product_of_rows(const NAME(operands) *o, size_t rows, size_t v, size_t depth, const size_t vectors) {
    size_t i = 0;
    for (; i + TILE_ROWS <= rows; i += TILE_ROWS) product_of_tile(o, i, v, depth, TILE_ROWS, vectors);
    for (; i + 2 <= rows; i += 2) product_of_tile(o, i, v, depth, 2, vectors);
    if (i < rows) product_of_tile(o, i, v, depth, 1, vectors);
}

// Of so many rows and up to BLOCK_VECTORS vectors; whole vectors are read and written.
INLINE void product_of_block(NAME(operands) o, size_t rows, size_t vectors, size_t depth) {
    if (vectors == BLOCK_VECTORS && has_wide_registers()) {
        product_of_rows(&o, rows, 0, depth, BLOCK_VECTORS);
        return;
    }
    for (size_t v = 0; v < vectors; v++) product_of_rows(&o, rows, v, depth, 1);
}
