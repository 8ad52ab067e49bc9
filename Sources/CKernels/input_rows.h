// The input layer's kernels, in either precision: included after lanes.h. CKernels.h says what each computes.

// How many samples ahead a row is asked for: far enough to hide memory, near enough to stay in the cache.
#define AHEAD 4

INLINE void bytes_to_numbers(const uint8_t *values, size_t count, REAL *out) {
    typedef uint8_t bvec __attribute__((vector_size(LANES)));
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        bvec b;
        memcpy(&b, values + i, LANES);
        store(out + i, __builtin_convertvector(b, vec));
    }
    for (; i < count; i++) out[i] = (REAL)values[i];
}

CLONES void NAME(expand)(ck_rows rows, const uint32_t *samples, size_t count, REAL *out) {
    for (size_t s = 0; s < count; s++, out += rows.columns) {
        if (rows.dense != NULL) {
            bytes_to_numbers(rows.dense + (size_t)samples[s] * rows.columns, rows.columns, out);
            continue;
        }
        memset(out, 0, rows.columns * sizeof(REAL));
        const compressed_row row = row_at(rows, samples[s]);
        for (const row_unit *u = row.units; u < row.units + row.count; u++)
            for (size_t t = 0; t < CK_UNIT_ENTRIES; t++) out[u->first + u->offsets[t]] += (REAL)u->values[t];
    }
}

// Asks for the row's first lines, as many as nearly all rows of digits have: a loop of another length for each row would
// be mispredicted, and a longer row's other lines come as those of any array do. Asks for the offset of a row further on,
// too: it is what asking for that row will wait for.
INLINE void prefetch_row(ck_rows rows, const uint32_t *samples, size_t count, size_t s) {
    if (s + AHEAD < count) __builtin_prefetch(rows.offsets + samples[s + AHEAD]);
    if (s >= count) return;
    const compressed_row row = row_at(rows, samples[s]);
    const uint8_t *first = (const uint8_t *)row.units, *last = (const uint8_t *)(row.units + row.count) - 1;
    for (size_t line = 0; line < 8; line++) {
        const uint8_t *at = first + 64 * line;
        __builtin_prefetch(at < last ? at : last);
    }
}

// Keeps what lies in a general register there, where the compiler would compute by vectors, or load anew.
#define kept_in_register(x) __asm__("" : "+r"(x))

// Adds the products of units up to `end`, or to the first that starts at a column from `limit` on, to `width` vectors of
// sums; `chains` partial sums hide the latency of the additions. Returns where it stopped. This loop waits for loads, so
// that a unit's offsets are loaded at once.
INLINE const row_unit *add_row_product(const row_unit *u, const row_unit *end, size_t limit, const REAL *weights,
                                       size_t n, const size_t width, const size_t chains, vec *out) {
    vec sum[8] = {{0}};
    for (; u < end && u->first < limit; u++) {
        vec value[CK_UNIT_ENTRIES];
        values_to_lanes(u->values, value);
        uint64_t offsets;
        memcpy(&offsets, u->offsets, sizeof offsets);
        const char *first = (const char *)weights + u->first * n * sizeof(REAL);
        kept_in_register(first);
        kept_in_register(offsets);
        size_t place[CK_UNIT_ENTRIES];
        for (size_t t = 0; t < CK_UNIT_ENTRIES; t++) {
            place[t] = (offsets >> 8 * t & 255) * n * sizeof(REAL);
            kept_in_register(place[t]);
        }
#pragma clang loop unroll(full)
        for (size_t t = 0; t < CK_UNIT_ENTRIES; t++)
            for (size_t v = 0; v < width; v++) {
                vec *chain = sum + t % chains * width + v;
                *chain = fused(value[t], load(first + place[t] + v * sizeof(vec)), *chain);
            }
    }
    for (size_t v = 0; v < width; v++)
        for (size_t c = 0; c < chains; c++) out[v] += sum[c * width + v];
    return u;
}

// Samples that go through the columns band by band together: their sums leave room for a band's weights in the cache.
#define CHUNK 64

// The products of up to CHUNK samples with units [unit, unit + width · LANES), transposed into place.
INLINE void chunk_product(ck_rows rows, const uint32_t *samples, size_t count, size_t first, const REAL *weights,
                          size_t n, size_t unit, const size_t width, const size_t chains, const size_t bands,
                          REAL scale, REAL *out, size_t stride) {
    vec sums[CHUNK][4];
    const row_unit *reached[CHUNK];
    for (size_t s = 0; s < CHUNK; s++)
        for (size_t v = 0; v < width; v++) sums[s][v] = splat(0);
    const size_t live = count - first < CHUNK ? count - first : CHUNK;
    for (size_t band = 0; band < bands; band++)
        for (size_t s = 0; s < live; s++) {
            if (band == 0) prefetch_row(rows, samples, count, first + s + AHEAD);
            const compressed_row row = row_at(rows, samples[first + s]);
            const size_t limit = band + 1 == bands ? SIZE_MAX : rows.columns * (band + 1) / bands;
            reached[s] = add_row_product(band == 0 ? row.units : reached[s], row.units + row.count, limit,
                                         weights + unit, n, width, chains, sums[s]);
        }
    for (size_t s = 0; s < CHUNK && first + s < stride; s += LANES)
        for (size_t v = 0; v < width; v++) {
            vec tile[LANES];
            for (size_t lane = 0; lane < LANES; lane++) tile[lane] = sums[s + lane][v] * splat(scale);
            transpose(tile);
            for (size_t i = 0; i < LANES && unit + v * LANES + i < n; i++)
                store(out + (unit + v * LANES + i) * stride + first + s, tile[i]);
        }
}

