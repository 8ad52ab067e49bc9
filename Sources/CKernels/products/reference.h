// What `gemm` computes, number by number: what tests hold it against. In either precision.

void NAME(gemm_reference)(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, const REAL *a, size_t a_row,
                          const REAL *b, size_t b_row, REAL *c, size_t c_row) {
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            REAL sum = 0;
            for (size_t p = 0; p < k; p++)
                sum = __builtin_elementwise_fma(transpose_a ? a[p * a_row + i] : a[i * a_row + p],
                                                transpose_b ? b[j * b_row + p] : b[p * b_row + j], sum);
            c[i * c_row + j] = sum;
        }
}
