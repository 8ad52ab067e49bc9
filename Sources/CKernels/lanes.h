// Moving lanes of vectors, in either precision: included after `vectors.h`.

// Transposes LANES × LANES values: each round interleaves the vectors of the two halves.
INLINE void transpose(vec v[LANES]) {
    for (size_t round = 1; round < LANES; round *= 2) {
        vec next[LANES];
        for (size_t i = 0; i < LANES / 2; i++) {
            next[2 * i] = __builtin_shufflevector(v[i], v[i + LANES / 2], INTERLEAVE_LOW);
            next[2 * i + 1] = __builtin_shufflevector(v[i], v[i + LANES / 2], INTERLEAVE_HIGH);
        }
        memcpy(v, next, sizeof next);
    }
}

// Lane i of v[0] becomes the sum of v[i]'s lanes.
INLINE void sums_of_lanes(vec v[LANES]) {
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            v[i] = __builtin_shufflevector(v[i], v[i + half], INTERLEAVE_LOW) +
                   __builtin_shufflevector(v[i], v[i + half], INTERLEAVE_HIGH);
}

INLINE double sum_of_lanes(const vec *v) {
    double sum = 0;
    for (size_t i = 0; i < LANES; i++) sum += (double)(*v)[i];
    return sum;
}

// A group's worth of lanes in which the first `live` are ones, for zeroing the padding.
INLINE void live_lanes(size_t live, vec *mask) {
    for (size_t i = 0; i < LANES; i++) (*mask)[i] = i < live ? 1 : 0;
}

INLINE size_t whole_vectors(size_t count) { return (count + LANES - 1) / LANES * LANES; }

// out[columns][rows up to a multiple of LANES] = scale · in[rows][columns]ᵀ, zero where there are no more rows. Whole vectors of
// columns are read, and only those below `columns` are written.
INLINE void transpose_matrix(const REAL *in, size_t in_row, size_t rows, size_t columns, REAL scale, REAL *out,
                             size_t out_row) {
    for (size_t r = 0; r < rows; r += LANES)
        for (size_t c = 0; c < columns; c += LANES) {
            vec tile[LANES];
            for (size_t i = 0; i < LANES; i++)
                tile[i] = r + i < rows ? load(in + (r + i) * in_row + c) * splat(scale) : splat(0);
            transpose(tile);
            for (size_t i = 0; i < LANES && c + i < columns; i++) store(out + (c + i) * out_row + r, tile[i]);
        }
}
