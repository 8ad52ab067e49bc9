// The input layer's kernels over rows of bytes, in either precision: included after lanes.h. CKernels.h says what each computes.

// How many samples ahead a row is asked for: far enough to hide memory, near enough to stay in the cache.
#define AHEAD 4

// The numbers b/255 of LANES bytes, correctly rounded: a quotient by the reciprocal, and what that leaves of b.
INLINE void numbers_of_bytes(const uint8_t *bytes, vec *numbers) {
    typedef uint8_t bvec __attribute__((vector_size(LANES)));
    bvec b;
    memcpy(&b, bytes, LANES);
    const vec whole = __builtin_convertvector(b, vec), quotient = whole * splat(NUMBER_OF_BYTE);
    *numbers = fused(fused(-quotient, splat(BYTE_OF_ONE), whole), splat(NUMBER_OF_BYTE), quotient);
}

INLINE void expand_dense(ck_rows rows, const uint32_t *samples, size_t count, REAL *out, size_t stride) {
    for (size_t s = 0; s < stride; s += CK_GROUP)
        for (size_t c = 0; c < rows.columns; c += CK_GROUP) {
            group tile[CK_GROUP] = {{0}};
            for (size_t i = 0; i < CK_GROUP && s + i < count; i++)
                memcpy(&tile[i], rows.dense + samples[s + i] * (size_t)rows.columns + c, sizeof(group));
            transpose_group(tile);
            for (size_t i = 0; i < CK_GROUP && c + i < rows.columns; i++)
                for (size_t v = 0; v < CK_GROUP; v += LANES) {
                    vec numbers;
                    numbers_of_bytes((const uint8_t *)&tile[i] + v, &numbers);
                    store(out + (c + i) * stride + s + v, numbers);
                }
        }
}

