// The output layer of an autoencoder in one pass, in either precision: included after kernels.h. Its outputs are many and
// all of them have errors, so that its three products are nearly all of a step's work. They go by blocks of output units,
// whose weights and deltas stay in the first-level cache; the deltas of all outputs are never stored. Samples are rows
// here, so that targets are read where they lie, and the vectors of every product's right operand lie in memory.

// Turns a vector of every sample's sums, from unit q on, into deltas; returns the sum of squared errors. If the vector is
// partial, what lies beyond its first `live` lanes may be anything.
INLINE double vector_errors(ck_rows targets, const uint32_t *samples, size_t count, size_t q, const int partial,
                            size_t live, REAL coefficient, REAL *deltas) {
    typedef uint8_t bvec __attribute__((vector_size(LANES)));
    vec squares = {0}, mask;
    live_lanes(live, &mask);
    for (size_t s = 0; s < count; s++, deltas += BLOCK) {
        bvec target;
        memcpy(&target, targets.dense + samples[s] * (size_t)targets.columns + q, LANES);
        vec a = load(deltas);
        logistic(&a);
        vec error = fused(__builtin_convertvector(target, vec), splat(-NUMBER_OF_BYTE), a);
        vec scaled = a * splat(coefficient);
        vec delta = error * fused(-scaled, a, scaled);
        if (partial) {
            error = choose(mask != 0, error, splat(0));
            delta = choose(mask != 0, delta, splat(0));
        }
        squares = fused(error, error, squares);
        clear_tiny(&delta);
        store(deltas, delta);
    }
    return sum_of_lanes(&squares);
}

INLINE double block_errors(ck_rows targets, const uint32_t *samples, size_t count, size_t q, size_t live,
                           REAL coefficient, REAL *deltas) {
    double squares = 0;
    for (; live >= LANES; live -= LANES, q += LANES, deltas += LANES)
        squares += vector_errors(targets, samples, count, q, 0, LANES, coefficient, deltas);
    if (live > 0) squares += vector_errors(targets, samples, count, q, 1, live, coefficient, deltas);
    return squares;
}

// Asks for the bytes from unit q on of all rows, up to `live`; those of the block before share a line with them.
INLINE void prefetch_targets(ck_rows targets, const uint32_t *samples, size_t count, size_t q, size_t live) {
    for (size_t s = 0; s < count; s++) {
        const uint8_t *row = targets.dense + samples[s] * (size_t)targets.columns;
        if (q == 0) __builtin_prefetch(row);
        __builtin_prefetch(row + q + live - 1);
    }
}

INLINE void block_bias_gradient(const REAL *deltas, size_t count, size_t live, REAL *gradient) {
    REAL sums[BLOCK];
    for (size_t first = 0; first < live; first += LANES) {
        vec sum = {0};
        for (size_t s = 0; s < count; s++) sum += load(deltas + s * BLOCK + first);
        store(sums + first, sum);
    }
    memcpy(gradient, sums, live * sizeof(REAL));
}

size_t NAME(reconstruction_scratch)(size_t n_in, size_t stride) {
    return stride * BLOCK + BLOCK * whole_vectors(n_in) + stride * whole_vectors(n_in);
}

CLONES double NAME(reconstruction)(const REAL *activation, size_t n_in, size_t stride, size_t count,
                                   const REAL *weights, const REAL *bias, ck_rows targets,
                                   const uint32_t *samples, REAL coefficient, REAL *projected, REAL *gradient,
                                   REAL *bias_gradient, REAL *scratch) {
    const size_t n = targets.columns;
    static const REAL zeros[BLOCK];
    const size_t padded = whole_vectors(n_in);
    REAL *deltas = scratch, *across = deltas + stride * BLOCK, *sums = across + BLOCK * padded;
    double squares = 0;
    memset(sums, 0, stride * padded * sizeof(REAL));
    for (size_t q = 0; q < n; q += BLOCK) {
        const size_t live = n - q < BLOCK ? n - q : BLOCK, vectors = whole_vectors(live) / LANES;
        prefetch_targets(targets, samples, count, q, live);
        NAME(product_of_block)(&(NAME(operands)){.a = activation, .a_row = 1, .a_step = stride, .b = weights + q,
                                                 .b_row = n, .start = bias + q, .c = deltas, .c_row = BLOCK},
                               count, vectors * LANES, n_in);
        squares += block_errors(targets, samples, count, q, live, coefficient, deltas);

        transpose_matrix(weights + q, n, n_in, live, 1, across, padded);
        for (size_t r = 0; r < padded; r += BLOCK)
            NAME(product_of_block)(&(NAME(operands)){.a = deltas, .a_row = BLOCK, .a_step = 1, .b = across + r,
                                                     .b_row = padded, .start = sums + r, .start_row = padded,
                                                     .c = sums + r, .c_row = padded},
                                   count, padded - r < BLOCK ? padded - r : BLOCK, live);

        NAME(product_of_block)(&(NAME(operands)){.a = activation, .a_row = stride, .a_step = 1, .b = deltas,
                                                 .b_row = BLOCK, .start = zeros, .c = gradient + q, .c_row = n},
                               n_in, live, count);
        block_bias_gradient(deltas, count, live, bias_gradient + q);
    }
    transpose_matrix(sums, padded, count, n_in, 1, projected, stride);
    for (size_t r = 0; r < n_in; r++)
        for (size_t s = whole_vectors(count); s < stride; s += LANES) store(projected + r * stride + s, splat(0));
    return squares;
}
