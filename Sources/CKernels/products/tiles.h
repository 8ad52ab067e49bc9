// Products of matrices by tiles of sums that stay in registers, in either precision: included after lanes.h.
//
// Every number of a product is one chain of fused multiply-adds by ascending k, from its start. How many numbers a tile
// has, and how many tiles a product, shows in none of them.

// A tile is TILE_ROWS rows of BLOCK_VECTORS vectors: with their operands, its sums fill 32 registers of 64 bytes.
#define BLOCK_VECTORS 4
#define BLOCK (BLOCK_VECTORS * LANES)
#define TILE_ROWS 6

// Whether there are such registers. If not, a tile has one vector.
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

// Of the columns from `first` on, `columns` are stored; what the last vector holds beyond them may be anything.
INLINE void product_of_tile(const NAME(operands) *o, size_t i, size_t first, size_t columns, size_t depth,
                            const size_t rows, const size_t vectors) {
    vec sum[TILE_ROWS * BLOCK_VECTORS];
    const REAL *a = o->a + i * o->a_row, *b = o->b + first;
    for (size_t t = 0; t < rows; t++)
        for (size_t u = 0; u < vectors; u++)
            sum[t * vectors + u] = load(o->start + (i + t) * o->start_row + first + u * LANES);
    for (size_t k = 0; k < depth; k++, a += o->a_step, b += o->b_row) {
        vec right[BLOCK_VECTORS];
        for (size_t u = 0; u < vectors; u++) right[u] = load(b + u * LANES);
        for (size_t t = 0; t < rows; t++) {
            const vec left = splat(a[t * o->a_row]);
            for (size_t u = 0; u < vectors; u++) sum[t * vectors + u] = fused(left, right[u], sum[t * vectors + u]);
        }
    }
    REAL *c = o->c + i * o->c_row + first;
    const size_t last = vectors - 1, rest = columns - last * LANES;
    for (size_t t = 0; t < rows; t++, c += o->c_row) {
        for (size_t u = 0; u < last; u++) store(c + u * LANES, sum[t * vectors + u]);
        const vec end = sum[t * vectors + last];  // of its own, for what has an address is not in a register
        if (rest == LANES)
            store(c + last * LANES, end);
        else
            memcpy(c + last * LANES, &end, rest * sizeof(REAL));
    }
}

INLINE void product_of_rows(const NAME(operands) *o, size_t rows, size_t first, size_t columns, size_t depth,
                            const size_t vectors) {
    size_t i = 0;
    for (; i + TILE_ROWS <= rows; i += TILE_ROWS) product_of_tile(o, i, first, columns, depth, TILE_ROWS, vectors);
    if (i + 4 <= rows) product_of_tile(o, i, first, columns, depth, 4, vectors), i += 4;
    if (i + 2 <= rows) product_of_tile(o, i, first, columns, depth, 2, vectors), i += 2;
    if (i < rows) product_of_tile(o, i, first, columns, depth, 1, vectors);
}

// Of so many rows and up to BLOCK columns, over `depth` k; whole vectors are read, and the columns alone are written.
void NAME(product_of_block)(const NAME(operands) *o, size_t rows, size_t columns, size_t depth);
CLONES void NAME(product_of_block)(const NAME(operands) *o, size_t rows, size_t columns, size_t depth) {
    const size_t vectors = has_wide_registers() ? whole_vectors(columns) / LANES : 1;
    if (vectors == 4)
        product_of_rows(o, rows, 0, columns, depth, 4);
    else if (vectors == 3)
        product_of_rows(o, rows, 0, columns, depth, 3);
    else if (vectors == 2)
        product_of_rows(o, rows, 0, columns, depth, 2);
    else
        for (size_t first = 0; first < columns; first += LANES)
            product_of_rows(o, rows, first, columns - first < LANES ? columns - first : LANES, depth, 1);
}