CLONES void NAME(expand)(ck_rows rows, const uint32_t *samples, size_t count, REAL *out, size_t stride) {
    if (rows.dense != NULL) {
        expand_dense(rows, samples, count, out, stride);
        return;
    }
    memset(out, 0, rows.columns * stride * sizeof(REAL));
    for (size_t s = 0; s < count; s++) {
        const compressed_row row = row_at(rows, samples[s]);
        for (const row_unit *u = row.units; u < row.units + row.count; u++) {
            uint8_t values[LANES + CK_UNIT_ENTRIES] = {0};
            memcpy(values, u->values, CK_UNIT_ENTRIES);
            REAL numbers[LANES];
            vec v;
            numbers_of_bytes(values, &v);
            store(numbers, v);
            for (size_t t = 0; t < CK_UNIT_ENTRIES; t++) out[(u->first + u->offsets[t]) * stride + s] += numbers[t];
        }
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
    vec sum[16] = {{0}};
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

// The products of up to CHUNK samples with the units [unit, unit + width · LANES), whose weights lie at `weights` in rows
// of `row`, transposed into place.
INLINE void chunk_product(ck_rows rows, const uint32_t *samples, size_t count, size_t first, const REAL *weights,
                          const size_t row, size_t unit, size_t n, const size_t width, const size_t chains,
                          const size_t bands, REAL *out, size_t stride) {
    vec sums[CHUNK][8];
    const row_unit *reached[CHUNK];
    for (size_t s = 0; s < CHUNK; s++)
        for (size_t v = 0; v < width; v++) sums[s][v] = splat(0);
    const size_t live = count - first < CHUNK ? count - first : CHUNK;
    for (size_t band = 0; band < bands; band++)
        for (size_t s = 0; s < live; s++) {
            if (band == 0) prefetch_row(rows, samples, count, first + s + AHEAD);
            const compressed_row of_sample = row_at(rows, samples[first + s]);
            const size_t limit = band + 1 == bands ? SIZE_MAX : rows.columns * (band + 1) / bands;
            reached[s] = add_row_product(band == 0 ? of_sample.units : reached[s], of_sample.units + of_sample.count,
                                         limit, weights, row, width, chains, sums[s]);
        }
    for (size_t s = 0; s < CHUNK && first + s < stride; s += LANES)
        for (size_t v = 0; v < width; v++) {
            vec tile[LANES];
            for (size_t lane = 0; lane < LANES; lane++) tile[lane] = sums[s + lane][v] * splat(NUMBER_OF_BYTE);
            transpose(tile);
            for (size_t i = 0; i < LANES && unit + v * LANES + i < n; i++)
                store(out + (unit + v * LANES + i) * stride + first + s, tile[i]);
        }
}

// The same of all samples. A loop of its own for each shape: where they shared one, the compiler kept too little in registers.
INLINE void block_product(ck_rows rows, const uint32_t *samples, size_t count, const REAL *weights, const size_t row,
                          size_t unit, size_t n, const size_t width, const size_t chains, const size_t bands,
                          REAL *out, size_t stride) {
    for (size_t s = 0; s < stride; s += CHUNK)
        chunk_product(rows, samples, count, s, weights, row, unit, n, width, chains, bands, out, stride);
}

size_t NAME(input_product_scratch)(size_t columns, size_t n) { return n > BLOCK ? columns * BLOCK : 0; }

// As many samples pay for a copy of the weights: measured with 128 and 256 units, where 16 do not, and 64 do.
#define COPY_SAMPLES 32

// Of more units than a block's, the weights of one block at a time are copied: as they lie, their rows are so far apart
// that they share a few of a cache's sets, and each is on a page of its own. Many units' weights do not fit in the
// first-level cache: half of the columns at a time, those that are used much do.
CLONES void NAME(input_product)(ck_rows rows, const uint32_t *samples, size_t count, const REAL *weights, size_t n,
                                REAL *out, size_t stride, REAL *scratch) {
    for (size_t s = 0; s < AHEAD; s++) prefetch_row(rows, samples, count, s);
    if (n == LANES) {  // all of it known
        block_product(rows, samples, count, weights, LANES, 0, LANES, 1, 8, 1, out, stride);
        return;
    }
    const int copies = n > BLOCK && count >= COPY_SAMPLES;
    const size_t row = copies ? BLOCK : n;
    for (size_t unit = 0, width; unit < n; unit += width * LANES) {
        width = !copies && n - unit >= 8 * LANES ? 8 : n - unit > 3 * LANES ? 4 : n - unit > LANES ? 2 : 1;
        const REAL *block = weights + unit;
        if (copies) {
            copy_panel(block, n, rows.columns, width * LANES, scratch, BLOCK);
            block = scratch;
        }
        if (width == 8)
            block_product(rows, samples, count, block, row, unit, n, 8, 2, 2, out, stride);
        else if (width == 4 && row == BLOCK)  // a known length
            block_product(rows, samples, count, block, BLOCK, unit, n, 4, 2, 2, out, stride);
        else if (width == 4)
            block_product(rows, samples, count, block, row, unit, n, 4, 2, 2, out, stride);
        else if (width == 2)
            block_product(rows, samples, count, block, row, unit, n, 2, 4, 1, out, stride);
        else
            block_product(rows, samples, count, block, row, unit, n, 1, 8, 1, out, stride);
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

// Adds the outer products of all samples, with rows of n, a multiple of LANES up to BLOCK; `deltas` is sample-major. The
// second-level cache has the rows from the product; the start of the next is asked for, and the processor goes on from
// there by itself.
INLINE void add_rows(ck_rows rows, const uint32_t *samples, size_t count, const REAL *deltas, const size_t n,
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

// Rows of n that fill their vectors and are one block are added up where they belong.
INLINE int in_place(size_t n) { return n <= BLOCK && n % LANES == 0; }

size_t NAME(input_gradient_scratch)(size_t columns, size_t n, size_t stride) {
    return (stride + (in_place(n) ? 0 : columns)) * (n < BLOCK ? whole_vectors(n) : BLOCK);
}

// The gradient of up to BLOCK units from `unit` on, whose rows are added up in vectors of `padded` numbers.
INLINE void block_gradient(ck_rows rows, const uint32_t *samples, size_t count, const REAL *delta, size_t unit, size_t n,
                           const size_t padded, REAL *gradient, size_t stride, REAL *scratch) {
    const size_t live = lesser(n - unit, padded);
    REAL *deltas = scratch, *sums = in_place(n) ? gradient : deltas + stride * padded;
    transpose_matrix(delta + unit * stride, stride, live, stride, NUMBER_OF_BYTE, deltas, padded);
    memset(sums, 0, rows.columns * padded * sizeof(REAL));
    add_rows(rows, samples, count, deltas, padded, sums);
    if (sums != gradient)
        for (size_t c = 0; c < rows.columns; c++)
            memcpy(gradient + c * n + unit, sums + c * padded, live * sizeof(REAL));
}

// Other rows are added up in scratch, a block of units at a time, padded: a vector stored over the start of the next row
// would make that row's load wait for both stores; and rows that are far apart are bad for caches, as in the product.
CLONES void NAME(input_gradient)(ck_rows rows, const uint32_t *samples, size_t count, const REAL *delta, size_t n,
                                 REAL *gradient, size_t stride, REAL *scratch) {
    if (n == LANES) {  // all of it known, as in the product
        block_gradient(rows, samples, count, delta, 0, LANES, LANES, gradient, stride, scratch);
        return;
    }
    for (size_t unit = 0; unit < n; unit += BLOCK) {
        if (n - unit >= BLOCK)
            block_gradient(rows, samples, count, delta, unit, n, BLOCK, gradient, stride, scratch);
        else
            block_gradient(rows, samples, count, delta, unit, n, whole_vectors(n - unit), gradient, stride, scratch);
    }
}
