// The product of two matrices of any size, in either precision: included after tiles.h.

// What a number's chain goes through at a time. The next block loads the sums from memory and goes on with the chain.
#define DEPTH 256
// Rows of a transposed left side that are copied at a time: whole tiles and whole vectors.
#define LEFT 48
// Columns of the right side that are copied at a time; with DEPTH rows they take 256 KB of the second-level cache.
#define RIGHT (4 * BLOCK)
// Up to so many rows, a right side that lies by rows is read where it is: there is not enough to do with a copy.
#define FEW_ROWS 64
// Up to so many elements, a transposed left side is read where it is: it stays in the first-level cache's reach.
#define SMALL_LEFT ((64 << 10) / sizeof(REAL))

INLINE size_t lesser(size_t a, size_t b) { return a < b ? a : b; }

// Columns that a tile has here: those of a panel of the right side.
INLINE size_t panel_columns(void) { return has_wide_registers() ? BLOCK : LANES; }

// out[depth][out_row] = the first columns of `in`, by whole vectors.
INLINE void copy_panel(const REAL *in, size_t in_row, size_t depth, size_t columns, REAL *out, size_t out_row) {
    for (size_t k = 0; k < depth; k++)
        for (size_t c = 0; c < columns; c += LANES) store(out + k * out_row + c, load(in + k * in_row + c));
}

// The right side's rows [p, p + depth) and columns [first, end), panel by panel.
INLINE void copy_right(const REAL *b, size_t b_row, int transposed, size_t p, size_t depth, size_t first, size_t end,
                       size_t panel, REAL *out) {
    for (size_t j = first; j < end; j += panel, out += depth * panel) {
        const size_t columns = lesser(panel, end - j);
        if (transposed)
            transpose_matrix(b + j * b_row + p, b_row, columns, depth, 1, out, panel);
        else
            copy_panel(b + p * b_row + j, b_row, depth, columns, out, panel);
    }
}

size_t NAME(gemm_scratch)(size_t n, size_t k) {
    return (LEFT + lesser(RIGHT, (n + BLOCK - 1) / BLOCK * BLOCK)) * lesser(k, DEPTH);
}

CLONES void NAME(gemm)(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, const REAL *a, size_t a_row,
                       const REAL *b, size_t b_row, REAL *c, size_t c_row, REAL *scratch) {
    static const REAL zeros[BLOCK];
    const size_t panel = panel_columns();
    REAL *left = scratch, *right = scratch + LEFT * lesser(k, DEPTH);
    for (size_t first = 0; first < n; first += RIGHT)
        for (size_t p = 0; p < k || p == 0; p += DEPTH) {
            const size_t depth = lesser(k - p, DEPTH), end = lesser(n, first + RIGHT);
            const int right_in_place = !transpose_b && m <= FEW_ROWS;
            const int left_in_place = !transpose_a || depth * a_row <= SMALL_LEFT;
            if (!right_in_place) copy_right(b, b_row, transpose_b, p, depth, first, end, panel, right);
            for (size_t i = 0; i < m; i += LEFT) {
                const size_t rows = lesser(m - i, LEFT);
                if (!left_in_place) copy_panel(a + p * a_row + i, a_row, depth, rows, left, LEFT);
                NAME(operands) o = {
                    .a = left_in_place ? a + (transpose_a ? p * a_row + i : i * a_row + p) : left,
                    .a_row = transpose_a ? 1 : a_row,
                    .a_step = left_in_place ? (transpose_a ? a_row : 1) : LEFT,
                    .b_row = right_in_place ? b_row : panel,
                    .start_row = p == 0 ? 0 : c_row,
                    .c_row = c_row,
                };
                for (size_t j = first; j < end; j += panel) {
                    o.b = right_in_place ? b + p * b_row + j : right + (j - first) * depth;
                    o.c = c + i * c_row + j;
                    o.start = p == 0 ? zeros : o.c;
                    NAME(product_of_block)(&o, rows, lesser(panel, end - j), depth);
                }
            }
        }
}
