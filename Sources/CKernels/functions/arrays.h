// The functions of functions.h for arrays, in either precision: included after lanes.h. CKernels.h says more.

#define ARRAYS(name, function)                                                                                         \
    CLONES void NAME(name)(const REAL *x, size_t count, REAL *out) {                                                   \
        for (size_t e = 0; e < count; e += LANES) {                                                                    \
            vec v = load(x + e);                                                                                       \
            function(&v);                                                                                              \
            memcpy(out + e, &v, (count - e < LANES ? count - e : LANES) * sizeof(REAL));                               \
        }                                                                                                              \
    }

ARRAYS(exp, exponential)
ARRAYS(log, logarithm)
ARRAYS(tanh, hyperbolic_tangent)
ARRAYS(erf, error_function)
ARRAYS(softplus, soft_plus)
