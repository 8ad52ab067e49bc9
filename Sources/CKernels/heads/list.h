// The losses, in either precision: included after activations/list.h. Each has a file of its name here, and two lines below.
//
// The file has NAME_at, which of a vector of outputs, what stands beside them, and targets gives `delta`, share · ∂sum/∂h, and
// goes on with `sum`; and LOSS(NAME), which makes the loops over an output layer of it. CKernels.h says what these compute.
// A sample's weight is the loops' business: each is compiled with weights, and without.
typedef struct {
    vec a, beside, target, share, parameter;
} loss_operands;

#define LABELS_ARGUMENTS                                                                                               \
    const REAL *activation, const REAL *beside, const uint8_t *labels, const uint32_t *samples, size_t count, size_t n,\
        size_t stride, REAL share, REAL parameter, const REAL *sample_weights, REAL *delta
#define LABELS_PASSED(sample_weights)                                                                                  \
    activation, beside, labels, samples, count, n, stride, share, parameter, sample_weights, delta
#define TARGETS_ARGUMENTS(kind)                                                                                        \
    const REAL *activation, const REAL *beside, const kind##_element *targets, size_t count, size_t n, size_t stride,  \
        REAL share, REAL parameter, const REAL *sample_weights, REAL *delta
#define TARGETS_PASSED(sample_weights)                                                                                 \
    activation, beside, targets, count, n, stride, share, parameter, sample_weights, delta

// Targets that lie as outputs do: bytes, or numbers.
typedef uint8_t bytes_element;
typedef REAL numbers_element;

INLINE void bytes_at(const bytes_element *targets, vec *numbers) {
    typedef uint8_t bvec __attribute__((vector_size(LANES)));
    bvec b;
    memcpy(&b, targets, LANES);
    *numbers = __builtin_convertvector(b, vec) * splat(NUMBER_OF_BYTE);
}

INLINE void numbers_at(const numbers_element *targets, vec *numbers) { *numbers = load(targets); }

