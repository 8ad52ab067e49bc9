// The activations, in either precision: included after functions.h. Each has a file of its name here, and two lines below.
//
// Of a function of one number the file has NAME_at, which gives a = g(h) and g'(h) for a vector of sums h, and LAYER(NAME),
// which makes the loop over a layer of it; of any other the loop itself. CKernels.h says what a layer's loop computes.
#define LAYER_ARGUMENTS                                                                                                \
    const REAL *sums, const REAL *bias, size_t n, size_t stride, REAL *activation, REAL *beside

// The compiler takes the attributes of CLONES where a function is declared before.
#define LAYER_LOOP(name)                                                                                               \
    void NAME(name##_layer)(LAYER_ARGUMENTS);                                                                          \
    CLONES void NAME(name##_layer)(LAYER_ARGUMENTS)

#define LAYER(name)                                                                                                    \
    LAYER_LOOP(name) {                                                                                                 \
        for (size_t i = 0; i < n; i++)                                                                                 \
            for (size_t s = i * stride; s < (i + 1) * stride; s += LANES) {                                            \
                const vec h = load(sums + s) + splat(bias[i]);                                                         \
                vec a, derivative;                                                                                     \
                name##_at(&h, &a, &derivative);                                                                        \
                store(activation + s, a);                                                                              \
                store(beside + s, derivative);                                                                         \
            }                                                                                                          \
    }

#include "sigmoid.h"
#include "sigmoid_of_sums.h"
#include "tanh.h"
#include "relu.h"
#include "leaky_relu.h"
#include "elu.h"
#include "gelu.h"
#include "silu.h"
#include "softplus.h"
#include "linear.h"
#include "softmax.h"

#define ACTIVATIONS(EACH)                                                                                              \
    EACH(sigmoid)                                                                                                      \
    EACH(sigmoid_of_sums)                                                                                              \
    EACH(tanh)                                                                                                         \
    EACH(relu)                                                                                                         \
    EACH(leaky_relu)                                                                                                   \
    EACH(elu)                                                                                                          \
    EACH(gelu)                                                                                                         \
    EACH(silu)                                                                                                         \
    EACH(softplus)                                                                                                     \
    EACH(linear)                                                                                                       \
    EACH(softmax)

#define NUMBER(name) name##_number,
enum { ACTIVATIONS(NUMBER) };

int NAME(activation)(const char *name) {
#define NAMED(other)                                                                                                   \
    if (strcmp(name, #other) == 0) return other##_number;
    ACTIVATIONS(NAMED)
    return -1;
}

void NAME(activate)(int number, LAYER_ARGUMENTS) {
    switch (number) {
#define CASE(name)                                                                                                     \
    case name##_number: NAME(name##_layer)(sums, bias, n, stride, activation, beside); break;
        ACTIVATIONS(CASE)
#undef CASE
    }
}
