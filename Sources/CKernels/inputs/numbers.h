// Inputs that are numbers, in either precision: included after lanes.h. CKernels.h says what each computes.

// LANES numbers of a row from column c on, rounded to this precision; those past its end are the next row's, or padding.
INLINE void numbers_of_row(ck_numbers rows, uint32_t sample, size_t c, vec *numbers) {
    typedef float single __attribute__((vector_size(LANES * sizeof(float))));
    typedef double wide __attribute__((vector_size(LANES * sizeof(double))));
    const size_t first = sample * (size_t)rows.columns + c;
    if (rows.single != NULL) {
        single read;
        memcpy(&read, rows.single + first, sizeof read);
        *numbers = __builtin_convertvector(read, vec);
    } else {
        wide read;
        memcpy(&read, rows.wide + first, sizeof read);
        *numbers = __builtin_convertvector(read, vec);
    }
}

CLONES void NAME(gather)(ck_numbers rows, const uint32_t *samples, size_t count, REAL *out, size_t stride) {
    for (size_t s = 0; s < stride; s += LANES)
        for (size_t c = 0; c < rows.columns; c += LANES) {
            vec tile[LANES];
            for (size_t i = 0; i < LANES; i++) {
                tile[i] = splat(0);
                if (s + i < count) numbers_of_row(rows, samples[s + i], c, &tile[i]);
            }
            transpose(tile);
            for (size_t i = 0; i < LANES && c + i < rows.columns; i++) store(out + (c + i) * stride + s, tile[i]);
        }
}