#define LOSS(name)                                                                                                     \
    INLINE double name##_labels_loop(LABELS_ARGUMENTS) {                                                               \
        loss_operands o = {.share = splat(share), .parameter = splat(parameter)};                                      \
        double total = 0;                                                                                              \
        for (size_t s = 0; s < stride; s += LANES) {                                                                   \
            const size_t live = s < count ? (count - s < LANES ? count - s : LANES) : 0;                               \
            vec counts, sum = {0}, label = splat(-1);                                                                  \
            if (sample_weights != NULL)                                                                                \
                counts = load(sample_weights + s);                                                                     \
            else                                                                                                       \
                live_lanes(live, &counts);                                                                             \
            for (size_t i = 0; i < live; i++) label[i] = labels[samples[s + i]];                                       \
            for (size_t q = 0; q < n; q++) {                                                                           \
                o.a = load(activation + q * stride + s);                                                               \
                o.beside = load(beside + q * stride + s);                                                              \
                o.target = choose(label == splat(q), splat(1), splat(0));                                              \
                vec d;                                                                                                 \
                name##_at(&o, &sum, &d);                                                                               \
                if (sample_weights != NULL) d = d * counts;                                                            \
                store(delta + q * stride + s, choose(counts != splat(0), d, splat(0)));                                \
            }                                                                                                          \
            if (sample_weights != NULL) sum = sum * counts;                                                            \
            sum = choose(counts != splat(0), sum, splat(0));                                                           \
            total += sum_of_lanes(&sum);                                                                               \
        }                                                                                                              \
        return total;                                                                                                  \
    }                                                                                                                  \
                                                                                                                       \
    double NAME(name##_labels)(LABELS_ARGUMENTS);                                                                      \
                                                                                                                       \
    CLONES double NAME(name##_labels)(LABELS_ARGUMENTS) {                                                              \
        if (sample_weights != NULL) return name##_labels_loop(LABELS_PASSED(sample_weights));                          \
        return name##_labels_loop(LABELS_PASSED(NULL));                                                                \
    }                                                                                                                  \
                                                                                                                       \
    LOSS_AGAINST(name, bytes)                                                                                          \
    LOSS_AGAINST(name, numbers)

#define LOSS_AGAINST(name, kind)                                                                                       \
    INLINE double name##_##kind##_loop(TARGETS_ARGUMENTS(kind)) {                                                      \
        loss_operands o = {.share = splat(share), .parameter = splat(parameter)};                                      \
        double total = 0;                                                                                              \
        for (size_t q = 0; q < n; q++) {                                                                               \
            vec sum = {0};                                                                                             \
            for (size_t s = 0; s < stride; s += LANES) {                                                               \
                const vec before = sum;                                                                                \
                o.a = load(activation + q * stride + s);                                                               \
                o.beside = load(beside + q * stride + s);                                                              \
                vec d;                                                                                                 \
                kind##_at(targets + q * stride + s, &o.target);                                                        \
                if (sample_weights != NULL) sum = splat(0);                                                            \
                name##_at(&o, &sum, &d);                                                                               \
                if (sample_weights != NULL) {                                                                          \
                    const vec counts = load(sample_weights + s);                                                       \
                    d = choose(counts != splat(0), d * counts, splat(0));                                              \
                    sum = before + choose(counts != splat(0), sum * counts, splat(0));                                 \
                } else if (s + LANES > count) {                                                                        \
                    vec mask;                                                                                          \
                    live_lanes(s < count ? count - s : 0, &mask);                                                      \
                    d = choose(mask != splat(0), d, splat(0));                                                         \
                    sum = choose(mask != splat(0), sum, before);                                                       \
                }                                                                                                      \
                store(delta + q * stride + s, d);                                                                      \
            }                                                                                                          \
            total += sum_of_lanes(&sum);                                                                               \
        }                                                                                                              \
        return total;                                                                                                  \
    }                                                                                                                  \
                                                                                                                       \
    double NAME(name##_##kind)(TARGETS_ARGUMENTS(kind));                                                               \
                                                                                                                       \
    CLONES double NAME(name##_##kind)(TARGETS_ARGUMENTS(kind)) {                                                       \
        if (sample_weights != NULL) return name##_##kind##_loop(TARGETS_PASSED(sample_weights));                       \
        return name##_##kind##_loop(TARGETS_PASSED(NULL));                                                             \
    }

#include "mse.h"
#include "mae.h"
#include "huber.h"
#include "quantile.h"
#include "poisson.h"
#include "poisson_of_rates.h"
#include "cross_entropy.h"
#include "sigmoid_cross_entropy.h"

#define LOSSES(EACH)                                                                                                   \
    EACH(mse)                                                                                                          \
    EACH(mae)                                                                                                          \
    EACH(huber)                                                                                                        \
    EACH(quantile)                                                                                                     \
    EACH(poisson)                                                                                                      \
    EACH(poisson_of_rates)                                                                                             \
    EACH(cross_entropy)                                                                                                \
    EACH(sigmoid_cross_entropy)

enum { LOSSES(NUMBER) };

int NAME(loss)(const char *name) {
    LOSSES(NAMED)
    return -1;
}

double NAME(loss_labels)(int number, LABELS_ARGUMENTS) {
    switch (number) {
#define CASE(name)                                                                                                     \
    case name##_number: return NAME(name##_labels)(LABELS_PASSED(sample_weights));
        LOSSES(CASE)
#undef CASE
    }
    return NAN;
}

#define LOSS_BY_NUMBER(kind)                                                                                           \
    double NAME(loss_##kind)(int number, TARGETS_ARGUMENTS(kind)) {                                                    \
        switch (number) { LOSSES(kind##_CASE) }                                                                        \
        return NAN;                                                                                                    \
    }

#define bytes_CASE(name)                                                                                               \
    case name##_number: return NAME(name##_bytes)(TARGETS_PASSED(sample_weights));
LOSS_BY_NUMBER(bytes)
#define numbers_CASE(name)                                                                                             \
    case name##_number: return NAME(name##_numbers)(TARGETS_PASSED(sample_weights));
LOSS_BY_NUMBER(numbers)