// Many units' weights do not fit in the first-level cache: half of the columns at a time, those that are used much do.
CLONES void NAME(input_product)(ck_rows rows, const uint32_t *samples, size_t count, const REAL *weights, size_t n,
                                REAL scale, REAL *out, size_t stride) {
    for (size_t s = 0; s < AHEAD; s++) prefetch_row(rows, samples, count, s);
    for (size_t s = 0; s < stride; s += CHUNK) {
        size_t unit = 0;
        for (; unit + 3 * LANES < n; unit += 4 * LANES)
            chunk_product(rows, samples, count, s, weights, n, unit, 4, 2, 2, scale, out, stride);
        for (; unit + LANES < n; unit += 2 * LANES)
            chunk_product(rows, samples, count, s, weights, n, unit, 2, 4, 1, scale, out, stride);
        if (n == LANES)
            chunk_product(rows, samples, count, s, weights, LANES, 0, 1, 8, 1, scale, out, stride);  // a known length
        for (; n != LANES && unit < n; unit += LANES)
            chunk_product(rows, samples, count, s, weights, n, unit, 1, 8, 1, scale, out, stride);
    }
}

// Adds one sample's outer product with `width` half vectors of deltas. This loop waits for stores, and for instructions.
INLINE void row_gradient(compressed_row row, const REAL *delta, REAL *gradient, size_t n, const size_t width) {
    half d[8];
    for (size_t v = 0; v < width; v++) d[v] = *(const half_unaligned *)(delta + v * HALF_LANES);
    for (const row_unit *u = row.units; u < row.units + row.count; u++) {
        half value[CK_UNIT_ENTRIES];
        values_to_half_lanes(u->values, value);
        REAL *first = gradient + u->first * n;
        size_t place[CK_UNIT_ENTRIES];
        for (size_t t = 0; t < CK_UNIT_ENTRIES; t++) {
            place[t] = u->offsets[t] * n;
            kept_in_register(place[t]);
        }
#pragma clang loop unroll(full)
        for (size_t t = 0; t < CK_UNIT_ENTRIES; t++)
            for (size_t v = 0; v < width; v++) {
                half_unaligned *g = (half_unaligned *)(first + place[t] + v * HALF_LANES);
                *g = __builtin_elementwise_fma(value[t], d[v], (half)*g);
            }
    }
}

// Adds the outer products of all samples, with rows of n, a multiple of LANES; `deltas` is sample-major. The second-level
// cache has the rows from the product; the start of the next is asked for, and the processor goes on from there by itself.
INLINE void add_rows(ck_rows rows, const uint32_t *samples, size_t count, const REAL *deltas, size_t n,
                     REAL *gradient) {
    for (size_t s = 0; s < count; s++) {
        const compressed_row row = row_at(rows, samples[s]);
        if (s + 1 < count) __builtin_prefetch(row_at(rows, samples[s + 1]).units);
        const REAL *d = deltas + s * n;
        size_t unit = 0;
        for (; unit + 3 * LANES < n; unit += 4 * LANES) row_gradient(row, d + unit, gradient + unit, n, 8);
        for (; unit + LANES < n; unit += 2 * LANES) row_gradient(row, d + unit, gradient + unit, n, 4);
        if (unit < n) row_gradient(row, d + unit, gradient + unit, n, 2);
    }
}

size_t NAME(input_gradient_scratch)(size_t columns, size_t n, size_t stride) {
    const size_t padded = whole_vectors(n);
    return (stride + (n == padded ? 0 : columns)) * padded;
}

// Rows that do not fill their vectors are added up in scratch, padded: a vector stored over the start of the next row
// would make that row's load wait for both stores.
CLONES void NAME(input_gradient)(ck_rows rows, const uint32_t *samples, size_t count, const REAL *delta, size_t n,
                                 REAL scale, REAL *gradient, size_t stride, REAL *scratch) {
    const size_t padded = whole_vectors(n);
    REAL *deltas = scratch, *sums = n == padded ? gradient : deltas + stride * padded;
    transpose_matrix(delta, stride, n, stride, scale, deltas, padded);
    memset(sums, 0, rows.columns * padded * sizeof(REAL));
    if (padded == LANES)
        add_rows(rows, samples, count, deltas, LANES, sums);  // the same, with a known length
    else
        add_rows(rows, samples, count, deltas, padded, sums);
    if (sums != gradient)
        for (size_t c = 0; c < rows.columns; c++) memcpy(gradient + c * n, sums + c * padded, n * sizeof(REAL));
}
